"""Paused channels: nothing leaves by them until a person has found out why.

Nothing of the model is imported here: every list of cases asks for them. The table is `brakes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, insert, select, update

from voicenote.ledger import tables
from voicenote.ledger.store import Transaction


class Pause(NamedTuple):
    """The pause of a channel: of `tried` messages `failed` were refused or bounced.

    They are those of the import `batch`; of all that the channel carried, where it is empty.
    """

    channel: str
    paused_at: datetime
    tried: int
    failed: int
    batch: str = ""

    @property
    def told(self) -> str:
        """What it says to the owner."""
        of = f" of the batch {self.batch}" if self.batch else ""
        return (
            f"{self.channel} is paused: {self.failed} of {self.tried} messages{of} were refused "
            "or bounced"
        )

    @property
    def cure(self) -> str:
        """What to do about it."""
        return f"find out why; then voicenote pause --resume {self.channel}"


_COLUMNS = ("channel", "put_on_at", "tried", "failed", "batch")  # as Pause has them
_ON = (
    select(*(tables.brakes.c[name] for name in _COLUMNS))
    .where(tables.brakes.c.put_on_at.is_not(None))
    .order_by(tables.brakes.c.channel)
)


def pause(tx: Transaction, channel: str, tried: int, failed: int, batch: str = "") -> None:
    """Pause a channel."""
    table = tables.brakes
    values = {"put_on_at": tx.now, "tried": tried, "failed": failed, "batch": batch}
    mine = table.c.channel == channel
    if tx.connection.execute(select(table.c.channel).where(mine)).first():
        tx.connection.execute(update(table).where(mine).values(**values))
    else:
        tx.connection.execute(insert(table).values(channel=channel, **values))
    tx.tell("channel_paused", channel=channel, tried=tried, failed=failed, batch=batch)


def resume(tx: Transaction, channels: Sequence[str]) -> None:
    """Let channels go on: what was tried until now is not counted again.

    It goes by the number of the newest attempt: its moment may be that of a clock that was wrong.
    """
    table = tables.brakes
    newest = tx.connection.execute(select(func.max(tables.attempts.c.number))).scalar()
    values = {"put_on_at": None, "released_at": tx.now, "forgiven": newest}
    for channel in channels:
        mine = table.c.channel == channel
        tx.connection.execute(update(table).where(mine).values(**values))
        tx.tell("channel_resumed", channel=channel)


def list_paused(tx: Transaction) -> list[Pause]:
    """Return the pauses, in order of channel."""
    return [Pause(*row) for row in tx.connection.execute(_ON)]
