"""A brake says of which batch too much came back, so that its owner knows where to look."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Forward. Those that are on were put on for all that their channel carried."""
    batch = sa.Column("batch", sa.String(length=200), nullable=False, server_default="")
    op.add_column("brakes", batch)
