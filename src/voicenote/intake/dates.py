"""Parsing of moments and days; the order of day and month is decided per column."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache, lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from voicenote.errors import BadData, short

#: Nothing in a helpdesk is older than this year.
OLDEST = 1990
_NUMERIC = re.compile(r"(\d{1,2})\s?([./-])\s?(\d{1,2})\s?[./-]\s?(\d{4}|\d{2})(?:[ T,]+(.+))?")
_YEAR_FIRST = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})(?:[ T,]+(.+))?")
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")
_SERIAL = re.compile(r"[3-7]\d{4}(?:\.\d+)?")
_SERIALS_START = datetime(1899, 12, 30)  # noqa: DTZ001 - its zone is its column's or customer's
#: Twitter's: Tue Oct 31 22:10:47 +0000 2026; and a date in words with a year of another calendar.
_TWITTER = re.compile(r"[A-Za-z]{3} ([A-Za-z]{3} \d{1,2}) ([\d:]{8}) ([+-]\d{4}) (\d{4})")
_DAY_IN_WORDS = re.compile(
    r"(?:วันที่\s?)?(\d{1,2})\.?\s+([^\d\s,،]{2,20}(?:\s[^\d\s,،]{2,20})?)\s+"
    r"(\d{4}|\d\d)(?:[ ,،]+(.+))?"
)
_THAI = re.compile("[\u0e01-\u0e2e]")
_BUDDHIST_WORDS = re.compile(r"(?<!\d)2[45]\d\d(?!\d)")
#: Years of the Jalali and the Buddhist calendar, and how far the latter is ahead of ours.
_JALALI, _BUDDHIST, _AHEAD = range(1360, 1480), range(2533, 2640), 543
_UTC = re.compile(r"(?<!\s)\s*(?:UTC|GMT|Z)$", re.IGNORECASE)
_ADVICE = "write it as 2026-03-04 or 2026-03-04T15:00+02:00"


class DateOrder(NamedTuple):
    """The date order of a column: ``DMY``, ``MDY``, or "" when it can't be known.

    `doubtful` is a cell that could be two dates, and `shown_by` the cell that shows which is meant;
    "" when there is none.
    """

    order: str
    doubtful: str = ""
    shown_by: str = ""


def find_order(cells: Iterable[str], region: str, language: str) -> DateOrder:
    """Return the date order of a column.

    A number above 12, or dots between the numbers, shows the order; cells that disagree give none.
    If no cell shows it, the custom of `region` (ISO 3166) or else of `language` (BCP 47) decides.
    """
    told: dict[str, str] = {}
    doubtful = ""
    for cell in map(str.strip, cells):
        match = _NUMERIC.fullmatch(to_ascii(cell))
        if match is None:
            continue
        first, second = int(match[1]), int(match[3])
        if match[2] == "." or first > 12:
            told.setdefault("DMY", cell)
        elif second > 12:
            told.setdefault("MDY", cell)
        elif first != second:
            doubtful = doubtful or cell
    if told:
        order, cell = next(iter(told.items()))
        return DateOrder(order, doubtful, cell) if len(told) == 1 else DateOrder("")
    return DateOrder(_find_custom(region, language), doubtful)


def order_of(cells: Iterable[str], region: str, language: str) -> str:
    """Return the date order of a column, as `find_order` does: ``DMY``, ``MDY`` or ""."""
    return find_order(cells, region, language).order


@lru_cache(maxsize=256)
def _find_custom(region: str, language: str) -> str:
    from babel import Locale, UnknownLocaleError

    if not region and language in ("", "en"):
        return ""
    try:
        locale = Locale.parse(f"und_{region}" if region else language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return ""
    pattern = locale.date_formats["short"].pattern
    return "MDY" if pattern.find("M") < pattern.find("d") and pattern[0] != "y" else "DMY"


def read_moment(text: str, *, order: str, zone: tzinfo, now: datetime, languages: str) -> datetime:
    """Return the moment in `text`, in UTC. Without a zone it is in `zone`; a day means its start.

    `order` is `order_of` its column, `languages` BCP 47 tags separated by spaces. Raises BadData
    when it isn't a date, may be two dates, is before 1990, or is more than two days after `now`.
    """
    parsed = _parse(text, order, languages)
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=zone)
    _need_sane(parsed.year, text)
    utc = parsed.astimezone(UTC)
    if utc > now + timedelta(days=2):
        advice = "correct the date; if it is right, set this machine's clock"
        raise BadData(f"is in the future: {short(text)}", advice)
    return utc


def parse_moment(text: str, *, order: str) -> datetime:
    """Return the moment in `text`, in UTC if it has no zone. Raises BadData when it isn't one."""
    parsed = _parse(text, order, "en")
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def read_day(text: str, *, order: str, languages: str) -> date:
    """Return the calendar day in `text`. Raises BadData as `moment` does, but allows the future."""
    parsed = _parse(text, order, languages)
    _need_sane(parsed.year, text)
    return parsed.date()


