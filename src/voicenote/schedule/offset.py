"""ISO 8601 durations of plans: days by the calendar, hours in elapsed time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import isodate

#: The largest offset a plan may have, ten years. A larger one is surely a typo.
LONGEST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Offset:
    """A duration in two parts, because a day is not always 24 hours long.

    `months` and `days` are counted on the calendar of a time zone, `time` in elapsed time. `back`
    makes the whole negative.
    """

    months: int = 0
    days: int = 0
    time: timedelta = timedelta(0)
    back: bool = False

    @property
    def zero(self) -> bool:
        """Whether it is zero."""
        return not (self.months or self.days or self.time)

    def on(self, day: date) -> date:
        """Return the date that is this many months and days after (or before) `day`.

        The 31st plus a month is the last day of the next one.
        """
        step: date
        if self.back:
            step = day - isodate.Duration(months=self.months) - timedelta(days=self.days)
        else:
            step = day + isodate.Duration(months=self.months) + timedelta(days=self.days)
        return step

    def after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """Return the UTC time this much later: P3D after 10:00 is 10:00, whatever DST does.

        A wall-clock time that the zone skips moves later by the skipped time; one that comes twice
        means the first.
        """
        turned = -self.time if self.back else self.time
        if not (self.months or self.days):
            return moment.astimezone(UTC) + turned
        local = moment.astimezone(zone)
        wall = datetime.combine(self.on(local.date()), local.time(), zone)
        return wall.astimezone(UTC) + turned


def parse(text: str) -> Offset:
    """Parse ``P3D``, ``PT6H``, ``P1M``, ``P2W`` or ``-P1D``.

    Raises ValueError with a plain sentence when it isn't an ISO 8601 duration, has a fraction of a
    day, month or year, or is longer than ten years.
    """
    words = text.strip().upper()
    back = words.startswith("-")
    days_part, mark, time_part = words.lstrip("+-").partition("T")
    if set(".,") & set(days_part):
        # isodate would silently drop the fraction
        raise ValueError(f"{text!r} has a part of a day, a month or a year; give whole ones")
    if days_part == "P" and time_part:
        days_part = "P0D"
    try:
        calendar = isodate.parse_duration(days_part, as_timedelta_if_possible=False)
        time = isodate.parse_duration(f"PT{time_part}") if mark and time_part else timedelta(0)
    except (isodate.ISO8601Error, ValueError, OverflowError, ArithmeticError):
        raise ValueError(f"{text!r} is not an ISO 8601 duration such as P3D or PT6H") from None
    months = int(calendar.years * 12 + calendar.months)
    offset = Offset(months=months, days=calendar.tdelta.days, time=time, back=back)
    if months * 31 + offset.days + time / timedelta(days=1) > LONGEST_DAYS:
        raise ValueError(f"{text!r} is longer than ten years")
    return offset
