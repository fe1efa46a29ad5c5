"""Signs of customers: finding whom a message from an unknown address may be from, by an index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Select, delete, func, insert, select

from voicenote.ledger import tables
from voicenote.ledger.list_params import in_list
from voicenote.ledger.store import Transaction
from voicenote.model.address import mark
from voicenote.model.case import Customer, Stage
from voicenote.model.likeness import HAS_ID, signs_of, signs_of_writer, words_within

_SIGNS = tables.signs.c


def add_signs(tx: Transaction, people: Iterable[tuple[int, Customer]]) -> None:
    """Store the signs of customers, by number, who have none yet."""
    rows = [(number, sign) for number, one in people for sign in signs_of(one.name, one.marks)]
    if rows and tx.connection.dialect.name == "sqlite":  # without the detour: an import adds many
        tx.connection.exec_driver_sql("insert into signs (customer, sign) values (?, ?)", rows)
    elif rows:
        values = [{"customer": number, "sign": sign} for number, sign in rows]
        tx.connection.execute(insert(tables.signs), values)


def renew_signs(tx: Transaction, number: int, customer: Customer) -> None:
    """Store the signs of a customer whose addresses have changed."""
    tx.connection.execute(delete(tables.signs).where(_SIGNS.customer == number))
    add_signs(tx, [(number, customer)])


def find_people(
    tx: Transaction, sender: str, addresses: Sequence[str]
) -> Iterator[tuple[int, str, frozenset[str]]]:
    """Yield the customers of open cases who share a sign with a writer, as `likely.Person` does.

    Nobody else can be likely. An address may also be made of all words of a name.
    """
    ways = [_who_has(tx, signs_of_writer(sender, addresses))]
    ways += [_who_has(tx, words_within(one), least=2) for one in addresses]
    found = {row[0] for way in ways if way is not None for row in tx.connection.execute(way)}
    numbers = sorted(found)
    for start in range(0, len(numbers), _AT_ONCE):
        yield from _read(tx, numbers[start : start + _AT_ONCE])


#: How many customers are read at once.
_AT_ONCE = 5000


def _who_has(tx: Transaction, signs: frozenset[str], least: int = 1) -> Select[Any] | None:
    """Return the query for customers with at least so many of these signs; None without any."""
    if not signs:
        return None
    query = select(_SIGNS.customer).where(in_list(_SIGNS.sign, signs, tx.connection.dialect.name))
    return query.group_by(_SIGNS.customer).having(func.count() >= least)


def _read(tx: Transaction, numbers: list[int]) -> Iterator[tuple[int, str, frozenset[str]]]:
    cases, people, addresses = tables.cases.c, tables.customers.c, tables.addresses.c
    marks: dict[int, list[str]] = {}
    theirs = select(addresses.customer, addresses.kind, addresses.value)
    for customer, kind, value in tx.connection.execute(
        theirs.where(addresses.customer.in_(numbers))
    ):
        marks.setdefault(customer, []).append(mark(value, kind))
    query = (
        select(cases.number, cases.customer, people.name)
        .join(tables.customers, people.number == cases.customer)
        .where(cases.customer.in_(numbers), cases.stage != Stage.CLOSED.value)
        .order_by(cases.number)
    )
    for case, customer, name in tx.connection.execute(query):
        yield case, name, frozenset(marks.get(customer, ()))


def cases_without_id(tx: Transaction, channel: str, most: int | None) -> Sequence[int]:
    """Return the open cases, at most so many, that were written to by a channel, without an id."""
    cases, touches = tables.cases.c, tables.touches.c
    written = select(touches.case).where(touches.channel == channel, touches.sent_at.is_not(None))
    with_id = select(_SIGNS.customer).where(_SIGNS.sign == HAS_ID)
    query = (
        select(cases.number)
        .where(cases.stage != Stage.CLOSED.value, cases.number.in_(written))
        .where(cases.customer.not_in(with_id))
        .order_by(cases.number)
    )
    return list(tx.connection.execute(query.limit(most)).scalars())
