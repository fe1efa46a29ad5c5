"""Paused channels: nothing is sent through them until a person resumes them.

The model isn't imported here: every list of cases asks for pauses, and should start quickly. The
table is `brakes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select, update

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
    why: dict[str, Any] = {"tried": tried, "failed": failed, "batch": batch}
    tx.put(tables.brakes, {"channel": channel}, put_on_at=tx.now, **why)
    tx.tell("channel_paused", channel=channel, **why)


def resume(tx: Transaction, channels: Sequence[str]) -> None:
    """Resume channels, and count only attempts from now on.

    "From now on" goes by the newest attempt's number: its moment may come from a wrong clock.
    """
    table = tables.brakes
    newest = tx.newest(tables.attempts)
    values = {"put_on_at": None, "released_at": tx.now, "forgiven": newest}
    for channel in channels:
        mine = table.c.channel == channel
        tx.connection.execute(update(table).where(mine).values(**values))
        tx.tell("channel_resumed", channel=channel)


def list_paused(tx: Transaction) -> list[Pause]:
    """Return the paused channels, in order of name."""
    return [Pause(*row) for row in tx.connection.execute(_ON)]
