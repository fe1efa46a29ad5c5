"""Duplicates: the same story of the same person is held and shown, so nobody gets two apologies.

An import recognises a repeated complaint by its ref or its words. What still gets through, such
as one failure with two tickets, is held here before words are written and before approval.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.ledger import case_store, identity
from voicenote.ledger.store import Transaction
from voicenote.model.case import Stage

#: How long a closed case still counts: people remember an apology of a month ago.
RECENT = timedelta(days=30)
#: A case at one of these stages comes first, and the other is the duplicate, whatever their
#: numbers are. Otherwise the later one is.
_AHEAD = (Stage.APPROVED, Stage.FOLLOWING, Stage.CLOSED)


def told_apart(ws: Workspace, numbers: Sequence[int], anyway: str = "") -> Sequence[int]:
    """Return `numbers` when none of these cases duplicates another.

    With `anyway`, a person's reason, a duplicate may go on for good; its history records that.
    Raises RuleSaysNo for the first duplicate, and names the other case.
    """
    with ws.ledger.write() if anyway else ws.ledger.read() as tx:
        for number, other in find_doubles(tx, numbers):
            if case_store.get(tx, number).round > 1:
                continue
            if identity.is_told_apart(tx, number):
                continue
            if anyway:
                tx.tell(identity.TOLD_APART, number, others=[other], reason=anyway)
                continue
            raise RuleSaysNo(
                f"case {number} tells the same story of the same person as case {other}",
                f"look at both (voicenote show {other}); if it is another failure: "
                f"voicenote script {number} --anyway REASON",
            )
    return numbers


def find_doubles(tx: Transaction, numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return those of these cases that repeat another one's story, each with that case."""
    found = identity.alike(tx, numbers, tx.now - RECENT)
    doubles = []
    for number, alike in found.items():
        others = [other for other, stage in alike if other < number or stage in _AHEAD]
        doubles += [(number, other) for other in others[:1]]
    return doubles
