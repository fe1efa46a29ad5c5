"""Customers: one row a person, and what a later import knows better of them.

Newer is taken where nothing was, or where no person has said otherwise; else it is shown. What was
so once and was replaced is no news: an old file that is imported again changes nothing back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, or_, select, update

from voicenote.addresses import mark
from voicenote.ledger import optouts, rows, tables
from voicenote.ledger.columns import among
from voicenote.ledger.store import Transaction
from voicenote.model.case import Complaint, Customer, Stage

#: Told of each open case of a customer whom an import changed; facts: field, was, now, by.
CHANGED = "customer_changed"
IMPORT = "import"
ADDRESSES = ("email", "phone", "telegram", "whatsapp")
#: What an import may know better: how they speak, where they are, how they are reached.
NEWER = ("language", "time_zone", *ADDRESSES)


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
    table = tables.customers
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
            fresh[at] = Customer(**rows.customer_out(fresh[at]) | _others(fresh[at], complaint))
        met.update(dict.fromkeys(keys, at))
        numbers.append(-at - 1)
    made: list[int] = []
    if fresh:
        statement = insert(table).returning(table.c.number, sort_by_parameter_order=True)
        values = [rows.customer_out(customer) for customer in fresh]
        made = list(tx.connection.execute(statement, values).scalars())
        optouts.recognise(tx, list(zip(made, fresh, strict=True)))
    return [made[-one - 1] if one < 0 else one for one in numbers], {
        place: news for place, news in brought.items() if news
    }


def _keys(customer: Customer) -> list[tuple[str, str]]:
    name = customer.name.casefold()
    return [(name, one) for one in optouts.addresses(customer)]


def _of_addresses(
    tx: Transaction, customers: Sequence[Customer]
) -> dict[tuple[str, str], tuple[int, Customer]]:
    """Return who has one of the addresses: (name, address) → number and customer."""
    table = tables.customers
    wanted = {one for customer in customers for one in optouts.addresses(customer)}
    wanted |= {customer.email for customer in customers if customer.email}
    if not wanted:
        return {}
    columns = [table.c[name] for name in rows.CUSTOMER_FIELDS]
    dialect = tx.connection.dialect.name
    query = select(table.c.number, *columns).where(
        or_(*(among(table.c[name], wanted, dialect) for name in ADDRESSES))
    )
    found: dict[tuple[str, str], tuple[int, Customer]] = {}
    for number, *values in tx.connection.execute(query.order_by(table.c.number)):
        customer = Customer(**dict(zip(rows.CUSTOMER_FIELDS, values, strict=True)))
        for key in _keys(customer):
            found.setdefault(key, (number, customer))
    return found


def renew(
    tx: Transaction, number: int, before: Customer, complaint: Complaint, *, again: bool = True
) -> tuple[News, ...]:
    """Take what a complaint knows better of a customer; return what is new, and what was kept.

    `again`: the complaint is there already, so what it says may be as old as it is.
    """
    if not _others(before, complaint):
        return ()
    before = _read_customer(tx, number)  # another row of the same import may have changed them
    others = _others(before, complaint)
    case = tables.cases
    query = select(case.c.number, case.c.stage, case.c.opened_at).where(case.c.customer == number)
    theirs = list(tx.connection.execute(query))
    told = _told_changes(tx, [row[0] for row in theirs])
    older = any(row[2] > complaint.opened_at for row in theirs)
    news: list[News] = []
    for name, value in others.items():
        was = getattr(before, name)
        once = any(mark(value) == mark(old) for field, old, _ in told if field == name)
        if once and (again or older):
            continue  # it was so once, and somebody knew better since
        kept = _conflict_line(name, was, told, older=older)
        news.append(News(before.name, name, was, value, kept))
    if taken := [one for one in news if not one.kept]:
        _take(tx, number, before, taken)
        for which in [row[0] for row in theirs if row[1] != Stage.CLOSED.value]:
            for one in taken:
                facts = {"field": one.field, "was": one.was, "now": one.now, "by": IMPORT}
                tx.tell(CHANGED, which, **facts)
    return tuple(news)


def _others(before: Customer, complaint: Complaint) -> dict[str, str]:
    """Return what a complaint says of its customer, and is not so here: field → value.

    What an import only assumes of all its customers is no news of one who is known better.
    """
    said: dict[str, str] = {}
    for name in NEWER:
        was, value = getattr(before, name), getattr(complaint.customer, name)
        assumed = name in complaint.assumed and was
        if value and mark(value) != mark(was) and not assumed:
            said[name] = value
    return said


def _read_customer(tx: Transaction, number: int) -> Customer:
    table = tables.customers
    columns = [table.c[name] for name in rows.CUSTOMER_FIELDS]
    row = tx.connection.execute(select(*columns).where(table.c.number == number)).one()
    return Customer(**dict(zip(rows.CUSTOMER_FIELDS, row, strict=True)))


def _take(tx: Transaction, number: int, before: Customer, taken: Sequence[News]) -> None:
    """Write what is newer; a new address does not bring back who wants to hear no more."""
    table = tables.customers
    values: dict[str, Any] = {one.field: one.now for one in taken}
    person = table.c.number == number
    after = Customer(**{**rows.customer_out(before), **values})
    if optouts.has_opted_out(tx, before):
        values["opted_out_at"] = tx.now
    tx.connection.execute(update(table).where(person).values(**values))
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
