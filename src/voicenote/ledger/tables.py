"""The tables: one schema for SQLite and PostgreSQL.

Times are UTC, money is an exact decimal in text beside its currency, and free-form facts are JSON.
`migrations/` builds this schema; a test proves that both say the same.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
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

from voicenote.ledger.columns import Number, composition, grounds, money, number, of_case, words
from voicenote.ledger.utc_datetime import Moment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

meta = Table(
    "meta",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

customers = Table(
    "customers",
    metadata,
    number(),
    *words("name", "say_as", "language", "time_zone", "telegram", "whatsapp", "channel"),
    Column("email", Text, nullable=False, default="", index=True),
    Column("phone", Text, nullable=False, default="", index=True),
    Column("opted_out_at", Moment, nullable=True),
)

cases = Table(
    "cases",
    metadata,
    number(),
    Column("source", String(120), nullable=False),
    Column("ref", Text, nullable=False, index=True),
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
    *words("what_happened", "bothered_most", "feeling", "at_stake", "expected", "identity"),
    *words("product", "cause", "finding_reason", "owner"),
    *money("harm"),
    Column("story", String(32), nullable=False, default="", server_default="", index=True),
    UniqueConstraint("source", "ref"),
)

amends = Table(
    "amends",
    metadata,
    number(),
    of_case(),
    Column("k", Integer, nullable=False),
    Column("round", Integer, nullable=False, default=1),
    Column("kind", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    *words("text", "owner", "evidence"),
    *money("value"),
    Column("target", Date, nullable=True),
    Column("promised_by", Date, nullable=True),
    Column("done_at", Moment, nullable=True),
    Column("confirmed_at", Moment, nullable=True),
    UniqueConstraint("case", "k"),
)

scripts = Table(
    "scripts",
    metadata,
    number(),
    of_case(),
    Column("round", Integer, nullable=False),
    Column("slot", String(40), nullable=False),
    Column("language", String(35), nullable=False),
    Column("template", String(80), nullable=False),
    Column("sentences", JSON, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("made_at", Moment, nullable=False),
    *composition(),
)

memos = Table(
    "memos",
    metadata,
    number(),
    of_case(),
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
    number(),
    of_case(),
    Column("script_sha256", String(64), nullable=False),
    Column("memo_sha256", String(64), nullable=False),
    Column("automatic", Boolean, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Moment, nullable=False),
    *grounds(),
)

touches = Table(
    "touches",
    metadata,
    number(),
    Column("key", String(64), nullable=False, unique=True),
    of_case(),
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
    Index("ix_touches_message_id", "message_id"),
)

#: One row for each claim on a touch to a customer: what limits and pauses count.
attempts = Table(
    "attempts",
    metadata,
    number(),
    Column("touch", Number, ForeignKey("touches.number"), nullable=False, index=True),
    Column("channel", String(80), nullable=False),
    Column("domain_sha256", String(64), nullable=False, default=""),
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False, default=""),
    Column("outcome", String(20), nullable=False, default=""),
    Index("ix_attempts_channel_at", "channel", "at"),
)

#: A channel is paused while `put_on_at` is set. `forgiven` is the newest attempt that its end
#: forgave; `batch` the import of which too much came back, empty for all that the channel carried.
brakes = Table(
    "brakes",
    metadata,
    Column("channel", String(80), primary_key=True),
    Column("put_on_at", Moment, nullable=True),
    Column("released_at", Moment, nullable=True),
    Column("tried", Integer, nullable=False, default=0),
    Column("failed", Integer, nullable=False, default=0),
    Column("forgiven", Number, nullable=True),
    Column("batch", String(200), nullable=False, default="", server_default=""),
)

receipts = Table(
    "receipts",
    metadata,
    number(),
    Column("touch", Number, ForeignKey("touches.number"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    Column("provider_id", Text, nullable=False, default="", index=True),
    Column("detail", JSON, nullable=False, default=dict),
)

answers = Table(
    "answers",
    metadata,
    number(),
    of_case(),
    Column("round", Integer, nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    *words("text", "via", "writer"),
)
lessons = Table(
    "lessons",
    metadata,
    Column("case", Number, ForeignKey("cases.number"), primary_key=True),
    *words("cause", "prevention", "owner"),
    Column("due", Moment, nullable=True),
    Column("done_at", Moment, nullable=True),
    Column("at", Moment, nullable=False),
)

nudges = Table(
    "nudges",
    metadata,
    number(),
    Column("key", String(200), nullable=False, unique=True),
    of_case(),
    Column("kind", String(40), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("settled_at", Moment, nullable=True),
)

#: How far a channel was read, in the channel's own words: moved on with what the reading did.
places = Table(
    "places",
    metadata,
    Column("channel", String(80), primary_key=True),
    Column("place", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

#: What came in. `mark` (hashed) tells a second copy of it, `address` (hashed) who wrote it, `at`
#: when. Words are kept here only where they fit no case; those of an answer are the answer's.
arrivals = Table(
    "arrivals",
    metadata,
    number(),
    Column("channel", String(80), nullable=False),
    Column("mark", String(64), nullable=False),
    Column("kind", String(20), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("address", String(64), nullable=False, default=""),
    Column("case", Number, ForeignKey("cases.number"), nullable=True, index=True),
    *words("sender", "subject", "text", "reason"),
    Column("shown_at", Moment, nullable=True),
    UniqueConstraint("mark", "channel"),
    Index("ix_arrivals_channel_address", "channel", "address"),
)

#: Links by which a customer joins a channel: only the hash of what they carry, good for one use.
links = Table(
    "links",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("channel", String(80), nullable=False),
    of_case(),
    Column("made_at", Moment, nullable=False),
    Column("used_at", Moment, nullable=True),
    Column("ended_at", Moment, nullable=True),
)

optouts = Table(
    "optouts",
    metadata,
    Column("address_sha256", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("form", String(10), nullable=False, default="", server_default=""),
)

history = Table(
    "history",
    metadata,
    number(),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("case", Number, nullable=True, index=True),
    Column("event", String(60), nullable=False),
    Column("facts", JSON, nullable=False),
)
