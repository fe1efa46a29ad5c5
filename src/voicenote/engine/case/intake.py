"""Takes complaints into the ledger: all of a file, or nothing of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from voicenote.engine.workspace import Workspace
from voicenote.ledger import cases
from voicenote.ledger.cases import Added
from voicenote.ledger.store import Transaction
from voicenote.model.case import Complaint


@dataclass(slots=True)
class Taken:
    """How many complaints came in.

    `overdue` counts the promises of the new ones whose day has passed where the customer is: a file
    tells what was promised, and what is late already must not look as if it were not.
    """

    added: int = 0
    unchanged: int = 0
    overdue: int = 0


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
                taken.overdue += late(added.complaint, tx.now)
            else:
                taken.unchanged += 1


def late(complaint: Complaint, now: datetime) -> int:
    """Return how many of its promises were for a day that has passed where the customer is."""
    days = [one.promised_by for one in complaint.promises if one.promised_by]
    if not days:
        return 0
    today = now.astimezone(ZoneInfo(complaint.customer.time_zone or "UTC")).date()
    return sum(day < today for day in days)


def take_one(ws: Workspace, complaint: Complaint) -> Added:
    """Add one complaint as a case."""
    with ws.ledger.write() as tx:
        return cases.add(tx, [complaint])[0]
