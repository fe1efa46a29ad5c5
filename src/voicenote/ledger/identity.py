"""Which complaint is there already: by its ref, whatever file brings it; without one by its words.

A source that a person named (`--source`, a profile, a helpdesk's account) keeps its refs for
itself. One that was only made from a file's format does not: the same ref in another format, with
other columns or under another name is the same complaint. Where a file has no refs, the person and
the story tell it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, func, or_, select

from voicenote.addresses import mark
from voicenote.ledger import tables
from voicenote.ledger.columns import among
from voicenote.ledger.rows import CUSTOMER_FIELDS
from voicenote.ledger.store import Transaction
from voicenote.model.case import (
    MADE_REF,
    NAMELESS,
    Complaint,
    Customer,
    Stage,
    is_made_ref,
    story_of,
)

#: Told of a case of which a person said that it is another failure; facts: others, reason.
TOLD_APART = "told_apart"
#: The sources that are no more than a file's format; versions before added a hash of its columns.
_FORMAT = re.compile(r"(csv|json|new|zendesk)?|(csv|json)-[0-9a-f]{8}")
#: The fields in which two persons can be told apart; a number is one by either.
_KINDS = (("email",), ("phone", "whatsapp"), ("telegram",))


class StoredComplaint(NamedTuple):
    """A case as far as it tells which complaint it is; `number` is below 0 before it is kept."""

    number: int
    source: str
    ref: str
    story: str
    person: int
    customer: Customer


def is_named(source: str) -> bool:
    """Whether somebody named a source, or it names a helpdesk's account."""
    return not _FORMAT.fullmatch(source)


def same_person(one: Customer, other: Customer) -> bool:
    """Whether two are one: by an address in common; by name where one of them has no address.

    Two of one name, one with an email address and one with a number, may be anybody: a helpdesk
    has first names, and one line that tells the story of hundreds.
    """
    marks, others = every_mark(one), every_mark(other)
    if marks and others:
        return not marks.isdisjoint(others)
    return one.name.casefold() == other.name.casefold() not in NAMELESS


def _apart(one: Customer, other: Customer) -> bool:
    """Whether two have addresses of a kind, and none in common."""
    if every_mark(one) & every_mark(other):
        return False
    return any(_marks(one, names) and _marks(other, names) for names in _KINDS)


def clash(found: StoredComplaint, complaint: Complaint) -> bool:
    """Whether a complaint has the ref of a case and is surely another, so that it must be shown."""
    one, other = found.customer, complaint.customer
    named_apart = one.name.casefold() != other.name.casefold()
    if found.story == story_of(complaint.what_happened):
        return named_apart and _apart(one, other)
    return found.number < 0 or named_apart or _apart(one, other)


def _marks(customer: Customer, names: Sequence[str]) -> set[str]:
    return {mark(getattr(customer, name)) for name in names if getattr(customer, name)}


def every_mark(customer: Customer) -> set[str]:
    """Return all addresses of a customer, comparable."""
    return _marks(customer, [name for names in _KINDS for name in names])


