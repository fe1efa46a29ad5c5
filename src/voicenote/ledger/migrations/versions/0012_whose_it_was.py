"""A message that fits nobody keeps who wrote it, so a person can say whose it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voicenote.ledger.columns import Moment

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Forward. Of older messages only the words are known. No one ever read a note's settling."""
    op.add_column("arrivals", sa.Column("heard", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("arrivals", sa.Column("settled_at", Moment(), nullable=True))
    op.drop_column("nudges", "settled_at")
