"""Attempts, which limits and the brake count; brakes, which hold a channel until a look at it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "attempts",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("touch", NUMBER, nullable=False),
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.Column("domain_sha256", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["touch"], ["touches.number"], name=op.f("fk_attempts_touch")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_touch"), "attempts", ["touch"], unique=False)
    op.create_index("ix_attempts_channel_at", "attempts", ["channel", "at"], unique=False)
    op.create_table(
        "brakes",
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.Column("put_on_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_brakes")),
    )
