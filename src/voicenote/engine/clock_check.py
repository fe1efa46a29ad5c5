"""The clock check: after a jump, nothing is decided until a person says the clock is right.

A wrong clock could break every promise, skip what is too late and close what is silent, all in one
run. The ledger knows when the last good run was and when each line was written, so it notices a
jump of more than ``[policy] clock_jump``, or a step back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from voicenote.engine.workspace import Workspace
from voicenote.errors import BadSettings
from voicenote.ledger import meta
from voicenote.ledger.attempts import SKEW
from voicenote.ledger.clock_history import KnownTime, known_time, written_since
from voicenote.ledger.store import Transaction
from voicenote.schedule import offset

_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class ClockDoubt:
    """A clock that shows `now`, although the last known time is `known`.

    The counts are what a run would do because of it: `due` messages to customers would be sent, and
    `skipped` ones are too late.
    """

    known: datetime
    now: datetime
    due: int = 0
    skipped: int = 0
    broken: int = 0
    closed: int = 0

    @property
    def back(self) -> bool:
        """Whether the clock is behind the last known time."""
        return self.now < self.known

    @property
    def harmless(self) -> bool:
        """Whether the jump makes no difference: nothing would be sent or decided."""
        return not (self.due or self.skipped or self.broken or self.closed)


def doubt(
    known: KnownTime,
    newest: tuple[int, datetime],
    written: Callable[[], Iterable[datetime]],
    now: datetime,
    reach: Callable[[datetime], datetime],
) -> ClockDoubt | None:
    """Return why a clock that shows `now` isn't believed, or None. Pure.

    `newest` is the number and the time of the newest line; `written` returns when each line since
    `known` was written; `reach` returns until when a time vouches for the next one. A clock put
    back by an hour, as twice a year, catches up on its own.
    """
    number, last = newest
    if number > max(known.number, known.doubted) and last - SKEW > now:
        return ClockDoubt(last, now)
    if known.at - SKEW > now:
        return ClockDoubt(known.at, now)
    if now <= reach(known.at):
        return None
    last = known.at
    for at in (*written(), now):
        if at > reach(last):
            return ClockDoubt(last, now)
        last = max(last, at)
    return None


def clock_doubt(ws: Workspace, tx: Transaction) -> ClockDoubt | None:
    """Return why the clock of a transaction isn't believed, or None.

    None also in a rehearsal, whose clock is moved by hand. Raises BadSettings for an invalid
    ``[policy] clock_jump``.
    """
    reach = _reach(ws.settings.policy.clock_jump)
    if ws.whereabouts is None or reach is None:
        return None
    known, newest = known_time(tx), meta.newest_line(tx)
    if known is None or newest is None:
        return None
    return doubt(known, newest, lambda: written_since(tx, known.number), tx.now, reach)


def as_of(ws: Workspace, tx: Transaction) -> datetime:
    """Return the time as of which a transaction may decide: now, if the clock is believed.

    Otherwise the last known time, which has surely come.
    """
    found = clock_doubt(ws, tx)
    return tx.now if found is None else min(found.known, tx.now)


def _reach(setting: str) -> Callable[[datetime], datetime] | None:
    if setting == "off":
        return None
    try:
        jump = offset.parse(setting)
    except ValueError as error:
        raise BadSettings(f"[policy] clock_jump: {error}", 'such as "P2D", or "off"') from error
    if jump.zero:
        raise BadSettings(
            f"[policy] clock_jump: {setting!r} isn't a length of time", 'such as "P2D"'
        )
    return lambda moment: jump.after(moment, _UTC)
