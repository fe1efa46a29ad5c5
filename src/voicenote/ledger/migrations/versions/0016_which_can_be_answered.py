"""A message knows whether its channel brings answers back; people are found by name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Forward. Of older messages only those in the outbox certainly had no answer to wait for."""
    added: sa.Column[bool] = sa.Column(
        "answerable", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("touches", added)
    touches = sa.table("touches", sa.column("answerable"), sa.column("channel"), sa.column("kind"))
    sent = (touches.c.channel != "outbox") & (touches.c.kind != "nudge")
    op.execute(touches.update().where(sent).values(answerable=sa.true()))
    op.create_index("ix_customers_name", "customers", ["name"])
