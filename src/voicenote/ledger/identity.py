"""Recognition of complaints that are already there: by ref, or else by person and story.

A source that a person named (`--source`, a profile, a helpdesk's account) has its own refs. A
source that was only made from a file's format doesn't: the same ref in another format, with other
columns or under another name is the same complaint. In files without refs, the person and the
story identify a complaint.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Row, or_, select

from voicenote.ledger import customer_store, tables
from voicenote.ledger.list_params import in_list
from voicenote.ledger.standing import is_standing
from voicenote.ledger.store import Transaction
from voicenote.model.address import NUMBERS
from voicenote.model.case import (
    MADE_REF,
    Complaint,
    Customer,
    Outcome,
    Stage,
    is_made_ref,
    story_of,
)
from voicenote.model.greeting import is_nameless

#: History event when a person says that a case is a separate failure; facts: others, reason.
TOLD_APART = "told_apart"
#: The outcomes of cases that were taken out: nothing is a duplicate of them.
TAKEN_OUT = (Outcome.WITHDRAWN.value, Outcome.MERGED.value)
#: Sources that are only a file's format; older versions added a hash of its columns.
_FORMAT = re.compile(r"(csv|json|new|zendesk)?|(csv|json)-[0-9a-f]{8}")


class StoredComplaint(NamedTuple):
    """What identifies the complaint of a case; `number` is negative until the case is stored."""

    number: int
    source: str
    ref: str
    story: str
    person: int
    customer: Customer


def is_named(source: str) -> bool:
    """Return whether a person named this source, or it names a helpdesk's account."""
    return not _FORMAT.fullmatch(source)


def same_person(one: Customer, other: Customer) -> bool:
    """Return whether two customers are one person.

    They are if they share an address, or a name when one of them has no address. Two Anns, one
    with an email address and one with a number, may be anybody: helpdesks often have first names
    only, and one line may tell the story of hundreds.
    """
    marks, others = one.marks, other.marks
    if marks and others:
        return not marks.isdisjoint(others)
    return one.name.casefold() == other.name.casefold() and not is_nameless(one.name)


def _apart(one: Customer, other: Customer) -> bool:
    """Return whether two customers have addresses of the same kind, but none in common."""
    if one.marks & other.marks:
        return False
    return not _kinds(one).isdisjoint(_kinds(other))


def _kinds(customer: Customer) -> set[str]:
    """Return the kinds of a customer's addresses; all kinds of number count as one."""
    return {NUMBERS[0] if one.kind in NUMBERS else one.kind for one in customer.addresses}


def clash(found: StoredComplaint, complaint: Complaint) -> bool:
    """Return whether a complaint that was matched to a case is clearly a different one."""
    one, other = found.customer, complaint.customer
    named_apart = one.name.casefold() != other.name.casefold()
    if found.story == story_of(complaint.what_happened):
        return named_apart and _apart(one, other)
    return found.number < 0 or named_apart or _apart(one, other)


