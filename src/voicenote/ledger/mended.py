"""What the commands that mend cases did: one mark each in the history, so that undo finds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from voicenote.ledger import tables
from voicenote.ledger.clock_history import ACTOR
from voicenote.ledger.match_history import Line
from voicenote.ledger.store import Transaction

#: The mark; its facts are what the command was, the line before it, and what it needs to be undone.
MENDED = "case_mended"
UNDONE = "mending_undone"

#: Lines that change no case.
_HARMLESS = ("owner_nudged", "arrival_unmatched", "match_undone", "decisions_undone")


@dataclass(frozen=True, slots=True)
class Mending:
    """The newest command that mended a case and was not undone: its mark, and its lines."""

    number: int
    case: int
    what: str
    facts: dict[str, Any]
    lines: tuple[Line, ...]


def begin(tx: Transaction) -> int:
    """Return the newest line of the history before a command changes anything."""
    return tx.newest(tables.history)


def finish(tx: Transaction, begun: int, case: int, what: str, **facts: object) -> None:
    """Record that a command has mended a case."""
    tx.tell(MENDED, case, what=what, after=begun, **facts)


def last_mending(tx: Transaction) -> Mending | None:
    """Return the newest command that mended a case and was not undone, or None."""
    table = tables.history.c
    undone = {
        facts["mending"]
        for facts in tx.connection.execute(
            select(table.facts).where(table.event == UNDONE)
        ).scalars()
    }
    query = select(table.number, table.case, table.facts, table.at, table.actor)
    marks = query.where(table.event == MENDED).order_by(table.number.desc())
    for number, case, facts, at, actor in tx.connection.execute(marks):
        if number in undone:
            continue
        mine = select(table.number, table.case, table.event, table.facts).where(
            table.number > facts["after"],
            table.number < number,
            table.at == at,
            table.actor == actor,
        )
        found = tx.connection.execute(mine.order_by(table.number))
        lines = tuple(Line(*row) for row in found)
        return Mending(number, case, facts["what"], facts, lines)
    return None


def note_undone(tx: Transaction, mending: Mending, begun: int) -> None:
    """Record that a mending was undone, so it isn't undone twice; `begun` is as for `finish`."""
    tx.tell(UNDONE, mending.case, mending=mending.number, what=mending.what, after=begun)


def last_by_person(tx: Transaction, after: int) -> Line | None:
    """Return the newest line of a command after line `after`, or None.

    What was undone doesn't count, nor what undo did.
    """
    table = tables.history.c
    query = select(table.number, table.case, table.event, table.facts, table.at)
    marks = query.where(table.event.in_((MENDED, UNDONE)))
    found = tx.connection.execute(marks).all()
    undone = {row.facts["mending"] for row in found if row.event == UNDONE}
    spans = [
        (row.facts["after"], row.number, row.at)
        for row in found
        if row.event == UNDONE or row.number in undone
    ]
    rows = tx.connection.execute(
        query.where(table.number > after, table.actor != ACTOR, table.case.is_not(None)).order_by(
            table.number.desc()
        )
    )
    for number, case, event, facts, at in rows:
        of_undo = any(first < number <= last and at == when for first, last, when in spans)
        if not (of_undo or event in _HARMLESS):
            return Line(number, case, event, facts)
    return None


def changed_since(tx: Transaction, case: int, after: int) -> bool:
    """Return whether anything happened in a case after line `after` of the history."""
    table = tables.history.c
    query = select(table.number).where(
        table.case == case, table.number > after, table.event.not_in(_HARMLESS)
    )
    return tx.connection.execute(query.limit(1)).first() is not None
