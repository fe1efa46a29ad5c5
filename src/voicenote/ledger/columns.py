"""Columns that many tables share, and the metadata that all tables belong to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Date, ForeignKey, Integer, MetaData, String, Text

from voicenote.ledger.utc_datetime import Moment

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


def serial(name: str = "number") -> Column[int]:
    """Return a primary key that counts up."""
    return Column(name, Number, primary_key=True, autoincrement=True)


def texts(*names: str) -> list[Column[Any]]:
    """Return text columns that are never null; "" by default."""
    return [Column(name, Text, nullable=False, default="") for name in names]


def codes(*names: str) -> list[Column[Any]]:
    """Return columns for words of a known set, such as states and kinds (20 characters)."""
    return [Column(name, String(20), nullable=False) for name in names]


def hashes(*names: str) -> list[Column[Any]]:
    """Return columns for SHA-256 in hexadecimal."""
    return [Column(name, String(64), nullable=False) for name in names]


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


def composition() -> list[Column[Any]]:
    """Return two columns: a hash of what the composer made of the facts, and the customer's day.

    An edited script says something else, but it goes out of date with them all the same.
    """
    return [
        Column("composed_sha256", String(64), nullable=True),
        Column("composed_on", Date, nullable=True),
    ]


def approval_grounds() -> list[Column[Any]]:
    """Return the columns of what an approval rests on: hashes of the composition and the facts.

    `excused` lists what spoke against the approval, and `anyway` says why it was given.
    """
    return [
        Column("composed_sha256", String(64), nullable=True),
        Column("facts_sha256", String(64), nullable=True),
        Column("anyway", Text, nullable=False, default="", server_default=""),
        Column("excused", JSON, nullable=False, default=list, server_default="[]"),
    ]


def of_case() -> Column[int]:
    """Return the foreign key to the case that a row belongs to."""
    return Column("case", Number, ForeignKey("cases.number"), nullable=False, index=True)
