"""Possible time zones of a telephone number, by the world's numbering plans. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

#: `phonenumbers.number_type` of numbers with a location: fixed line, or fixed line or mobile.
_SETTLED = (0, 2)
#: Zones are ordered by their UTC offset on one day; which day hardly matters.
_SOME_DAY = datetime(2026, 1, 15, 12, tzinfo=UTC)


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
    if own := _only_zone(code):
        return (own,)
    near = tuple(time_zones_for_geographical_number(parsed))
    if UNKNOWN_TIMEZONE in near:
        return ()
    settled = phonenumbers.number_type(parsed) in _SETTLED
    return _by_likelihood(code, near, settled=settled)


@lru_cache(maxsize=1024)
def _by_likelihood(code: int, near: tuple[str, ...], *, settled: bool) -> tuple[str, ...]:
    """Return zones, the likeliest first: all of a country's unless the number is `settled`."""
    from phonenumbers.tzdata import TIMEZONE_DATA

    zones = near if settled else (*near, *TIMEZONE_DATA.get(str(code), ()))
    at = {zone: _SOME_DAY.astimezone(ZoneInfo(zone)).utcoffset() for zone in sorted(zones)}
    in_order = sorted(at, key=lambda zone: at[zone] or timedelta())
    main = _zones_of_region(_regions(code)[:1])
    likely = next((one for one in (near, main) if len(one) == 1 and one[0] in at), None)
    first = likely[0] if likely else in_order[len(in_order) // 2]
    return tuple(dict.fromkeys((first, *in_order)))


def _only_zone(code: int) -> str:
    """Return the zone of a country that has only one, such as Estonia; else "".

    The library may give any zone with the same clock, such as Europe/Bucharest.
    """
    regions = _regions(code)
    zones = _zones_of_region(regions) if len(regions) == 1 else ()
    return zones[0] if len(zones) == 1 else ""


def _regions(code: int) -> tuple[str, ...]:
    """Return the ISO 3166 regions of a calling code, the main one first: GB for 44."""
    import phonenumbers

    return tuple(phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(code, ()))


def _zones_of_region(regions: tuple[str, ...]) -> tuple[str, ...]:
    return _zones_by_region().get(regions[0], ()) if regions else ()


@cache
def _zones_by_region() -> dict[str, tuple[str, ...]]:
    from babel.core import get_global

    found: dict[str, tuple[str, ...]] = {}
    for zone, region in get_global("zone_territories").items():
        found[region] = (*found.get(region, ()), zone)
    return found
