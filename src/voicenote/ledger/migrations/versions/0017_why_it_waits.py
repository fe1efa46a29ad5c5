"""A message keeps the code of why it waits, so that the words can change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

#: As schema 0016 wrote them; the last ends in a channel.
_CODES = {
    "no channel that is set up here has an address of theirs": "no-address",
    "it is in the outbox, for you to send yourself": "by-hand",
}
_EARLIER = "it was approved for a folder, before there was "


def upgrade() -> None:
    """Forward: the reasons are read once more as text."""
    code: sa.Column[str] = sa.Column(
        "reason_code", sa.String(100), nullable=False, server_default=""
    )
    op.add_column("touches", code)
    touches = sa.table("touches", sa.column("reason"), sa.column("reason_code"))
    for text, value in _CODES.items():
        op.execute(touches.update().where(touches.c.reason == text).values(reason_code=value))
    batch = touches.update().where(touches.c.reason.startswith("its batch is on hold: "))
    op.execute(batch.values(reason_code="batch"))
    way = sa.func.substr(touches.c.reason, len(_EARLIER) + 1)
    earlier = touches.update().where(touches.c.reason.startswith(_EARLIER))
    op.execute(earlier.values(reason_code=sa.literal("earlier:").concat(way)))
