"""Care for the owner: let the first emotion settle, but inside the response clock (S11, R4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from voicenote.model.case import Case
from voicenote.model.receipt import ReceiptKind
from voicenote.model.snapshot import Snapshot
from voicenote.model.touch import ARRIVED, IN_FLIGHT, Touch, TouchKind, TouchState


@dataclass(frozen=True, slots=True)
class CoolingOff:
    """From when on a memo may be approved, and whether the clock cut the cooling-off short."""

    until: datetime
    cut_short: bool


def cooling_off(
    written_at: datetime, hours: float, case: Case, memo_hours: float
) -> CoolingOff | None:
    """Return when a script that was written at `written_at` may be approved; None with no wish.

    The memo's clock is stronger: in the first round the cooling-off ends `memo_hours` after the
    complaint was opened, because waiting longer would be our second mistake. Later rounds have no
    clock of their own.
    """
    if hours <= 0:
        return None
    until = written_at + timedelta(hours=hours)
    limit = case.complaint.opened_at + timedelta(hours=memo_hours)
    if case.round == 1 and until > limit:
        return CoolingOff(max(written_at, limit), cut_short=True)
    return CoolingOff(until, cut_short=False)


def clock_start(snapshot: Snapshot) -> datetime | None:
    """Return from when on the response clock of this round runs (R4).

    In the first round, from the complaint; after that from the customer's newest answer, and not
    at all when the owner took the case up again without one.
    """
    if snapshot.case.round == 1:
        return snapshot.case.complaint.opened_at
    return max((answer.at for answer in snapshot.answers), default=None)


def acknowledged_at(snapshot: Snapshot) -> datetime | None:
    """Return when an acknowledgement of this round left, as far as anybody knows."""
    return min(
        (
            touch.sent_at or touch.due_at
            for touch in snapshot.round_touches
            if touch.kind is TouchKind.ACKNOWLEDGE and touch.state in ARRIVED
        ),
        default=None,
    )


def told_already(snapshot: Snapshot, touch: Touch | None = None) -> datetime | None:
    """Return when an acknowledgement left that stands for another one (R6), or None.

    One is enough until the customer writes again, in whatever round. One that may have left counts
    too; `touch`, which is being weighed, does not.
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


#: What the customer hears with each touch (S15); a nudge is for the owner alone.
HEARS = {
    TouchKind.ACKNOWLEDGE: "we heard you: did I get it right?",
    TouchKind.MEMO: "your memo",
    TouchKind.CHECK_IN: "is there anything that I have missed?",
    TouchKind.STATUS: "how the promise stands, kept or late",
    TouchKind.CONFIRM: "has it been put right?",
    TouchKind.LAST_WORD: "a courteous last word",
    TouchKind.NUDGE: "nothing: it reminds you",
}
