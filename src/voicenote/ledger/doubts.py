"""Doubts: the cases that an unmatched arrival may be about, until a person has looked at it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import delete, insert, select

from voicenote.ledger import tables
from voicenote.ledger.case_store import chunks
from voicenote.ledger.store import Transaction

_TABLE = tables.doubts.c


def add(tx: Transaction, arrival: int, cases: Collection[int], channel: str) -> None:
    """Note that an arrival may be about these cases; `channel` is what waits, "" for all."""
    for some in chunks(sorted(set(cases))):
        rows = [{"arrival": arrival, "case": one, "channel": channel} for one in some]
        tx.connection.execute(insert(tables.doubts), rows)


def is_doubted(tx: Transaction, case: int, channel: str) -> bool:
    """Return whether nothing may go to a case's customer by `channel` until a person has looked."""
    query = select(_TABLE.number).where(_TABLE.case == case, _TABLE.channel.in_(("", channel)))
    return tx.connection.execute(query.limit(1)).first() is not None


def cases_by_arrival(tx: Transaction) -> dict[int, tuple[int, ...]]:
    """Return the cases that each unmatched arrival may be about, oldest arrival first."""
    found: dict[int, list[int]] = defaultdict(list)
    query = select(_TABLE.arrival, _TABLE.case).order_by(_TABLE.arrival, _TABLE.case)
    for arrival, case in tx.connection.execute(query):
        found[arrival].append(case)
    return {arrival: tuple(cases) for arrival, cases in found.items()}


def settle(tx: Transaction, *, arrival: int | None = None, case: int | None = None) -> list[int]:
    """End the doubts of an arrival or about a case; return the cases in no doubt any more."""
    where = _TABLE.arrival == arrival if case is None else _TABLE.case == case
    cases = set(tx.connection.execute(select(_TABLE.case).distinct().where(where)).scalars())
    tx.connection.execute(delete(tables.doubts).where(where))
    left = set(tx.connection.execute(select(_TABLE.case).distinct()).scalars())
    return sorted(cases - left)


def names_of(tx: Transaction, cases: Sequence[int], most: int = 3) -> str:
    """Return the customers of some cases in a few words: ``Mari Tamm (case 1) and 4 more``."""
    if not cases:
        return ""
    query = (
        select(tables.cases.c.number, tables.customers.c.name)
        .join(tables.customers, tables.customers.c.number == tables.cases.c.customer)
        .where(tables.cases.c.number.in_(list(cases)[:most]))
        .order_by(tables.cases.c.number)
    )
    told = [f"{name} (case {case})" for case, name in tx.connection.execute(query)]
    left = len(cases) - len(told)
    return ", ".join(told) + f" and {left} more" * (left > 0)
