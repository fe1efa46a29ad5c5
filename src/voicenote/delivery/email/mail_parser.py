"""Parse incoming email: bounces, delivery receipts, automatic replies, and people's answers. Pure.

Only a person's message counts as an answer. A message is a machine's if it says so (RFC 3834) or
has a null return path; everything else is a person's. An opt-out is looked for before that.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import compat32, default
from email.utils import parseaddr

from voicenote.delivery.email.bounces import (
    STATUS,
    failed_recipients,
    is_report,
    read_report,
    status_groups,
)
from voicenote.delivery.email.contents import children, payload, read_contents
from voicenote.delivery.email.header_fields import field, limit_headers
from voicenote.delivery.email.machines import calls_itself_automatic, from_nobody, is_machine
from voicenote.delivery.email.mailbox import MOST
from voicenote.delivery.email.text_reports import read_text_report
from voicenote.delivery.inbound import Inbound
from voicenote.delivery.opt_out_phrases import add_answer, look_for_opt_out
from voicenote.delivery.tokens import tokens_in
from voicenote.errors import BadData
from voicenote.model.attachment import OfferedFile
from voicenote.model.receipt import Receipt, ReceiptKind

#: Headers in which groups and lists keep the writer.
_ORIGINAL = ("X-Original-From", "X-Original-Sender", "X-Mailman-Original-From")
#: How the name of a writer shows that the address is a group's, in several languages.
_VIA = re.compile(r"\b(?:via|über|przez|kaudu|prin|par|por|באמצעות|از طریق)\b", re.IGNORECASE)
_BODY = re.compile(rb"\r?\n\r?\n")


def read_mail(raw: bytes, at: datetime, templates: tuple[str, ...] = ()) -> Inbound:
    """Parse any message; a broken one is read as far as possible.

    `at` is when it came (UTC); `templates` are those of `verp` and `reply_to`.
    """
    message = message_from_bytes(limit_headers(raw), policy=default)
    about = _about(message, templates)
    reports = is_report(message)
    if message["X-Voicenote-Key"] and not reports:
        return about
    contents = read_contents(message, cut=len(raw) >= MOST)
    texts = (about.subject, *contents.texts)
    about = replace(about, texts=texts, whole=contents.whole, wrapped=contents.wrapped)
    if not reports and not is_machine(message) and not calls_itself_automatic(contents.words):
        about = replace(about, files=tuple(file for file, _ in contents.files))
        return add_answer(about, contents.shown, at, "email")
    about = look_for_opt_out(about)
    return _of_a_report(message, about, at) if reports else _of_a_machine(message, about, at)


def read_files(raw: bytes) -> list[tuple[OfferedFile, bytes]]:
    """Return the files in a whole letter, with their bytes, as `read_mail` finds them.

    A broken letter within the letter that can't be written out has no bytes.
    """
    found = []
    message = message_from_bytes(limit_headers(raw), policy=default)
    for file, content in read_contents(message).files:
        written = b"" if isinstance(content, Message) else content
        if isinstance(content, Message):
            with suppress(Exception):  # a hostile one may make it raise anything
                written = content.as_bytes(policy=compat32)
        found.append((replace(file, size=len(written)), written))
    return found


def read_head(raw: bytes, templates: tuple[str, ...] = ()) -> Inbound:
    """Parse only the headers, for a message whose body cannot be read."""
    head = _BODY.split(raw, maxsplit=1)[0]
    return _about(message_from_bytes(limit_headers(head), policy=default), templates)


def _about(message: Message, templates: tuple[str, ...]) -> Inbound:
    sender, identifier = field(message, "From"), field(message, "Message-ID")
    written_from = parseaddr(sender)[1]
    writer, *others = writers(message)
    headers = list(_all_headers(message))
    return Inbound(
        sender=sender,
        subject=field(message, "Subject"),
        keys=tuple(dict.fromkeys(_keys(headers))),
        tokens=_tokens(headers, templates),
        message_ids=tuple(dict.fromkeys(_message_ids(message, headers))),
        # without a Message-ID the caller uses a hash of the message as its mark
        mark=f"{identifier} {written_from}".strip() if identifier else "",
        address=writer,
        aliases=tuple(others),
    )


def writers(message: Message) -> list[str]:
    """Return the address of the writer, "" if it is unknown, and others that they may have.

    A group or a list puts its own address in From ("Mari via Support"), and the writer's into
    another header.
    """
    name, address = parseaddr(field(message, "From"))
    original = [parseaddr(field(message, each))[1] for each in _ORIGINAL]
    replies = [parseaddr(field(message, "Reply-To"))[1]]
    if any(original) or _VIA.search(name):
        lists = parseaddr(field(message, "List-Post").replace("mailto:", ""))[1]
        found = [one for one in (*original, *replies) if one and one not in (address, lists)]
        return list(dict.fromkeys(found or [address]))
    return list(dict.fromkeys((address, *filter(None, replies))))


def _of_a_report(message: EmailMessage, about: Inbound, at: datetime) -> Inbound:
    returned = read_text_report(message).headers
    about = replace(
        about,
        keys=tuple(dict.fromkeys((*about.keys, *_keys([returned])))),
        message_ids=tuple(
            dict.fromkeys((*about.message_ids, *_message_ids(message, [message, returned])))
        ),
    )
    try:
        receipt = read_report(message, at)
    except BadData as error:
        return replace(about, unread=error.what)
    return replace(about, address=receipt.detail["recipient"] if receipt else "", receipt=receipt)


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


def _keys(headers: list[Message]) -> Iterator[str]:
    """Yield our keys: the envelope id in a report, then our header in what it returns."""
    for part in headers:
        if part["Original-Envelope-Id"]:
            yield _from_xtext(field(part, "Original-Envelope-Id"))
    for part in headers:
        if part["X-Voicenote-Key"]:
            yield field(part, "X-Voicenote-Key")


def _tokens(headers: list[Message], templates: tuple[str, ...]) -> tuple[str, ...]:
    names = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "Final-Recipient")
    text = " ".join(field(part, name) for part in headers for name in names)
    return tuple(dict.fromkeys(one for each in templates if each for one in tokens_in(each, text)))


def _message_ids(message: Message, headers: list[Message]) -> Iterator[str]:
    """Yield the id it answers, then the thread from its end, then the ids of what it returns."""
    for name in ("In-Reply-To", "References"):
        yield from reversed(re.findall(r"<[^<>\s]+>", field(message, name)))
    for part in headers[1:]:
        yield from re.findall(r"<[^<>\s]+>", field(part, "Message-ID"))


def _all_headers(message: Message) -> Iterator[Message]:
    """Yield the message, its parts, and headers returned as text (RFC 3462)."""
    for part in message.walk():
        yield part
        if not part["Content-Type"]:
            continue
        kind = part.get_content_type()
        if kind == STATUS:
            yield from status_groups(part)
        elif kind in ("text/rfc822-headers", "text/x-voicenote-headers"):
            yield message_from_bytes(limit_headers(payload(part)), policy=default)
        elif kind == "message/rfc822" and not any(map(len, children(part))):
            packed = "".join(str(one.get_payload()) for one in children(part))
            with suppress(ValueError):  # a letter in base64, which the standard forbids
                yield message_from_bytes(limit_headers(b64decode(packed)), policy=default)


def _from_xtext(text: str) -> str:
    return re.sub(r"\+([0-9A-F]{2})", lambda found: chr(int(found.group(1), 16)), text)
