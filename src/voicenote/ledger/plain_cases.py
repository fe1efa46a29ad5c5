"""Open cases whose state alone says what they need, so that `status` need not load them.

Everything else is loaded and judged as `next` does; a test holds both to the same result.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, func, select

from voicenote.ledger import case_rows, tables
from voicenote.ledger.store import Transaction
from voicenote.ledger.unreadable import reading

#: A promise that is due by then may need its owner; time zones differ by a day.
_SOON = timedelta(days=4)
#: The stages before the owner has approved the memo.
_TO_MAKE = ("opened", "scripted", "rendered")
#: Those before there is a memo.
UNMADE = ("opened", "scripted")
_QUIET = (*case_rows.ARRIVED, "due")


class PlainCase(NamedTuple):
    """A plain case that has no script yet, or no sound."""

    number: int
    customer: str
    stage: str
    severity: str
    opened_at: datetime


class PlainCases(NamedTuple):
    """How many plain cases are in each stage, and the stage of each other open one by number.

    A plain case before its approval needs the next step of its memo. A plain one that is approved
    waits for a run, and one that is followed up for its customer.
    """

    stages: dict[str, int]
    others: dict[int, str]


def sort_out_plain(tx: Transaction) -> PlainCases:
    """Return the plain cases, and all others that aren't closed, or were answered since."""
    case = tables.cases
    plain = _is_plain(tx) & case.c.number.not_in(list(case_rows.opted_out(tx)))
    counted = select(case.c.stage, func.count()).where(plain).group_by(case.c.stage)
    others = select(case.c.number, case.c.stage).where(_is_stirring(), ~plain)
    return PlainCases(
        {row[0]: row[1] for row in tx.connection.execute(counted)},
        {row[0]: row[1] for row in tx.connection.execute(others.order_by(case.c.number))},
    )


def list_stirring(tx: Transaction) -> list[int]:
    """Return the cases that are open, or were answered: no other one needs anybody."""
    query = select(tables.cases.c.number).where(_is_stirring()).order_by(tables.cases.c.number)
    return list(tx.connection.execute(query).scalars())


def _is_stirring() -> ColumnElement[bool]:
    case = tables.cases
    answered = exists().where(tables.answers.c.case == case.c.number)
    return (case.c.stage != case_rows.CLOSED) | answered


def list_unmade(tx: Transaction) -> list[PlainCase]:
    """Return the plain cases that have no script yet, or no sound.

    Raises BadData when a row of theirs can't be read.
    """
    case, person = tables.cases, tables.customers
    query = (
        select(case.c.number, person.c.name, case.c.stage, case.c.severity, case.c.opened_at)
        .join(person, person.c.number == case.c.customer)
        .where(_is_plain(tx), case.c.stage.in_(UNMADE))
        .where(case.c.number.not_in(list(case_rows.opted_out(tx))))
    )
    with reading([0, 0]):
        return list(map(PlainCase._make, tx.connection.execute(query)))


def find_idle(tx: Transaction, before: datetime) -> set[int]:
    """Return the plain cases that need nobody: approved after `before`, or followed up."""
    case = tables.cases
    idle = (case.c.stage == "following") | (case.c.opened_at > before) & (
        case.c.stage == "approved"
    )
    query = select(case.c.number).where(_is_plain(tx), idle)
    return set(tx.connection.execute(query).scalars()) - case_rows.opted_out(tx)


def _is_plain(tx: Transaction) -> ColumnElement[bool]:
    case, touch, promised = tables.cases, tables.touches, tables.amends
    soon = (tx.now + _SOON).date()
    mine = (touch.c.case == case.c.number) & (touch.c.kind != case_rows.NUDGE)
    loud = touch.c.state.not_in(_QUIET) | (touch.c.reason != "")
    in_vain = touch.c.kind.in_(("check-in", "confirm")) & ~touch.c.answerable
    owed = (promised.c.case == case.c.number) & (promised.c.state == "promised")
    pressing = owed & ((promised.c.promised_by <= soon) | (promised.c.target <= soon)) | (
        (promised.c.case == case.c.number) & (promised.c.state == "broken")
    )
    to_make = case.c.stage.in_(_TO_MAKE) & ~exists().where(mine)
    told = exists().where(mine) & ~exists().where(
        mine & (loud | in_vain & (touch.c.state != "due"))
    )
    under_way = case.c.stage.in_(("approved", "following")) & told & exists().where(owed)
    return (
        (case.c.round == 1)
        & (to_make | under_way)
        & ~exists().where(tables.answers.c.case == case.c.number)
        & ~exists().where(pressing)
    )
