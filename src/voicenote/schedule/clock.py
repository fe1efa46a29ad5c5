"""Decent hours: when someone may be disturbed, in their own time zone."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from voicenote.errors import BadSettings, Problem

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT = time(0)
#: How far ahead to look for a decent hour. No calendar rests longer than this.
HORIZON = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decency:
    """When to leave people alone.

    `quiet_hours` is (start, end) on the wall clock, the end excluded, over midnight if the start
    is later. `working_days` has Monday = 0. `holidays` is an ISO 3166 code (``DE``, or ``DE-BY``
    for a part of it), whose public holidays are not working days.
    """

    quiet_hours: tuple[time, time] | None = (time(20), time(9))
    working_days: frozenset[int] = frozenset(range(5))
    holidays: str | None = None

    @classmethod
    def from_settings(
        cls,
        quiet_hours: str = "20:00-09:00",
        working_days: str = "mon-fri",
        holidays: str = "off",
    ) -> Decency:
        """Parse the strings of ``[schedule]``.

        Raises BadSettings with every problem found.
        """
        problems: list[Problem] = []
        readers = (
            ("quiet_hours", _read_quiet_hours, quiet_hours, 'write "20:00-09:00" or "off"'),
            ("working_days", _read_working_days, working_days, 'write "mon-fri" or "all"'),
            ("holidays", _read_holidays, holidays, 'write a country code such as "DE", or "off"'),
        )
        found: dict[str, Any] = {}
        for name, read, text, advice in readers:
            try:
                found[name] = read(text)
            except ValueError as wrong:
                problems.append(Problem(str(wrong), advice, field=f"schedule.{name}"))
        if problems:
            raise BadSettings(str(problems[0]), "correct it in voicenote.toml", problems)
        return cls(**found)

    def quiet(self, wall: time) -> bool:
        """Whether `wall` lies in the quiet hours."""
        if self.quiet_hours is None:
            return False
        start, end = self.quiet_hours
        if start < end:
            return start <= wall < end
        return wall >= start or wall < end

    def works(self, day: date) -> bool:
        """Whether `day` is a working day and not a public holiday."""
        return day.weekday() in self.working_days and day not in _calendar(self.holidays)

    def decent(self, moment: datetime, zone: ZoneInfo) -> bool:
        """Whether `moment` is a decent time to disturb someone who lives in `zone`."""
        local = moment.astimezone(zone)
        return not self.quiet(local.time()) and self.works(local.date())


def working_day_before(day: date, decency: Decency) -> date:
    """Return `day`, or the last working day before it. Raises BadSettings when there is none."""
    for back in range(HORIZON.days):
        if decency.works(day - timedelta(days=back)):
            return day - timedelta(days=back)
    raise BadSettings(
        f"no working day within {HORIZON.days} days before {day}",
        "give more working days in [schedule]",
    )


def next_change(here: datetime, zone: ZoneInfo, decency: Decency) -> datetime:
    """Return the next UTC time at which decency may begin or end.

    That is at midnight, at the limits of the quiet hours, or when the zone's UTC offset changes.
    """
    wall = here.astimezone(zone).replace(tzinfo=None)
    marks = [MIDNIGHT, *(decency.quiet_hours or ())]
    walls = [datetime.combine(wall.date() + timedelta(days=d), m) for d in (0, 1) for m in marks]
    there = here + (min(w for w in walls if w > wall) - wall)
    return _first_shift(here, there, zone) or there


def _first_shift(here: datetime, there: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the first second in (here, there] with another UTC offset than `here`, if any."""

    def offset(second: int) -> timedelta | None:
        return datetime.fromtimestamp(second, UTC).astimezone(zone).utcoffset()

    low = int(here.timestamp() // 1)
    high = int(there.timestamp() // 1)
    same = here.astimezone(zone).utcoffset()
    if offset(high) == same:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset(middle) == same else (low, middle)
    return datetime.fromtimestamp(high, UTC)


def _read_quiet_hours(text: str) -> tuple[time, time] | None:
    if text.strip().lower() == "off":
        return None
    match = re.fullmatch(r"\s*(\d{1,2}):(\d\d)\s*[-–]\s*(\d{1,2}):(\d\d)\s*", text)
    if not match:
        raise ValueError(f"{text!r} are no quiet hours")
    hours = [int(part) for part in match.groups()]
    try:
        start, end = time(hours[0], hours[1]), time(hours[2], hours[3])
    except ValueError:
        raise ValueError(f"{text!r} has an hour that no clock shows") from None
    if start == end:
        raise ValueError(f"{text!r} leaves no hour of the day")
    return start, end


def _read_working_days(text: str) -> frozenset[int]:
    words = text.strip().lower()
    if words == "all":
        return frozenset(range(7))
    days: set[int] = set()
    for part in words.split(","):
        first, dash, last = (side.strip() for side in part.partition("-"))
        if first not in WEEK or (dash and last not in WEEK):
            raise ValueError(f"{part.strip()!r} isn't a day of the week")
        begin = WEEK.index(first)
        span = (WEEK.index(last) - begin) % 7 if dash else 0
        days |= {(begin + step) % 7 for step in range(span + 1)}
    return frozenset(days)


def _read_holidays(text: str) -> str | None:
    code = text.strip().upper()
    if code == "OFF":
        return None
    _calendar(code)
    return code


@lru_cache(maxsize=64)
def _calendar(code: str | None) -> Container[date]:
    """Return the public holidays of a country; years are added when they are asked for."""
    if code is None:
        return frozenset()
    import holidays  # heavy, and most commands never need it

    country, _, part = code.partition("-")
    try:
        calendar: Container[date] = holidays.country_holidays(country, subdiv=part or None)
    except NotImplementedError:
        raise ValueError(f"the holidays of {code!r} are not known") from None
    return calendar
