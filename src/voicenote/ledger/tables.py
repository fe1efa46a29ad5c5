"""The tables: one schema for SQLite and PostgreSQL, built by `migrations/`.

Those of what comes in are in `inbound_tables`, and are named here too.

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
    Text,
    UniqueConstraint,
    false,
)

from voicenote.ledger import inbound_tables
from voicenote.ledger.columns import (
    Number,
    codes,
    hashes,
    later_moments,
    moments,
    money,
    reference,
    serial,
    table,
    texts,
)

meta = table(
    "meta",
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

customers = table(
    "customers",
    serial(),
    Column("name", Text, nullable=False, default="", index=True),
    *texts("say_as", "language", "time_zone", "channel"),
    *texts("greet_as", "title", "gender", "how_many", "formality"),
    *later_moments("opted_out_at"),
)

#: How customers are reached; of several, write to the newest. `sha256` is as in `optouts`.
addresses = table(
    "addresses",
    serial(),
    reference("customer", "customers"),
    Column("kind", String(40), nullable=False),
    *texts("value", "typed"),
    Column("sha256", String(64), nullable=False, index=True),
    *moments("since"),
)

#: What a writer from an unknown address may share with a customer: see `model.likeness`.
signs = table(
    "signs",
    Column("customer", Number, ForeignKey("customers.number"), primary_key=True),
    Column("sign", String(80), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

cases = table(
    "cases",
    serial(),
    Column("source", String(120), nullable=False),
    Column("ref", Text, nullable=False, index=True),
    Column("batch", String(200), nullable=False, default="", index=True),
    reference("customer", "customers"),
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
    *texts("said_back", "our_fault", "meant"),
    Column("failure", String(20), nullable=True),
    *texts("product", "cause", "finding_reason", "owner"),
    *money("harm"),
    Column("merged_into", Number, nullable=True),
    Column("story", String(32), nullable=False, default="", server_default="", index=True),
    UniqueConstraint("source", "ref"),
)

amends = table(
    "amends",
    serial(),
    reference("case", "cases"),
    Column("k", Integer, nullable=False),
    Column("round", Integer, nullable=False, default=1),
    *codes("kind", "state"),
    *texts("text", "owner", "evidence", "deed"),
    *money("value"),
    Column("target", Date, nullable=True),
    Column("promised_by", Date, nullable=True),
    *later_moments("done_at", "confirmed_at"),
    UniqueConstraint("case", "k"),
)

scripts = table(
    "scripts",
    serial(),
    reference("case", "cases"),
    Column("round", Integer, nullable=False),
    Column("slot", String(40), nullable=False),
    Column("language", String(35), nullable=False),
    Column("template", String(80), nullable=False),
    Column("sentences", JSON, nullable=False),
    *hashes("sha256"),
    *moments("made_at"),
    # what the composer made of the facts, and the customer's day: an edited script says something
    # else, but it goes out of date with them all the same
    Column("composed_sha256", String(64), nullable=True),
    Column("composed_on", Date, nullable=True),
    # who wrote it, with what, and a hash of what they were asked; None when it was edited after
    Column("writer", Text, nullable=False, default="", server_default=""),
    Column("writer_model", Text, nullable=False, default="", server_default=""),
    Column("brief_sha256", String(64), nullable=True),
    # whose drafts were refused before, and why, in a few words
    Column("refused", Text, nullable=False, default="", server_default=""),
)

memos = table(
    "memos",
    serial(),
    reference("case", "cases"),
    reference("script", "scripts"),
    Column("files", JSON, nullable=False),
    Column("digests", JSON, nullable=False, default=dict),
    Column("duration_s", Float, nullable=False),
    Column("loudness_lufs", Float, nullable=True),
    Column("synthetic", String(10), nullable=False),
    Column("voice", Text, nullable=False),
    *hashes("sha256"),
    Column("captions", JSON, nullable=False),
    *moments("made_at"),
    # of 100 words, how many are misheard of a voice that nobody named; sent with sound `anyway`?
    Column("misheard", Float, nullable=False, default=0.0, server_default="0"),
    Column("anyway", Boolean, nullable=False, default=False, server_default=false()),
    Column("listening", JSON, nullable=False, default=dict, server_default="{}"),
)

approvals = table(
    "approvals",
    serial(),
    reference("case", "cases"),
    *hashes("script_sha256", "memo_sha256"),
    Column("automatic", Boolean, nullable=False),
    Column("actor", Text, nullable=False),
    *moments("at"),
    # what it rests on; `excused` lists what spoke against it, `anyway` says why it was given
    Column("composed_sha256", String(64), nullable=True),
    Column("facts_sha256", String(64), nullable=True),
    Column("anyway", Text, nullable=False, default="", server_default=""),
    Column("excused", JSON, nullable=False, default=list, server_default="[]"),
)

touches = table(
    "touches",
    serial(),
    Column("key", String(64), nullable=False, unique=True),
    reference("case", "cases"),
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
    Column("answerable", Boolean, nullable=False, default=False, server_default=false()),
    Column("reason_code", String(100), nullable=False, default="", server_default=""),
    Index("ix_touches_state_due_at", "state", "due_at"),
    Index("ix_touches_message_id", "message_id"),
)

#: One row for each claim on a touch to a customer. Limits and pauses are counted from them.
attempts = table(
    "attempts",
    serial(),
    reference("touch", "touches"),
    Column("channel", String(80), nullable=False),
    Column("domain_sha256", String(64), nullable=False, default=""),
    *moments("at"),
    *texts("by"),
    Column("outcome", String(20), nullable=False, default=""),
    Index("ix_attempts_channel_at", "channel", "at"),
)

#: Paused channels: paused while `put_on_at` is set. `forgiven`: the newest attempt that no longer
#: counts since the channel was resumed. `batch`: the import with too many failures; "": all.
brakes = table(
    "brakes",
    Column("channel", String(80), primary_key=True),
    *later_moments("put_on_at", "released_at"),
    Column("tried", Integer, nullable=False, default=0),
    Column("failed", Integer, nullable=False, default=0),
    Column("forgiven", Number, nullable=True),
    Column("batch", String(200), nullable=False, default="", server_default=""),
)

receipts = table(
    "receipts",
    serial(),
    reference("touch", "touches"),
    *codes("kind"),
    *moments("at"),
    Column("provider_id", Text, nullable=False, default="", index=True),
    Column("detail", JSON, nullable=False, default=dict),
)
answers = table(
    "answers",
    serial(),
    reference("case", "cases"),
    Column("round", Integer, nullable=False),
    *codes("verdict"),
    *moments("at"),
    *texts("text", "via", "writer"),
    Column("settled", Boolean, nullable=False, default=False, server_default=false()),
)
lessons = table(
    "lessons",
    Column("case", Number, ForeignKey("cases.number"), primary_key=True),
    *texts("cause", "prevention", "owner"),
    *later_moments("due", "done_at"),
    *moments("at"),
)

nudges = table(
    "nudges",
    serial(),
    Column("key", String(200), nullable=False, unique=True),
    reference("case", "cases"),
    Column("kind", String(40), nullable=False),
    Column("text", Text, nullable=False),
    *moments("at"),
)

places = inbound_tables.places
arrivals = inbound_tables.arrivals
doubts = inbound_tables.doubts
attachments = inbound_tables.attachments
links = inbound_tables.links
optouts = inbound_tables.optouts

history = table(
    "history",
    serial(),
    *moments("at"),
    Column("actor", Text, nullable=False),
    Column("case", Number, nullable=True, index=True),
    Column("event", String(60), nullable=False),
    Column("facts", JSON, nullable=False),
)

#: The last commands: `after` and `until` are the lines of the history before and at their end,
#: `arrived` is the newest arrival before.
commands = table(
    "commands",
    serial(),
    *moments("at"),
    *(Column(name, Text, nullable=False) for name in ("actor", "what")),
    *(Column(name, Number, nullable=False) for name in ("after", "until", "arrived")),
    *later_moments("undone_at"),
)

#: Rows that a command added (+), deleted (-) or changed (~). `held`: column → [value] of a row
#: that was added (only its key) or deleted, [before, after] of one that was changed.
changed_rows = table(
    "changed_rows",
    serial(),
    Column("command", Number, nullable=False, index=True),
    Column("name", String(40), nullable=False),
    Column("change", String(1), nullable=False),
    *(Column(name, Text, nullable=False) for name in ("key", "held")),
    Column("case", Number, nullable=True),
)
