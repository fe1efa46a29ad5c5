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
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select

from voicenote.ledger import customer_store, tables
from voicenote.ledger.list_params import in_list
from voicenote.ledger.store import Transaction
from voicenote.model.address import NUMBERS
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
    marks, others = one.marks, other.marks
    if marks and others:
        return not marks.isdisjoint(others)
    return one.name.casefold() == other.name.casefold() not in NAMELESS


def _apart(one: Customer, other: Customer) -> bool:
    """Whether two have addresses of a kind, and none in common."""
    if one.marks & other.marks:
        return False
    return not _kinds(one).isdisjoint(_kinds(other))


def _kinds(customer: Customer) -> set[str]:
    """Return the kinds of address by which a customer can be told apart; a number is one kind."""
    return {NUMBERS[0] if one.kind in NUMBERS else one.kind for one in customer.addresses}


def clash(found: StoredComplaint, complaint: Complaint) -> bool:
    """Whether a complaint has the ref of a case and is surely another, so that it must be shown."""
    one, other = found.customer, complaint.customer
    named_apart = one.name.casefold() != other.name.casefold()
    if found.story == story_of(complaint.what_happened):
        return named_apart and _apart(one, other)
    return found.number < 0 or named_apart or _apart(one, other)


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
        for who in (*found.customer.marks, found.customer.name.casefold()):
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
        for who in (*sorted(customer.marks), customer.name.casefold()):
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
    query = select(case.c.number, case.c.source, case.c.ref, case.c.story, case.c.customer)
    dialect = tx.connection.dialect.name
    refs = {one.ref for one in complaints}
    queries = [query.where(in_list(case.c.ref, refs, dialect))]
    # one line may tell the story of thousands: only those of these people are read
    for refless in (True, False):
        some = [one for one in complaints if is_made_ref(one.ref) is refless]
        if some:
            told = in_list(case.c.story, {story_of(one.what_happened) for one in some}, dialect)
            told = told if refless else told & case.c.ref.startswith(MADE_REF)
            theirs = query.join(person, person.c.number == case.c.customer)
            queries.append(theirs.where(told & _any_of(tx, [one.customer for one in some])))
    found = Known()
    rows = {row[0]: row for asked in queries for row in tx.connection.execute(asked)}
    people = customer_store.read_customers(tx, {row[4] for row in rows.values()})
    for number in sorted(rows):
        found.add(StoredComplaint(*rows[number], people[rows[number][4]]))
    return found


def _any_of(tx: Transaction, customers: Sequence[Customer]) -> ColumnElement[bool]:
    """Return what is so of a row that has the name, or an address, of one of these."""
    person = tables.customers
    marks = {one for customer in customers for one in customer.marks}
    named = in_list(person.c.name, {one.name for one in customers}, tx.connection.dialect.name)
    return named | person.c.number.in_(customer_store.select_owners(tx, marks))


def alike(
    tx: Transaction, numbers: Sequence[int], since: datetime
) -> dict[int, list[tuple[int, Stage]]]:
    """Return the other cases with the story and an address of each: open, or active `since`.

    A case that is not in the answer has none.
    """
    case, known = tables.cases, tables.addresses
    query = select(case.c.number, case.c.stage, case.c.story, known.c.sha256)
    query = query.join(known, known.c.customer == case.c.customer)
    mine: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for number, _, *key in tx.connection.execute(query.where(case.c.number.in_(numbers))):
        mine[number].add(tuple(key))
    keys = set().union(*mine.values())
    if not keys:
        return {}
    dialect = tx.connection.dialect.name
    rows = tx.connection.execute(
        query.where(in_list(case.c.story, {story for story, _ in keys}, dialect))
        .where(in_list(known.c.sha256, {sha256 for _, sha256 in keys}, dialect))
        .where(or_(case.c.closed_at.is_(None), case.c.closed_at >= since))
    )
    found: dict[tuple[str, str], dict[int, Stage]] = defaultdict(dict)
    for number, stage, *key in rows:
        found[tuple(key)][number] = Stage(stage)
    others = {
        number: {n: s for key in its for n, s in found[key].items()} for number, its in mine.items()
    }
    return {
        number: [(n, stage) for n, stage in sorted(theirs.items()) if n != number]
        for number, theirs in others.items()
    }


def is_told_apart(tx: Transaction, number: int) -> bool:
    """Whether a person has said that a case is nobody's double."""
    table = tables.history
    query = select(table.c.number).where(table.c.case == number, table.c.event == TOLD_APART)
    return tx.connection.execute(query.limit(1)).first() is not None
