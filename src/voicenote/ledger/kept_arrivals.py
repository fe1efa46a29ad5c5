"""Unmatched arrivals one by one: who wrote each, and giving it to a case that a person names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select, update

from voicenote.errors import WrongUse
from voicenote.ledger import tables
from voicenote.ledger.arrivals import UNMATCHED
from voicenote.ledger.store import Transaction


class KeptArrival(NamedTuple):
    """An arrival as it is in the ledger. `address` is a hash; `heard` is as in `arrivals.Came`."""

    number: int
    channel: str
    kind: str
    at: datetime
    case: int | None
    address: str
    sender: str
    subject: str
    text: str
    reason: str
    settled_at: datetime | None
    heard: Mapping[str, Any]


def get(tx: Transaction, number: int) -> KeptArrival:
    """Return one arrival. Raises WrongUse when there is none of that number."""
    table = tables.arrivals
    query = select(*(table.c[name] for name in KeptArrival._fields))
    row = tx.connection.execute(query.where(table.c.number == number)).first()
    if row is None:
        raise WrongUse(f"there is no message {number}", "see: voicenote receive --unmatched")
    return KeptArrival(*row)


def unmatched_from(tx: Transaction, kept: KeptArrival) -> tuple[int, ...]:
    """Return the other arrivals from the same address that match no case and wait for somebody."""
    if not kept.address:
        return ()
    table = tables.arrivals
    same = (table.c.channel == kept.channel) & (table.c.address == kept.address)
    same &= (table.c.kind == UNMATCHED) & table.c.settled_at.is_(None)
    query = select(table.c.number).where(same, table.c.number != kept.number)
    return tuple(tx.connection.execute(query.order_by(table.c.number)).scalars())


def give_to_case(tx: Transaction, number: int, kind: str, case: int) -> None:
    """Record that an unmatched arrival belongs to a case, whose answers have its words."""
    table = tables.arrivals
    values = {"kind": kind, "case": case, "text": "", "settled_at": tx.now, "shown_at": tx.now}
    tx.connection.execute(update(table).where(table.c.number == number).values(**values))


def take_from_case(tx: Transaction, number: int, text: str) -> None:
    """Undo `give_to_case`: it matches no case again, and keeps its words."""
    table = tables.arrivals
    values = {"kind": UNMATCHED, "case": None, "text": text, "settled_at": None}
    tx.connection.execute(update(table).where(table.c.number == number).values(**values))


def settle(tx: Transaction, number: int) -> None:
    """Record that a person has put an arrival away; who wrote it is forgotten."""
    table = tables.arrivals
    values = {"settled_at": tx.now, "heard": {}}
    tx.connection.execute(update(table).where(table.c.number == number).values(**values))
