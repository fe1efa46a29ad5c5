"""Opt-outs: who wants to hear nothing more, by the person and by hashed addresses."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import func, insert, or_, select, update

from voicenote.ledger import tables
from voicenote.ledger.columns import some
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case, Customer

_GONE = (
    select(tables.cases.c.number)
    .join(tables.customers, tables.customers.c.number == tables.cases.c.customer)
    .where(tables.cases.c.number.in_(some("cases")), tables.customers.c.opted_out_at.is_not(None))
)
_OPTED_OUT = select(tables.optouts.c.address_sha256).where(
    tables.optouts.c.address_sha256.in_(some("marks"))
)


def addresses(customer: Customer) -> list[str]:
    """Return every address by which a customer can be known, in one spelling each."""
    found = (customer.email, customer.phone, customer.telegram, customer.whatsapp)
    return sorted({address.strip().casefold() for address in found if address.strip()})


def hashed(address: str) -> str:
    """Return what is kept of an address in one spelling."""
    return hashlib.sha256(address.encode()).hexdigest()


def opt_out(tx: Transaction, case: Case) -> None:
    """Remember that the customer of a case wants to hear nothing more.

    By hashed addresses, which outlive the person's data; and on the person, who may have none.
    """
    table, people = tables.optouts, tables.customers
    mine = select(tables.cases.c.customer).where(tables.cases.c.number == case.number)
    person = people.c.number == mine.scalar_subquery()
    tx.connection.execute(update(people).where(person).values(opted_out_at=tx.now))
    known = set(tx.connection.execute(select(table.c.address_sha256)).scalars())
    for digest in map(hashed, addresses(case.customer)):
        if digest not in known:
            tx.connection.execute(insert(table).values(address_sha256=digest, at=tx.now))
    tx.tell("customer_opted_out", case.number)


def opt_out_address(tx: Transaction, address: str) -> list[int]:
    """Remember that whoever has this address wants to hear nothing more; return their cases."""
    table, wanted = tables.optouts, address.strip().casefold()
    digest = hashed(wanted)
    if not tx.connection.execute(select(table).where(table.c.address_sha256 == digest)).first():
        tx.connection.execute(insert(table).values(address_sha256=digest, at=tx.now))
        tx.tell("customer_opted_out")
    return cases_of(tx, [wanted])


def cases_of(tx: Transaction, wanted: Sequence[str]) -> list[int]:
    """Return the cases of whoever has one of these addresses, as `addresses` spells them."""
    people = tables.customers
    columns = (people.c.email, people.c.phone, people.c.telegram, people.c.whatsapp)
    same = or_(*(func.lower(column).in_(wanted) for column in columns))
    query = select(tables.cases.c.number).join(people, people.c.number == tables.cases.c.customer)
    return list(tx.connection.execute(query.where(same)).scalars())


def opted_out(tx: Transaction, cases: Sequence[Case]) -> list[bool]:
    """Tell, for each case, whether its customer, or one of their addresses, opted out."""
    run = tx.connection.execute
    gone = set(run(_GONE, {"cases": [case.number for case in cases]}).scalars())
    marks = [{hashed(address) for address in addresses(case.customer)} for case in cases]
    every = set().union(*marks)
    known = set(run(_OPTED_OUT, {"marks": list(every)}).scalars()) if every else set()
    return [
        case.number in gone or bool(mark & known) for case, mark in zip(cases, marks, strict=True)
    ]
