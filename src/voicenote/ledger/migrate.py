"""Automatic migration of a ledger to today's schema, after a copy of the SQLite file.

Alembic is imported only when there is something to migrate, because every command comes here.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, inspect, text

from voicenote.errors import BadData, SchemaChanged, Unavailable
from voicenote.files import make_file
from voicenote.ledger import tables

_MIGRATIONS = Path(__file__).parent / "migrations"
#: The newest revision: the name of each file begins with its number.
HEAD = max(file.name[:4] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py"))
_REVISION = re.compile(r"\d{4}")
_VERSION = text("select version_num from alembic_version")


def bring_up_to_date(engine: Engine, *, new_id: Callable[[], str], now: datetime) -> None:
    """Create or migrate the schema. Quickly does nothing when it is up to date.

    Raises SchemaChanged when a newer release wrote the ledger, BadData when its revision can't
    be read, Unavailable when it can't be copied first.
    """
    found = revision(engine)
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        raise _newer(found)
    if found is not None and not _REVISION.fullmatch(found):
        raise BadData(
            f"the ledger's mark of its schema cannot be read ({found!r})",
            "restore a backup: voicenote restore FILE",
        )
    if found is not None:
        _copy_first(engine, found)
    _upgrade(engine, new_id, now)


def check_same(connection: Connection) -> None:
    """Raise SchemaChanged when the tables no longer fit this program.

    A daemon lives long: meanwhile the ledger may have been migrated by a newer voicenote, or
    replaced by a backup.
    """
    found = str(connection.execute(_VERSION).scalar())
    if found > HEAD:
        raise _newer(found)
    if found != HEAD:
        raise SchemaChanged(
            f"the ledger was put back to an older state while this ran (schema {found})",
            "run the same command again: it brings the ledger up to date first",
        )


def _newer(found: str) -> SchemaChanged:
    return SchemaChanged(
        f"this ledger was written by a newer voicenote (schema {found}, here {HEAD})",
        "update voicenote, and start again whatever still runs the older one",
    )


def revision(engine: Engine) -> str | None:
    """Return the schema revision of the database; None when it is empty."""
    with engine.begin() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        row = connection.execute(_VERSION).first()
        return str(row[0]) if row else None


def _copy_first(engine: Engine, found: str) -> None:
    """Copy the SQLite file beside itself. PostgreSQL servers have their own backups.

    Raises Unavailable when it can't be copied; then nothing is migrated.
    """
    database = engine.url.database
    if engine.dialect.name != "sqlite" or not database or database == ":memory:":
        return
    path = Path(database)
    target = path.with_name(f"{path.name}.before-{HEAD}-was-{found}")
    try:
        make_file(target)
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
    except sqlite3.OperationalError as error:
        if target.is_file():
            target.unlink()
        raise Unavailable(
            f"the ledger is older, and cannot be copied before it is brought up to date: {error}",
            f"make room in {path.parent}, or allow writing there, then run the same command again",
        ) from error


def _upgrade(engine: Engine, new_id: Callable[[], str], now: datetime) -> None:
    immediate = engine.execution_options(voicenote_begin="IMMEDIATE")
    with immediate.begin() as connection:
        if engine.dialect.name == "postgresql":
            # with two first commands at once, the second waits and then finds the work done
            connection.execute(text("select pg_advisory_xact_lock(7301)"))
        _migrate_tables(connection)
        names = set(connection.execute(tables.meta.select()).scalars())
        if "ledger_id" not in names:
            rows = [
                {"name": "ledger_id", "value": new_id()},
                {"name": "made_at", "value": now.isoformat()},
            ]
            connection.execute(insert(tables.meta), rows)


def _migrate_tables(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
