"""Cases with their promises and lessons: adding, finding, reading and revising them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import bindparam, insert, select, update

from voicenote.ledger import (
    customer_store,
    customers,
    identity,
    rows,
    tables,
    word_renewal,
)
from voicenote.ledger.changes import hold_case, no_such_case
from voicenote.ledger.customers import News
from voicenote.ledger.identity import StoredComplaint
from voicenote.ledger.list_params import list_param
from voicenote.ledger.store import Transaction
from voicenote.ledger.unreadable import reading
from voicenote.ledger.word_renewal import DEED_SAID
from voicenote.model.case import Case, Complaint, Lesson, Stage, story_of
from voicenote.model.likeness import is_retold
from voicenote.model.promise import AmendsState, Promise

Item = TypeVar("Item")

#: How many rows go to the database at once; SQLite takes 32,766 parameters in a statement.
CHUNK = 500

_CASES = select(tables.cases).where(tables.cases.c.number.in_(list_param("numbers")))
_AMENDS = (
    select(tables.amends)
    .where(tables.amends.c.case.in_(list_param("numbers")))
    .order_by(tables.amends.c.case, tables.amends.c.k)
)
_REVISE = update(tables.cases).where(tables.cases.c.number == bindparam("its_number"))
_STAGE = select(tables.cases.c.stage).where(tables.cases.c.number == bindparam("its_number"))
_LESSONS = select(tables.lessons).where(tables.lessons.c.case.in_(list_param("numbers")))


@dataclass(frozen=True, slots=True)
class AddedCase:
    """What became of one complaint: its case, and whether that is new.

    `clash`: its ref is already there, from another person with another story; `second`: from the
    same person with another one; `reworded`: the same story in other words. `news`: what it says
    about a known customer, and whether that was taken.
    """

    complaint: Complaint
    case: int
    new: bool
    clash: bool = False
    reworded: bool = False
    second: bool = False
    news: tuple[News, ...] = ()


def chunks(items: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """Yield `items` in lists of at most `size`."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def add(tx: Transaction, complaints: Sequence[Complaint], batch: str = "") -> list[AddedCase]:
    """Add complaints as cases; those already there stay as they are (import is idempotent).

    Newer facts about their customers are taken, and the owner's sentences about them, unless a
    person has said otherwise.
    """
    known = identity.find_known(tx, complaints)
    fresh: list[Complaint] = []
    found: list[StoredComplaint] = []
    for complaint in complaints:
        one = known.find(complaint)
        if one is None:
            fresh.append(complaint)
            one = identity.as_found(complaint, -len(fresh))
            known.add(one)
        found.append(one)
    numbers, told = _insert(tx, fresh, batch) if fresh else ([], {})
    results: list[AddedCase] = []
    for complaint, one in zip(complaints, found, strict=True):
        number = one.number if one.number > 0 else numbers[-one.number - 1]
        if one.number < 0 and fresh[-one.number - 1] is complaint:
            results.append(AddedCase(complaint, number, new=True, news=told.get(number, ())))
            continue
        same = one.story == story_of(complaint.what_happened)
        clash = identity.clash(one, complaint)
        news: tuple[News, ...] = ()
        if one.number > 0 and not clash:
            news = customers.renew(tx, one.person, one.customer, complaint)
        reworded = not (same or clash)
        results.append(
            AddedCase(complaint, number, new=False, clash=clash, reworded=reworded, news=news)
        )
    return _renew_words(tx, _tell_second(tx, results), added=set(numbers))


def _tell_second(tx: Transaction, results: Sequence[AddedCase]) -> list[AddedCase]:
    """Return the results with those marked that aren't in other words, but another complaint."""
    told = [one.case for one in results if one.reworded]
    if not told:
        return [*results]
    case, found = tables.cases.c, dict[int, str]()
    for some in chunks(told):
        query = select(case.number, case.what_happened).where(case.number.in_(some))
        found |= {row[0]: row[1] for row in tx.connection.execute(query)}
    return [
        replace(one, reworded=False, second=True)
        if one.reworded and not is_retold(found[one.case], one.complaint.what_happened)
        else one
        for one in results
    ]


def _renew_words(
    tx: Transaction, results: Sequence[AddedCase], added: Collection[int]
) -> list[AddedCase]:
    """Take the owner's sentences about cases that were there; return the results with that news."""
    there = [
        (one.case, one.complaint)
        for one in results
        if not (one.clash or one.second or one.case in added)
    ]
    news = word_renewal.renew_words(tx, there)
    return [
        replace(one, news=(*one.news, *news.pop(one.case))) if one.case in news else one
        for one in results
    ]


