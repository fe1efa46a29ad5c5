"""Days and times of day as they are written in a text, and how they are said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from voicenote.script.amount_text import DASH, START, Figure, any_of
from voicenote.script.languages import Language
from voicenote.script.numbers import say_date, spell_number

_DAY = re.compile(START + r"(\d{1,4})([./-])(\d{1,2})\2(\d{2}|\d{4})(?![\w/-]|[.,]\d)")
_CLOCK = r"(\d{1,2})(?::(\d{2}))?(?::(\d{2}))?"
_TIMES = re.compile(
    rf"{START}(?<!:){_CLOCK}(?:{DASH}{_CLOCK})?(?![\d:]|[.,/-]\d|-?[^\W\d_])"
    rf"|{START}(?<!:){_CLOCK}(?=[ap]m(?!\w))"
)
#: A time with a point, after a word that says that it is one.
_AT = re.compile(
    r"(?i:(?<!\w)(?:kella?|godz\.|godzin(?:ie|y|ą)|or[ae]|orele|orei|kl\.)[ \u00a0])"
    r"(\d{1,2})\.(\d{2})(?!\w|[.,]\d)"
    # at, from, until: a day without a year would have no such month
    r"|(?i:(?<!\w)(?:o|od|do|ok\.|po|la)[ \u00a0])"
    r"(\d{1,2})\.(00|1[3-9]|[2-5]\d)(?!\w|[.,]\d)"
)
#: Polish words after which an hour has another ending.
_BENT = re.compile(r"(?i:(?<!\w)(?:o|po|od|do|około|przed|godz\.|godzinie|godziny) )\Z")


def find_days(text: str, tongue: Language) -> Iterator[Figure]:
    """Yield the dates and the times of day in a text."""
    for found in _DAY.finditer(text):
        day = _read_day(found, tongue.code)
        if day or found[2] == "/" or (found[2] == "-" and len(found[4]) == 4):
            said = say_date(day, date.min, tongue) if day else _say_parts(found[0], tongue)
            yield Figure(*found.span(), said, day is not None)
    yield from _find_named(text, tongue)
    for found in _AT.finditer(text) if tongue.code in ("et", "pl", "ro") else ():
        number = 1 if found[1] else 3
        start = found.start(number)
        clock = _say_clock(found[number], found[number + 1], None, tongue, text[:start])
        yield Figure(start, found.end(), clock or _say_parts(found[0], tongue), bool(clock))
    for found in _TIMES.finditer(text):
        if ":" in found[0]:
            yield _time(found, text, tongue)


def _say_parts(text: str, tongue: Language) -> str:
    return " ".join(spell_number(int(one), tongue.code) for one in re.findall(r"\d+", text))


def _read_day(found: re.Match[str], code: str) -> date | None:
    """Return the day meant; None when it isn't one, or may be one of two (English 03/04/2026)."""
    first, second, last = int(found[1]), int(found[3]), int(found[4])
    if len(found[1]) == 4:
        return _make_day(first, second, last)
    if len(found[1]) > 2 or (len(found[4]) == 2 and len(found[1] + found[3]) < 4):
        return None
    year = last if len(found[4]) == 4 else 2000 + last
    swapped = code == "en" and found[2] != "." and first <= 12
    if swapped and second <= 12 and first != second:
        return None
    day, month = (second, first) if swapped else (first, second)
    return _make_day(year, month, day)


def _make_day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1900 <= year <= 2100 else None
    except ValueError:
        return None


def _find_named(text: str, tongue: Language) -> Iterator[Figure]:
    """Yield days with the name of a month, where the day's ending depends on it."""
    if tongue.code not in ("et", "pl"):
        return
    estonian = tongue.code == "et"
    # Estonian bends its months: november, novembril
    names = {*tongue.months, *(re.sub("er$", "r", month) for month in tongue.months if estonian)}
    end, dot = (r"[^\W\d_]{0,4}", r"\.") if estonian else ("", r"\.?")
    month = rf"(?P<month>{any_of(names)})(?P<end>{end})(?!\w)"
    day = rf"{START}([1-9]|[12]\d|3[01]){dot} ?(?={month})"
    for found in re.finditer(day, text, re.IGNORECASE):
        said = tongue.days[int(found[1]) - 1]
        if estonian:
            said = _bend_estonian(said, found["month"].lower(), found["end"].lower())
        else:
            said = re.sub(r"y\b", "ego", re.sub(r"i\b", "iego", said))
        yield Figure(*found.span(), said)


def _bend_estonian(day: str, month: str, end: str) -> str:
    """Return the day in the case of its month: 24. novembril is kahekümne neljandal."""
    if not end:
        return day
    if month[-1] not in "aeiou":
        end = end.removeprefix("i")
    stem = re.sub(r"s$", "nda", re.sub(r"(mene|teine)$", lambda one: one[0][:-2] + "se", day))
    return stem + (end if end in ("l", "le", "lt", "ks", "st") else "")


def _time(found: re.Match[str], text: str, tongue: Language) -> Figure:
    at = text[: found.start()]
    hour, minute, second = (found[1], found[2], found[3]) if found[1] else found.groups()[6:]
    said = _say_clock(hour, minute, second, tongue, at)
    if found[4]:
        until = _say_clock(found[4], found[5], found[6], tongue, f"{tongue.until} ")
        said = said and until and f"{said} {tongue.until} {until}"
    return Figure(*found.span(), said or _say_parts(found[0], tongue), bool(said))


def _say_clock(
    hour: str, minute: str | None, second: str | None, tongue: Language, before: str
) -> str | None:
    """Return a time of day in words; None when it isn't one."""
    if int(hour) > 24 or int(minute or 0) > 59 or int(second or 0) > 59:
        return None
    said = spell_number(int(hour), tongue.code, tongue.gender)
    if tongue.code == "pl" and int(hour):
        bent = bool(_BENT.search(before[-12:]))
        ends = (
            {"y": "ej", "gi": "giej", "ci": "ciej"} if bent else {"y": "a", "gi": "ga", "ci": "cia"}
        )
        said = re.sub(r"(?:y|gi|ci)\b", lambda one: ends[one[0]], tongue.days[int(hour) - 1])
    for part in (minute, second):
        if part and (part != "00" or second):
            zero = [spell_number(0, tongue.code)] if part[0] == "0" else []
            said = " ".join([said, *zero, spell_number(int(part), tongue.code, tongue.gender)])
    return said
