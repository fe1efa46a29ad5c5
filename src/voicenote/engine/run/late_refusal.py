"""Late bounces: like an immediate refusal, they move a message to its next channel."""

from __future__ import annotations

from voicenote.engine.case.routing import next_way
from voicenote.engine.clock_check import as_of
from voicenote.engine.workspace import Workspace
from voicenote.followup.decide import unwanted
from voicenote.followup.interpret import bounce_reason
from voicenote.ledger import attempts, case_store, touches
from voicenote.ledger.changes import change_touch
from voicenote.ledger.snapshots import snapshot
from voicenote.ledger.store import Transaction
from voicenote.model.receipt import Receipt
from voicenote.model.snapshot import Snapshot
from voicenote.model.touch import Touch, TouchKind, TouchState


def take_next_way(ws: Workspace, tx: Transaction, touch: Touch, receipt: Receipt) -> str:
    """Move a bounced message that nobody received to its next channel; return it, or "".

    The next channel leads to another address and has neither refused nor bounced the message, so
    it never goes in circles. It is sent like any other, at a decent hour and within the limits.
    Without such a channel it stays bounced, for the owner to see. So does a message that is no
    longer wanted, would be too late, was sent again by a person, or has a held one in its case.
    """
    seen = snapshot(tx, touch.case, ws.zone_of)
    case, touch = case_store.get(tx, touch.case), touches.get(tx, touch.number)
    due, late = ws.hours_of(case).next(as_of(ws, tx)), touch.planned.too_late_at
    if (
        touch.state is not TouchState.BOUNCED
        or unwanted(seen, touch)
        or _held(seen)
        or (late is not None and late < due)
        or not attempts.all_came_back(tx, touch)
    ):
        return ""
    way = next_way(ws, tx, case, touch)
    if way:
        why = bounce_reason(receipt)
        facts: dict[str, object] = {"reason": why, "from": touch.channel, "to": way}
        reason = f"{why}; it came back from {touch.channel}, so it goes by {way}"
        # its booking time stays, so an answer since then stops it
        change_touch(
            tx,
            touch.number,
            "reroute",
            facts={**facts, "bounced": True},
            channel=way,
            attempt=0,
            due_at=due,
            reason=reason,
        )
    return way


def _held(seen: Snapshot) -> bool:
    """Whether messages to this customer were stopped, or someone is asked whether to stop."""
    mine = (touch for touch in seen.touches if touch.kind is not TouchKind.NUDGE)
    return any(touch.state is TouchState.HELD for touch in mine)
