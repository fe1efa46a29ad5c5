"""A brake remembers what was forgiven by the number of an attempt: clocks may be wrong."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_FORGIVEN = """
update brakes set
    put_on_at = null,
    forgiven = (
        select max(number) from attempts
        where attempts.channel = brakes.channel and attempts.at <= brakes.released_at
    )
where released_at is not null and (put_on_at is null or released_at >= put_on_at)
"""


def upgrade() -> None:
    """Forward. A brake that was released is off, and forgives what was tried until then."""
    op.add_column("brakes", sa.Column("forgiven", NUMBER, nullable=True))
    op.execute(_FORGIVEN)
