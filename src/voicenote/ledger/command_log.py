"""What each command changed: the rows as they were before, written by the database itself.

Triggers keep what a row held before each change, while a command is being recorded. SQLite's
belong to the connection of that command, so nothing else pays for them; PostgreSQL's are made by
a migration, and do nothing unless the command has set its number in the transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Float, Table, delete, func, insert, select, text, update

from voicenote.ledger import tables

#: How many commands can be taken back, one after the other.
KEPT = 20
#: Only these rows of `meta` belong to commands.
META = ("held_batches",)
#: Whose changes are kept. The history isn't among them: it is never rewritten; nor are attempts,
#: which prove that something may have left.
TABLES = (
    tables.customers,
    tables.addresses,
    tables.signs,
    tables.optouts,
    tables.cases,
    tables.amends,
    tables.scripts,
    tables.memos,
    tables.approvals,
    tables.touches,
    tables.receipts,
    tables.answers,
    tables.lessons,
    tables.nudges,
    tables.arrivals,
    tables.doubts,
    tables.attachments,
    tables.links,
    tables.brakes,
    tables.meta,
)
_READY = "voicenote_recording"


@dataclass
class Recorder:
    """Records what the command `what` changes. `rows` is False when its rows aren't kept."""

    what: str
    rows: bool = True
    _number: int | None = field(default=None, init=False)

    @contextmanager
    def recording(self, connection: Connection, now: datetime, actor: str) -> Iterator[None]:
        """Keep what the transaction of the block changes, as part of this command."""
        was = self._number
        try:
            self._begin(connection, now, actor)
            yield
            if not connection.in_transaction():  # it was only tried
                self._forget(connection, was)
                return
            self._finish(connection, was)
        except BaseException:
            self._forget(connection, was)
            raise

    def _forget(self, connection: Connection, was: int | None) -> None:
        self._number = was
        if not connection.invalidated:  # as after Ctrl-C within a statement
            connection.info.pop(_READY, None)

    def _begin(self, connection: Connection, now: datetime, actor: str) -> None:
        if self._number is None:
            newest, arrived = connection.execute(_NOW_NEWEST).one()
            made = insert(tables.commands).values(
                at=now, actor=actor, what=self.what, after=newest, until=newest, arrived=arrived
            )
            (self._number,) = connection.execute(made).inserted_primary_key or (0,)
        if not self.rows:
            return
        if connection.dialect.name == "postgresql":  # for this transaction: sessions may be shared
            connection.execute(_LISTEN, {"number": str(self._number)})
        elif connection.info.get(_READY) != self._number:
            _listen(connection, self._number)
            connection.info[_READY] = self._number

    def _finish(self, connection: Connection, was: int | None) -> None:
        """Note how far the history goes now; a command that changed nothing leaves nothing."""
        mine = tables.commands.c.number == self._number
        if was is not None:
            connection.execute(update(tables.commands).where(mine).values(until=_NEWEST_LINE))
            return
        changed = tables.changed_rows.c.command == self._number
        row = connection.execute(select(_NEWEST_LINE, tables.commands.c.after).where(mine)).one()
        any_row = connection.execute(select(changed).where(changed).limit(1)).first()
        if row[0] == row[1] and any_row is None:
            connection.execute(delete(tables.commands).where(mine))
            self._forget(connection, None)
            return
        connection.execute(update(tables.commands).where(mine).values(until=_NEWEST_LINE))
        numbers = tables.commands.c.number
        old = select(numbers).order_by(numbers.desc()).offset(KEPT - 1).limit(1).scalar_subquery()
        # what another command is about to forget isn't waited for
        query = select(numbers).where(numbers < old).with_for_update(skip_locked=True)
        if gone := connection.execute(query).scalars().all():
            rows = tables.changed_rows.c.command <= max(gone)
            connection.execute(delete(tables.changed_rows).where(rows))
            connection.execute(delete(tables.commands).where(numbers.in_(gone)))


def stop(connection: Connection) -> None:
    """Keep nothing more of what this connection changes."""
    if connection.info.pop(_READY, None) is not None:
        connection.exec_driver_sql("delete from recording")


_LISTEN = text("select set_config('voicenote.command', :number, true)")
_NEWEST_LINE, _NEWEST_ARRIVAL = (
    func.coalesce(select(func.max(table.c.number)).scalar_subquery(), 0)
    for table in (tables.history, tables.arrivals)
)
_NOW_NEWEST = select(_NEWEST_LINE, _NEWEST_ARRIVAL)


def _listen(connection: Connection, number: int) -> None:
    """Let triggers of this connection to SQLite keep what changes, as of command `number`."""
    connection.exec_driver_sql("create temp table if not exists recording (command integer)")
    for statement in _triggers():
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql("delete from recording")
    connection.exec_driver_sql("insert into recording values (?)", (number,))


@cache
def _triggers() -> tuple[str, ...]:
    return tuple(_trigger(table, change) for table in TABLES for change in ("+", "-", "~"))


def _trigger(table: Table, change: str) -> str:
    """Return SQLite's trigger for new rows (+), deleted rows (-) or changed ones (~)."""
    event = {"+": "insert", "-": "delete", "~": "update"}[change]
    row = "old" if change == "-" else "new"
    when = [f"{row}.name in ({', '.join(map(repr, META))})"] if table is tables.meta else []
    if change == "~":
        differs = {c.name: f'old."{c.name}" is not new."{c.name}"' for c in table.columns}
        when.append(f"({' or '.join(differs.values())})")
        held = _object(
            (c.name, differs[c.name], (_value(c, "old"), _value(c, "new"))) for c in table.columns
        )
    else:
        # of a case's own row the history tells if it changes; another is compared as a whole
        key_only = change == "+" and case_sql(table, row) != "null"
        some = table.primary_key.columns if key_only else table.columns
        held = _object((c.name, "", (_value(c, row),)) for c in some)
    key = _object((c.name, "", (_value(c, row),)) for c in table.primary_key.columns)
    only = f" when {' and '.join(when)}" if when else ""
    return (
        f"create temp trigger if not exists kept_{table.name}_{event} "  # noqa: S608 - our names
        f'after {event} on main."{table.name}"{only} begin '
        f'insert into changed_rows (command, name, change, key, held, "case") '
        f"select command, '{table.name}', '{change}', {key}, {held}, {case_sql(table, row)} "
        "from recording; end"
    )


def case_sql(table: Table, row: str) -> str:
    """Return the SQL of the case that a row of `table` belongs to; null when it is nobody's own."""
    if table is tables.cases:
        return f"{row}.number"
    if "case" in table.c:
        return f'{row}."case"'
    if "touch" in table.c:
        return f'(select t."case" from touches t where t.number = {row}.touch)'  # noqa: S608
    return "null"


def _value(column: Column[Any], row: str) -> str:
    """Return SQL for a value as JSON can hold it; JSON alone would round a fraction."""
    value = f'{row}."{column.name}"'
    fraction = isinstance(column.type, Float)
    return (
        f"case when {value} is not null then printf('%!.17g', {value}) end" if fraction else value
    )


def _object(members: Iterable[tuple[str, str, tuple[str, ...]]]) -> str:
    """Return SQL that makes JSON of those members whose condition ("": always) is true."""
    parts = []
    for name, condition, values in members:
        told = " || ',' || ".join(f"json_quote({value})" for value in values)
        member = f"""',"{name}":[' || {told} || ']'"""
        parts.append(f"case when {condition} then {member} else '' end" if condition else member)
    return f"""'{{' || substr({" || ".join(parts)}, 2) || '}}'"""
