"""Importing complaints into the ledger: all of a file, or nothing of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from voicenote.engine.case.cause_history import all_returned
from voicenote.engine.case.duplicates import find_doubles
from voicenote.engine.customer_clock import clock_for
from voicenote.engine.workspace import Workspace
from voicenote.intake.raw_record import Good
from voicenote.ledger import case_reports, case_store, optouts
from voicenote.ledger.case_store import AddedCase
from voicenote.ledger.customers import News
from voicenote.ledger.store import Ledger, Transaction
from voicenote.model.case import Complaint


class Reject(Protocol):
    """Takes a record whose ref belongs to case `case`; `second`: it is of the same person."""

    def __call__(self, good: Good, case: int, *, second: bool) -> None:
        """Reject the record."""


@dataclass(slots=True)
class Taken:
    """What was imported, and what the owner should know about it.

    `overdue` counts the promises of new cases whose day has passed where the customer is.
    `reworded` are known cases whose words differ now. `news` is (case, news) about known
    customers. `gone` are the new cases of customers who opted out before. `returned` are
    warnings of causes that came back after their prevention (S12). `doubles` are new cases that
    tell the story of another one's person under another ref, each with that case: both wait for
    a person. `batch` is the batch's name if it has cases now, else None.
    """

    added: int = 0
    unchanged: int = 0
    overdue: int = 0
    reworded: list[int] = field(default_factory=list)
    news: list[tuple[int, News]] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    doubles: list[tuple[int, int]] = field(default_factory=list)
    batch: str | None = None


def import_cases(
    ledger: Ledger,
    records: Iterable[Good],
    batch: str,
    reject: Reject,
    *,
    owners: str,
    rejected: AbstractContextManager[object] | None = None,
    dry_run: bool = False,
) -> Taken:
    """Add complaints as cases of a batch; call `reject` for each whose ref is another complaint's.

    One transaction holds the whole import, so a file that turns out broken halfway, or a Ctrl-C,
    leaves the ledger as it was. It commits after `rejected`, the file of rejected records, is
    closed: a full disk keeps neither. With `dry_run` all is checked and nothing is kept. `owners`
    is the owner's time zone.
    """
    taken = Taken()
    with ledger.write() as tx, rejected or nullcontext():
        for chunk in case_store.chunks(records):
            _add(tx, chunk, batch, taken, reject, owners)
        back = all_returned(tx)
        numbers = case_store.numbers_of(tx, batch=batch) if back else []
        taken.returned = [back[number] for number in numbers if number in back]
        taken.batch = batch if taken.added or batch in case_reports.batches(tx) else None
        if dry_run:
            tx.take_back()
    return taken


def _add(
    tx: Transaction,
    records: Sequence[Good],
    batch: str,
    taken: Taken,
    reject: Reject,
    owners: str,
) -> None:
    done = case_store.add(tx, [good.complaint for good in records], batch)
    for good, added in zip(records, done, strict=True):
        taken.news += [(added.case, one) for one in added.news]
        if added.clash or added.second:
            reject(good, added.case, second=added.second)
        elif added.new:
            taken.added += 1
            taken.overdue += late(added.complaint, tx.now, owners)
        else:
            taken.unchanged += 1
            taken.reworded += [added.case] if added.reworded else []
    new = [one.case for one in done if one.new]
    taken.gone += sorted(optouts.find_gone(tx, new))
    taken.doubles += find_doubles(tx, new)


def late(complaint: Complaint, now: datetime, owners: str) -> int:
    """Return how many of its promises were for a day that has passed where the customer is.

    `owners` is the owner's time zone, which counts where the customer's is not known.
    """
    days = [one.promised_by for one in complaint.promises if one.promised_by]
    if not days:
        return 0
    today = now.astimezone(clock_for(complaint.customer, owners).zone).date()
    return sum(day < today for day in days)


def take_one(ws: Workspace, complaint: Complaint) -> AddedCase:
    """Add one complaint as a case."""
    with ws.ledger.write() as tx:
        return case_store.add(tx, [complaint])[0]
