"""Takes complaints into the ledger: all of a file, or nothing of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from voicenote.engine.workspace import Workspace
from voicenote.intake.raw_record import Good
from voicenote.ledger import case_store, optouts
from voicenote.ledger.case_store import AddedCase
from voicenote.ledger.customers import News
from voicenote.ledger.store import Transaction
from voicenote.model.case import Complaint


@dataclass(slots=True)
class Taken:
    """What came in, and what the owner should know of it.

    `overdue` counts the promises of the new ones whose day has passed where the customer is: a file
    tells what was promised, and what is late already must not look as if it were not. `reworded`
    are the cases that are there already and are told in other words now; `news` what was said of a
    known customer, each (case, news); `gone` the new cases of whoever opted out before.
    """

    added: int = 0
    unchanged: int = 0
    overdue: int = 0
    reworded: list[int] = field(default_factory=list)
    news: list[tuple[int, News]] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)


def take_in(
    tx: Transaction, records: Iterable[Good], batch: str, taken: Taken
) -> Iterator[tuple[Good, AddedCase]]:
    """Add complaints as cases, yielding those that clash; counts into `taken`.

    One transaction holds the whole import, so that a file that turns out broken half-way, or a
    Ctrl-C, leaves the ledger as it was.
    """
    for chunk in case_store.chunks(records):
        done = case_store.add(tx, [good.complaint for good in chunk], batch)
        for good, added in zip(chunk, done, strict=True):
            taken.news += [(added.case, one) for one in added.news]
            if added.clash:
                yield good, added
            elif added.new:
                taken.added += 1
                taken.overdue += late(added.complaint, tx.now)
            else:
                taken.unchanged += 1
                taken.reworded += [added.case] if added.reworded else []
        taken.gone += optouts.find_gone(tx, [added.case for added in done if added.new])


def late(complaint: Complaint, now: datetime) -> int:
    """Return how many of its promises were for a day that has passed where the customer is."""
    days = [one.promised_by for one in complaint.promises if one.promised_by]
    if not days:
        return 0
    today = now.astimezone(ZoneInfo(complaint.customer.time_zone or "UTC")).date()
    return sum(day < today for day in days)


def take_one(ws: Workspace, complaint: Complaint) -> AddedCase:
    """Add one complaint as a case."""
    with ws.ledger.write() as tx:
        return case_store.add(tx, [complaint])[0]
