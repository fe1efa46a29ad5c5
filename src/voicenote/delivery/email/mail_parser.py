"""What comes back by email: bounces, delivery receipts, autoresponders, and people. Pure.

Only a person makes an answer. What may be a machine is taken for one when it says so itself (RFC
3834), or comes from nobody (a null return path); everything else is a person.
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

#: A delivery report's action (RFC 3464, 2.3.3) → what it means. `relayed` and `expanded` went on to
#: a server that tells no more; `delayed` is no news.
_ACTIONS = {
    "failed": ReceiptKind.BOUNCED,
    "delivered": ReceiptKind.DELIVERED,
    "relayed": ReceiptKind.ACCEPTED,
    "expanded": ReceiptKind.ACCEPTED,
}
#: "Delivery time expired": a failure that was not seen, but waited for.
_GIVEN_UP = "5.4.7"
_MACHINES = ("mailer-daemon", "postmaster")
#: The subject of a letter that a mail program writes when its button "unsubscribe" is pressed.
UNSUBSCRIBE = "unsubscribe"
#: What is read as a header, wherever it stands, with what is folded below it. Lines end in any way.
_HEADER = re.compile(rb"(?<![^\r\n])[!-9;-~]*:[^\r\n]*(?:(?:\r\n|\r|\n)[ \t][^\r\n]*)*")
#: So many bytes and lines of one are read. Those of a part have parameters, and comments in
#: comments; to read these takes the square of their length, and their depth.
HEADER, FOLDS, PART_HEADER, COMMENTS = 4000, 30, 1000, 20
#: How many headers of parts are understood; those after them are kept as text. A letter has a few,
#: and all of them are read anew at each look at the parts.
PART_HEADERS = 500
_BODY = re.compile(rb"\r?\n\r?\n")
#: It begins where nothing of it stands before, else it would be looked for from every letter.
_ADDRESS = re.compile(r"(?<![^\s,;<>])[^\s,;<>]+@[^\s,;<>]+")


def read_mail(raw: bytes, at: datetime, templates: tuple[str, ...] = ()) -> Inbound:
    """Read a message, whatever it is; a broken one is read as far as it goes.

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
    """Read who wrote a message, and what it is about: of one whose body cannot be read."""
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
        # without a Message-ID whoever hands it over takes the letter itself for its mark
        mark=f"{identifier} {writer}".strip() if identifier else "",
        address=writer,
    )


def _limit_lines(raw: bytes) -> bytes:
    """Return a letter without headers that no mail program writes; of its body nothing is lost.

    RFC 5322 allows 998 letters a line. The standard library takes hours to read a header of a
    megabyte, and a mailbox is open to everybody.
    """
    parts = itertools.count()
    return _HEADER.sub(lambda found: _short(found[0], parts), raw)


def _short(whole: bytes, parts: Iterator[int]) -> bytes:
    """Return a header as far as it is read; `parts` counts those of parts."""
    if whole[:8].lower() == b"content-":
        if next(parts) >= PART_HEADERS:
            return b"X-" + whole[:PART_HEADER]
        start = whole[:PART_HEADER]
        return start if start.count(b"(") < COMMENTS else start.replace(b"(", b" ")
    if len(whole) <= HEADER and whole.count(b"\n") + whole.count(b"\r") <= FOLDS:
        return whole
    return b"".join(whole[:HEADER].splitlines(keepends=True)[: FOLDS + 1]).rstrip(b"\r\n")


def _of_a_machine(message: EmailMessage, about: Inbound, at: datetime) -> Inbound:
    """An autoresponder; or a bounce that does not say so, where it comes from nobody."""
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
    """The groups of fields in delivery reports that speak of one recipient each (RFC 3464)."""
    for part in message.walk():
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            groups = part.get_payload()
            if isinstance(groups, list):
                yield from (one for one in groups if isinstance(one, Message) and one["Action"])


def _is_bounce(message: Message, sender: str) -> bool:
    """Whether it is a bounce without a report to read, as Exim and older servers write them."""
    if message["X-Failed-Recipients"]:
        return True
    local = re.search(r"(?<![\w.+-])([\w.+-]+)@", sender)
    machine = bool(local and local.group(1).lower() in _MACHINES)
    return machine and (from_nobody(message) or message.get_content_type() == "multipart/report")


def _report_receipt(reports: list[Message], message: Message, at: datetime) -> Receipt | None:
    """Return the worst news of the reports; None when they bring none."""
    if not reports:
        return _read_plain_bounce(message, at)
    kinds = [_ACTIONS.get(field(report, "Action").split(" ")[0].lower()) for report in reports]
    for kind in (ReceiptKind.BOUNCED, ReceiptKind.DELIVERED, ReceiptKind.ACCEPTED):
        if kind in kinds:
            report = reports[kinds.index(kind)]
            detail = _report_detail(report)
            if kind is ReceiptKind.BOUNCED and len(reports) == 1:  # of more, a list has made them
                detail |= _undelivered_address(detail, report)
            return Receipt(kind=kind, at=at, detail=detail)
    return None


def _read_plain_bounce(message: Message, at: datetime) -> Receipt | None:
    """A bounce without a report: whom it names is looked for; a mere delay is no news."""
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
    """Tell the address that surely got nothing, where a report of a failure leaves no doubt.

    It is the last one that the letter came to: where a server has passed it on to another, it may
    have kept it too. Only 5.x.x is for good (RFC 3463, 2); 5.4.7 and 4.x.x gave up after trying,
    and the last try may have arrived.
    """
    final = field(report, "Final-Recipient").partition(";")[2].strip()
    lasting = detail["status"].startswith("5.") and detail["status"] != _GIVEN_UP
    return {UNDELIVERED: final} if lasting and final else {}


def _keys(message: Message) -> Iterator[str]:
    """Keys of ours: the envelope's id in a report, and our header in what it gives back."""
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
    """The message it answers, then the thread from its end, then the message it gives back."""
    for name in ("In-Reply-To", "References"):
        yield from reversed(re.findall(r"<[^<>\s]+>", field(message, name)))
    for part in list(_all_headers(message))[1:]:
        yield from re.findall(r"<[^<>\s]+>", field(part, "Message-ID"))


def _all_headers(message: Message) -> Iterator[Message]:
    """The message and its parts, and headers that are given back as text (RFC 3462)."""
    for part in message.walk():
        yield part
        if part.get_content_type() in ("text/rfc822-headers", "message/global-headers"):
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                yield message_from_bytes(payload, policy=default)


def _body(message: EmailMessage) -> str:
    """Return the words of a message, as text; HTML without its tags where there is nothing else."""
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    try:
        text = raw.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):  # no such codec; or one that does not replace, or has a NUL
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
