"""Parse incoming email: bounces, delivery receipts, automatic replies, and people's answers. Pure.

Only a person's message counts as an answer. A message is a machine's if it says so (RFC 3834) or
has a null return path; everything else is a person's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from email.utils import parseaddr
from html import unescape

from voicenote.delivery.email.bounces import failed_recipients, is_report, read_report
from voicenote.delivery.email.header_fields import field, limit_headers
from voicenote.delivery.email.machines import from_nobody, is_machine
from voicenote.delivery.email.reply import own_words
from voicenote.delivery.inbound import Inbound
from voicenote.delivery.opt_out_phrases import add_answer, is_opt_out
from voicenote.delivery.tokens import tokens_in
from voicenote.model.receipt import Receipt, ReceiptKind

#: The subject of the message that a mail program sends when "unsubscribe" is pressed.
UNSUBSCRIBE = "unsubscribe"
_BODY = re.compile(rb"\r?\n\r?\n")


def read_mail(raw: bytes, at: datetime, templates: tuple[str, ...] = ()) -> Inbound:
    """Parse any message; a broken one is read as far as possible.

    `at` is when it came (UTC); `templates` are those of `verp` and `reply_to`.
    """
    message = message_from_bytes(limit_headers(raw), policy=default)
    about = _about(message, templates)
    subject = about.subject
    if is_report(message):
        receipt = read_report(message, at)
        recipient = receipt.detail["recipient"] if receipt else ""
        return replace(about, address=recipient, receipt=receipt)
    unsubscribes = subject.strip().lower() == UNSUBSCRIBE and bool(about.tokens)
    if is_machine(message) and not unsubscribes:
        return _of_a_machine(message, about, at)
    if message["X-Voicenote-Key"]:
        return about
    words = own_words(_body(message))
    asked = unsubscribes or (not words and is_opt_out(subject))
    return add_answer(replace(about, opt_out=asked), words, at, "email")


def read_head(raw: bytes, templates: tuple[str, ...] = ()) -> Inbound:
    """Parse only the headers, for a message whose body cannot be read."""
    head = _BODY.split(raw, maxsplit=1)[0]
    return _about(message_from_bytes(limit_headers(head), policy=default), templates)


def _about(message: Message, templates: tuple[str, ...]) -> Inbound:
    sender = field(message, "From")
    writer, identifier = parseaddr(sender)[1], field(message, "Message-ID")
    return Inbound(
        sender=sender,
        subject=field(message, "Subject"),
        keys=tuple(dict.fromkeys(_keys(message))),
        tokens=_tokens(message, templates),
        message_ids=tuple(dict.fromkeys(_message_ids(message))),
        # without a Message-ID the caller uses a hash of the message as its mark
        mark=f"{identifier} {writer}".strip() if identifier else "",
        address=writer,
    )


def _of_a_machine(message: EmailMessage, about: Inbound, at: datetime) -> Inbound:
    """Read an automatic reply, or a bounce that only shows by its null return path."""
    submitted = field(message, "Auto-Submitted").lower()
    if from_nobody(message) and "replied" not in submitted:
        lasting, passing = failed_recipients(message)
        if lasting:
            detail = {"status": "", "reason": about.subject, "recipient": lasting[0]}
            receipt = Receipt(kind=ReceiptKind.BOUNCED, at=at, detail=detail)
            return replace(about, address=lasting[0], receipt=receipt)
        if passing:
            return about
    detail = {"subject": about.subject, "from": about.sender}
    return replace(about, receipt=Receipt(kind=ReceiptKind.AUTO_REPLY, at=at, detail=detail))


def _keys(message: Message) -> Iterator[str]:
    """Yield our keys: the envelope id in a report, then our header in what it returns."""
    for part in _all_headers(message):
        if part["Original-Envelope-Id"]:
            yield _from_xtext(field(part, "Original-Envelope-Id"))
    for part in _all_headers(message):
        if part["X-Voicenote-Key"]:
            yield field(part, "X-Voicenote-Key")


def _tokens(message: Message, templates: tuple[str, ...]) -> tuple[str, ...]:
    names = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "Final-Recipient")
    text = " ".join(field(part, name) for part in _all_headers(message) for name in names)
    return tuple(dict.fromkeys(one for each in templates if each for one in tokens_in(each, text)))


def _message_ids(message: Message) -> Iterator[str]:
    """Yield the id it answers, then the thread from its end, then the ids of what it returns."""
    for name in ("In-Reply-To", "References"):
        yield from reversed(re.findall(r"<[^<>\s]+>", field(message, name)))
    for part in list(_all_headers(message))[1:]:
        yield from re.findall(r"<[^<>\s]+>", field(part, "Message-ID"))


def _all_headers(message: Message) -> Iterator[Message]:
    """Yield the message, its parts, and headers returned as text (RFC 3462)."""
    for part in message.walk():
        yield part
        if part.get_content_type() in ("text/rfc822-headers", "message/global-headers"):
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                yield message_from_bytes(payload, policy=default)


def _body(message: EmailMessage) -> str:
    """Return the message's text, or its HTML without tags if there is nothing else."""
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    try:
        text = raw.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):  # unknown codec, one without "replace", or a NUL in its name
        text = raw.decode("utf-8", "replace")
    if part.get_content_type() != "text/html":
        return text
    text = re.sub(r"(?is)<(style|script|head|blockquote)\b.*?(</\1>|\Z)", " ", text)
    text = re.sub(r"(?i)<(br|/p|/div)\b[^<>]*>", "\n", text)
    return unescape(re.sub(r"<[^<>]*>", "", text))


def _from_xtext(text: str) -> str:
    return re.sub(r"\+([0-9A-F]{2})", lambda found: chr(int(found.group(1), 16)), text)
