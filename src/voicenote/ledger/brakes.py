"""The brakes: what keeps a channel's touches in until a person has looked.

Nothing of the model is imported here: every list of cases asks for the brakes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, insert, select, update

from voicenote.ledger import tables
from voicenote.ledger.store import Transaction


class Brake(NamedTuple):
    """The brake of a channel: of `tried` touches `failed` were refused or bounced.

    They are those of the import `batch`; of all that the channel carried, where it is empty.
    """

    channel: str
    put_on_at: datetime
    tried: int
    failed: int
    batch: str = ""

    @property
    def told(self) -> str:
        """What it says to the owner."""
        of = f" of the batch {self.batch}" if self.batch else ""
        return (
            f"the brake is on for {self.channel}: {self.failed} of {self.tried}{of} were refused "
            "or bounced"
        )

    @property
    def cure(self) -> str:
        """What to do about it."""
        return f"find out why; then voicenote brake --release {self.channel}"


_ON = (
    select(*(tables.brakes.c[name] for name in Brake._fields))
    .where(tables.brakes.c.put_on_at.is_not(None))
    .order_by(tables.brakes.c.channel)
)


def put_on(tx: Transaction, channel: str, tried: int, failed: int, batch: str = "") -> None:
    """Put the brake of a channel on."""
    table = tables.brakes
    values = {"put_on_at": tx.now, "tried": tried, "failed": failed, "batch": batch}
    mine = table.c.channel == channel
    if tx.connection.execute(select(table.c.channel).where(mine)).first():
        tx.connection.execute(update(table).where(mine).values(**values))
    else:
        tx.connection.execute(insert(table).values(channel=channel, **values))
    tx.tell("brake_put_on", channel=channel, tried=tried, failed=failed, batch=batch)


def release(tx: Transaction, channels: Sequence[str]) -> None:
    """Release brakes: what was tried until now is not counted again.

    It goes by the number of the newest attempt: its moment may be that of a clock that was wrong.
    """
    table = tables.brakes
    newest = tx.connection.execute(select(func.max(tables.attempts.c.number))).scalar()
    values = {"put_on_at": None, "released_at": tx.now, "forgiven": newest}
    for channel in channels:
        mine = table.c.channel == channel
        tx.connection.execute(update(table).where(mine).values(**values))
        tx.tell("brake_released", channel=channel)


def on(tx: Transaction) -> list[Brake]:
    """Return the brakes that are on, in order of channel."""
    return [Brake(*row) for row in tx.connection.execute(_ON)]
