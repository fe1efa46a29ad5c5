"""Paused channels: nothing is sent through them until a person resumes them.

The model isn't imported here: every list of cases asks for pauses, and should start quickly. The
table is `brakes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, insert, select, update

from voicenote.ledger import tables
from voicenote.ledger.store import Transaction


class Pause(NamedTuple):
    """The pause of a channel: `failed` of `tried` messages were refused or bounced.

    They are the messages of the import `batch`, or all of the channel's when it is empty.
    """

    channel: str
    paused_at: datetime
    tried: int
    failed: int
    batch: str = ""

    @property
    def told(self) -> str:
        """What to tell the owner: which channel is paused, and why."""
        of = f" of the batch {self.batch}" if self.batch else ""
        return (
            f"{self.channel} is paused: {self.failed} of {self.tried} messages{of} were refused "
            "or bounced"
        )

    @property
    def cure(self) -> str:
        """What the owner can do about it."""
        return f"find out why; then voicenote pause --resume {self.channel}"


_COLUMNS = ("channel", "put_on_at", "tried", "failed", "batch")  # as Pause has them
_ON = (
    select(*(tables.brakes.c[name] for name in _COLUMNS))
    .where(tables.brakes.c.put_on_at.is_not(None))
    .order_by(tables.brakes.c.channel)
)


def pause(tx: Transaction, channel: str, tried: int, failed: int, batch: str = "") -> None:
    """Pause a channel because `failed` of `tried` messages didn't arrive."""
    table = tables.brakes
    values = {"put_on_at": tx.now, "tried": tried, "failed": failed, "batch": batch}
    mine = table.c.channel == channel
    if tx.connection.execute(select(table.c.channel).where(mine)).first():
        tx.connection.execute(update(table).where(mine).values(**values))
    else:
        tx.connection.execute(insert(table).values(channel=channel, **values))
    tx.tell("channel_paused", channel=channel, tried=tried, failed=failed, batch=batch)


def resume(tx: Transaction, channels: Sequence[str]) -> None:
    """Resume channels, and count only attempts from now on.

    "From now on" goes by the newest attempt's number: its moment may come from a wrong clock.
    """
    table = tables.brakes
    newest = tx.connection.execute(select(func.max(tables.attempts.c.number))).scalar()
    values = {"put_on_at": None, "released_at": tx.now, "forgiven": newest}
    for channel in channels:
        mine = table.c.channel == channel
        tx.connection.execute(update(table).where(mine).values(**values))
        tx.tell("channel_resumed", channel=channel)


def list_paused(tx: Transaction) -> list[Pause]:
    """Return the paused channels, in order of name."""
    return [Pause(*row) for row in tx.connection.execute(_ON)]
