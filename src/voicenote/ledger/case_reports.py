"""Queries for `show`, `lessons` and the digests, as few as possible."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select

from voicenote.ledger import rows, tables
from voicenote.ledger.case_store import chunks
from voicenote.ledger.identity import TAKEN_OUT
from voicenote.ledger.standing import is_standing
from voicenote.ledger.store import Transaction
from voicenote.model.case import Lesson, Stage
from voicenote.model.money import Money
from voicenote.model.promise import AmendsState

#: Promises that were kept.
PAID = (AmendsState.DONE.value, AmendsState.CONFIRMED.value)


#: Built once: building it takes longer than running it.
_LAST_FACTS = (
    select(tables.history.c.facts)
    .where(tables.history.c.case == bindparam("its_case"))
    .where(tables.history.c.event == bindparam("its_event"), is_standing())
    .order_by(tables.history.c.number.desc())
    .limit(1)
)


class Prevention(NamedTuple):
    """The lesson of case `case`, whose prevention was done.

    `cause` is the lesson's; where that is empty, the case's.
    """

    case: int
    cause: str
    opened_at: datetime
    lesson: Lesson


def preventions(tx: Transaction) -> list[Prevention]:
    """Return all lessons whose prevention was done, in order of case."""
    lesson, case = tables.lessons, tables.cases
    query = (
        select(lesson, case.c.cause.label("named"), case.c.opened_at)
        .join(case, case.c.number == lesson.c.case)
        .where(lesson.c.done_at.is_not(None))
        .order_by(lesson.c.case)
    )
    return [
        Prevention(row["case"], lesson_.cause or row["named"], row["opened_at"], lesson_)
        for row in tx.connection.execute(query).mappings()
        for lesson_ in [rows.read(Lesson, row, lesson)]
    ]


def list_lessons(tx: Transaction) -> list[tuple[int, Lesson]]:
    """Return (case, lesson) of every lesson, the newest last."""
    table = tables.lessons
    found = tx.connection.execute(select(table).order_by(table.c.at, table.c.case)).mappings()
    return [(row["case"], rows.read(Lesson, row, table)) for row in found]


def outcomes(tx: Transaction) -> list[tuple[str | None, int]]:
    """Return (outcome, how many cases); the outcome of open cases is None."""
    case = tables.cases
    query = select(case.c.outcome, func.count()).group_by(case.c.outcome)
    return [(row[0], row[1]) for row in tx.connection.execute(query)]


def closings(tx: Transaction) -> list[tuple[int, str]]:
    """Return (customer, outcome) of every closed case, in the order they were closed."""
    case = tables.cases
    query = (
        select(case.c.customer, case.c.outcome)
        .where(case.c.stage == Stage.CLOSED.value, case.c.outcome.not_in(TAKEN_OUT))
        .order_by(case.c.closed_at, case.c.number)
    )
    return [(row[0], row[1]) for row in tx.connection.execute(query)]


def list_paid(tx: Transaction) -> list[Money]:
    """Return the value of each promise that is done or confirmed and has one."""
    promised = tables.amends
    query = select(promised.c.value_amount, promised.c.value_currency).where(
        promised.c.state.in_(PAID), promised.c.value_amount.is_not(None)
    )
    return [Money(Decimal(row[0]), row[1]) for row in tx.connection.execute(query)]


def history(
    tx: Transaction, case: int | None = None, *, standing: bool = False
) -> list[dict[str, Any]]:
    """Return the history of a case (or of all), oldest first.

    With `standing`, without the lines of commands that were undone: for what is decided by it.
    """
    table = tables.history
    query = select(table).order_by(table.c.number)
    if case is not None:
        query = query.where(table.c.case == case)
    if standing:
        query = query.where(is_standing())
    return [
        {"at": row["at"], "actor": row["actor"], "event": row["event"], **row["facts"]}
        for row in tx.connection.execute(query).mappings()
    ]


def last_facts(tx: Transaction, case: int, event: str) -> dict[str, Any] | None:
    """Return the facts of the newest `event` in the history of a case; None if there is none."""
    found = tx.connection.execute(_LAST_FACTS, {"its_case": case, "its_event": event}).scalar()
    return None if found is None else dict(found)


def changed_since(
    tx: Transaction, event: str, changes: Collection[str], cases: Sequence[int]
) -> list[int]:
    """Return those of `cases` where one of `changes` happened after the newest `event`.

    A case without `event` counts as soon as it has one of `changes`.
    """
    table, found = tables.history, []
    newest = func.max(table.c.number)
    begun, changed = table.c.event == event, table.c.event.in_(list(changes))
    for chunk in chunks(cases):
        query = select(table.c.case, newest.filter(begun), newest.filter(changed))
        query = query.where(table.c.case.in_(chunk), is_standing()).group_by(table.c.case)
        rows = tx.connection.execute(query)
        found += [row[0] for row in rows if row[2] is not None and row[2] > (row[1] or 0)]
    return found


def count_stages(tx: Transaction) -> list[tuple[str, str, int, datetime]]:
    """Return (batch, stage, how many cases, when the first was added) of every import."""
    case = tables.cases.c
    query = select(case.batch, case.stage, func.count(), func.min(case.added_at))
    query = query.where(case.batch != "").group_by(case.batch, case.stage)
    return [(row[0], row[1], row[2], row[3]) for row in tx.connection.execute(query)]


def count_messages(tx: Transaction) -> dict[tuple[str, str], int]:
    """Return how many messages to customers each import has, by (batch, state)."""
    case, touch = tables.cases.c, tables.touches.c
    query = select(case.batch, touch.state, func.count())
    query = query.join_from(tables.touches, tables.cases, touch.case == case.number)
    query = query.where(case.batch != "", touch.kind != "nudge")
    found = tx.connection.execute(query.group_by(case.batch, touch.state))
    return {(row[0], row[1]): row[2] for row in found}


def batches(tx: Transaction) -> dict[str, int]:
    """Return how many cases each import has, by its name."""
    table = tables.cases
    query = select(table.c.batch, func.count()).where(table.c.batch != "").group_by(table.c.batch)
    return {row[0]: row[1] for row in tx.connection.execute(query)}
