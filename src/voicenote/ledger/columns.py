"""The columns that many tables have."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    BindParameter,
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    Integer,
    String,
    Text,
    any_,
    bindparam,
    literal,
)

#: SQLite counts rows up by itself only in a column that it calls INTEGER.
Number = BigInteger().with_variant(Integer, "sqlite")


def number(name: str = "number") -> Column[int]:
    """A number that counts up."""
    return Column(name, Number, primary_key=True, autoincrement=True)


def words(*names: str) -> list[Column[Any]]:
    """Texts that are never null."""
    return [Column(name, Text, nullable=False, default="") for name in names]


def money(name: str) -> list[Column[Any]]:
    """An exact amount, and its currency."""
    return [
        Column(f"{name}_amount", String(40), nullable=True),
        Column(f"{name}_currency", String(3), nullable=True),
    ]


def composition() -> list[Column[Any]]:
    """What the composer said of the facts of a day (where the customer is), by a hash.

    An edited script says something else, and goes stale with it all the same.
    """
    return [
        Column("composed_sha256", String(64), nullable=True),
        Column("composed_on", Date, nullable=True),
    ]


def grounds() -> list[Column[Any]]:
    """What an approval rests on: what was composed, and the facts, by their hashes.

    `anyway` is why it was given against what is listed in `excused`.
    """
    return [
        Column("composed_sha256", String(64), nullable=True),
        Column("facts_sha256", String(64), nullable=True),
        Column("anyway", Text, nullable=False, default="", server_default=""),
        Column("excused", JSON, nullable=False, default=list, server_default="[]"),
    ]


def some(name: str) -> BindParameter[Any]:
    """A place for a list, in a statement that is built once: ``column.in_(some("cases"))``.

    To build a statement anew takes twice as long as to run it, and a letter needs dozens.
    """
    return bindparam(name, expanding=True)


def among(column: ColumnElement[Any], values: Collection[str], dialect: str) -> ColumnElement[bool]:
    """Return what is so of a row whose `column` has one of many texts.

    To PostgreSQL they go as one value: its driver takes longer to count thousands of places than
    the server to answer.
    """
    if dialect == "postgresql":
        return column == any_(literal(list(values), ARRAY(Text)))
    return column.in_(values)


def of_case() -> Column[int]:
    """The case that a row belongs to."""
    return Column("case", Number, ForeignKey("cases.number"), nullable=False, index=True)
