"""Notes of a plan to the owner; they use no channel."""

from __future__ import annotations

from voicenote.engine.workspace import Workspace
from voicenote.followup.case_status import done_command
from voicenote.ledger import touches
from voicenote.ledger.changes import change_touch
from voicenote.model.case import Case
from voicenote.model.receipt import Receipt, ReceiptKind
from voicenote.model.touch import Touch


def tell_owner(ws: Workspace, case: Case, touch: Touch) -> None:
    """Give the owner the note of a nudge touch. It uses no channel, so one commit is enough."""
    text = nudge_text(case, touch)
    receipt_detail = {"to": ws.owner_of(case)}
    with ws.ledger.write("voicenote") as tx:
        touches.nudge(tx, case.number, touch.key, "plan", text)
        for event in ("claim", "commit"):
            change_touch(tx, touch.number, event)
        receipt = Receipt(kind=ReceiptKind.ACCEPTED, at=tx.now, detail=receipt_detail)
        touches.receive(tx, touch.number, receipt, sent_at=tx.now)


def nudge_text(case: Case, touch: Touch) -> str:
    """Return what a nudge of the plan says to the owner."""
    found = next((one for one in case.amends if one.k == touch.planned.amends), None)
    if found is None:
        return f"{case.customer.name} waits for your memo: voicenote script {case.number}"
    due = found.promise.promised_by
    return (
        f"amends {found.name} ({found.promise.text}) is promised to {case.customer.name} by {due}: "
        f"{done_command(found.name)}"
    )
