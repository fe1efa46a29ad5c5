"""What passes have decided by the clock: read back, so that it can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, select

from voicenote.ledger import tables
from voicenote.ledger.store import Transaction

#: Who acts in a pass.
ACTOR = "voicenote"
#: What the history says of a promise that a pass has broken, and of a case that it has closed.
DATE_PASSED, NO_ANSWER = "its date has passed", "the case is closed: no answer"
#: Two decisions further apart than this are of two passes.
APART = timedelta(seconds=30)
#: Notes to the owner that the clock alone gives.
_TIMELY = ("overdue", "too-late", "status")
#: What gives a touch another time.
_MOVES = ("touch_moved", "touch_postponed", "touch_may_have_left", "touch_took_another_way")
_UNDONE = "decisions_undone"


class ClockDecision(NamedTuple):
    """One line of history."""

    number: int
    at: datetime
    case: int
    event: str
    facts: dict[str, Any]


def last_decided(tx: Transaction) -> list[ClockDecision]:
    """Return what the newest pass has decided by the clock that is not taken back yet, in order."""
    found: list[ClockDecision] = []
    for line in _newest_first(tx):
        if found and abs(found[-1].at - line.at) > APART:
            break
        found.append(line)
    return found[::-1]


def _newest_first(tx: Transaction) -> Iterator[ClockDecision]:
    table = tables.history
    events = ("touch_skipped", "touch_cancelled", "amends_broken", "case_closed")
    undone = [
        range(facts["first"], facts["last"] + 1)
        for facts in tx.connection.execute(
            select(table.c.facts).where(table.c.event == _UNDONE)
        ).scalars()
    ]
    query = (
        select(table.c.number, table.c.at, table.c.case, table.c.event, table.c.facts)
        .where(table.c.event.in_(events), table.c.actor == ACTOR)
        .order_by(table.c.number.desc())
    )
    for row in tx.connection.execute(query):
        line = ClockDecision(*row)
        if _by_the_clock(line) and not any(line.number in each for each in undone):
            yield line


def _by_the_clock(line: ClockDecision) -> bool:
    """Whether time alone decided it, and not what somebody said."""
    reason = line.facts.get("reason")
    return {
        "touch_skipped": True,
        "touch_cancelled": reason == NO_ANSWER,
        "amends_broken": reason == DATE_PASSED,
        "case_closed": line.facts.get("outcome") == "no-answer",
    }[line.event]


def note_undone(tx: Transaction, lines: list[ClockDecision]) -> None:
    """Write down that these were taken back, so that it is not done twice."""
    tx.tell(_UNDONE, first=lines[0].number, last=lines[-1].number)


def sent_since(tx: Transaction, number: int) -> set[int]:
    """Return the cases of which something has left, or may have, since a line of history."""
    table = tables.history
    query = select(table.c.case).where(table.c.number > number, table.c.event == "touch_committed")
    return set(tx.connection.execute(query.distinct()).scalars())


def strayed(tx: Transaction, after: datetime) -> list[tuple[int, int]]:
    """Return (touch, case) of those that got another time at a moment that is after `after`."""
    table = tables.history
    query = (
        select(table.c.case, table.c.facts)
        .where(table.c.at > after, table.c.event.in_(_MOVES))
        .order_by(table.c.number)
    )
    rows = tx.connection.execute(query).all()
    return list(dict.fromkeys((facts["touch"], case) for case, facts in rows))


def forget_timely(tx: Transaction, case: int, first: datetime, last: datetime) -> None:
    """Forget that the owner was told in that time what the clock alone says: it may come again."""
    table = tables.nudges
    mine = (table.c.case == case) & table.c.kind.in_(_TIMELY)
    tx.connection.execute(delete(table).where(mine, table.c.at.between(first, last + APART)))
