"""People with more than one open case: they hear from us as one person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select, type_coerce

from voicenote.ledger import customer_store, tables
from voicenote.ledger.identity import same_person
from voicenote.ledger.list_params import in_list
from voicenote.ledger.shared_marks import find_twice
from voicenote.ledger.store import Transaction
from voicenote.model.case import Customer, Stage
from voicenote.model.greeting import is_nameless
from voicenote.model.touch import ARRIVED, TouchKind, TouchState

#: The states of a memo that its customer has, or may have.
_SAID = [one.value for one in (*ARRIVED, TouchState.UNCERTAIN)]


def also_open(tx: Transaction, numbers: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Return the other open cases of the same person, by case, in order; only where there are any.

    One person is who `identity.same_person` says. Closed cases have none.
    """
    case = tables.cases
    query = select(case.c.number, case.c.customer).where(case.c.stage != Stage.CLOSED.value)
    mine = _numbered(tx, query.where(case.c.number.in_(list(numbers))))
    people = customer_store.read_customers(tx, set(mine.values()))
    alike = _numbered(tx, query.where(case.c.customer.in_(_alike(tx, people))))
    people |= customer_store.read_customers(tx, set(alike.values()) - people.keys())
    return _pairs(mine, alike, people)


def all_open(tx: Transaction) -> dict[int, tuple[int, ...]]:
    """Return the same as `also_open`, for every open case."""
    case, twice = tables.cases, find_twice(tx)
    if not twice:
        return {}
    query = select(case.c.number, case.c.customer).where(case.c.stage != Stage.CLOSED.value)
    found = {number: who for number, who in _numbered(tx, query).items() if who in twice}
    return _pairs(found, found, customer_store.read_customers(tx, set(found.values())))


def apologised_at(tx: Transaction, numbers: Sequence[int]) -> datetime | None:
    """Return when the newest memo of these cases was sent, or may have been; or None."""
    touch = tables.touches
    sent = func.max(func.coalesce(touch.c.sent_at, touch.c.due_at))
    said = (touch.c.kind == TouchKind.MEMO.value) & touch.c.state.in_(_SAID)
    query = select(type_coerce(sent, touch.c.due_at.type)).where(said)
    return tx.connection.execute(query.where(touch.c.case.in_(list(numbers)))).scalar()


def following(tx: Transaction, numbers: Sequence[int]) -> set[int]:
    """Return those of these cases whose memo was sent, and whose plan goes on."""
    case = tables.cases
    query = select(case.c.number).where(case.c.number.in_(list(numbers)))
    return set(tx.connection.execute(query.where(case.c.stage == Stage.FOLLOWING.value)).scalars())


def _numbered(tx: Transaction, query: Select[int, int]) -> dict[int, int]:
    return {row[0]: row[1] for row in tx.connection.execute(query)}


def _alike(tx: Transaction, people: Mapping[int, Customer]) -> Select[Any]:
    """Return the query for the customers who may be one of these people."""
    person = tables.customers
    marks = {mark for one in people.values() for mark in one.marks}
    names = {
        spelt
        for one in people.values()
        if not is_nameless(one.name)
        for spelt in (one.name, one.name.casefold(), one.name.title(), one.name.upper())
    }
    return select(person.c.number).where(
        or_(
            person.c.number.in_(list(people)),
            in_list(person.c.name, names, tx.connection.dialect.name),
            person.c.number.in_(customer_store.select_owners(tx, marks)),
        )
    )


def _pairs(
    mine: Mapping[int, int], others: Mapping[int, int], people: Mapping[int, Customer]
) -> dict[int, tuple[int, ...]]:
    """Return, by case in `mine`, those in `others` whose customer is the same person."""
    by_key: dict[str, set[int]] = defaultdict(set)
    for case, who in others.items():
        for key in _keys(people[who]):
            by_key[key].add(case)
    found: dict[int, tuple[int, ...]] = {}
    for case, who in mine.items():
        near: Collection[int] = set().union(*(by_key[key] for key in _keys(people[who]))) - {case}
        theirs = [
            one
            for one in sorted(near)
            if others[one] == who or same_person(people[who], people[others[one]])
        ]
        if theirs:
            found[case] = tuple(theirs)
    return found


def _keys(customer: Customer) -> set[str]:
    return {*customer.marks, f"name {customer.name.casefold()}"}
