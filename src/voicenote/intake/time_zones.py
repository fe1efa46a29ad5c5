"""Time zones by the names that people, helpdesks and spreadsheets give them."""

from __future__ import annotations

import re
import tomllib
import zoneinfo
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

from voicenote.addresses import region_of
from voicenote.errors import BadData, short
from voicenote.options.reading import closest

_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+−–-])\s*(\d{1,2})(?::?(\d\d))?", re.IGNORECASE)
#: Names of the database that aren't places: the clock of the machine itself, or none at all.
_MACHINES = {"localtime", "posixrules", "Factory"}
#: Cities that share a clock have the same offset on this day.
_SOME_DAY = datetime(2026, 1, 15, 12, tzinfo=UTC)


@cache
def _list_zones() -> Mapping[str, str]:
    """Return lower-case name → IANA zone, for IANA's names, cities, Rails' and Windows' names."""
    from babel.core import get_global

    names = zoneinfo.available_timezones() - _MACHINES
    known = {zone.casefold(): zone for zone in sorted(names)}
    cities: dict[str, list[str]] = {}
    for zone in sorted(names, key=lambda name: (name.count("/"), name)):
        area, _, city = zone.rpartition("/")
        if area and area.partition("/")[0] not in ("Etc", "posix", "right", "SystemV"):
            cities.setdefault(city.replace("_", " ").casefold(), []).append(zone)
    for city, zones in cities.items():
        if len({region_of(zone) for zone in zones}) == 1:  # not East and West, which many have
            known.setdefault(city, zones[0])
    for name, zone in get_global("windows_zone_mapping").items():
        known.setdefault(str(name).casefold(), str(zone))
    text = resources.files("voicenote.intake").joinpath("zones.toml").read_text("utf-8")
    known.update(tomllib.loads(text))
    return known


@lru_cache(maxsize=4096)
def read_time_zone(text: str) -> str:
    """Return the IANA name of a zone, given by IANA, Rails, Windows, its cities or an offset.

    Raises BadData when there is no such zone.
    """
    if found := _find_zones(_fold(text)):
        return found[0]
    raise BadData(f"{short(text)} isn't a time zone", _advise(_fold(text)[:60]))


@lru_cache(maxsize=1024)
def _advise(name: str) -> str:
    """Return what to write in place of a zone that nobody knows."""
    close = closest(name, _list_zones())
    hint = f"did you mean {_list_zones()[close[0]]}? Or " if close else ""
    return f"{hint}write a city or an IANA name such as Europe/Tallinn"


@lru_cache(maxsize=4096)
def zone_region(text: str) -> str:
    """Return the ISO 3166 country that a zone's name decides; "" when it may be several or none.

    Countries that share a calling code count as one. An offset has no country, nor has a Windows
    name that several countries use.
    """
    import phonenumbers

    name = _fold(text)
    regions = {} if _read_offset(name) else dict.fromkeys(map(region_of, _find_zones(name)))
    regions |= dict.fromkeys(map(region_of, _windows_zones().get(name, ())))
    codes = {phonenumbers.country_code_for_region(region) for region in regions if region}
    return next(iter(regions)) if len(codes) == 1 else ""


@cache
def _windows_zones() -> Mapping[str, tuple[str, ...]]:
    """Return lower-case Windows name → the IANA zones of all the countries that use it (CLDR)."""
    from tzlocal.windows_tz import tz_win

    found: dict[str, tuple[str, ...]] = {}
    for zone, name in tz_win.items():
        found[name.casefold()] = (*found.get(name.casefold(), ()), zone)
    return found


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()


def _find_zones(name: str) -> tuple[str, ...]:
    """Return the zone of a name, or those of a list of cities that share a clock; () if unknown."""
    known = _list_zones()
    if zone := known.get(name) or _read_offset(name):
        return (zone,)
    cities = re.sub(r"^\(.*?\)\s*", "", name)
    found = [known.get(city.strip(), "") for city in (cities, *cities.split(","))]
    zones = tuple(filter(None, found))
    clocks = {_SOME_DAY.astimezone(ZoneInfo(zone)).utcoffset() for zone in zones}
    whole = found[0] or all(found[1:])
    return zones if whole and len(clocks) == 1 else ()


def _read_offset(name: str) -> str:
    """Return the zone of an offset such as ``+05:30`` or ``utc-3``; "" when it isn't one."""
    offset = _OFFSET.fullmatch(name)
    if not offset:
        return ""
    sign, hours, minutes = "+" if offset[1] == "+" else "-", int(offset[2]), int(offset[3] or 0)
    if minutes:
        return _list_zones().get(f"{sign}{hours:02}:{minutes:02}", "")
    # POSIX reverses the sign: Etc/GMT-2 is two hours ahead of Greenwich
    fixed = f"etc/gmt{'-' if sign == '+' else '+'}{hours}"
    return _list_zones().get(fixed, "") if hours else "Etc/UTC"
