"""What the ledger knows of itself: its id, where it is at home, and its newest line."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, delete, func, insert, select, text, update

from voicenote.ledger import tables
from voicenote.ledger.store import Ledger, Transaction


def get(tx: Transaction, name: str) -> str:
    """Return what is kept under `name`; "" for nothing."""
    table = tables.meta
    query = select(table.c.value).where(table.c.name == name)
    return str(tx.connection.execute(query).scalar() or "")


def put_value(tx: Transaction, name: str, value: str) -> None:
    """Keep `value` under `name`; "" keeps nothing there."""
    table = tables.meta
    mine = table.c.name == name
    if not value:
        tx.connection.execute(delete(table).where(mine))
    elif get(tx, name):
        tx.connection.execute(update(table).where(mine).values(value=value))
    else:
        tx.connection.execute(insert(table).values(name=name, value=value))


def newest_line(tx: Transaction) -> tuple[int, datetime] | None:
    """Return the number and the moment of the newest line of history; None for an empty one."""
    table = tables.history
    newest = select(func.max(table.c.number)).scalar_subquery()
    row = tx.connection.execute(select(table.c.number, table.c.at).where(table.c.number == newest))
    found = row.first()
    return (found[0], found[1]) if found else None


def has_line(tx: Transaction, number: int, at: datetime) -> bool:
    """Whether the history has just this line: an older or another copy of the ledger does not."""
    table = tables.history
    query = select(table.c.number).where(table.c.number == number, table.c.at == at)
    return tx.connection.execute(query).first() is not None


def path_of(url: URL) -> str:
    """Return the path of the place that a database URL names."""
    if url.get_backend_name() == "sqlite":
        return str(Path(url.database or "").resolve())
    port = f":{url.port}" if url.port else ""
    return f"{url.host or ''}{port}/{url.database or ''}"


def database_mark(ledger: Ledger) -> str:
    """Return what tells a PostgreSQL database from its copies: its server's id and its own."""
    with ledger.read() as tx:
        query = "select oid from pg_database where datname = current_database()"
        oid = tx.connection.execute(text(query)).scalar()
        allowed = "select has_function_privilege('pg_control_system()', 'execute')"
        if not tx.connection.execute(text(allowed)).scalar():
            return str(oid)
        query = "select system_identifier from pg_control_system()"
        return f"{tx.connection.execute(text(query)).scalar()}/{oid}"
