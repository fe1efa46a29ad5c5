"""Copying a ledger from any database into a new SQLite file, for rehearsals and backups."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Table, create_engine, insert, select, text

from voicenote.files import make_file
from voicenote.ledger import migrate, tables
from voicenote.ledger.case_store import CHUNK
from voicenote.ledger.store import Ledger


def _copy_as_it_is(source: Connection, target: Connection, table: Table) -> None:
    """Copy a table from one SQLite file to another, including rows that can't be read."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    places = ", ".join("?" for _ in table.columns)
    rows = source.exec_driver_sql(f'select {names} from "{table.name}"')  # noqa: S608 - our names
    into = f'insert into "{table.name}" ({names}) values ({places})'  # noqa: S608 - our names
    for chunk in rows.partitions(CHUNK):
        target.exec_driver_sql(into, [tuple(row) for row in chunk])


def copy_into(source: Ledger, file: Path) -> None:
    """Copy everything in `source` into a new SQLite file, as one consistent snapshot.

    Not what undo needs: it is in the form of its database, and more may have left meanwhile.
    """
    metadata = tables.meta.metadata
    make_file(file)
    target = create_engine(f"sqlite:///{file.as_posix()}")
    try:
        with source.read() as tx, target.begin() as connection:
            metadata.create_all(connection)
            for table in metadata.sorted_tables:
                if table in (tables.commands, tables.changed_rows):
                    continue
                if source.is_sqlite:
                    _copy_as_it_is(tx.connection, connection, table)
                    continue
                rows = tx.connection.execute(select(table)).mappings()
                for chunk in rows.partitions(CHUNK):
                    connection.execute(insert(table), [dict(row) for row in chunk])
            connection.execute(text("create table alembic_version (version_num varchar(32))"))
            version = {"head": migrate.HEAD}
            connection.execute(text("insert into alembic_version values (:head)"), version)
    finally:
        target.dispose()
