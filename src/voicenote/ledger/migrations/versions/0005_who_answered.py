"""An answer keeps whose address it came from, where that is not the customer's own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Forward. Nobody knows it of what was answered before."""
    op.add_column("answers", sa.Column("writer", sa.Text(), nullable=False, server_default=""))