def zone_of(name: str) -> ZoneInfo:
    """Return the zone of an IANA name. Raises BadData when this machine doesn't have it."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise BadData(f"{short(name)} isn't a time zone", "write an IANA name") from None


def _need_sane(year: int, text: str) -> None:
    if not OLDEST <= year <= 2200:
        advice = "correct the year, or write it in the Gregorian calendar, as 2026-03-04"
        raise BadData(f"is a date in the year {year}: {short(text)}", advice)


@lru_cache(maxsize=65_536)
def _parse(text: str, order: str, languages: str) -> datetime:
    """Return the moment, naive when it names no zone. ISO is tried first: it is the usual case."""
    plain = to_ascii(text.strip())
    if (parsed := _parse_machines(plain)) is not None:
        return parsed
    if match := _YEAR_FIRST.fullmatch(plain):
        return _join_date(text, int(match[1]), int(match[2]), int(match[3]), match[4])
    if match := _NUMERIC.fullmatch(plain):
        first, second = int(match[1]), int(match[3])
        year = int(match[4]) + (2000 if len(match[4]) == 2 else 0)
        clear = order or ("DMY" if first > 12 else "MDY" if second > 12 or first == second else "")
        if not clear:
            raise BadData(f"may be two dates: {short(text)}", _ADVICE)
        month, day_ = (first, second) if clear == "MDY" else (second, first)
        return _join_date(text, year, month, day_, match[5])
    if match := _DAY_IN_WORDS.fullmatch(plain):
        year = int(match[3])
        if len(match[3]) == 2 and _THAI.search(match[2]):
            year += 2500  # Thais leave the century out of a Buddhist year
        if year > 99 and (month := _find_month(match[2], year, languages)):
            return _join_date(text, year, month, int(match[1]), match[4])
    plain = _BUDDHIST_WORDS.sub(lambda year: str(int(year[0]) - _AHEAD), plain)
    return _parse_words(text, plain, languages)


def _parse_machines(plain: str) -> datetime | None:
    """Return a moment as programs write it: ISO 8601, seconds since 1970, Excel's, Twitter's."""
    if _EPOCH.fullmatch(plain):
        return datetime.fromtimestamp(int(plain[:10]), UTC)
    if _SERIAL.fullmatch(plain):
        return _SERIALS_START + timedelta(seconds=round(float(plain) * 86_400))
    if match := _TWITTER.fullmatch(plain):
        words = f"{match[1]} {match[4]} {match[2]} {match[3]}"
        return _parse_words(plain, words, "en")
    try:
        parsed = datetime.fromisoformat(_UTC.sub("+00:00", plain))
    except ValueError:
        return None
    return parsed if OLDEST <= parsed.year < _BUDDHIST.start else None


def _find_month(name: str, year: int, languages: str) -> int:
    """Return the number of a month by its name, or a short form of it; 0 when it isn't one."""
    wanted = _bare(name)
    tags = tuple(dict.fromkeys(tag.partition("-")[0] for tag in languages.split()))
    names = _jalali_months() if year in _JALALI else _months(tags)
    found = {number for one, number in names if one == wanted}
    if not found and len(wanted) > 2:
        found = {number for one, number in names if one.startswith(wanted)}
    return found.pop() if len(found) == 1 else 0


def _bare(name: str) -> str:
    """Return the name of a month without dots and Hebrew's "in", in small letters."""
    name = re.sub("[.׳'\u200c]", "", name.casefold())
    return name[1:] if name[:1] == "ב" and len(name) > 3 else name


@cache
def _jalali_months() -> tuple[tuple[str, int], ...]:
    from persiantools.jdatetime import MONTH_NAMES_EN, MONTH_NAMES_FA

    pairs = (*enumerate(MONTH_NAMES_FA), *enumerate(MONTH_NAMES_EN))
    return tuple((_bare(name), number) for number, name in pairs if name)


@cache
def _months(tags: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """Return the names of our calendar's months in some languages, long and short (CLDR)."""
    from babel import Locale, UnknownLocaleError

    found: list[tuple[str, int]] = []
    for tag in tags:
        with suppress(UnknownLocaleError, ValueError):
            for forms in Locale.parse(tag).months.values():
                for width in ("wide", "abbreviated"):
                    found += [(_bare(name), number) for number, name in forms[width].items()]
    return tuple(found)


def _join_date(text: str, year: int, month: int, day_: int, clock: str | None) -> datetime:
    """Return a date whose parts are known, with the time of day in `clock`, if any.

    Its year tells its calendar: 1405 is Jalali, 2569 Buddhist.
    """
    try:
        if year in _JALALI:
            import persiantools.jdatetime

            jalali: Any = persiantools.jdatetime.JalaliDate
            first = jalali(year, month, day_).to_gregorian()
            year, month, day_ = first.year, first.month, first.day
        elif year in _BUDDHIST:
            year -= _AHEAD
        start = datetime(year, month, day_)  # noqa: DTZ001 - its zone is its column's or customer's
    except ValueError:
        raise BadData(f"isn't a date: {short(text)}", _ADVICE) from None
    if not clock:
        return start
    return _parse_words(text, f"{start:%Y-%m-%d} {clock}", "en")


def _parse_words(text: str, plain: str, languages: str) -> datetime:
    """Return the date as dateparser reads it, absolute only. It is lenient and slow: used last."""
    import dateparser
    from dateparser.conf import SettingValidationError

    known = list(dict.fromkeys(tag.partition("-")[0] for tag in languages.split()))
    try:
        parsed = dateparser.parse(
            plain[:100],
            languages=known,
            settings={"STRICT_PARSING": True, "PARSERS": ["absolute-time"]},
        )
    except (ValueError, OverflowError, SettingValidationError, TypeError, KeyError):
        parsed = None
    if not isinstance(parsed, datetime):
        raise BadData(f"isn't a date: {short(text)}", _ADVICE)
    return parsed


def to_ascii(text: str) -> str:
    """Return `text` with Arabic, Persian and other digits as ASCII ones."""
    if text.isascii():
        return text
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text)
