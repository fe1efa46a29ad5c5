"""The response clocks (R4): an acknowledgement within 6 hours, the memo within 24, breach at 48."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """How long after a complaint was opened each reply is due. All are settings, and ascend."""

    acknowledge: timedelta = 6 * HOUR
    memo: timedelta = 24 * HOUR
    breach: timedelta = 48 * HOUR

    @classmethod
    def of_hours(cls, acknowledge: float, memo: float, breach: float) -> Clocks:
        """Return the clocks of so many hours, as they are set in ``[policy]``."""
        return cls(acknowledge=acknowledge * HOUR, memo=memo * HOUR, breach=breach * HOUR)


class ClockState(StrEnum):
    """How a case stands against its clocks."""

    ON_TIME = "on time"
    DUE_SOON = "due soon"
    BREACHED = "breached"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a case's clock shows: the state, and a short text for a list of cases."""

    state: ClockState
    text: str


def read_clock(
    opened_at: datetime,
    now: datetime,
    *,
    acknowledged_at: datetime | None = None,
    memo_at: datetime | None = None,
    clocks: Clocks | None = None,
) -> Reading:
    """Return how a case stands at `now` (R4). All times are aware.

    A sent memo is judged by when it was sent: after the breach it stays breached. Until then the
    next clock counts, which is the acknowledgement's while that is missing and not yet late. "Due
    soon" is the last third of a clock, and the time between a missed clock and the breach.
    """
    limits = clocks or Clocks()
    if memo_at is not None:
        took = memo_at - opened_at
        state = ClockState.BREACHED if took >= limits.breach else ClockState.ON_TIME
        return Reading(state, f"memo came after {_spell(took)}")
    age = now - opened_at
    if age >= limits.breach:
        return Reading(ClockState.BREACHED, f"breached {_spell(age - limits.breach)} ago")
    what, limit = "memo", limits.memo
    if acknowledged_at is None and age < limits.acknowledge:
        what, limit = "acknowledgement", limits.acknowledge
    if age >= limit:
        late, left = _spell(age - limit), _spell(limits.breach - age)
        return Reading(ClockState.DUE_SOON, f"{what} {late} late, breach in {left}")
    soon = age >= limit * 2 / 3
    state = ClockState.DUE_SOON if soon else ClockState.ON_TIME
    return Reading(state, f"{what} due in {_spell(limit - age)}")


def _spell(span: timedelta) -> str:
    minutes = max(int(span.total_seconds()) // 60, 0)
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 72 else f"{hours // 24} days"
