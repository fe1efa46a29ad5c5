"""Customers: one row a person, and what a later import knows better of them.

Newer is taken where nothing was, or where no person has said otherwise; else it is shown. What was
so once and was replaced is no news: an old file that is imported again changes nothing back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import select, update

from voicenote.ledger import customer_store, optouts, tables
from voicenote.ledger.store import Transaction
from voicenote.model.address import Address, field_of, mark
from voicenote.model.case import Complaint, Customer, Stage

#: Told of each open case of a customer whom an import changed; facts: field, was, now, by.
CHANGED = "customer_changed"
IMPORT = "import"
#: What an import may know better, beside how they are reached: how they speak, where they are.
NEWER = ("language", "time_zone")


@dataclass(frozen=True, slots=True)
class News:
    """What an import says of a customer, and the ledger had otherwise; `kept` says why it stays."""

    name: str
    field: str
    was: str
    now: str
    kept: str = ""


def settle(
    tx: Transaction, complaints: Sequence[Complaint]
) -> tuple[list[int], dict[int, tuple[News, ...]]]:
    """Return a customer's number for each of some new complaints, and what these have of news.

    One name with one address in common is one person, whatever else is known of them by now.
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
    """Return who has one of the addresses: (name, address) → number and customer."""
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
    """Take what a complaint knows better of a customer; return what is new, and what was kept.

    `again`: the complaint is there already, so what it says may be as old as it is.
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
            continue  # it was so once, and somebody knew better since
        kept = _conflict_line(change.field, change.was, told, older=older)
        news.append(News(before.name, change.field, change.was, change.now, kept))
        if not kept:
            taken.append(change)
    if taken:
        _take(tx, number, _changed(before, taken), taken)
        for which in [row[0] for row in theirs if row[1] != Stage.CLOSED.value]:
            for one in taken:
                facts = {"field": one.field, "was": one.was, "now": one.now, "by": IMPORT}
                tx.tell(CHANGED, which, **facts)
    return tuple(news)


class Change(NamedTuple):
    """What a complaint says of a field of its customer, and is not so here."""

    field: str
    was: str
    now: str
    address: Address | None = None


def _others(before: Customer, complaint: Complaint) -> list[Change]:
    """Return what a complaint says of its customer, and is not so here.

    What an import only assumes of all its customers is no news of one who is known better. Of
    several addresses of a kind the first is the one to write to; another is news only if unknown.
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
    """Return a customer with changes; addresses that they had stay theirs, after the new ones."""
    given = [one.address for one in changes if one.address]
    known = {(one.kind, one.mark) for one in given}
    kept = [one for one in before.addresses if (one.kind, one.mark) not in known]
    fields = {one.field: one.now for one in changes if not one.address}
    return replace(before, addresses=(*given, *kept), **fields)


def _take(tx: Transaction, number: int, after: Customer, taken: Sequence[Change]) -> None:
    """Write what is newer; a new address does not bring back who wants to hear no more."""
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
    """Return (field, what it was, by whom) of each change of a customer, from their history."""
    table = tables.history
    query = select(table.c.event, table.c.facts).where(
        table.c.case.in_(numbers), table.c.event.in_((CHANGED, "customer_joined"))
    )
    found: list[tuple[str, str, str]] = []
    for event, facts in tx.connection.execute(query):
        if event == CHANGED:
            found.append((facts["field"], facts["was"], facts["by"]))
        else:
            found.append((facts["by"], "", "customer"))  # they have shown that it is theirs
    return found
