"""Open cases whose state alone says what they need, so that `status` need not load them.

Everything else is loaded and judged as `next` does; a test holds both to the same result.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, func, select

from voicenote.ledger import case_rows, tables
from voicenote.ledger.store import Transaction

#: A promise that is due by then may need its owner; time zones differ by a day.
_SOON = timedelta(days=4)
#: The stages before the owner has approved the memo.
_TO_MAKE = ("opened", "scripted", "rendered")
_QUIET = (*case_rows.ARRIVED, "due")


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
    answered = exists().where(tables.answers.c.case == case.c.number)
    others = select(case.c.number, case.c.stage).where(
        (case.c.stage != case_rows.CLOSED) | answered, ~plain
    )
    return PlainCases(
        {row[0]: row[1] for row in tx.connection.execute(counted)},
        {row[0]: row[1] for row in tx.connection.execute(others.order_by(case.c.number))},
    )


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
