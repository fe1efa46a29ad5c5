"""What a person corrects in a case: its customer, its complaint and its promises, with history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import delete, select, update

from voicenote.ledger import customer_store, optouts, rows, signs, tables
from voicenote.ledger.customer_store import hash_address
from voicenote.ledger.customers import CHANGED, PERSON
from voicenote.ledger.store import Transaction
from voicenote.ledger.word_renewal import AMENDS_EDITED, EDITED
from voicenote.model.address import Address
from voicenote.model.case import Complaint, Customer, Stage
from voicenote.model.promise import Promise


class Correction(NamedTuple):
    """A field that a person has corrected; its values are texts, "" for unknown."""

    field: str
    was: str
    now: str


def person_of(tx: Transaction, case: int) -> int:
    """Return the number of the customer of a case."""
    table = tables.cases
    query = select(table.c.customer).where(table.c.number == case)
    return int(tx.connection.execute(query).scalar_one())


def correct_person(
    tx: Transaction, case: int, after: Customer, corrections: Sequence[Correction]
) -> list[int]:
    """Change the customer of a case; return their open cases, which have the same customer.

    Addresses of a corrected kind that aren't in `after` don't identify them any more. Somebody who
    opted out stays so; with an address that had opted out before, only as long as they have it.
    """
    number, table, known = person_of(tx, case), tables.customers, tables.addresses
    gone = optouts.is_gone_themselves(tx, case)
    columns = rows.write(after, table) | ({"opted_out_at": tx.now} if gone else {})
    tx.connection.execute(update(table).where(table.c.number == number).values(**columns))
    before = customer_store.read_customer(tx, number).addresses
    every = {one.kind for one in (*before, *after.addresses)}
    kinds = {kind for kind in every if _of_kind(before, kind) != _of_kind(after.addresses, kind)}
    if kinds:
        given = [one for one in after.addresses if one.kind in kinds]
        mine = (known.c.customer == number) & known.c.kind.in_(kinds)
        kept = [hash_address(one.mark) for one in given]
        tx.connection.execute(delete(known).where(mine, known.c.sha256.not_in(kept)))
        customer_store.give_addresses(tx, number, given)
        optouts.recognise_addresses(tx, after)
    signs.renew_signs(tx, number, customer_store.read_customer(tx, number))
    cases = tables.cases
    theirs = select(cases.c.number).where(
        cases.c.customer == number, cases.c.stage != Stage.CLOSED.value
    )
    open_ = sorted(tx.connection.execute(theirs).scalars())
    for one in sorted({case, *open_}):
        for field, was, now in corrections:
            tx.tell(CHANGED, one, field=field, was=was, now=now, by=PERSON)
    return open_


def _of_kind(addresses: Sequence[Address], kind: str) -> list[str]:
    return [one.value for one in addresses if one.kind == kind]


def correct_case(
    tx: Transaction, number: int, after: Complaint, corrections: Sequence[Correction]
) -> None:
    """Change what a case says of its complaint."""
    table = tables.cases
    columns = rows.complaint_out(after)
    del columns["customer"]
    tx.connection.execute(update(table).where(table.c.number == number).values(**columns))
    for field, was, now in corrections:
        tx.tell(EDITED, number, field=field, was=was, now=now)


def correct_promise(
    tx: Transaction, case: int, k: int, after: Promise, corrections: Sequence[Correction]
) -> None:
    """Change promise `k` of a case, of which the customer has not heard."""
    table = tables.amends
    mine = (table.c.case == case) & (table.c.k == k)
    tx.connection.execute(update(table).where(mine).values(**rows.write(after, table)))
    for field, was, now in corrections:
        tx.tell(AMENDS_EDITED, case, amends=k, field=field, was=was, now=now)
