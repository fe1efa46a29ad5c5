"""The owner's own sentences of a known case, brought by a later import: a column filled in later.

As with customers, what a person has said in `triage` stays, and a value that was replaced before
isn't news: importing an old file again changes nothing back. A memo that was sent stays as it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import select, update

from voicenote.ledger import tables
from voicenote.ledger.customers import News
from voicenote.ledger.standing import is_standing
from voicenote.ledger.store import Transaction
from voicenote.model.case import Complaint
from voicenote.model.transitions import UNSENT

#: History event for a field that an import changed; facts: field, was, now.
RENEWED = "words_renewed"
DEED = "deed"
#: History events in which a person says such a field: `triage`, and the deed of a promise.
TRIAGED, DEED_SAID = "case_triaged", "deed_said"
#: The same for `edit`: facts are field, was, now, and amends for a promise's.
EDITED, AMENDS_EDITED = "case_edited", "amends_edited"
#: The fields of a case that a later import may bring; an enum is told by its value.
WORDS = tuple(one.name for one in fields(Complaint) if one.metadata.get("renewed"))


def renew_words(
    tx: Transaction, known: Sequence[tuple[int, Complaint]]
) -> dict[int, tuple[News, ...]]:
    """Update known cases, each with its complaint; return what is said differently, by case."""
    given = {number: found for number, one in known if (found := _given(one))}
    before = _kept(tx, given)
    differ = {
        number: {name: now for name, now in given[number].items() if now != was.get(name, now)}
        for number, was in before.items()
    }
    numbers = [number for number, changes in differ.items() if changes]
    told = _told(tx, numbers)
    people = {number: one.customer.name for number, one in known}
    news = {}
    for number in numbers:
        lines = [
            News(people[number], name, before[number][name], now, kept)
            for name, now in differ[number].items()
            if (kept := _why_kept(told[number], name, now)) is not None
        ]
        for one in lines:
            if not one.kept:
                _take(tx, number, one)
        news[number] = tuple(lines)
    return news


def _given(complaint: Complaint) -> dict[str, str]:
    said = {name: str(getattr(complaint, name) or "") for name in WORDS}
    for promise in complaint.promises[:1]:
        said[DEED] = promise.deed
    return {name: value for name, value in said.items() if value}


def _kept(tx: Transaction, numbers: Mapping[int, object]) -> dict[int, dict[str, str]]:
    """Return what unsent cases have now; a deed is that of the promise which came with the case."""
    if not numbers:
        return {}
    case, promised = tables.cases, tables.amends
    of_case = select(case.c.number, *(case.c[name] for name in WORDS)).where(
        case.c.number.in_(list(numbers)),
        case.c.stage.in_([stage.value for stage in UNSENT]),
    )
    found = {
        row["number"]: {name: row[name] or "" for name in WORDS}
        for row in tx.connection.execute(of_case).mappings()
    }
    of_deed = select(promised.c.case, promised.c.deed).where(
        promised.c.case.in_(list(found)), promised.c.k == 1
    )
    for number, deed in tx.connection.execute(of_deed) if found else ():
        found[number][DEED] = deed
    return found


def _told(tx: Transaction, numbers: Sequence[int]) -> dict[int, list[tuple[str, dict[str, Any]]]]:
    """Return the lines of history about these fields, by case: (event, facts)."""
    found: dict[int, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    if numbers:
        line = tables.history
        query = select(line.c.case, line.c.event, line.c.facts).where(
            line.c.case.in_(list(numbers)),
            line.c.event.in_((RENEWED, TRIAGED, DEED_SAID, EDITED, AMENDS_EDITED)),
            is_standing(),
        )
        for case, event, facts in tx.connection.execute(query):
            found[case].append((event, facts))
    return found


def _why_kept(told: Sequence[tuple[str, Mapping[str, Any]]], name: str, now: str) -> str | None:
    """Return why a value is kept, "" when the new one is taken, None when it isn't news."""
    renewed = [facts for event, facts in told if event == RENEWED and facts["field"] == name]
    if any(facts["was"] == now for facts in renewed):
        return None
    return "a person has said so" if _is_said(told, name) else ""


def is_said(tx: Transaction, case: int, name: str) -> bool:
    """Whether a person has said this field of a case, in `triage` or by `edit`."""
    return _is_said(_told(tx, [case])[case], name)


def _is_said(told: Sequence[tuple[str, Mapping[str, Any]]], name: str) -> bool:
    said = (facts for event, facts in told if event != RENEWED)
    return any(name in facts or facts.get("field") == name for facts in said)


def _take(tx: Transaction, number: int, one: News) -> None:
    cases, promised = tables.cases, tables.amends
    if one.field == DEED:
        change = update(promised).where(promised.c.case == number, promised.c.k == 1)
    else:
        change = update(cases).where(cases.c.number == number)
    tx.connection.execute(change.values(**{one.field: one.now}))
    tx.tell(RENEWED, number, field=one.field, was=one.was, now=one.now)
