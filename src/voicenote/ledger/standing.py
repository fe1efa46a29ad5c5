"""Which lines of the history stand: none is ever deleted, but a command may be undone."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, not_

from voicenote.ledger import tables

UNDONE = "command_undone"


def is_standing() -> ColumnElement[bool]:
    """Return the condition for lines of `tables.history` that no undone command wrote.

    Whatever reads the history to decide something leaves the others out.
    """
    line, undone = tables.history.c, tables.history.alias("undone")
    facts = undone.c.facts
    return not_(
        exists().where(
            undone.c.case == line.case,
            undone.c.event == UNDONE,
            facts["first_line"].as_integer() <= line.number,
            facts["last_line"].as_integer() >= line.number,
            facts["by"].as_string() == line.actor,
        )
    )
