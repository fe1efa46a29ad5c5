"""A person's decent hours, even if they may live in any of several time zones.

The decent times of a zone are computed once per week and cached, as thousands of customers may
have numbers of one country.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache, reduce
from zoneinfo import ZoneInfo

from voicenote.errors import BadSettings, RuleSaysNo
from voicenote.model.case import aware
from voicenote.schedule.clock import HORIZON, Decency, next_change

WEEK = timedelta(days=7)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Spans = tuple[tuple[datetime, datetime], ...]
Rules = tuple[tuple[ZoneInfo, Decency], ...]

#: The hours when a ringing phone alarms people, in any country and on any day.
NIGHT = Decency(quiet_hours=(time(22), time(7)), working_days=frozenset(range(7)))


@dataclass(frozen=True, slots=True)
class Hours:
    """One person's hours: their time zone and what is decent there.

    Days are counted in `zone`. `zones` are all they may live in, if that isn't known: a time must
    then be decent in every one of them, see `next_decent`.
    """

    zone: ZoneInfo
    decency: Decency
    zones: tuple[ZoneInfo, ...] = ()

    def next(self, moment: datetime) -> datetime:
        """Return the first decent UTC time that is not before `moment`; see `next_decent`."""
        return next_decent(moment, self.zone, self.decency, self.zones)


def next_decent(
    moment: datetime, home: ZoneInfo, decency: Decency, zones: Sequence[ZoneInfo] = ()
) -> datetime:
    """Return the first UTC time, not before `moment`, that is decent at `home` and in all `zones`.

    If the week after the first decent time of `home` has none (a number valid from Guam to
    Newfoundland), it is one that is decent in `home` and at night in no zone. Raises ValueError
    for a naive `moment`, BadSettings when no hour of the next 400 days is decent at home,
    RuleSaysNo when none is in the zones.
    """
    start = aware(moment, "a moment").astimezone(UTC)
    at_home = _first(start, start + HORIZON, ((home, decency),))
    if at_home is None:
        raise BadSettings(
            f"no decent hour within {HORIZON.days} days",
            "give more working days or fewer quiet hours in [schedule]",
        )
    everywhere = tuple((zone, decency) for zone in (home, *zones))
    found = _first(start, at_home + WEEK, everywhere)
    if found is None:
        nowhere_night = ((home, decency), *((zone, NIGHT) for zone in zones))
        found = _first(start, start + HORIZON, nowhere_night)
    if found is None:
        raise RuleSaysNo(
            f"no hour is decent in all {len(zones)} time zones the customer's number can be in",
            "give the customer's time zone, or fewer quiet hours in [schedule]",
        )
    return found


def _first(start: datetime, last: datetime, rules: Rules) -> datetime | None:
    """Return the first moment of [start, last] that keeps all rules, or None."""
    for week in range((start - _EPOCH) // WEEK, (last - _EPOCH) // WEEK + 1):
        for begin, end in _shared_spans(rules, week):
            if end > start:
                return max(begin, start) if begin <= last else None
    return None


@lru_cache(maxsize=4096)
def _shared_spans(rules: Rules, week: int) -> Spans:
    """Return when a week keeps all rules; weeks are counted from 1970, in UTC."""
    return reduce(_both, (_spans(zone, decency, week) for zone, decency in rules))


@lru_cache(maxsize=8192)
def _spans(zone: ZoneInfo, decency: Decency, week: int) -> Spans:
    """Return when a week is decent in one zone, as spans with their end excluded."""
    here = _EPOCH + week * WEEK
    end = here + WEEK
    spans: list[tuple[datetime, datetime]] = []
    while here < end:
        there = min(next_change(here, zone, decency), end)
        if decency.decent(here, zone):
            begin = spans.pop()[0] if spans and spans[-1][1] == here else here
            spans.append((begin, there))
        here = there
    return tuple(spans)


def _both(some: Spans, others: Spans) -> Spans:
    """Return where two lists of spans overlap."""
    found = (
        (max(begin, other_begin), min(end, other_end))
        for begin, end in some
        for other_begin, other_end in others
    )
    return tuple((begin, end) for begin, end in found if begin < end)
