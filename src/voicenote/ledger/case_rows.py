"""What `cases` prints: ten thousand lines in as few queries as can be.

The states are written here as the ledger spells them, because the model's classes would cost every
list its start; a test holds both equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select

from voicenote.errors import BadData
from voicenote.ledger import tables
from voicenote.ledger.store import Transaction
from voicenote.ledger.unreadable import readable, reading

CLOSED = "closed"
#: The stages in which no memo has left.
UNSENT = ("opened", "scripted", "rendered", "approved")
ACKNOWLEDGE = "acknowledge"
DUE = "due"
UNCERTAIN = "uncertain"
ARRIVED = ("accepted", "delivered", "heard", "answered")
#: Promises that are still owed.
OWED = ("promised", "broken")


class CaseRow(NamedTuple):
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

    @property
    def closed(self) -> bool:
        """Whether the loop is closed."""
        return self.stage == CLOSED


def lines(
    tx: Transaction, *, everything: bool = False, batch: str | None = None
) -> Sequence[CaseRow]:
    """Return one line a case, in order of number; closed cases only with `everything`.

    Raises BadData when a row of theirs cannot be read; `readable_lines` leaves these out.
    """
    query = _lines(everything=everything, batch=batch)
    with reading([0, 0]):
        return list(map(CaseRow._make, tx.connection.execute(query).all()))


def readable_lines(
    tx: Transaction, *, everything: bool = False, batch: str | None = None
) -> tuple[Sequence[CaseRow], list[BadData]]:
    """Return the lines of the cases that can be read, and why of those that cannot."""
    try:
        return lines(tx, everything=everything, batch=batch), []
    except BadData:
        query = _lines(everything=everything, batch=batch)
    case = tables.cases

    def load(numbers: Sequence[int]) -> dict[int, CaseRow]:
        with reading(numbers):
            rows = tx.connection.execute(query.where(case.c.number.in_(list(numbers)))).all()
            return {row[0]: CaseRow._make(row) for row in rows}

    wanted = query.with_only_columns(case.c.number, maintain_column_froms=True)
    numbers = list(tx.connection.execute(wanted).scalars())
    found, bad = readable(load, numbers)
    return [found[number] for number in numbers if number in found], list(bad.values())


def _lines(*, everything: bool, batch: str | None) -> Select[Any]:
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
        .where(touch.c.state == DUE)
        .group_by(touch.c.case)
        .subquery()
    )
    unsure = (
        select(touch.c.case, func.count().label("uncertain"))
        .where(touch.c.state == UNCERTAIN)
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
        .outerjoin(person, person.c.number == case.c.customer)
        .outerjoin(owed, owed.c.case == case.c.number)
        .outerjoin(coming, coming.c.case == case.c.number)
        .outerjoin(unsure, unsure.c.case == case.c.number)
        .outerjoin(said, (said.c.case == case.c.number) & (said.c.round == case.c.round))
        .order_by(case.c.number)
    )
    if not everything:
        query = query.where(case.c.stage != CLOSED)
    if batch is not None:
        query = query.where(case.c.batch == batch)
    return query


def first_acknowledgements(tx: Transaction) -> dict[int, datetime]:
    """Return when each case's first acknowledgement left, as far as anybody knows."""
    touch = tables.touches
    query = (
        select(touch.c.case, func.min(touch.c.sent_at))
        .where(
            touch.c.kind == ACKNOWLEDGE,
            touch.c.state.in_(ARRIVED),
        )
        .group_by(touch.c.case)
    )
    return {row[0]: row[1] for row in tx.connection.execute(query) if row[1] is not None}


def words(tx: Transaction) -> dict[tuple[int, int], str]:
    """Return the newest words of each (case, round) that a customer has answered in words."""
    answer = tables.answers
    query = select(answer.c.case, answer.c.round, answer.c.text).where(answer.c.text != "")
    found = tx.connection.execute(query.order_by(answer.c.at, answer.c.number))
    return {(row[0], row[1]): row[2] for row in found}


def count_closed(tx: Transaction, batch: str | None = None) -> int:
    """Return how many cases are closed; of one import only, with `batch`."""
    case = tables.cases
    query = select(func.count()).select_from(case).where(case.c.stage == CLOSED)
    if batch is not None:
        query = query.where(case.c.batch == batch)
    return int(tx.connection.execute(query).scalar_one())


def any_prevention(tx: Transaction) -> bool:
    """Return whether any lesson's prevention was done: without one, no cause can come back."""
    lesson = tables.lessons
    query = select(lesson.c.case).where(lesson.c.done_at.is_not(None)).limit(1)
    return tx.connection.execute(query).first() is not None


def open_causes(tx: Transaction) -> list[tuple[int, str, datetime]]:
    """Return (case, cause, opened at) of every open case whose cause is named."""
    case = tables.cases
    query = select(case.c.number, case.c.cause, case.c.opened_at).where(
        case.c.stage != CLOSED, case.c.cause != ""
    )
    return [(row[0], row[1], row[2]) for row in tx.connection.execute(query)]
