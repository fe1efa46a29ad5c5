"""Customers, one row per person, and updates to them from later imports.

A newer value is taken when there was none, or when no person has said otherwise; else it is only
shown. A value that was replaced before isn't news: importing an old file again changes nothing
back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

from sqlalchemy import select, update

from voicenote.ledger import customer_store, optouts, tables
from voicenote.ledger.standing import is_standing
from voicenote.ledger.store import Transaction
from voicenote.model.address import Address, field_of, mark
from voicenote.model.case import Complaint, Customer, Stage

#: History event for each open case of a customer changed by an import; facts: field, was, now, by.
CHANGED = "customer_changed"
IMPORT = "import"
PERSON = "person"
#: What an import may update besides addresses.
NEWER = tuple(one.name for one in fields(Customer) if one.metadata.get("renewed"))


@dataclass(frozen=True, slots=True)
class News:
    """A field of a customer that an import gives differently; `kept` says why the old one stays."""

    name: str
    field: str
    was: str
    now: str
    kept: str = ""


def settle(
    tx: Transaction, complaints: Sequence[Complaint]
) -> tuple[list[int], dict[int, tuple[News, ...]]]:
    """Return the customer's number for each new complaint, and the news by the complaint's index.

    The same name and one address in common make one person, whatever else is known about them.
    """
    theirs = _of_addresses(tx, [complaint.customer for complaint in complaints])
    fresh: list[Customer] = []
    met: dict[tuple[str, str], int] = {}  # name and address → place in `fresh`
    numbers: list[int] = []
    brought: dict[int, tuple[News, ...]] = {}
    for place, complaint in enumerate(complaints):
        customer = complaint.customer
        keys = _keys(customer)
        if known := next((theirs[key] for key in keys if key in theirs), None):
            number, before = known
            brought[place] = renew(tx, number, before, complaint, again=False)
            theirs.update(dict.fromkeys(keys, known))
            numbers.append(number)
            continue
        at = next((met[key] for key in keys if key in met), len(fresh))
        if at == len(fresh):
            fresh.append(customer)
        else:
            fresh[at] = _changed(fresh[at], _others(fresh[at], complaint))
        met.update(dict.fromkeys(keys, at))
        numbers.append(-at - 1)
    made: list[int] = []
    if fresh:
        made = customer_store.add_customers(tx, fresh)
        optouts.recognise(tx, list(zip(made, fresh, strict=True)))
    return [made[-one - 1] if one < 0 else one for one in numbers], {
        place: news for place, news in brought.items() if news
    }


def _keys(customer: Customer) -> list[tuple[str, str]]:
    name = customer.name.casefold()
    return [(name, one) for one in sorted(customer.marks)]


def _of_addresses(
    tx: Transaction, customers: Sequence[Customer]
) -> dict[tuple[str, str], tuple[int, Customer]]:
    """Return who has one of these addresses: (name, address) → (number, customer)."""
    wanted = set().union(*(customer.marks for customer in customers))
    if not wanted:
        return {}
    people = customer_store.read_customers(tx, customer_store.find_owners(tx, wanted))
    found: dict[tuple[str, str], tuple[int, Customer]] = {}
    for number in sorted(people):
        for key in _keys(people[number]):
            found.setdefault(key, (number, people[number]))
    return found


def renew(
    tx: Transaction, number: int, before: Customer, complaint: Complaint, *, again: bool = True
) -> tuple[News, ...]:
    """Update a customer with what a complaint says; return what it says differently, taken or not.

    `again`: the complaint is already there, so what it says may be as old as it is.
    """
    if not _others(before, complaint):
        return ()
    # another row of the same import may have changed them
    before = customer_store.read_customer(tx, number)
    others = _others(before, complaint)
    case = tables.cases
    query = select(case.c.number, case.c.stage, case.c.opened_at).where(case.c.customer == number)
    theirs = list(tx.connection.execute(query))
    told = _told_changes(tx, [row[0] for row in theirs])
    older = any(row[2] > complaint.opened_at for row in theirs)
    news: list[News] = []
    taken: list[Change] = []
    for change in others:
        once = any(mark(change.now) == mark(old) for field, old, _ in told if field == change.field)
        if once and (again or older):
            continue  # that was the value once, and somebody has replaced it since
        kept = _conflict_line(change.field, change.was, told, older=older)
        news.append(News(before.name, change.field, change.was, change.now, kept))
        if not kept:
            taken.append(change)
    if taken:
        _take(tx, number, _changed(before, taken), taken)
        _tell(tx, [row[0] for row in theirs if row[1] != Stage.CLOSED.value], taken, IMPORT)
    return tuple(news)


def address_as(tx: Transaction, case: int, said: Mapping[str, str]) -> None:
    """Change how the customer of a case is addressed, by field, as a person says.

    "" makes a field unknown again. A later import doesn't change what was said.
    """
    table = tables.cases
    query = select(table.c.customer).where(table.c.number == case)
    number = tx.connection.execute(query).scalar_one()
    before = customer_store.read_customer(tx, number)
    changes = [Change(name, getattr(before, name), now) for name, now in said.items()]
    changes = [one for one in changes if one.was != one.now]
    if not changes:
        return
    _take(tx, number, _changed(before, changes), changes)
    theirs = select(table.c.number).where(
        table.c.customer == number, table.c.stage != Stage.CLOSED.value
    )
    _tell(tx, tx.connection.execute(theirs).scalars().all(), changes, PERSON)


def _tell(tx: Transaction, cases: Sequence[int], changes: Sequence[Change], by: str) -> None:
    for case in cases:
        for one in changes:
            tx.tell(CHANGED, case, field=one.field, was=one.was, now=one.now, by=by)


class Change(NamedTuple):
    """A field of a customer that a complaint gives differently from the ledger."""

    field: str
    was: str
    now: str
    address: Address | None = None


def _others(before: Customer, complaint: Complaint) -> list[Change]:
    """Return what a complaint says about its customer that differs from `before`.

    A value that the import only assumes for all customers doesn't count against a known one. The
    first address of a kind is the one to write to; any other is news only if it is unknown.
    """
    given, said = complaint.customer, []
    for name in NEWER:
        was, value = getattr(before, name), getattr(given, name)
        if value and mark(value) != mark(was):
            said.append(Change(name, was, value))
    for one in given.addresses:
        first, was = given.address(one.kind) == one.value, before.address(one.kind)
        if one.mark not in ({mark(was, one.kind)} if first else before.marks):
            said.append(Change(field_of(one.kind), was if first else "", one.value, one))
    return [one for one in said if not (one.field in complaint.assumed and one.was)]


def _changed(before: Customer, changes: Sequence[Change]) -> Customer:
    """Return a customer with changes applied; their old addresses follow the new ones."""
    given = [one.address for one in changes if one.address]
    known = {(one.kind, one.mark) for one in given}
    kept = [one for one in before.addresses if (one.kind, one.mark) not in known]
    fields = {one.field: one.now for one in changes if not one.address}
    return replace(before, addresses=(*given, *kept), **fields)


def _take(tx: Transaction, number: int, after: Customer, taken: Sequence[Change]) -> None:
    """Write the changes that are taken. Someone who opted out stays so with a new address."""
    table = tables.customers
    values: dict[str, Any] = {name: getattr(after, name) for name in NEWER}
    tx.connection.execute(update(table).where(table.c.number == number).values(**values))
    customer_store.give_addresses(tx, number, [one.address for one in taken if one.address])
    optouts.recognise(tx, [(number, after)])


def _conflict_line(
    name: str, was: str, told: Sequence[tuple[str, str, str]], *, older: bool
) -> str:
    if not was:
        return ""
    if any(field == name and by != IMPORT for field, _, by in told):
        return "a person has said so"
    return "the complaint is older than what is known" if older else ""


def _told_changes(tx: Transaction, numbers: Sequence[int]) -> list[tuple[str, str, str]]:
    """Return (field, old value, by whom) of each change in the history of a customer's cases."""
    table = tables.history
    query = select(table.c.event, table.c.facts).where(
        table.c.case.in_(numbers),
        table.c.event.in_((CHANGED, "customer_joined")),
        is_standing(),
    )
    found: list[tuple[str, str, str]] = []
    for event, facts in tx.connection.execute(query):
        if event == CHANGED:
            found.append((facts["field"], facts["was"], facts["by"]))
        else:
            found.append((facts["by"], "", "customer"))  # they have shown it is theirs
    return found