@dataclass(slots=True)
class Known:
    """An index of cases that complaints may match: those in the ledger, and new ones once added."""

    by_ref: dict[str, list[StoredComplaint]] = field(default_factory=lambda: defaultdict(list))
    by_who: dict[tuple[str, str], list[StoredComplaint]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def add(self, found: StoredComplaint) -> None:
        """Add a case to the index."""
        self.by_ref[found.ref].append(found)
        for who in (*found.customer.marks, found.customer.name.casefold()):
            self.by_who[found.story, who].append(found)

    def find(self, complaint: Complaint) -> StoredComplaint | None:
        """Return the case of this complaint, or None for a new complaint."""
        of_ref = self.by_ref.get(complaint.ref, [])
        exact = [one for one in of_ref if one.source == complaint.source]
        if exact and len(of_ref) == 1:
            return exact[0]
        story, named = story_of(complaint.what_happened), is_named(complaint.source)
        theirs = [one for one in of_ref if same_person(one.customer, complaint.customer)]
        alike = [one for one in theirs if one.story == story]
        loose = [one for one in (*theirs, *of_ref) if not (named or is_named(one.source))]
        if alike or exact or loose:
            return (*alike, *exact, *loose)[0]
        return self._by_story(complaint, story)

    def _by_story(self, complaint: Complaint, story: str) -> StoredComplaint | None:
        """Return the case of this story, when the complaint or the case has no ref of its own."""
        made, customer = is_made_ref(complaint.ref), complaint.customer
        for who in (*sorted(customer.marks), customer.name.casefold()):
            for one in self.by_who.get((story, who), []):
                if (made or is_made_ref(one.ref)) and same_person(one.customer, customer):
                    if _dated_apart(one.ref, complaint.ref):
                        continue
                    return one
        return None


def _dated_apart(one: str, other: str) -> bool:
    """Return whether both are refs that we made, with two different days in them."""
    days = [ref.split("-")[2:] for ref in (one, other) if is_made_ref(ref)]
    return len(days) == 2 and all(days) and days[0] != days[1]


def as_found(complaint: Complaint, number: int) -> StoredComplaint:
    """Return a complaint that will become a case; `number` is negative until then."""
    return StoredComplaint(
        number,
        complaint.source,
        complaint.ref,
        story_of(complaint.what_happened),
        0,
        complaint.customer,
    )


def find_known(tx: Transaction, complaints: Sequence[Complaint]) -> Known:
    """Return the cases in the ledger that may be one of these complaints."""
    case, person = tables.cases, tables.customers
    query = select(case.c.number, case.c.source, case.c.ref, case.c.story, case.c.customer)
    dialect = tx.connection.dialect.name
    of_refs = query.where(in_list(case.c.ref, {one.ref for one in complaints}, dialect))
    rows = {row[0]: row for row in tx.connection.execute(of_refs)}
    there = {(row[1], row[2]) for row in rows.values()}
    unknown = [one for one in complaints if (one.source, one.ref) not in there]
    # thousands of cases may share a one-line story: only those of these people are read
    for refless in (True, False):
        some = [one for one in unknown if is_made_ref(one.ref) is refless]
        if some:
            told = in_list(case.c.story, {story_of(one.what_happened) for one in some}, dialect)
            told = told if refless else told & case.c.ref.startswith(MADE_REF)
            theirs = query.join(person, person.c.number == case.c.customer)
            asked = theirs.where(told & _any_of(tx, [one.customer for one in some]))
            rows |= {row[0]: row for row in tx.connection.execute(asked)}
    found = Known()
    people = customer_store.read_customers(tx, {row[4] for row in rows.values()})
    for number in sorted(rows):
        found.add(StoredComplaint(*rows[number], people[rows[number][4]]))
    return found


def _any_of(tx: Transaction, customers: Sequence[Customer]) -> ColumnElement[bool]:
    """Return the condition that a row has the name or an address of one of these customers."""
    person = tables.customers
    marks = {one for customer in customers for one in customer.marks}
    # as usually written, because databases fold only ASCII letters
    names = {
        name
        for one in customers
        for name in (one.name, one.name.casefold(), one.name.title(), one.name.upper())
    }
    named = in_list(person.c.name, names, tx.connection.dialect.name)
    return named | person.c.number.in_(customer_store.select_owners(tx, marks))


def alike(
    tx: Transaction, numbers: Sequence[int], since: datetime
) -> dict[int, list[tuple[int, Stage]]]:
    """Return, by case, the others in which one person tells the same story: (number, stage).

    Only cases that are open, or were closed no earlier than `since`, are listed.
    """
    case, person = tables.cases, tables.customers
    query = select(case.c.number, case.c.stage, case.c.story, case.c.customer)
    mine = tx.connection.execute(query.where(case.c.number.in_(numbers))).all()
    people = customer_store.read_customers(tx, {row.customer for row in mine})
    stories = in_list(case.c.story, {row.story for row in mine}, tx.connection.dialect.name)
    rows = tx.connection.execute(
        query.join(person, person.c.number == case.c.customer)
        .where(stories & _any_of(tx, tuple(people.values())))
        .where(or_(case.c.closed_at.is_(None), case.c.closed_at >= since))
        .where(or_(case.c.outcome.is_(None), case.c.outcome.not_in(TAKEN_OUT)))
        .order_by(case.c.number)
    ).all()
    people |= customer_store.read_customers(tx, {row.customer for row in rows} - people.keys())
    told: dict[str, list[Row[int, str, str, int]]] = defaultdict(list)
    for row in rows:
        told[row.story].append(row)
    return {
        one.number: [
            (row.number, Stage(row.stage))
            for row in told[one.story]
            if row.number != one.number and same_person(people[one.customer], people[row.customer])
        ]
        for one in mine
    }


def is_told_apart(tx: Transaction, number: int) -> bool:
    """Return whether a person has said that this case isn't a duplicate."""
    table = tables.history
    query = select(table.c.number).where(table.c.case == number, table.c.event == TOLD_APART)
    return tx.connection.execute(query.where(is_standing()).limit(1)).first() is not None
