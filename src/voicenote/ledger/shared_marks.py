"""Customers of open cases who may be one person. Imports nothing of the model, as lists need it."""

from __future__ import annotations

from sqlalchemy import func, select

from voicenote.ledger import tables
from voicenote.ledger.store import Transaction


def find_twice(tx: Transaction) -> set[int]:
    """Return the customers who have two open cases, or share a name or an address with another."""
    case, person, address = tables.cases, tables.customers, tables.addresses
    theirs = select(case.c.customer).where(case.c.stage != "closed")
    twice = theirs.group_by(case.c.customer).having(func.count() > 1)
    found = set(tx.connection.execute(twice).scalars())
    for column, number in (
        (person.c.name, person.c.number),
        (address.c.sha256, address.c.customer),
    ):
        mine = number.in_(theirs)
        many = func.count(number.distinct()) > 1
        shared = select(column).where(mine).group_by(column).having(many)
        alike = select(number).where(column.in_(shared), mine)
        found.update(tx.connection.execute(alike).scalars())
    return found
