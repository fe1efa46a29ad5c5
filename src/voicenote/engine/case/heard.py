"""Whether a customer has heard of a promise: then it stays as it was said (R22)."""

from __future__ import annotations

from voicenote.ledger import case_reports, touches
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case
from voicenote.model.promise import Amends
from voicenote.model.touch import MAY_HAVE_LEFT, TouchKind, TouchState


def heard(tx: Transaction, case: Case, one: Amends) -> bool:
    """Return whether a message that tells of a promise has left, or may have."""
    made = [
        row["at"]
        for row in case_reports.history(tx, case.number)
        if row["event"] == "amends_promised" and row.get("amends") == one.k
    ]
    return any(
        touch.state in MAY_HAVE_LEFT | {TouchState.BOUNCED}
        and touch.kind is not TouchKind.NUDGE
        and (touch.kind is not TouchKind.ACKNOWLEDGE or touch.planned.amends == one.k)
        and (not made or touch.left_at >= made[0])
        for touch in touches.of_cases(tx, [case.number])
    )
