"""The tables of what comes in by the channels; `tables` names them too."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)

from voicenote.ledger.columns import (
    Number,
    codes,
    later_moments,
    moments,
    reference,
    serial,
    table,
    texts,
)

places = table(
    "places",
    Column("channel", String(80), primary_key=True),
    Column("place", Text, nullable=False),
    *moments("at"),
)

#: What came in. `mark` (hashed) reveals a second copy, `address` (hashed) who wrote it.
#: Words and plain addresses (`heard`) are kept here only while they match no case; an answer's
#: words are in `answers`. `settled_at`: when a person let go what it held, or said whose it is.
arrivals = table(
    "arrivals",
    serial(),
    Column("channel", String(80), nullable=False),
    Column("mark", String(64), nullable=False),
    Column("kind", String(20), nullable=False, index=True),
    *moments("at"),
    Column("address", String(64), nullable=False, default=""),
    Column("case", Number, ForeignKey("cases.number"), nullable=True, index=True),
    *texts("sender", "subject", "text", "reason"),
    *later_moments("shown_at", "settled_at"),
    Column("heard", JSON, nullable=False, default=dict, server_default="{}"),
    UniqueConstraint("mark", "channel"),
    Index("ix_arrivals_channel_address", "channel", "address"),
)
#: The cases that an unmatched arrival may be about: nothing goes to their customers by `channel`
#: ("": any) until a person has looked at it, which ends the row.
doubts = table(
    "doubts",
    serial(),
    reference("arrival", "arrivals"),
    reference("case", "cases"),
    Column("channel", String(80), nullable=False, default="", server_default=""),
)

#: Files that came with an arrival: see `model.attachment`. `file` is relative to the workspace.
attachments = table(
    "attachments",
    serial(),
    reference("arrival", "arrivals"),
    Column("answer", Number, ForeignKey("answers.number"), nullable=True),
    *codes("kind", "state"),
    *texts("source", "name", "media_type"),
    Column("size", Number, nullable=True),
    Column("seconds", Number, nullable=True),
    Column("tries", Integer, nullable=False, default=0),
    *later_moments("tried_at"),
    *texts("reason", "sha256", "file"),
    Index("ix_attachments_state", "state"),
)

#: What was heard in such a file: see `model.hearing`. Nothing is decided by it.
hearings = table(
    "hearings",
    Column("attachment", Number, ForeignKey("attachments.number"), primary_key=True),
    *codes("state"),
    *moments("at"),
    *texts("text", "language", "ears", "model", "reason"),
    Column("speech_s", Float, nullable=False, default=0.0),
    Column("tries", Integer, nullable=False, default=0),
    *texts("translation", "translated_to", "translated_by"),
)

#: Links by which a customer joins a channel, good for one use. Only a hash of the secret is kept.
links = table(
    "links",
    Column("digest", String(64), primary_key=True),
    Column("channel", String(80), nullable=False),
    reference("case", "cases"),
    *moments("made_at"),
    *later_moments("used_at", "ended_at"),
)

optouts = table(
    "optouts",
    Column("address_sha256", String(64), primary_key=True),
    *moments("at"),
    Column("form", String(10), nullable=False, default="", server_default=""),
)
