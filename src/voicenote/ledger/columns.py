"""Columns that many tables share, and the metadata that all tables belong to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.schema import SchemaItem

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: SQLite numbers rows automatically only in a column declared INTEGER.
Number = BigInteger().with_variant(Integer, "sqlite")


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC. Raises ValueError for a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment as the database stores it: UTC, naive in SQLite."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("the ledger keeps aware times only")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored moment as an aware datetime in UTC."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return value.replace(tzinfo=UTC)
        return value.astimezone(UTC)


def table(name: str, *columns: SchemaItem, **options: Any) -> Table:
    """Return a table of the ledger; `options` are of one database, such as ``sqlite_…``."""
    return Table(name, metadata, *columns, **options)


def serial() -> Column[int]:
    """Return a primary key that counts up."""
    return Column("number", Number, primary_key=True, autoincrement=True)


def reference(name: str, table: str) -> Column[int]:
    """Return the foreign key to the row of `table` that a row belongs to."""
    return Column(name, Number, ForeignKey(f"{table}.number"), nullable=False, index=True)


def texts(*names: str) -> list[Column[Any]]:
    """Return text columns that are never null; "" by default."""
    return [Column(name, Text, nullable=False, default="") for name in names]


def codes(*names: str, most: int = 20) -> list[Column[Any]]:
    """Return columns for words of a known set, such as states, kinds and channels."""
    return [Column(name, String(most), nullable=False) for name in names]


def hashes(*names: str) -> list[Column[Any]]:
    """Return columns for SHA-256 in hexadecimal."""
    return codes(*names, most=64)


def moments(*names: str) -> list[Column[Any]]:
    """Return columns for moments that are known when the row is written."""
    return [Column(name, Moment, nullable=False) for name in names]


def later_moments(*names: str) -> list[Column[Any]]:
    """Return columns for moments that may come later, or never (null)."""
    return [Column(name, Moment, nullable=True) for name in names]


def money(name: str) -> list[Column[Any]]:
    """Return two columns: an exact amount as text, and its currency."""
    return [
        Column(f"{name}_amount", String(40), nullable=True),
        Column(f"{name}_currency", String(3), nullable=True),
    ]
