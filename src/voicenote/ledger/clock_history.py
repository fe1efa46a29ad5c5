"""The clock in the history: the last moment known to be right, and what runs decided by the clock.

What was decided is read back so it can be undone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, select, update

from voicenote.errors import BadData
from voicenote.ledger import meta, tables
from voicenote.ledger.attempts import SKEW
from voicenote.ledger.store import Transaction

#: Who acts in a run.
ACTOR = "voicenote"
#: The reasons in the history for a promise that a run marked broken, and a case that it closed.
DATE_PASSED, NO_ANSWER = "its date has passed", "the case is closed: no answer"
#: Two decisions further apart than this belong to two runs.
APART = timedelta(seconds=30)
#: Kinds of notes to the owner that come from the clock alone.
_TIMELY = ("overdue", "too-late", "status")
#: The events that give a message another time.
_MOVES = ("touch_moved", "touch_postponed", "touch_may_have_left", "touch_took_another_way")
_UNDONE = "decisions_undone"
_KNOWN = "known_time"


class ClockDecision(NamedTuple):
    """One line of history that records a decision made by the clock."""

    number: int
    at: datetime
    case: int
    event: str
    facts: dict[str, Any]


def last_decided(tx: Transaction) -> list[ClockDecision]:
    """Return the clock decisions of the newest run that has some not yet undone, in order."""
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
    """Return whether time alone decided it, and not something that a person said."""
    reason = line.facts.get("reason")
    return {
        "touch_skipped": True,
        "touch_cancelled": reason == NO_ANSWER,
        "amends_broken": reason == DATE_PASSED,
        "case_closed": line.facts.get("outcome") == "no-answer",
    }[line.event]


def note_undone(tx: Transaction, lines: list[ClockDecision]) -> None:
    """Record that these decisions were undone, so they aren't undone twice."""
    tx.tell(_UNDONE, first=lines[0].number, last=lines[-1].number)


def sent_since(tx: Transaction, number: int) -> set[int]:
    """Return the cases with a message sent, or possibly sent, after line `number` of history."""
    table = tables.history
    query = select(table.c.case).where(table.c.number > number, table.c.event == "touch_committed")
    return set(tx.connection.execute(query.distinct()).scalars())


def strayed(tx: Transaction, after: datetime) -> list[tuple[int, int]]:
    """Return (touch, case) of each message that was given another time after `after`."""
    table = tables.history
    query = (
        select(table.c.case, table.c.facts)
        .where(table.c.at > after, table.c.event.in_(_MOVES))
        .order_by(table.c.number)
    )
    rows = tx.connection.execute(query).all()
    return list(dict.fromkeys((facts["touch"], case) for case, facts in rows))


def forget_timely(tx: Transaction, case: int, first: datetime, last: datetime) -> None:
    """Delete the owner's notes of `case` that the clock alone caused from `first` to `last`.

    They may then be given again.
    """
    table = tables.nudges
    mine = (table.c.case == case) & table.c.kind.in_(_TIMELY)
    tx.connection.execute(delete(table).where(mine, table.c.at.between(first, last + APART)))


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTime:
    """A moment that is known to be right, and the newest line of history at that time.

    `doubted` is the newest line written since by a run whose clock was in doubt; 0 when none.
    """

    number: int
    at: datetime
    doubted: int = 0


def known_time(tx: Transaction) -> KnownTime | None:
    """Return the last known moment; before the first run, that of the newest line of history.

    Raises BadData when the note is damaged.
    """
    kept = meta.get(tx, _KNOWN)
    if kept:
        try:
            found = json.loads(kept)
            return KnownTime(
                number=int(found["number"]),
                at=datetime.fromisoformat(found["at"]),
                doubted=int(found["doubted"]),
            )
        except (ValueError, TypeError, KeyError) as error:
            raise BadData(
                f"the ledger's note of the time can't be read ({type(error).__name__}: {error})",
                "restore a backup: voicenote restore FILE",
            ) from error
    line = meta.newest_line(tx)
    return KnownTime(number=line[0], at=line[1]) if line else None


def keep_known_time(tx: Transaction, known: KnownTime) -> None:
    """Store the last known moment."""
    kept = {"number": known.number, "at": known.at.isoformat(), "doubted": known.doubted}
    meta.put_value(tx, _KNOWN, json.dumps(kept))


def written_since(tx: Transaction, number: int) -> Iterator[datetime]:
    """Yield the moment of each line of history after line `number`, in order."""
    table = tables.history
    query = select(table.c.at).where(table.c.number > number).order_by(table.c.number)
    yield from tx.connection.execute(query).scalars()


def has_strayed(tx: Transaction, known: KnownTime) -> bool:
    """Return whether something was written since by a clock ahead of the present one."""
    ahead = (at > tx.now + SKEW for at in written_since(tx, known.number))
    return known.doubted > 0 or any(ahead)


def date_words_back(tx: Transaction) -> None:
    """Move answers and receipts that are dated in the future to now.

    Otherwise they would stop every message scheduled until then, and count for more than what
    the customer says next.
    """
    for table in (tables.answers, tables.receipts):
        ahead = table.c.at > tx.now + SKEW
        tx.connection.execute(update(table).where(ahead).values(at=tx.now))
