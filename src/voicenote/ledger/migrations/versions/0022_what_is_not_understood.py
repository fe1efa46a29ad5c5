"""How much of a memo's voice is misheard is kept, and whether its sound is sent anyway."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0020"


def upgrade() -> None:
    """Forward. Earlier memos were approved with their sound; those made again are judged."""
    for name, kind, unset in (
        ("misheard", sa.Float(), "0"),
        ("anyway", sa.Boolean(), sa.false()),
    ):
        op.add_column("memos", sa.Column(name, kind, nullable=False, server_default=unset))
