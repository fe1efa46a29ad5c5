"""Whether a customer has heard of a promise: then it stays as it was said (R22)."""

from __future__ import annotations

from dataclasses import replace

from voicenote.ledger import case_reports, touches
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case
from voicenote.model.promise import Amends
from voicenote.model.touch import MAY_HAVE_LEFT, TouchKind, TouchState


def heard(tx: Transaction, case: Case, one: Amends) -> bool:
    """Return whether a message that tells of a promise has left, or may have."""
    made, before = None, ""
    for row in reversed(case_reports.history(tx, case.number, standing=True)):
        # the event of another day for it has the same name, and no kind
        new = row["event"] == "amends_taken_over" or (
            row["event"] == "amends_promised" and "kind" in row
        )
        if new and row.get("amends") == one.k:
            made, before = row["at"], str(row.get("before", ""))
            break
    if before:  # it came from a merged case, whose messages may have told of it
        number, _, k = before.partition(".")
        if heard(tx, replace(case, number=int(number)), replace(one, k=int(k))):
            return True
    return any(
        touch.state in MAY_HAVE_LEFT | {TouchState.BOUNCED}
        and touch.kind is not TouchKind.NUDGE
        and (touch.kind is not TouchKind.ACKNOWLEDGE or touch.planned.amends == one.k)
        and (made is None or touch.left_at >= made)
        for touch in touches.of_cases(tx, [case.number])
    )
