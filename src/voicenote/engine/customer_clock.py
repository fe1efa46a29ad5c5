"""A customer's time zone: the one given, else their number's, else the owner's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from voicenote.engine.number_zones import zones_of
from voicenote.model.case import Customer


class KnownBy(StrEnum):
    """How a customer's time zone is known."""

    GIVEN = "given"
    NUMBER = "number"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class CustomerClock:
    """A customer's clock. `zone` is the calendar for their days, `zones` all they may live in."""

    zone: ZoneInfo
    zones: tuple[ZoneInfo, ...]
    known_by: KnownBy

    @property
    def note(self) -> str:
        """A note to show beside times; "" when the time zone was given."""
        if self.known_by is KnownBy.OWNER:
            return "yours, as theirs is not known"
        if self.known_by is KnownBy.GIVEN:
            return ""
        many = len(
            {tuple(day.astimezone(zone).utcoffset() for day in _DAYS) for zone in self.zones}
        )
        return "by their number" + (f", which can be in {many} time zones" if many > 1 else "")


#: Zones with the same clock on both days count as one in the note.
_DAYS = (datetime(2026, 1, 15, 12, tzinfo=UTC), datetime(2026, 7, 15, 12, tzinfo=UTC))


def clock_for(customer: Customer, owners: str) -> CustomerClock:
    """Return a customer's clock from what is known of them; `owners` is the owner's time zone."""
    where = (customer.time_zone, customer.address("phone"), customer.address("whatsapp"))
    return clock_of(*where, owners)


@lru_cache(maxsize=16384)
def clock_of(time_zone: str, phone: str, whatsapp: str, owners: str) -> CustomerClock:
    """Return a customer's clock from what is known of them; `owners` is the owner's time zone.

    Numbers may be in several zones. Then the calendar is the owner's if that is one of them, else
    the likeliest.
    """
    if time_zone:
        return _clock(KnownBy.GIVEN, (time_zone,), owners)
    numbers = filter(None, (phone, whatsapp))
    names = tuple(dict.fromkeys(name for number in numbers for name in zones_of(number)))
    return _clock(KnownBy.NUMBER, names, owners) if names else _clock(KnownBy.OWNER, (), owners)


@lru_cache(maxsize=1024)
def _clock(known_by: KnownBy, names: tuple[str, ...], owners: str) -> CustomerClock:
    zones = tuple(ZoneInfo(name) for name in names or (owners,))
    home = ZoneInfo(owners) if owners in names else zones[0]
    return CustomerClock(home, zones, known_by)
