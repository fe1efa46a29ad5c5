"""What moves from one case to another when they are merged."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update

from voicenote.ledger import tables
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case, Stage
from voicenote.model.promise import Amends

#: The tables of what came in.
_CAME = (tables.answers, tables.arrivals, tables.doubts, tables.links, tables.lessons)


def lead_of(tx: Transaction, number: int) -> int:
    """Return the case that goes on for a merged one; the case itself for any other."""
    table = tables.cases
    seen = {number}
    while True:
        query = select(table.c.merged_into).where(table.c.number == number)
        into = tx.connection.execute(query).scalar()
        if into is None or into in seen:
            return number
        seen.add(into)
        number = into


def is_over(tx: Transaction, number: int) -> bool:
    """Return whether a case, or the one that goes on for it, is closed."""
    table = tables.cases
    query = select(table.c.stage).where(table.c.number == lead_of(tx, number))
    return bool(tx.connection.execute(query).scalar_one() == Stage.CLOSED.value)


def move_promises(tx: Transaction, case: Case, promises: Sequence[Amends]) -> list[int]:
    """Move promises of another case to `case`; return their new K."""
    table = tables.amends
    last = max((one.k for one in case.amends), default=0)
    moved: list[int] = []
    for k, one in enumerate(promises, last + 1):
        mine = (table.c.case == one.case) & (table.c.k == one.k)
        values = {"case": case.number, "k": k, "round": case.round}
        tx.connection.execute(update(table).where(mine).values(**values))
        tx.tell("amends_taken_over", case.number, amends=k, before=one.name)
        moved.append(k)
    return moved


def move_what_came(tx: Transaction, case: Case, other: int) -> int:
    """Move answers, messages, links and the lesson of case `other`; return how many answers.

    A lesson stays where the case has one of its own.
    """
    answers = 0
    for table in _CAME:
        if table is tables.lessons and case.lesson is not None:
            continue
        values = {"case": case.number}
        if "round" in table.c:
            values["round"] = case.round
        done = tx.connection.execute(update(table).where(table.c.case == other).values(**values))
        answers += done.rowcount if table is tables.answers else 0
    return answers
