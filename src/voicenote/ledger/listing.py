"""What `cases` and `show` print: read in as few queries as can be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import func, select

from voicenote.ledger import tables
from voicenote.ledger.store import Transaction
from voicenote.model.amends import AmendsState
from voicenote.model.case import Lesson, Stage
from voicenote.model.money import Money
from voicenote.model.touch import ARRIVED, TouchKind, TouchState

#: Promises that are still owed.
OWED = (AmendsState.PROMISED.value, AmendsState.BROKEN.value)
#: Promises that were kept.
PAID = (AmendsState.DONE.value, AmendsState.CONFIRMED.value)


class Line(NamedTuple):
    """One case in a list, in the order of the query's columns: ten thousand are made at once.

    `owed_by` is the earliest date of a promise not yet kept.
    """

    case: int
    ref: str
    customer: str
    time_zone: str
    stage: str
    outcome: str | None
    severity: str
    opened_at: datetime
    owed_by: date | None
    next_touch: datetime | None
    uncertain: int
    answers: int
    round: int


def lines(tx: Transaction, *, everything: bool = False, batch: str | None = None) -> Sequence[Line]:
    """Return one line a case, in order of number; closed cases only with `everything`."""
    case, person = tables.cases, tables.customers
    promised, touch, answer = tables.amends, tables.touches, tables.answers
    owed = (
        select(promised.c.case, func.min(promised.c.promised_by).label("owed_by"))
        .where(promised.c.state.in_(OWED))
        .group_by(promised.c.case)
        .subquery()
    )
    coming = (
        select(touch.c.case, func.min(touch.c.due_at).label("next_touch"))
        .where(touch.c.state == TouchState.DUE.value)
        .group_by(touch.c.case)
        .subquery()
    )
    unsure = (
        select(touch.c.case, func.count().label("uncertain"))
        .where(touch.c.state == TouchState.UNCERTAIN.value)
        .group_by(touch.c.case)
        .subquery()
    )
    said = (
        select(answer.c.case, answer.c.round, func.count().label("answers"))
        .group_by(answer.c.case, answer.c.round)
        .subquery()
    )
    query = (
        select(
            *(case.c.number.label("case"), case.c.ref, person.c.name.label("customer")),
            *(person.c.time_zone, case.c.stage, case.c.outcome, case.c.severity),
            *(case.c.opened_at, owed.c.owed_by, coming.c.next_touch),
            func.coalesce(unsure.c.uncertain, 0).label("uncertain"),
            func.coalesce(said.c.answers, 0).label("answers"),
            case.c.round,
        )
        .join(person, person.c.number == case.c.customer)
        .outerjoin(owed, owed.c.case == case.c.number)
        .outerjoin(coming, coming.c.case == case.c.number)
        .outerjoin(unsure, unsure.c.case == case.c.number)
        .outerjoin(said, (said.c.case == case.c.number) & (said.c.round == case.c.round))
        .order_by(case.c.number)
    )
    if not everything:
        query = query.where(case.c.stage != Stage.CLOSED.value)
    if batch is not None:
        query = query.where(case.c.batch == batch)
    return list(map(Line._make, tx.connection.execute(query).all()))


def acknowledged(tx: Transaction) -> dict[int, datetime]:
    """Return when each case's first acknowledgement left, as far as anybody knows."""
    touch = tables.touches
    query = (
        select(touch.c.case, func.min(touch.c.sent_at))
        .where(
            touch.c.kind == TouchKind.ACKNOWLEDGE.value,
            touch.c.state.in_([state.value for state in ARRIVED]),
        )
        .group_by(touch.c.case)
    )
    return {row[0]: row[1] for row in tx.connection.execute(query) if row[1] is not None}


class Prevention(NamedTuple):
    """A lesson whose prevention was done, of case `case`, with the cause as the case has it."""

    case: int
    cause: str
    opened_at: datetime
    lesson: Lesson


def preventions(tx: Transaction) -> list[Prevention]:
    """Return every lesson whose prevention was done, in order of case."""
    lesson, case = tables.lessons, tables.cases
    query = (
        select(lesson, case.c.cause.label("named"), case.c.opened_at)
        .join(case, case.c.number == lesson.c.case)
        .where(lesson.c.done_at.is_not(None))
        .order_by(lesson.c.case)
    )
    return [
        Prevention(
            row["case"],
            row["cause"] or row["named"],
            row["opened_at"],
            Lesson(
                cause=row["cause"],
                prevention=row["prevention"],
                owner=row["owner"],
                due=row["due"],
                done_at=row["done_at"],
            ),
        )
        for row in tx.connection.execute(query).mappings()
    ]


def open_causes(tx: Transaction) -> list[tuple[int, str, datetime]]:
    """Return (case, cause, opened at) of every open case whose cause is named."""
    case = tables.cases
    query = select(case.c.number, case.c.cause, case.c.opened_at).where(
        case.c.stage != Stage.CLOSED.value, case.c.cause != ""
    )
    return [(row[0], row[1], row[2]) for row in tx.connection.execute(query)]


def outcomes(tx: Transaction) -> list[tuple[str | None, int]]:
    """Return how many cases have each outcome; None for those that are open."""
    case = tables.cases
    query = select(case.c.outcome, func.count()).group_by(case.c.outcome)
    return [(row[0], row[1]) for row in tx.connection.execute(query)]


def closings(tx: Transaction) -> list[tuple[int, str]]:
    """Return (customer, outcome) of every closed case, in the order in which they were closed."""
    case = tables.cases
    query = (
        select(case.c.customer, case.c.outcome)
        .where(case.c.stage == Stage.CLOSED.value, case.c.outcome.is_not(None))
        .order_by(case.c.closed_at, case.c.number)
    )
    return [(row[0], row[1]) for row in tx.connection.execute(query)]


def paid(tx: Transaction) -> list[Money]:
    """Return what each deed was worth that is done or confirmed and has a price."""
    promised = tables.amends
    query = select(promised.c.value_amount, promised.c.value_currency).where(
        promised.c.state.in_(PAID), promised.c.value_amount.is_not(None)
    )
    return [Money(Decimal(row[0]), row[1]) for row in tx.connection.execute(query)]


def history(tx: Transaction, case: int | None = None) -> list[dict[str, Any]]:
    """Return the history of a case (or of all), oldest first."""
    table = tables.history
    query = select(table).order_by(table.c.number)
    if case is not None:
        query = query.where(table.c.case == case)
    return [
        {"at": row["at"], "actor": row["actor"], "event": row["event"], **row["facts"]}
        for row in tx.connection.execute(query).mappings()
    ]


def batches(tx: Transaction) -> dict[str, int]:
    """Return the names of the imports and how many cases each has."""
    table = tables.cases
    query = select(table.c.batch, func.count()).where(table.c.batch != "").group_by(table.c.batch)
    return {row[0]: row[1] for row in tx.connection.execute(query)}


def nudges(tx: Transaction) -> list[dict[str, Any]]:
    """Return the notes to the owner of cases that are still open, newest first."""
    note, case = tables.nudges, tables.cases
    query = (
        select(note.c.case, note.c.kind, note.c.text, note.c.at)
        .join(case, case.c.number == note.c.case)
        .where(case.c.stage != Stage.CLOSED.value, note.c.settled_at.is_(None))
        .order_by(note.c.number.desc())
    )
    return [dict(row) for row in tx.connection.execute(query).mappings()]
