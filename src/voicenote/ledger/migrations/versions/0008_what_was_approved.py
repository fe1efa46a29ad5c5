"""A script and its approval keep what the composer said of the facts, to see if they are stale."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Forward. What was approved before has no hashes: it is judged by the rules alone."""
    op.add_column("scripts", sa.Column("composed_sha256", sa.String(length=64), nullable=True))
    op.add_column("scripts", sa.Column("composed_on", sa.Date(), nullable=True))
    op.add_column("approvals", sa.Column("composed_sha256", sa.String(length=64), nullable=True))
    op.add_column("approvals", sa.Column("facts_sha256", sa.String(length=64), nullable=True))
    anyway = sa.Column("anyway", sa.Text(), nullable=False, server_default="")
    op.add_column("approvals", anyway)
    excused = sa.Column("excused", sa.JSON(), nullable=False, server_default="[]")
    op.add_column("approvals", excused)
