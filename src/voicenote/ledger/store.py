"""The ledger's database: opening it, transactions, and its errors as our own.

Every write is one transaction that holds the change and its history. SQLite runs in WAL mode with
``synchronous=FULL`` and foreign keys. A writer takes its lock at BEGIN, so two writers wait for
each other instead of failing halfway. A write waits for the disk unless it says otherwise.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Insert,
    Table,
    Update,
    bindparam,
    create_engine,
    event,
    func,
    insert,
    make_url,
    select,
    update,
)
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from voicenote.errors import BadSettings, Unavailable
from voicenote.extras import how_to_install
from voicenote.files import make_file, make_folder
from voicenote.ledger import command_log, migrate, tables
from voicenote.ledger.command_log import Recorder
from voicenote.ledger.db_errors import translated

#: How long a writer waits for another one, in seconds.
PATIENCE_S = 30.0
#: The drivers that a URL may name; others would need other code.
DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")


_TOLD = insert(tables.history)
_SAME = (
    update(tables.meta).where(tables.meta.c.name == "ledger_id").values(value=tables.meta.c.value)
)


@cache
def _change(table: Table, *key: str) -> Update:
    """Return the change of the row that has a key, whose parameters are ``its_…``."""
    return update(table).where(*(table.c[name] == bindparam(f"its_{name}") for name in key))


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction: its connection, its moment (UTC) and who acts."""

    connection: Connection
    now: datetime
    actor: str

    def tell(self, event_: str, case: int | None = None, **facts: object) -> None:
        """Append a line to the history in this transaction. `event_` is in the past tense."""
        told = {"at": self.now, "actor": self.actor, "case": case, "event": event_, "facts": facts}
        self.connection.execute(_TOLD, told)

    def tell_all(self, event_: str, facts: Iterable[tuple[int, Mapping[str, object]]]) -> None:
        """Append the same event to the history of several cases; `facts` is (case, its facts)."""
        told = [
            {"at": self.now, "actor": self.actor, "case": case, "event": event_, "facts": {**given}}
            for case, given in facts
        ]
        if told:
            self.connection.execute(_TOLD, told)

    def added(self, statement: Insert, row: Mapping[str, object] | None = None) -> int:
        """Insert one row, `row` where the statement has none; return its number."""
        (number,) = self.connection.execute(statement, row).inserted_primary_key or (0,)
        return int(number)

    def put(self, table: Table, key: Mapping[str, object], **values: object) -> None:
        """Write `values` into the row that has this `key`; add the row when there is none."""
        its = {f"its_{name}": value for name, value in key.items()}
        done = self.connection.execute(_change(table, *key), {**its, **values})
        if done.rowcount == 0:
            self.connection.execute(insert(table), {**key, **values})

    def newest(self, table: Table) -> int:
        """Return the number of the newest row of a table; 0 when there is none."""
        return self.connection.execute(select(func.max(table.c.number))).scalar() or 0

    def reserve_numbers(self, table: Table, count: int) -> list[int]:
        """Return the numbers of `count` rows that are about to be inserted, in order.

        Otherwise SQLite would need one statement per row to return their numbers.
        """
        if self.connection.dialect.name == "postgresql":
            following = func.nextval(func.pg_get_serial_sequence(table.name, "number"))
            rows = func.generate_series(1, count).table_valued("value")
            return list(self.connection.execute(select(following).select_from(rows)).scalars())
        last = self.newest(table)
        return list(range(last + 1, last + count + 1))

    def take_back(self) -> None:
        """Roll back the whole transaction, as its last step: for a dry run."""
        self.connection.rollback()


