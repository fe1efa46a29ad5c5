"""The tables: one schema for SQLite and PostgreSQL.

Times are UTC, money is an exact decimal in text beside its currency, and free-form facts are JSON.
`migrations/` builds this schema; a test proves that both say the same.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from voicenote.ledger.moment import Moment

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


def _number(name: str = "number") -> Column[int]:
    return Column(name, Number, primary_key=True, autoincrement=True)


def _words(*names: str) -> list[Column[Any]]:
    return [Column(name, Text, nullable=False, default="") for name in names]


def _money(name: str) -> list[Column[Any]]:
    return [
        Column(f"{name}_amount", String(40), nullable=True),
        Column(f"{name}_currency", String(3), nullable=True),
    ]


def _of_case() -> Column[int]:
    return Column("case", Number, ForeignKey("cases.number"), nullable=False, index=True)


meta = Table(
    "meta",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

customers = Table(
    "customers",
    metadata,
    _number(),
    *_words("name", "say_as", "language", "time_zone", "telegram", "whatsapp", "channel"),
    Column("email", Text, nullable=False, default="", index=True),
    Column("phone", Text, nullable=False, default="", index=True),
    Column("opted_out_at", Moment, nullable=True),
)

cases = Table(
    "cases",
    metadata,
    _number(),
    Column("source", String(120), nullable=False),
    Column("ref", Text, nullable=False),
    Column("batch", String(200), nullable=False, default="", index=True),
    Column("customer", Number, ForeignKey("customers.number"), nullable=False, index=True),
    Column("opened_at", Moment, nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("stage", String(20), nullable=False, index=True),
    Column("round", Integer, nullable=False, default=1),
    Column("plan", String(80), nullable=False, default=""),
    Column("outcome", String(20), nullable=True),
    Column("closed_at", Moment, nullable=True),
    Column("severity", String(20), nullable=False),
    Column("finding", String(20), nullable=False),
    Column("abusive", Boolean, nullable=False, default=False),
    Column("involved", JSON, nullable=False, default=list),
    *_words("what_happened", "bothered_most", "feeling", "at_stake", "expected", "identity"),
    *_words("product", "cause", "finding_reason", "owner"),
    *_money("harm"),
    UniqueConstraint("source", "ref"),
)

amends = Table(
    "amends",
    metadata,
    _number(),
    _of_case(),
    Column("k", Integer, nullable=False),
    Column("round", Integer, nullable=False, default=1),
    Column("kind", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    *_words("text", "owner", "evidence"),
    *_money("value"),
    Column("target", Date, nullable=True),
    Column("promised_by", Date, nullable=True),
    Column("done_at", Moment, nullable=True),
    Column("confirmed_at", Moment, nullable=True),
    UniqueConstraint("case", "k"),
)

scripts = Table(
    "scripts",
    metadata,
    _number(),
    _of_case(),
    Column("round", Integer, nullable=False),
    Column("slot", String(40), nullable=False),
    Column("language", String(35), nullable=False),
    Column("template", String(80), nullable=False),
    Column("sentences", JSON, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("made_at", Moment, nullable=False),
)

memos = Table(
    "memos",
    metadata,
    _number(),
    _of_case(),
    Column("script", Number, ForeignKey("scripts.number"), nullable=False, index=True),
    Column("files", JSON, nullable=False),
    Column("digests", JSON, nullable=False, default=dict),
    Column("duration_s", Float, nullable=False),
    Column("loudness_lufs", Float, nullable=True),
    Column("synthetic", String(10), nullable=False),
    Column("voice", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("captions", JSON, nullable=False),
    Column("made_at", Moment, nullable=False),
)

approvals = Table(
    "approvals",
    metadata,
    _number(),
    _of_case(),
    Column("script_sha256", String(64), nullable=False),
    Column("memo_sha256", String(64), nullable=False),
    Column("automatic", Boolean, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

touches = Table(
    "touches",
    metadata,
    _number(),
    Column("key", String(64), nullable=False, unique=True),
    _of_case(),
    Column("round", Integer, nullable=False),
    Column("plan", String(80), nullable=False),
    Column("step", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("channel", String(80), nullable=False),
    Column("booked_at", Moment, nullable=True),
    Column("wanted_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("too_late_at", Moment, nullable=True),
    Column("unless", String(40), nullable=False, default=""),
    Column("amends", Integer, nullable=True),
    Column("state", String(20), nullable=False),
    Column("attempt", Integer, nullable=False, default=0),
    Column("reason", Text, nullable=False, default=""),
    Column("message_id", Text, nullable=False, default=""),
    Column("memo", Number, ForeignKey("memos.number"), nullable=True),
    Column("claim", String(64), nullable=True),
    Column("claimed_by", Text, nullable=False, default=""),
    Column("claimed_at", Moment, nullable=True),
    Column("sent_at", Moment, nullable=True),
    Index("ix_touches_state_due_at", "state", "due_at"),
)

#: One row for each claim on a touch to a customer: what limits and the brake count.
attempts = Table(
    "attempts",
    metadata,
    _number(),
    Column("touch", Number, ForeignKey("touches.number"), nullable=False, index=True),
    Column("channel", String(80), nullable=False),
    Column("domain_sha256", String(64), nullable=False, default=""),
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False, default=""),
    Column("outcome", String(20), nullable=False, default=""),
    Index("ix_attempts_channel_at", "channel", "at"),
)

brakes = Table(
    "brakes",
    metadata,
    Column("channel", String(80), primary_key=True),
    Column("put_on_at", Moment, nullable=True),
    Column("released_at", Moment, nullable=True),
    Column("tried", Integer, nullable=False, default=0),
    Column("failed", Integer, nullable=False, default=0),
)

receipts = Table(
    "receipts",
    metadata,
    _number(),
    Column("touch", Number, ForeignKey("touches.number"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    Column("provider_id", Text, nullable=False, default=""),
    Column("detail", JSON, nullable=False, default=dict),
)

answers = Table(
    "answers",
    metadata,
    _number(),
    _of_case(),
    Column("round", Integer, nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    *_words("text", "via"),
)

lessons = Table(
    "lessons",
    metadata,
    Column("case", Number, ForeignKey("cases.number"), primary_key=True),
    *_words("cause", "prevention", "owner"),
    Column("due", Moment, nullable=True),
    Column("done_at", Moment, nullable=True),
    Column("at", Moment, nullable=False),
)

nudges = Table(
    "nudges",
    metadata,
    _number(),
    Column("key", String(200), nullable=False, unique=True),
    _of_case(),
    Column("kind", String(40), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("settled_at", Moment, nullable=True),
)

optouts = Table(
    "optouts",
    metadata,
    Column("address_sha256", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
)

history = Table(
    "history",
    metadata,
    _number(),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("case", Number, nullable=True, index=True),
    Column("event", String(60), nullable=False),
    Column("facts", JSON, nullable=False),
)
