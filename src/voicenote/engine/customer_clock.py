"""A customer's time zone: the one given, else their number's, else the owner's. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from voicenote.model.case import Customer

#: `phonenumbers.number_type` of numbers with a location: fixed line, or fixed line or mobile.
_SETTLED = (0, 2)
#: Zones are ordered by their UTC offset on one day; which day hardly matters.
_SOME_DAY = datetime(2026, 1, 15, 12, tzinfo=UTC)


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


@lru_cache(maxsize=8192)
def zones_of(number: str) -> tuple[str, ...]:
    """Return the IANA time zones in which an E.164 number can be; () if unknown.

    The first is the likeliest, or one in the middle. A mobile phone may be anywhere in its country;
    a satellite phone's number and an international freephone number have none.
    """
    import phonenumbers
    from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_geographical_number

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ()
    code = parsed.country_code or 0
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(code, ())  # the main one first
    main = zones_by_region().get(regions[0], ()) if regions else ()
    if len(regions) == len(main) == 1:
        return main  # the library may give another with the same clock, such as Europe/Bucharest
    near = tuple(time_zones_for_geographical_number(parsed))
    if UNKNOWN_TIMEZONE in near:
        return ()
    settled = phonenumbers.number_type(parsed) in _SETTLED
    return _by_likelihood(code, near, main, settled=settled)


@lru_cache(maxsize=1024)
def _by_likelihood(
    code: int, near: tuple[str, ...], main: tuple[str, ...], *, settled: bool
) -> tuple[str, ...]:
    """Return zones, the likeliest first: all of a country's unless the number is `settled`."""
    from phonenumbers.tzdata import TIMEZONE_DATA

    zones = near if settled else (*near, *TIMEZONE_DATA.get(str(code), ()))
    at = {zone: _SOME_DAY.astimezone(ZoneInfo(zone)).utcoffset() for zone in sorted(zones)}
    in_order = sorted(at, key=lambda zone: at[zone] or timedelta())
    likely = next((one for one in (near, main) if len(one) == 1 and one[0] in at), None)
    first = likely[0] if likely else in_order[len(in_order) // 2]
    return tuple(dict.fromkeys((first, *in_order)))


@cache
def zones_by_region() -> dict[str, tuple[str, ...]]:
    """Return the time zones of each region (ISO 3166)."""
    from babel.core import get_global

    found: dict[str, tuple[str, ...]] = {}
    for zone, region in get_global("zone_territories").items():
        found[region] = (*found.get(region, ()), zone)
    return found
