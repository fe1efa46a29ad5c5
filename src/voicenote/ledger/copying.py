"""Copies a ledger, row by row, into an empty one: for rehearsals and backups, from any database."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, insert, select, text

from voicenote.files import make_file
from voicenote.ledger import migrate, tables
from voicenote.ledger.cases import CHUNK
from voicenote.ledger.store import Ledger


def copy_into(source: Ledger, file: Path) -> None:
    """Write everything that `source` holds into a new SQLite file, as of one moment."""
    make_file(file)
    target = create_engine(f"sqlite:///{file.as_posix()}")
    try:
        with source.read() as tx, target.begin() as connection:
            tables.metadata.create_all(connection)
            for table in tables.metadata.sorted_tables:
                rows = tx.connection.execute(select(table)).mappings()
                for chunk in rows.partitions(CHUNK):
                    connection.execute(insert(table), [dict(row) for row in chunk])
            connection.execute(text("create table alembic_version (version_num varchar(32))"))
            version = {"head": migrate.HEAD}
            connection.execute(text("insert into alembic_version values (:head)"), version)
    finally:
        target.dispose()
