"""Files that come with a customer's message are fetched and kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voicenote.ledger.columns import Moment

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Forward. What came in before this has no files any more: its links have expired."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "attachments",
        sa.Column("number", number, primary_key=True, autoincrement=True),
        sa.Column("arrival", number, sa.ForeignKey("arrivals.number"), nullable=False),
        sa.Column("answer", number, sa.ForeignKey("answers.number"), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("source", "name", "media_type")),
        sa.Column("size", number, nullable=True),
        sa.Column("seconds", number, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", Moment(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("reason", "sha256", "file")),
    )
    op.create_index("ix_attachments_arrival", "attachments", ["arrival"])
    op.create_index("ix_attachments_state", "attachments", ["state"])
