"""Parse incoming email: bounces, delivery receipts, automatic replies, and people's answers. Pure.

Only a person's message counts as an answer. A message is a machine's if it says so (RFC 3834) or
has a null return path; everything else is a person's.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from email.utils import parseaddr

from voicenote.delivery.email.bounces import failed_recipients
from voicenote.delivery.email.header_fields import field
from voicenote.delivery.email.machines import from_nobody, is_machine
from voicenote.delivery.email.reply import own_words
from voicenote.delivery.inbound import Inbound
from voicenote.delivery.opt_out_phrases import is_opt_out, may_be_opt_out
from voicenote.delivery.tokens import tokens_in
from voicenote.model.receipt import UNDELIVERED, Answer, Receipt, ReceiptKind, Verdict

#: A delivery report's action (RFC 3464, 2.3.3) → receipt. `relayed` and `expanded` went on to
#: a server that reports no further; `delayed` isn't news.
_ACTIONS = {
    "failed": ReceiptKind.BOUNCED,
    "delivered": ReceiptKind.DELIVERED,
    "relayed": ReceiptKind.ACCEPTED,
    "expanded": ReceiptKind.ACCEPTED,
}
#: "Delivery time expired": the server gave up waiting, and no one reported a failure.
_GIVEN_UP = "5.4.7"
_MACHINES = ("mailer-daemon", "postmaster")
#: The subject of the message that a mail program sends when "unsubscribe" is pressed.
UNSUBSCRIBE = "unsubscribe"
#: Anything that parses as a header, anywhere, with its folded lines. Any line end counts.
_HEADER = re.compile(rb"(?<![^\r\n])[!-9;-~]*:[^\r\n]*(?:(?:\r\n|\r|\n)[ \t][^\r\n]*)*")
#: Most bytes and folds read of a header. Those of a part have parameters and nested comments,
#: which take time quadratic in their length and depth.
HEADER, FOLDS, PART_HEADER, COMMENTS = 4000, 30, 1000, 20
#: How many headers of parts are parsed; later ones are renamed. A normal message has a few,
#: and all of them are parsed again whenever the parts are read.
PART_HEADERS = 500
_BODY = re.compile(rb"\r?\n\r?\n")
#: Anchored at its start, or the search would begin again at every character.
_ADDRESS = re.compile(r"(?<![^\s,;<>])[^\s,;<>]+@[^\s,;<>]+")


def read_mail(raw: bytes, at: datetime, templates: tuple[str, ...] = ()) -> Inbound:
    """Parse any message; a broken one is read as far as possible.

    `at` is when it came (UTC); `templates` are those of `verp` and `reply_to`.
    """
    message = message_from_bytes(_limit_lines(raw), policy=default)
    about = _about(message, templates)
    sender, subject = about.sender, about.subject
    reports = list(_reports(message))
    if reports or _is_bounce(message, sender):
        receipt = _report_receipt(reports, message, at)
        return replace(about, address=_recipient(receipt), receipt=receipt)
    unsubscribes = subject.strip().lower() == UNSUBSCRIBE and bool(about.tokens)
    if is_machine(message) and not unsubscribes:
        return _of_a_machine(message, about, at)
    if message["X-Voicenote-Key"]:
        return about
    words = own_words(_body(message))
    return replace(
        about,
        receipt=Receipt(kind=ReceiptKind.ANSWERED, at=at, detail={"from": sender}),
        answer=Answer(verdict=Verdict.UNCLEAR, at=at, text=words, via="email"),
        opt_out=unsubscribes or is_opt_out(words) or (not words and is_opt_out(subject)),
        may_opt_out=may_be_opt_out(words),
    )


def read_head(raw: bytes, templates: tuple[str, ...] = ()) -> Inbound:
    """Parse only the headers, for a message whose body cannot be read."""
    head = _BODY.split(raw, maxsplit=1)[0]
    return _about(message_from_bytes(_limit_lines(head), policy=default), templates)


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


def _limit_lines(raw: bytes) -> bytes:
    """Return a message with overlong headers cut; its body stays whole.

    No mail program writes such headers: RFC 5322 allows 998 characters a line. The standard library
    takes hours to parse a header of a megabyte, and anyone can send to a mailbox.
    """
    parts = itertools.count()
    return _HEADER.sub(lambda found: _short(found[0], parts), raw)


def _short(whole: bytes, parts: Iterator[int]) -> bytes:
    """Return a header, cut to what will be parsed; `parts` counts the headers of parts."""
    if whole[:8].lower() == b"content-":
        if next(parts) >= PART_HEADERS:
            return b"X-" + whole[:PART_HEADER]
        start = whole[:PART_HEADER]
        return start if start.count(b"(") < COMMENTS else start.replace(b"(", b" ")
    if len(whole) <= HEADER and whole.count(b"\n") + whole.count(b"\r") <= FOLDS:
        return whole
    return b"".join(whole[:HEADER].splitlines(keepends=True)[: FOLDS + 1]).rstrip(b"\r\n")


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


def _recipient(receipt: Receipt | None) -> str:
    return receipt.detail.get("recipient", "") if receipt else ""


def _reports(message: Message) -> Iterator[Message]:
    """Yield the groups of fields about one recipient each from delivery reports (RFC 3464)."""
    for part in message.walk():
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            groups = part.get_payload()
            if isinstance(groups, list):
                yield from (one for one in groups if isinstance(one, Message) and one["Action"])


def _is_bounce(message: Message, sender: str) -> bool:
    """Return whether it is a bounce without a report, as Exim and older servers write them."""
    if message["X-Failed-Recipients"]:
        return True
    local = re.search(r"(?<![\w.+-])([\w.+-]+)@", sender)
    machine = bool(local and local.group(1).lower() in _MACHINES)
    return machine and (from_nobody(message) or message.get_content_type() == "multipart/report")


def _report_receipt(reports: list[Message], message: Message, at: datetime) -> Receipt | None:
    """Return the worst news of the reports, or None if they bring none."""
    if not reports:
        return _read_plain_bounce(message, at)
    kinds = [_ACTIONS.get(field(report, "Action").split(" ")[0].lower()) for report in reports]
    for kind in (ReceiptKind.BOUNCED, ReceiptKind.DELIVERED, ReceiptKind.ACCEPTED):
        if kind in kinds:
            report = reports[kinds.index(kind)]
            detail = _report_detail(report)
            if kind is ReceiptKind.BOUNCED and len(reports) == 1:  # several: from a mailing list
                detail |= _undelivered_address(detail, report)
            return Receipt(kind=kind, at=at, detail=detail)
    return None


def _read_plain_bounce(message: Message, at: datetime) -> Receipt | None:
    """Read a bounce without a report, and find whom it names; None for a mere delay."""
    lasting, passing = failed_recipients(message)
    if passing and not lasting:
        return None
    named = _ADDRESS.findall(field(message, "X-Failed-Recipients"))
    recipient = next(iter((*named, *lasting)), "")
    detail = {"status": "", "reason": field(message, "Subject"), "recipient": recipient}
    return Receipt(kind=ReceiptKind.BOUNCED, at=at, detail=detail)


def _report_detail(report: Message) -> dict[str, str]:
    return {
        "action": field(report, "Action").lower(),
        "status": (field(report, "Status").split() or [""])[0],
        "reason": field(report, "Diagnostic-Code").partition(";")[2].strip(),
        "recipient": (field(report, "Original-Recipient") or field(report, "Final-Recipient"))
        .partition(";")[2]
        .strip(),
    }


def _undelivered_address(detail: dict[str, str], report: Message) -> dict[str, str]:
    """Return the address that certainly got nothing, if the failure report leaves no doubt.

    It is the last address that the message was sent to: a server that forwarded it may also have
    kept it. Only 5.x.x is permanent (RFC 3463, 2). 5.4.7 and 4.x.x gave up after several tries, and
    the last one may have arrived.
    """
    final = field(report, "Final-Recipient").partition(";")[2].strip()
    lasting = detail["status"].startswith("5.") and detail["status"] != _GIVEN_UP
    return {UNDELIVERED: final} if lasting and final else {}


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
    return _unescape(re.sub(r"<[^<>]*>", "", text))


def _unescape(text: str) -> str:
    from html import unescape

    return unescape(text)


def _from_xtext(text: str) -> str:
    return re.sub(r"\+([0-9A-F]{2})", lambda found: chr(int(found.group(1), 16)), text)
