"""What ears heard of a memo's names, sums and days is kept with the memo."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Forward. Nobody listened to earlier memos."""
    heard: sa.Column[dict[str, object]] = sa.Column(
        "listening", sa.JSON(), nullable=False, server_default="{}"
    )
    op.add_column("memos", heard)