def _insert(
    tx: Transaction, complaints: Sequence[Complaint], batch: str
) -> tuple[list[int], dict[int, tuple[News, ...]]]:
    """Insert new cases; return their numbers, and their news about known customers by number."""
    persons, brought = customers.settle(tx, complaints)
    numbers = tx.reserve_numbers(tables.cases, len(complaints))
    values = [
        {
            "number": number,
            **rows.complaint_out(complaint),
            "customer": person,
            "batch": batch,
            "added_at": tx.now,
            "stage": Stage.OPENED.value,
            "round": 1,
            "plan": "",
        }
        for number, complaint, person in zip(numbers, complaints, persons, strict=True)
    ]
    tx.connection.execute(insert(tables.cases), values)
    promised = [
        _amends_row(number, k, 1, promise)
        for complaint, number in zip(complaints, numbers, strict=True)
        for k, promise in enumerate(complaint.promises, start=1)
    ]
    if promised:
        tx.connection.execute(insert(tables.amends), promised)
    told = [
        {
            "at": tx.now,
            "actor": tx.actor,
            "case": number,
            "event": "case_opened",
            "facts": {"source": complaint.source, "ref": complaint.ref},
        }
        for complaint, number in zip(complaints, numbers, strict=True)
    ]
    tx.connection.execute(insert(tables.history), told)
    return numbers, {number: brought[k] for k, number in enumerate(numbers) if k in brought}


def _amends_row(case: int, k: int, round_: int, promise: Promise) -> dict[str, Any]:
    return {
        "case": case,
        "k": k,
        "round": round_,
        "state": AmendsState.PROMISED.value,
        "evidence": "",
        **rows.write(promise, tables.amends),
    }


def load(tx: Transaction, numbers: Sequence[int]) -> dict[int, Case]:
    """Return cases with their promises and lessons, by number; unknown numbers are left out.

    Raises BadData when a row of theirs can't be read.
    """
    found: dict[int, Case] = {}
    for chunk in chunks(numbers):
        with reading(chunk):
            found.update(_load(tx, chunk))
    return found


def _load(tx: Transaction, numbers: Sequence[int]) -> dict[int, Case]:
    run, wanted = tx.connection.execute, {"numbers": list(numbers)}
    case_rows = run(_CASES, wanted).mappings().all()
    people = customer_store.read_customers(tx, {row["customer"] for row in case_rows})
    amends = defaultdict(list)
    for row in run(_AMENDS, wanted).mappings():
        amends[row["case"]].append(rows.amends_in(row))
    lesson_rows = run(_LESSONS, wanted).mappings()
    lessons = {row["case"]: row for row in lesson_rows}
    return {
        row["number"]: rows.case_in(
            row,
            people[row["customer"]],
            amends[row["number"]],
            lessons.get(row["number"]),
        )
        for row in case_rows
    }


def get(tx: Transaction, number: int) -> Case:
    """Return one case. Raises WrongUse when there is no case of that number."""
    found = load(tx, [number])
    if number not in found:
        raise no_such_case(number)
    return found[number]


def stage_of(tx: Transaction, number: int) -> Stage:
    """Return the stage of one case. Raises WrongUse when there is no case of that number."""
    found = tx.connection.execute(_STAGE, {"its_number": number}).scalar()
    if found is None:
        raise no_such_case(number)
    return Stage(found)


def locked(tx: Transaction, number: int) -> Case:
    """Return one case, and lock it until the transaction ends."""
    hold_case(tx, number)
    return get(tx, number)


def numbers_of(
    tx: Transaction, *, batch: str | None = None, stages: Sequence[Stage] = ()
) -> list[int]:
    """Return the numbers of the cases of a batch, at some stages, or both, in order."""
    query = select(tables.cases.c.number).order_by(tables.cases.c.number)
    if batch is not None:
        query = query.where(tables.cases.c.batch == batch)
    if stages:
        query = query.where(tables.cases.c.stage.in_([stage.value for stage in stages]))
    return list(tx.connection.execute(query).scalars())


def promise(tx: Transaction, number: int, new: Promise) -> int:
    """Add a promise to a case and return its K (from 1)."""
    case = get(tx, number)
    k = max((amends.k for amends in case.amends), default=0) + 1
    tx.connection.execute(insert(tables.amends).values(**_amends_row(number, k, case.round, new)))
    tx.tell("amends_promised", number, amends=k, kind=new.kind.value, text=new.text)
    return k


def say_deed(tx: Transaction, number: int, k: int, deed: str) -> None:
    """Change how the owner says a promise, in whole sentences; "" takes the sentences back."""
    table = tables.amends
    which = (table.c.case == number) & (table.c.k == k)
    tx.connection.execute(update(table).where(which).values(deed=deed))
    tx.tell(DEED_SAID, number, amends=k, deed=deed)


def revise(tx: Transaction, number: int, event: str, **values: Any) -> None:
    """Change columns of a case other than its stage (triage, plan, outcome).

    The history records it as `event`. Raises WrongUse when there is no such case.
    """
    if tx.connection.execute(_REVISE, {"its_number": number, **values}).rowcount != 1:
        raise no_such_case(number)
    told = {name: value for name, value in values.items() if value is not None}
    tx.tell(event, number, **{name: str(value) for name, value in told.items()})


def write_lesson(tx: Transaction, number: int, lesson: Lesson) -> None:
    """Write or replace the lesson of a case that is there."""
    columns = rows.write(lesson, tables.lessons)
    tx.put(tables.lessons, {"case": number}, **columns, at=tx.now)
    tx.tell("lesson_written", number, cause=lesson.cause, prevention=lesson.prevention)
