"""What the ears heard in customers' files is kept beside them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voicenote.ledger.columns import Moment

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Forward. Files that are kept already are listened to by the next runs."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")

    def texts(*names: str) -> list[sa.Column[str]]:
        return [sa.Column(name, sa.Text(), nullable=False) for name in names]

    op.create_table(
        "hearings",
        sa.Column("attachment", number, sa.ForeignKey("attachments.number"), primary_key=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        *texts("text", "language", "ears", "model", "reason"),
        sa.Column("speech_s", sa.Float(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        *texts("translation", "translated_to", "translated_by"),
    )
