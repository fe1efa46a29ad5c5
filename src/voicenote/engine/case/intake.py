"""Takes complaints into the ledger: all of a file, or nothing of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from voicenote.engine.workspace import Workspace
from voicenote.ledger import cases
from voicenote.ledger.cases import Added
from voicenote.ledger.store import Transaction
from voicenote.model.case import Complaint


@dataclass(slots=True)
class Taken:
    """How many complaints came in, and which clash with a case that tells another story."""

    added: int = 0
    unchanged: int = 0


def take_in(
    tx: Transaction, complaints: Iterable[Complaint], batch: str, taken: Taken
) -> Iterable[Added]:
    """Add complaints as cases, yielding those that clash; counts into `taken`.

    One transaction holds the whole import, so that a file that turns out broken half-way, or a
    Ctrl-C, leaves the ledger as it was.
    """
    for chunk in cases.chunks(complaints):
        for added in cases.add(tx, chunk, batch):
            if added.clash:
                yield added
            elif added.new:
                taken.added += 1
            else:
                taken.unchanged += 1


def take_one(ws: Workspace, complaint: Complaint) -> Added:
    """Add one complaint as a case."""
    with ws.ledger.write() as tx:
        return cases.add(tx, [complaint])[0]