class Ledger:
    """An open ledger. `clock` returns the present as an aware datetime; `actor` is who acts."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime], actor: str) -> None:
        self._engine = engine
        self._writer = engine.execution_options(voicenote_begin="IMMEDIATE", voicenote_sync="FULL")
        self._soon = self._writer.execution_options(voicenote_sync="NORMAL")
        self._recorder: Recorder | None = None
        self.clock = clock
        self.actor = actor

    def record(
        self, command: str, *, rows: bool = True, before: Recorder | None = None
    ) -> Recorder:
        """Keep what is written from now on as the work of `command`, so undo can take it back.

        Without `rows`, only that it was the last command is kept. `before` is what this returned
        when the same command had opened the ledger before.
        """
        same = before is not None and before.what == command
        self._recorder = before if before and same else Recorder(command, rows)
        return self._recorder

    def stop_recording(self) -> None:
        """Keep nothing more of what is changed."""
        self._recorder = None

    @property
    def is_sqlite(self) -> bool:
        """Whether the ledger is a SQLite file on this machine."""
        return self._engine.dialect.name == "sqlite"

    @property
    def engine(self) -> Engine:
        """The SQLAlchemy engine, for locks and migrations."""
        return self._engine

    @contextmanager
    def write(self, actor: str | None = None, *, lasting: bool = True) -> Iterator[Transaction]:
        """A transaction that changes something: all of it is kept, or none.

        It is on the disk when it ends. If it isn't `lasting`, it survives the end of the process,
        but a power cut may undo it until the next lasting write or `settle`.

        Raises TryAgain when another writer holds the ledger too long or the server restarts,
        Unavailable when it can't be written, SchemaChanged when its tables no longer fit.
        """
        writer = self._writer if lasting else self._soon
        with translated(self._engine), writer.begin() as connection:
            migrate.check_same(connection)
            if not (lasting or self.is_sqlite):
                connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
            tx = Transaction(connection, self.clock(), actor or self.actor)
            if self._recorder is None:
                command_log.stop(connection)
                yield tx
                return
            with self._recorder.recording(connection, tx.now, tx.actor):
                yield tx

    def check_schema(self) -> None:
        """Raise SchemaChanged when the tables no longer fit this release."""
        with self.read() as tx:
            migrate.check_same(tx.connection)

    def settle(self) -> None:
        """Wait until all writes that weren't `lasting` are on the disk. Changes nothing."""
        with self.write() as tx:
            tx.connection.execute(_SAME)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction for reading only."""
        with translated(self._engine), self._engine.begin() as connection:
            yield Transaction(connection, self.clock(), self.actor)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def open_ledger(
    url: str, *, clock: Callable[[], datetime], actor: str, new_id: Callable[[], str]
) -> Ledger:
    """Open the ledger at `url` (``sqlite:///…`` or ``postgresql+psycopg://…``).

    It is created or migrated when necessary. Raises BadSettings for an unusable URL, Unavailable
    when the database can't be reached, SchemaChanged when a newer release wrote it.
    """
    engine = _engine(_checked_url(url))
    ledger = Ledger(engine, clock, actor)
    try:
        with translated(engine):
            migrate.bring_up_to_date(engine, new_id=new_id, now=clock())
    except BaseException:
        engine.dispose()
        raise
    return ledger


def _checked_url(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise BadSettings(
            "[ledger] url is not a database URL", "for example sqlite:////path/to/ledger.sqlite3"
        ) from error
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise BadSettings(
            f"[ledger] url names {url.get_backend_name()!r}", "use sqlite or postgresql"
        )
    if url.drivername not in DRIVERS:
        named = f"[ledger] url names the driver {url.drivername!r}"
        raise BadSettings(named, f"use one of {', '.join(DRIVERS)}")
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    name = url.database or ""
    if url.get_backend_name() == "sqlite" and (not name or ":memory:" in name):
        raise BadSettings(
            "[ledger] url names no file: everything would be lost at the end of each command",
            "for example sqlite:////path/to/ledger.sqlite3",
        )
    return url


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        try:
            return create_engine(url, pool_pre_ping=True)
        except (ImportError, NoSuchModuleError) as error:
            raise Unavailable(
                "the PostgreSQL driver is not installed", how_to_install("postgres")
            ) from error
    if url.database:
        folder = Path(url.database).parent
        try:
            make_folder(folder)
            # SQLite gives its mode to the files that it puts beside it
            make_file(Path(url.database))
        except OSError as error:
            raise Unavailable(
                f"cannot make the folder {folder}: {error.strerror}",
                "choose another with --home, or mend its permissions",
            ) from error
    engine = create_engine(url, connect_args={"timeout": PATIENCE_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(raw: Any, _record: object) -> None:
    """Keep SQLite's driver from opening transactions: `_begin_sqlite` does that, with a lock."""
    raw.isolation_level = None
    _write_ahead(raw)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        raw.execute(f"PRAGMA {pragma}")


def _write_ahead(raw: Any) -> None:
    """Turn on the write-ahead log, which stays on.

    SQLite's own timeout doesn't cover this change: of two first commands, one would fail at once.
    """
    try:
        raw.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise
        from tenacity import Retrying, retry_if_exception_message, stop_after_delay, wait_fixed

        locked = retry_if_exception_message(match=".*locked")
        pause = wait_fixed(0.02)
        again = Retrying(retry=locked, stop=stop_after_delay(PATIENCE_S), wait=pause, reraise=True)
        again(raw.execute, "PRAGMA journal_mode=WAL")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    sync = options.get("voicenote_sync")
    if sync is not None and connection.info.get("sync", "FULL") != sync:
        connection.exec_driver_sql(f"PRAGMA synchronous={sync}")
        connection.info["sync"] = sync
    connection.exec_driver_sql(f"BEGIN {options.get('voicenote_begin', '')}".rstrip())
