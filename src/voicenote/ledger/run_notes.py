"""The note on the last run: when it was, what it did, and what failed.

Each run writes it when it begins and when it ends, so that one that was killed shows. The
model isn't imported: `status` should start quickly.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import func, select

from voicenote.ledger import meta, tables
from voicenote.ledger.store import Transaction

#: Who starts runs: a person, cron or a timer, and the daemon.
Starter = Literal["hand", "schedule", "daemon"]
BY_HAND: Final = "hand"
BY_SCHEDULE: Final = "schedule"
BY_DAEMON: Final = "daemon"
#: What a trouble is about when it isn't about a channel.
RUN, CLOCK, CASE = "run", "clock", "case"
_LAST = "last_run"


class RunTrouble(NamedTuple):
    """What failed in a run: a channel's name, or `RUN`, `CLOCK` or `CASE`; and what to do."""

    about: str
    what: str
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """The last run; times are UTC.

    `ended` is None while it is at work, and if it was killed. `by`: who started it. `counts`: what
    it did, without zeros; `channels` the same for each channel. `since`: since when every run has
    had troubles. `scheduled_at`: when the last run began that nobody started by hand.
    """

    began: datetime
    by: Starter
    ended: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    channels: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    troubles: tuple[RunTrouble, ...] = ()
    since: datetime | None = None
    scheduled_at: datetime | None = None


def last_run(tx: Transaction) -> LastRun | None:
    """Return the last run; None before the first one, and when the note can't be read."""
    try:
        kept: dict[str, Any] = json.loads(meta.get(tx, _LAST) or "null")
        times = {name: _moment(kept[name]) for name in ("ended", "since", "scheduled_at")}
        return LastRun(
            began=datetime.fromisoformat(kept["began"]),
            by=kept["by"],
            counts=kept["counts"],
            channels=kept.get("channels", {}),
            troubles=tuple(RunTrouble(*one) for one in kept["troubles"]),
            **times,
        )
    except (ValueError, TypeError, KeyError):
        return None


def keep_last_run(tx: Transaction, run: LastRun) -> None:
    """Store the last run."""
    kept = json.dumps(asdict(run), default=datetime.isoformat, ensure_ascii=False)
    meta.put_value(tx, _LAST, kept)


def waiting_since(tx: Transaction) -> tuple[int, datetime | None]:
    """Return how many messages to customers are due by now, and since when the first one is."""
    touch = tables.touches
    query = select(func.count(), func.min(touch.c.due_at)).where(
        touch.c.state == "due", touch.c.kind != "nudge", touch.c.due_at <= tx.now
    )
    row = tx.connection.execute(query).one()
    return row[0], row[1]


class Retry(NamedTuple):
    """Messages by one channel that could not be sent yet: how many, why, and when they go again."""

    channel: str
    messages: int
    reason: str
    again_at: datetime


def list_retries(tx: Transaction) -> list[Retry]:
    """Return the messages to customers that were tried in vain and are tried again, by channel."""
    touch = tables.touches
    query = (
        select(touch.c.channel, func.count(), func.max(touch.c.reason), func.min(touch.c.due_at))
        .where(touch.c.state == "due", touch.c.kind != "nudge")
        .where(touch.c.attempt > 0, touch.c.reason != "")
        .group_by(touch.c.channel)
        .order_by(touch.c.channel)
    )
    return [Retry(*row) for row in tx.connection.execute(query)]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
