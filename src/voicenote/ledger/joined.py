"""What moves from one case to another when they are merged, and back when that is undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import literal, select, update

from voicenote.ledger import tables
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case, Stage
from voicenote.model.promise import Amends

#: The tables of what came in: key of a row, and whether it knows the round.
_CAME = (
    (tables.answers, "number"),
    (tables.arrivals, "number"),
    (tables.doubts, "number"),
    (tables.links, "digest"),
    (tables.lessons, "case"),
)


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


def move_promises(
    tx: Transaction, case: Case, promises: Sequence[Amends]
) -> dict[int, tuple[int, int, int]]:
    """Move promises of another case to `case`; return row → (old K, old round, new K)."""
    table = tables.amends
    k = max((one.k for one in case.amends), default=0)
    moved: dict[int, tuple[int, int, int]] = {}
    for one in promises:
        k += 1
        mine = (table.c.case == one.case) & (table.c.k == one.k)
        row = tx.connection.execute(select(table.c.number).where(mine)).scalar_one()
        values = {"case": case.number, "k": k, "round": case.round}
        tx.connection.execute(update(table).where(mine).values(**values))
        tx.tell("amends_taken_over", case.number, amends=k, before=one.name)
        moved[row] = (one.k, one.round, k)
    return moved


def promises_back(tx: Transaction, case: int, moved: Mapping[str, Any]) -> None:
    """Move promises back to `case`, as `move_promises` returned them."""
    table = tables.amends
    for row, (old, round_, _) in moved.items():
        mine = table.c.number == int(row)
        values = {"case": case, "k": old, "round": round_}
        tx.connection.execute(update(table).where(mine).values(**values))


def move_what_came(tx: Transaction, case: Case, other: int) -> dict[str, list[Any]]:
    """Move answers, messages, links and the lesson of case `other`; return (key, round) of each.

    A lesson stays where the case has one of its own.
    """
    moved: dict[str, list[Any]] = {}
    for table, key in _CAME:
        mine = table.c.case == other
        if table is tables.lessons and case.lesson is not None:
            moved[table.name] = []
            continue
        round_ = table.c.round if "round" in table.c else literal(0)
        rows = tx.connection.execute(select(table.c[key], round_).where(mine)).all()
        values = {"case": case.number}
        if "round" in table.c:
            values["round"] = case.round
        tx.connection.execute(update(table).where(mine).values(**values))
        moved[table.name] = [tuple(row) for row in rows]
    return moved


def what_came_back(
    tx: Transaction, case: int, other: int, moved: Mapping[str, Sequence[Any]]
) -> None:
    """Move the rows that `move_what_came` returned from case `other` back to `case`."""
    for table, key in _CAME:
        for row, round_ in moved[table.name]:
            mine = table.c.case == other
            if table is not tables.lessons:
                mine &= table.c[key] == row
            values = {"case": case} | ({"round": round_} if "round" in table.c else {})
            tx.connection.execute(update(table).where(mine).values(**values))
