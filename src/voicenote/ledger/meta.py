"""What the ledger knows about itself: its id, its home, and its newest line of history."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, delete, select, text

from voicenote.ledger import tables
from voicenote.ledger.store import Ledger, Transaction


def get(tx: Transaction, name: str) -> str:
    """Return the value stored under `name`, or ""."""
    table = tables.meta
    query = select(table.c.value).where(table.c.name == name)
    return str(tx.connection.execute(query).scalar() or "")


def put_value(tx: Transaction, name: str, value: str) -> None:
    """Store `value` under `name`; "" deletes it."""
    if value:
        tx.put(tables.meta, {"name": name}, value=value)
    else:
        tx.connection.execute(delete(tables.meta).where(tables.meta.c.name == name))


def newest_line(tx: Transaction) -> tuple[int, datetime] | None:
    """Return (number, moment) of the newest line of history; None when there is none."""
    table = tables.history
    query = select(table.c.number, table.c.at).where(table.c.number == tx.newest(table))
    found = tx.connection.execute(query).first()
    return (found[0], found[1]) if found else None


def has_line(tx: Transaction, number: int, at: datetime) -> bool:
    """Return whether the history has exactly this line.

    An older copy of the ledger, or one that has gone its own way since, doesn't.
    """
    table = tables.history
    query = select(table.c.number).where(table.c.number == number, table.c.at == at)
    return tx.connection.execute(query).first() is not None


def path_of(url: URL) -> str:
    """Return where a database URL points: the SQLite file's path, or ``host:port/database``."""
    if url.get_backend_name() == "sqlite":
        return str(Path(url.database or "").resolve())
    port = f":{url.port}" if url.port else ""
    return f"{url.host or ''}{port}/{url.database or ''}"


def database_mark(ledger: Ledger) -> str:
    """Return what tells a PostgreSQL database from its copies: ``server id/database oid``.

    Without permission to read the server's id, it is the oid alone.
    """
    with ledger.read() as tx:
        query = "select oid from pg_database where datname = current_database()"
        oid = tx.connection.execute(text(query)).scalar()
        allowed = "select has_function_privilege('pg_control_system()', 'execute')"
        if not tx.connection.execute(text(allowed)).scalar():
            return str(oid)
        query = "select system_identifier from pg_control_system()"
        return f"{tx.connection.execute(text(query)).scalar()}/{oid}"
