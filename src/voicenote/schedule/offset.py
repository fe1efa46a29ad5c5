"""ISO 8601 durations as a plan means them: days by the calendar, hours by the clock that ticks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import isodate

#: The largest offset a plan may have: ten years. More is a slip of the keyboard.
LONGEST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Offset:
    """A duration in two parts, because a day is not always 24 hours long.

    `months` and `days` are counted on the calendar of somebody's time zone, `time` in elapsed
    time. `back` turns the whole around.
    """

    months: int = 0
    days: int = 0
    time: timedelta = timedelta(0)
    back: bool = False

    @property
    def zero(self) -> bool:
        """Whether it is no offset at all."""
        return not (self.months or self.days or self.time)

    def on(self, day: date) -> date:
        """Return the date that lies this many months and days after (or before) `day`.

        The 31st plus a month is the last day of the next one.
        """
        step: date
        if self.back:
            step = day - isodate.Duration(months=self.months) - timedelta(days=self.days)
        else:
            step = day + isodate.Duration(months=self.months) + timedelta(days=self.days)
        return step

    def after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """Return the UTC moment this much later: P3D after 10:00 is 10:00, whatever DST does.

        A wall-clock time that the zone skips becomes as much later as was skipped; of one that
        comes twice the first is meant.
        """
        turned = -self.time if self.back else self.time
        if not (self.months or self.days):
            return moment.astimezone(UTC) + turned
        local = moment.astimezone(zone)
        wall = datetime.combine(self.on(local.date()), local.time(), zone)
        return wall.astimezone(UTC) + turned


def parse(text: str) -> Offset:
    """Read ``P3D``, ``PT6H``, ``P1M``, ``P2W`` or ``-P1D``.

    Raises ValueError with a plain sentence when it is not an ISO 8601 duration, has parts of a
    day, month or year, or is longer than ten years.
    """
    words = text.strip().upper()
    back = words.startswith("-")
    days_part, mark, time_part = words.lstrip("+-").partition("T")
    if set(".,") & set(days_part):
        # isodate would drop the fraction without a word
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
