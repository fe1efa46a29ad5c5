"""Care for the owner: a pause to calm down, but within the response clock (S11, R4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from voicenote.model.case import Case
from voicenote.model.receipt import ReceiptKind
from voicenote.model.snapshot import Snapshot
from voicenote.model.touch import ARRIVED, IN_FLIGHT, Touch, TouchKind, TouchState


@dataclass(frozen=True, slots=True)
class CoolingOff:
    """When a memo may be approved at the earliest, and whether the clock cut the pause short."""

    until: datetime
    cut_short: bool


def cooling_off(
    written_at: datetime, hours: float, case: Case, memo_hours: float
) -> CoolingOff | None:
    """Return when a script written at `written_at` may be approved; None without a cooling-off.

    The memo's clock comes first: in the first round the cooling-off ends `memo_hours` after the
    complaint was opened, as waiting longer would be a second mistake. Later rounds have no such
    limit.
    """
    if hours <= 0:
        return None
    until = written_at + timedelta(hours=hours)
    limit = case.complaint.opened_at + timedelta(hours=memo_hours)
    if case.round == 1 and until > limit:
        return CoolingOff(max(written_at, limit), cut_short=True)
    return CoolingOff(until, cut_short=False)


def clock_start(snapshot: Snapshot) -> datetime | None:
    """Return when the response clock of this round starts (R4).

    In the first round, with the complaint; after that with the customer's newest answer. None when
    the owner reopened the case without one.
    """
    if snapshot.case.round == 1:
        return snapshot.case.complaint.opened_at
    return max((answer.at for answer in snapshot.answers), default=None)


def acknowledged_at(snapshot: Snapshot) -> datetime | None:
    """Return when this round's acknowledgement was sent, if it arrived as far as is known."""
    return min(
        (
            touch.sent_at or touch.due_at
            for touch in snapshot.round_touches
            if touch.kind is TouchKind.ACKNOWLEDGE and touch.state in ARRIVED
        ),
        default=None,
    )


def told_already(snapshot: Snapshot, touch: Touch | None = None) -> datetime | None:
    """Return when an acknowledgement was sent that makes another needless (R6), or None.

    One is enough until the customer writes again, in any round. One that may have been sent counts
    too; `touch`, which is being judged, does not.
    """
    said = ARRIVED | IN_FLIGHT | {TouchState.UNCERTAIN}
    left = [
        one.sent_at or one.due_at
        for one in snapshot.touches
        if one.kind is TouchKind.ACKNOWLEDGE and one.state in said
        if touch is None or one.number != touch.number
    ]
    if not left:
        return None
    heard = [answer.at for answer in snapshot.answers]
    heard += [
        receipt.at
        for receipts in snapshot.receipts.values()
        for receipt in receipts
        if receipt.kind is ReceiptKind.ANSWERED
    ]
    return None if any(at >= max(left) for at in heard) else max(left)


#: What the customer hears with each message (S15); a nudge is for the owner alone.
HEARS = {
    TouchKind.ACKNOWLEDGE: "we heard you: did I get it right?",
    TouchKind.MEMO: "your memo",
    TouchKind.CHECK_IN: "is there anything that I have missed?",
    TouchKind.STATUS: "how the promise stands, kept or late",
    TouchKind.CONFIRM: "has it been put right?",
    TouchKind.LAST_WORD: "a courteous last word",
    TouchKind.NUDGE: "nothing: it reminds you",
}
