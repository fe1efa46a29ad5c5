"""A script keeps who wrote it, with which model, and a hash of what they were asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Forward. Of older scripts it is not known."""
    op.add_column("scripts", sa.Column("writer", sa.Text(), nullable=False, server_default=""))
    model = sa.Column("writer_model", sa.Text(), nullable=False, server_default="")
    op.add_column("scripts", model)
    refused = sa.Column("refused", sa.Text(), nullable=False, server_default="")
    op.add_column("scripts", refused)
    op.add_column("scripts", sa.Column("brief_sha256", sa.String(length=64), nullable=True))