@dataclass(slots=True)
class Known:
    """The cases that may be some complaints: those of the ledger, and new ones as they are met."""

    by_ref: dict[str, list[StoredComplaint]] = field(default_factory=lambda: defaultdict(list))
    by_who: dict[tuple[str, str], list[StoredComplaint]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def add(self, found: StoredComplaint) -> None:
        """Remember a case."""
        self.by_ref[found.ref].append(found)
        for who in (*every_mark(found.customer), found.customer.name.casefold()):
            self.by_who[found.story, who].append(found)

    def find(self, complaint: Complaint) -> StoredComplaint | None:
        """Return the case that a complaint is, or None for a new one."""
        story, named = story_of(complaint.what_happened), is_named(complaint.source)
        of_ref = self.by_ref.get(complaint.ref, [])
        theirs = [one for one in of_ref if same_person(one.customer, complaint.customer)]
        alike = [one for one in theirs if one.story == story]
        exact = [one for one in of_ref if one.source == complaint.source]
        loose = [one for one in (*theirs, *of_ref) if not (named or is_named(one.source))]
        if alike or exact or loose:
            return (*alike, *exact, *loose)[0]
        return self._by_story(complaint, story)

    def _by_story(self, complaint: Complaint, story: str) -> StoredComplaint | None:
        """Find what has no ref of its own, or is looked for by what has none."""
        made, customer = is_made_ref(complaint.ref), complaint.customer
        for who in (*sorted(every_mark(customer)), customer.name.casefold()):
            for one in self.by_who.get((story, who), []):
                if (made or is_made_ref(one.ref)) and same_person(one.customer, customer):
                    if _dated_apart(one.ref, complaint.ref):
                        continue
                    return one
        return None


def _dated_apart(one: str, other: str) -> bool:
    """Whether both refs that we made have a day, and not the same."""
    days = [ref.split("-")[2:] for ref in (one, other) if is_made_ref(ref)]
    return len(days) == 2 and all(days) and days[0] != days[1]


def as_found(complaint: Complaint, number: int) -> StoredComplaint:
    """Return a complaint that is about to become a case; `number` is below 0 until then."""
    return StoredComplaint(
        number,
        complaint.source,
        complaint.ref,
        story_of(complaint.what_happened),
        0,
        complaint.customer,
    )


def find_known(tx: Transaction, complaints: Sequence[Complaint]) -> Known:
    """Return the cases of the ledger that may be some of these complaints."""
    case, person = tables.cases, tables.customers
    columns = (case.c.number, case.c.source, case.c.ref, case.c.story, person.c.number)
    people = [person.c[name] for name in CUSTOMER_FIELDS]
    query = select(*columns, *people).join(person, person.c.number == case.c.customer)
    dialect = tx.connection.dialect.name
    refs = {one.ref for one in complaints}
    wheres: list[ColumnElement[bool]] = [among(case.c.ref, refs, dialect)]
    # one line may tell the story of thousands: only those of these people are read
    for refless in (True, False):
        some = [one for one in complaints if is_made_ref(one.ref) is refless]
        if some:
            told = among(case.c.story, {story_of(one.what_happened) for one in some}, dialect)
            told = told if refless else told & case.c.ref.startswith(MADE_REF)
            wheres.append(told & _any_of([one.customer for one in some], dialect))
    found = Known()
    rows = {row[0]: row for where in wheres for row in tx.connection.execute(query.where(where))}
    for number in sorted(rows):
        row = rows[number]
        source, ref, story, who, *values = row[1:]
        customer = Customer(**dict(zip(CUSTOMER_FIELDS, values, strict=True)))
        found.add(StoredComplaint(number, source, ref, story, who, customer))
    return found


def _any_of(customers: Sequence[Customer], dialect: str) -> ColumnElement[bool]:
    """Return what is so of a row that has the name, or an address, of one of these."""
    person = tables.customers
    wheres = [among(person.c.name, {one.name for one in customers}, dialect)]
    for of_kind in _KINDS:
        written = {getattr(one, name) for one in customers for name in of_kind} - {""}
        values = written | {mark(one) for one in written}
        wheres += [among(person.c[name], values, dialect) for name in of_kind if values]
    return or_(*wheres)


def alike(
    tx: Transaction, numbers: Sequence[int], since: datetime
) -> dict[int, list[tuple[int, Stage]]]:
    """Return the other cases with the story and an address of each: open, or active `since`.

    A case that is not in the answer has none.
    """
    case, person = tables.cases, tables.customers
    query = select(case.c.number, case.c.stage, case.c.story, *_addresses())
    query = query.join(person, person.c.number == case.c.customer).order_by(case.c.number)
    mine = [
        _likeness(row) for row in tx.connection.execute(query.where(case.c.number.in_(numbers)))
    ]
    written = {one for row in mine for one in row.addresses}
    marks = {mark(one) for one in written}
    if not marks:
        return {}
    dialect = tx.connection.dialect.name
    rows = tx.connection.execute(
        query.where(among(case.c.story, {row.story for row in mine}, dialect))
        .where(
            or_(
                *(among(func.lower(one), marks, dialect) for one in _addresses()),
                *(among(one, written, dialect) for one in _addresses()),
            )
        )
        .where(or_(case.c.closed_at.is_(None), case.c.closed_at >= since))
    )
    found: dict[tuple[str, str], dict[int, Stage]] = defaultdict(dict)
    for row in map(_likeness, rows):
        for key in row.keys:
            found[key][row.number] = row.stage
    others = {row.number: {n: s for key in row.keys for n, s in found[key].items()} for row in mine}
    return {
        number: [(n, stage) for n, stage in sorted(theirs.items()) if n != number]
        for number, theirs in others.items()
    }


class _Likeness(NamedTuple):
    number: int
    stage: Stage
    story: str
    addresses: tuple[str, ...]

    @property
    def keys(self) -> set[tuple[str, str]]:
        return {(self.story, mark(one)) for one in self.addresses}


def _likeness(row: Sequence[Any]) -> _Likeness:
    number, stage, story, addresses = row[0], Stage(row[1]), row[2], tuple(row)[3:]
    return _Likeness(number, stage, story, tuple(filter(None, addresses)))


def _addresses() -> list[Column[str]]:
    return [tables.customers.c[name] for of_kind in _KINDS for name in of_kind]


def is_told_apart(tx: Transaction, number: int) -> bool:
    """Whether a person has said that a case is nobody's double."""
    table = tables.history
    query = select(table.c.number).where(table.c.case == number, table.c.event == TOLD_APART)
    return tx.connection.execute(query.limit(1)).first() is not None
