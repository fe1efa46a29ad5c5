"""Read delivery reports and bounces, in the standard form (RFC 3464) or in that of a server.

Those without a report are parsed by flufl.bounce, which knows many servers' forms.
"""

from __future__ import annotations

import logging
import re
from datetime import datetime
from email import message_from_string
from email.message import Message
from email.policy import default

from voicenote.delivery.email.charsets import decode
from voicenote.delivery.email.contents import payload
from voicenote.delivery.email.header_fields import field
from voicenote.delivery.email.machines import from_nobody, is_machine, names_itself_automatic
from voicenote.delivery.email.text_reports import is_server, read_text_report, returns_ours
from voicenote.errors import BadData
from voicenote.model.receipt import UNDELIVERED, Receipt, ReceiptKind

#: A delivery report's action (RFC 3464, 2.3.3) → receipt. `relayed` and `expanded` went on to
#: a server that reports no further; `delayed` isn't news.
_ACTIONS = {
    "failed": ReceiptKind.BOUNCED,
    "delivered": ReceiptKind.DELIVERED,
    "relayed": ReceiptKind.ACCEPTED,
    "expanded": ReceiptKind.ACCEPTED,
}
_DELAYED = "delayed"
_UNREAD = "the delivery report cannot be understood"
#: The content type of a delivery report, as `limit_headers` renames it.
STATUS = "text/x-voicenote-delivery-status"
#: What reports in English say that are only words: it may still arrive, it arrived, it came back.
_PASSING = re.compile(
    r"\bdelayed\b|\(delay\)|still being retried|not been delivered yet|(?:4|24|72) hours"
    r"|will (?:be retried|retry|keep trying|continue to try)|warning (?:message )?only"
    r"|do not need to resend|transient non-fatal|temporar(?:y|ily)",
    re.IGNORECASE,
)
_ARRIVED = re.compile(
    r"(?:was|were|has been|have been) (?:successfully )?(?:delivered|relayed)"
    r"|successful(?:ly)? (?:mail )?deliver",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"un(?:deliver|able to deliver)|(?:not|nt|n't|never) (?:be |been )?(?:able to )?deliver"
    r"|returned (?:mail|to sender)|(?:delivery|mail) (?:has |was |status notification \()?fail"
    r"|failure notice|permanent (?:error|fail)|rejected|no such user|does ?n[o']t exist"
    r"|(?:user|address|mailbox) (?:is )?(?:unknown|not found|unavailable)",
    re.IGNORECASE,
)
#: "Delivery time expired": the server gave up waiting, and no one reported a failure.
_GIVEN_UP = "5.4.7"
_POSTMASTER = re.compile(r"(?<![\w.+-])postmaster@", re.IGNORECASE)
#: Anchored at its start, or the search would begin again at every character.
_ADDRESS = re.compile(r"(?<![^\s,;<>])[^\s,;<>]+@[^\s,;<>]+")


def is_report(message: Message) -> bool:
    """Return whether it is a delivery report, or a bounce as Exim and older servers write them."""
    if message["X-Failed-Recipients"] or any(
        part["Content-Type"] and part.get_content_type() == STATUS for part in message.walk()
    ):
        return True
    sender = field(message, "From")
    if is_server(sender):
        return True
    if _POSTMASTER.search(sender) and is_machine(message) and not message["Auto-Submitted"]:
        return True
    if not from_nobody(message) or names_itself_automatic(message):
        return False
    return bool(_POSTMASTER.search(sender)) or returns_ours(message)


def read_report(message: Message, at: datetime) -> Receipt | None:
    """Return the worst news of a report, or None if it brings none; `at` is when it came.

    Raises BadData when it cannot be understood: that is no bounce.
    """
    reports = _reports(message)
    if not reports:
        return _read_plain_report(message, at)
    actions = [re.split(r"[\s(;]", field(one, "Action").lower(), maxsplit=1)[0] for one in reports]
    if not {*_ACTIONS, _DELAYED}.intersection(actions):
        raise BadData(_UNREAD)
    kinds = [_ACTIONS.get(action) for action in actions]
    for kind in (ReceiptKind.BOUNCED, ReceiptKind.DELIVERED, ReceiptKind.ACCEPTED):
        if kind in kinds:
            report = reports[kinds.index(kind)]
            detail = _report_detail(report)
            if kind is ReceiptKind.BOUNCED and len(reports) == 1:  # several: from a mailing list
                detail |= _undelivered_address(detail, report)
            return Receipt(kind=kind, at=at, detail=detail)
    return None


def _reports(message: Message) -> list[Message]:
    """Return the groups of fields about one recipient each from delivery reports (RFC 3464)."""
    return [one for part in message.walk() for one in status_groups(part) if one["Action"]]


def status_groups(part: Message) -> list[Message]:
    """Return the groups of fields of a delivery report, the first about the letter; or none."""
    if part.get_content_type() != STATUS:
        return []
    groups = re.split(r"\r?\n[ \t]*\r?\n", decode(payload(part), "").strip())
    return [message_from_string(group.strip(), policy=default) for group in groups]


def _read_plain_report(message: Message, at: datetime) -> Receipt | None:
    """Read a report that is only words, and find whom it names; None for a mere delay.

    Our own letter may stand below them, and speak of delays and failures.
    """
    subject, report = field(message, "Subject"), read_text_report(message)
    words = f"{subject}\n{report.words}"
    lasting, passing = failed_recipients(message)
    named = _ADDRESS.findall(field(message, "X-Failed-Recipients"))
    if not lasting:
        unsure, beginning = report.lasts is None, subject if named else words[:1500]
        if passing or report.lasts is False or (unsure and _PASSING.search(beginning)):
            return None
        if unsure and not named and not _FAILED.search(words):
            if not _ARRIVED.search(words):
                raise BadData(_UNREAD)
            return Receipt(kind=ReceiptKind.DELIVERED, at=at, detail=_plain_detail(subject, ""))
    # what is named only in our letter below may be ourselves
    told = [one for one in lasting if one in report.words.lower()]
    recipient = next(filter(None, (*named, *told, report.recipient, *lasting)), "")
    return Receipt(kind=ReceiptKind.BOUNCED, at=at, detail=_plain_detail(subject, recipient))


def _plain_detail(subject: str, recipient: str) -> dict[str, str]:
    return {"status": "", "reason": subject, "recipient": recipient}


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


def failed_recipients(message: Message) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the addresses that a bounce says failed: for good, and for now."""
    from flufl.bounce import all_failures

    # it logs which of its detectors it tries, and messages don't belong in the log
    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)
    try:
        passing, lasting = all_failures(message)
    except Exception:  # noqa: BLE001 - its detectors may raise anything on broken messages
        return (), ()
    return _plain(lasting), _plain(passing)


def _plain(found: frozenset[bytes | str]) -> tuple[str, ...]:
    words = (one.decode("ascii", "replace") if isinstance(one, bytes) else one for one in found)
    return tuple(sorted(word.strip("<> ").lower() for word in words if "@" in word))
