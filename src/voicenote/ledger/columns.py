"""The columns that many tables have, and where all tables are kept."""

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

#: SQLite counts rows up by itself only in a column that it calls INTEGER.
Number = BigInteger().with_variant(Integer, "sqlite")


def serial(name: str = "number") -> Column[int]:
    """A number that counts up."""
    return Column(name, Number, primary_key=True, autoincrement=True)


def texts(*names: str) -> list[Column[Any]]:
    """Texts that are never null."""
    return [Column(name, Text, nullable=False, default="") for name in names]


def codes(*names: str) -> list[Column[Any]]:
    """Words of a known set, such as states and kinds."""
    return [Column(name, String(20), nullable=False) for name in names]


def hashes(*names: str) -> list[Column[Any]]:
    """SHA-256 in hexadecimal."""
    return [Column(name, String(64), nullable=False) for name in names]


def moments(*names: str) -> list[Column[Any]]:
    """Moments that are known when the row is written."""
    return [Column(name, Moment, nullable=False) for name in names]


def later_moments(*names: str) -> list[Column[Any]]:
    """Moments that may come later, or never."""
    return [Column(name, Moment, nullable=True) for name in names]


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


def approval_grounds() -> list[Column[Any]]:
    """What an approval rests on: what was composed, and the facts, by their hashes.

    `anyway` is why it was given against what is listed in `excused`.
    """
    return [
        Column("composed_sha256", String(64), nullable=True),
        Column("facts_sha256", String(64), nullable=True),
        Column("anyway", Text, nullable=False, default="", server_default=""),
        Column("excused", JSON, nullable=False, default=list, server_default="[]"),
    ]


def of_case() -> Column[int]:
    """The case that a row belongs to."""
    return Column("case", Number, ForeignKey("cases.number"), nullable=False, index=True)
