"""The future on a copy: the same engine, with a clock moved by hand. Nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from voicenote.engine.run.run_once import Turn, one_pass
from voicenote.engine.workspace import Workspace
from voicenote.ledger import touches
from voicenote.ledger.snapshots import find_stirred
from voicenote.model.touch import Touch

#: Between two messages, time alone can change things (a promise becomes overdue): look daily.
DAY = timedelta(days=1)
#: The time between cron's runs: what a limit holds goes on with the next one.
PASSES = timedelta(minutes=5)


class MovedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        """Return its current time."""
        return self.now


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One run in the future: when it was, and what it did."""

    at: datetime
    turn: Turn
    touches: tuple[Touch, ...]


def rehearse(ws: Workspace, clock: MovedClock, until: datetime) -> Iterator[Rehearsed]:
    """Make every run that matters from now until `until`; yield those in which something happened.

    `ws` works on a copy, by `clock`, with a folder for every channel.
    """
    last = False
    while clock.now <= until:
        turn = one_pass(ws)
        if not turn.quiet or (turn.waiting and not last):
            with ws.ledger.read() as tx:
                left = tuple(touches.left_at(tx, clock.now))
            yield Rehearsed(clock.now, turn, left)
        if last:
            return
        following = _next(ws, clock.now)
        if turn.again_at is not None:
            following = min(following, max(turn.again_at, clock.now + PASSES))
        last = following > until
        clock.now = min(following, until)


def _next(ws: Workspace, now: datetime) -> datetime:
    with ws.ledger.read() as tx:
        due = touches.next_due_at(tx, now)
        restless = bool(find_stirred(tx))
    tomorrow = now + DAY
    if due is None:
        return tomorrow
    return min(due, tomorrow) if restless or due > tomorrow else due
