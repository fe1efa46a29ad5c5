"""The tables: one schema for SQLite and PostgreSQL, built by `migrations/`.

Times are UTC. Money is an exact decimal as text, next to its currency. Free-form facts are JSON.
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
    String,
    Table,
    Text,
    UniqueConstraint,
)

from voicenote.ledger.columns import (
    Number,
    approval_grounds,
    codes,
    composition,
    hashes,
    later_moments,
    metadata,
    moments,
    money,
    of_case,
    serial,
    texts,
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
    serial(),
    *texts("name", "say_as", "language", "time_zone", "channel"),
    *later_moments("opted_out_at"),
)

#: How customers are reached and recognised. With several of a kind, write to the newest. `sha256`
#: is as in `optouts`.
addresses = Table(
    "addresses",
    metadata,
    serial(),
    Column("customer", Number, ForeignKey("customers.number"), nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    *texts("value", "typed"),
    Column("sha256", String(64), nullable=False, index=True),
    *moments("since"),
)

cases = Table(
    "cases",
    metadata,
    serial(),
    Column("source", String(120), nullable=False),
    Column("ref", Text, nullable=False, index=True),
    Column("batch", String(200), nullable=False, default="", index=True),
    Column("customer", Number, ForeignKey("customers.number"), nullable=False, index=True),
    *moments("opened_at", "added_at"),
    Column("stage", String(20), nullable=False, index=True),
    Column("round", Integer, nullable=False, default=1),
    Column("plan", String(80), nullable=False, default=""),
    Column("outcome", String(20), nullable=True),
    *later_moments("closed_at"),
    *codes("severity", "finding"),
    Column("abusive", Boolean, nullable=False, default=False),
    Column("involved", JSON, nullable=False, default=list),
    *texts("what_happened", "bothered_most", "feeling", "at_stake", "expected", "identity"),
    *texts("product", "cause", "finding_reason", "owner"),
    *money("harm"),
    Column("story", String(32), nullable=False, default="", server_default="", index=True),
    UniqueConstraint("source", "ref"),
)

amends = Table(
    "amends",
    metadata,
    serial(),
    of_case(),
    Column("k", Integer, nullable=False),
    Column("round", Integer, nullable=False, default=1),
    *codes("kind", "state"),
    *texts("text", "owner", "evidence"),
    *money("value"),
    Column("target", Date, nullable=True),
    Column("promised_by", Date, nullable=True),
    *later_moments("done_at", "confirmed_at"),
    UniqueConstraint("case", "k"),
)

scripts = Table(
    "scripts",
    metadata,
    serial(),
    of_case(),
    Column("round", Integer, nullable=False),
    Column("slot", String(40), nullable=False),
    Column("language", String(35), nullable=False),
    Column("template", String(80), nullable=False),
    Column("sentences", JSON, nullable=False),
    *hashes("sha256"),
    *moments("made_at"),
    *composition(),
)

memos = Table(
    "memos",
    metadata,
    serial(),
    of_case(),
    Column("script", Number, ForeignKey("scripts.number"), nullable=False, index=True),
    Column("files", JSON, nullable=False),
    Column("digests", JSON, nullable=False, default=dict),
    Column("duration_s", Float, nullable=False),
    Column("loudness_lufs", Float, nullable=True),
    Column("synthetic", String(10), nullable=False),
    Column("voice", Text, nullable=False),
    *hashes("sha256"),
    Column("captions", JSON, nullable=False),
    *moments("made_at"),
)

approvals = Table(
    "approvals",
    metadata,
    serial(),
    of_case(),
    *hashes("script_sha256", "memo_sha256"),
    Column("automatic", Boolean, nullable=False),
    Column("actor", Text, nullable=False),
    *moments("at"),
    *approval_grounds(),
)

touches = Table(
    "touches",
    metadata,
    serial(),
    Column("key", String(64), nullable=False, unique=True),
    of_case(),
    Column("round", Integer, nullable=False),
    Column("plan", String(80), nullable=False),
    Column("step", Integer, nullable=False),
    *codes("kind"),
    Column("channel", String(80), nullable=False),
    *later_moments("booked_at"),
    *moments("wanted_at", "due_at"),
    *later_moments("too_late_at"),
    Column("unless", String(40), nullable=False, default=""),
    Column("amends", Integer, nullable=True),
    *codes("state"),
    Column("attempt", Integer, nullable=False, default=0),
    *texts("reason", "message_id"),
    Column("memo", Number, ForeignKey("memos.number"), nullable=True),
    Column("claim", String(64), nullable=True),
    *texts("claimed_by"),
    *later_moments("claimed_at", "sent_at"),
    Index("ix_touches_state_due_at", "state", "due_at"),
    Index("ix_touches_message_id", "message_id"),
)

#: One row for each claim on a touch to a customer. Limits and pauses are counted from them.
attempts = Table(
    "attempts",
    metadata,
    serial(),
    Column("touch", Number, ForeignKey("touches.number"), nullable=False, index=True),
    Column("channel", String(80), nullable=False),
    Column("domain_sha256", String(64), nullable=False, default=""),
    *moments("at"),
    *texts("by"),
    Column("outcome", String(20), nullable=False, default=""),
    Index("ix_attempts_channel_at", "channel", "at"),
)

#: Paused channels: paused while `put_on_at` is set. `forgiven`: the newest attempt that no longer
#: counts since the channel was resumed. `batch`: the import with too many failures; "": all.
brakes = Table(
    "brakes",
    metadata,
    Column("channel", String(80), primary_key=True),
    *later_moments("put_on_at", "released_at"),
    Column("tried", Integer, nullable=False, default=0),
    Column("failed", Integer, nullable=False, default=0),
    Column("forgiven", Number, nullable=True),
    Column("batch", String(200), nullable=False, default="", server_default=""),
)

receipts = Table(
    "receipts",
    metadata,
    serial(),
    Column("touch", Number, ForeignKey("touches.number"), nullable=False, index=True),
    *codes("kind"),
    *moments("at"),
    Column("provider_id", Text, nullable=False, default="", index=True),
    Column("detail", JSON, nullable=False, default=dict),
)

answers = Table(
    "answers",
    metadata,
    serial(),
    of_case(),
    Column("round", Integer, nullable=False),
    *codes("verdict"),
    *moments("at"),
    *texts("text", "via", "writer"),
)
lessons = Table(
    "lessons",
    metadata,
    Column("case", Number, ForeignKey("cases.number"), primary_key=True),
    *texts("cause", "prevention", "owner"),
    *later_moments("due", "done_at"),
    *moments("at"),
)

nudges = Table(
    "nudges",
    metadata,
    serial(),
    Column("key", String(200), nullable=False, unique=True),
    of_case(),
    Column("kind", String(40), nullable=False),
    Column("text", Text, nullable=False),
    *moments("at"),
    *later_moments("settled_at"),
)

places = Table(
    "places",
    metadata,
    Column("channel", String(80), primary_key=True),
    Column("place", Text, nullable=False),
    *moments("at"),
)

#: What came in. `mark` (hashed) reveals a second copy, `address` (hashed) who wrote it.
#: Words are kept here only when they don't match a case; an answer's words are in `answers`.
arrivals = Table(
    "arrivals",
    metadata,
    serial(),
    Column("channel", String(80), nullable=False),
    Column("mark", String(64), nullable=False),
    Column("kind", String(20), nullable=False, index=True),
    *moments("at"),
    Column("address", String(64), nullable=False, default=""),
    Column("case", Number, ForeignKey("cases.number"), nullable=True, index=True),
    *texts("sender", "subject", "text", "reason"),
    *later_moments("shown_at"),
    UniqueConstraint("mark", "channel"),
    Index("ix_arrivals_channel_address", "channel", "address"),
)

#: Links by which a customer joins a channel, good for one use. Only a hash of the secret is kept.
links = Table(
    "links",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("channel", String(80), nullable=False),
    of_case(),
    *moments("made_at"),
    *later_moments("used_at", "ended_at"),
)

optouts = Table(
    "optouts",
    metadata,
    Column("address_sha256", String(64), primary_key=True),
    *moments("at"),
    Column("form", String(10), nullable=False, default="", server_default=""),
)

history = Table(
    "history",
    metadata,
    serial(),
    *moments("at"),
    Column("actor", Text, nullable=False),
    Column("case", Number, nullable=True, index=True),
    Column("event", String(60), nullable=False),
    Column("facts", JSON, nullable=False),
)
