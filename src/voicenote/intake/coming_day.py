"""A day still to come, as people say it: "friday", "4 December", "04.12.2026", "za tydzień"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from functools import cache
from unicodedata import combining

from voicenote.errors import BadData, short
from voicenote.intake.dates import order_of, read_day, to_ascii
from voicenote.unicode_forms import normal

LAST_YEAR = 2200
#: A day and a month without a year: 4.12., 4/12.
_NO_YEAR = re.compile(r"(\d{1,2})\s?([./-])\s?(\d{1,2})\.?")
_WITH_YEAR = re.compile(r"\d{4}|\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{2}")
_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:['’\u200c-][^\W\d_]+)*")
#: A day and a month of the Persian calendar: "13 Azar", whose year is this one or the next.
_DAY_AND_WORD = re.compile(r"(\d{1,2})\s+([^\d\s]{2,20})")
#: What comes before a day, in the languages of the templates, and means only "by" or "on".
_BEFORE = re.compile(
    r"(?:by|on|until|till|before|the|do|dnia|do dnia|p[âa]n[ăa] (?:la|pe|în)|pe|kuni|hiljemalt|"
    r"עד|עד ל|تا|روز)\s+"
)
#: Days in words that dateparser doesn't know (1.5): how many days ahead each of them is.
_AHEAD = {
    **dict.fromkeys(("za tydzień", "za tydzien", "peste o săptămână", "peste o saptamana"), 7),
    **dict.fromkeys(("nädala pärast", "בעוד שבוע", "یک هفته دیگر"), 7),
    **dict.fromkeys(("za dwa tygodnie", "peste două săptămâni", "peste doua saptamani"), 14),
    **dict.fromkeys(("kahe nädala pärast", "בעוד שבועיים", "دو هفته دیگر"), 14),
    **dict.fromkeys(("ülehomme", "מחרתיים", "poimâine", "poimaine", "پس فردا", "پس‌فردا"), 2),
    "homseks": 1,
    "this evening": 0,
}
#: Most words around the name of a weekday: "by next friday".
_MOST_WORDS = 4
_ADVICE = "write it such as friday, in 3 days, 4 December or {}"


def read_coming_day(text: str, *, today: date, language: str, region: str = "") -> date:
    """Return the day, `today` or later, that a person of `language` (BCP 47) means by `text`.

    Without a year it is the next such day; a weekday is within the next seven days. English is
    understood too. `region` (ISO 3166) tells the order of 4/12. Raises BadData when it isn't a day,
    may be two, has passed, or names a weekday that the date isn't.
    """
    day = find_day(text, today=today, language=language, region=region)
    if day < today:
        raise BadData(f"{tell_day(day, today)} has passed", "choose a day in the future")
    if day.year > LAST_YEAR:
        raise BadData(f"{day.year} isn't a likely year", "check its digits")
    return day


def find_day(text: str, *, today: date, language: str, region: str = "") -> date:
    """Return the day as `read_coming_day` does, but allow one that has passed: "yesterday"."""
    plain = " ".join(to_ascii(text[:100]).casefold().split()).strip(" ,!?")
    if match := _NO_YEAR.fullmatch(plain):
        return _find_next(text, match, today, region, language)
    if _WITH_YEAR.search(plain):
        order = order_of([plain], region, language)
        day = read_day(plain, order=order, languages=f"{language} en".strip())
    else:
        day = _find_in_words(text, plain, today, language)
    named = _find_weekday(plain, language)
    if named is not None and named != day.weekday():
        raise BadData(f"{short(text)}: that day is a {day:%A}", "correct the day or the weekday")
    return day


def tell_day(day: date, today: date) -> str:
    """Return a day in words, with how far it is: "Friday, 4 December 2026 (in 4 days)"."""
    ahead = (day - today).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(ahead)
    far = near or (f"in {ahead} days" if ahead > 0 else f"{-ahead} days ago")
    return f"{day:%A}, {day.day} {day:%B} {day.year} ({far})"


def _find_next(text: str, match: re.Match[str], today: date, region: str, language: str) -> date:
    """Return the next day with the day and month of `match`, today or later."""
    first, second = int(match[1]), int(match[3])
    order = order_of([f"{match[1]}{match[2]}{match[3]}{match[2]}2024"], region, language)
    if not order and first != second:
        raise BadData(f"{short(text)} may be two days", "write the month as a word: 4 December")
    month, day = (first, second) if order == "MDY" else (second, first)
    for year in range(today.year, today.year + 9):  # the 29th of February may be eight years away
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    raise _no_day(text, today)


def _find_in_words(text: str, plain: str, today: date, language: str) -> date:
    """Return the day that words without a year mean."""
    bare = _BEFORE.sub("", plain, count=1) if _BEFORE.match(plain) else plain
    if bare in _AHEAD:
        return today + timedelta(days=_AHEAD[bare])
    if bare.isdecimal():
        raise _no_day(text, today)  # dateparser would take 12 for a month
    if not any(sign.isdecimal() for sign in plain):
        weekday = _find_weekday(plain, language)
        if weekday is not None:
            return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    said = tuple(dict.fromkeys((plain, bare, *_uninflect(bare))))
    found = _find_persian(bare, today, language) or _parse(said, today, language)
    if found is None:
        raise _no_day(text, today)
    return found


def _find_persian(bare: str, today: date, language: str) -> date | None:
    """Return the next day that "13 Azar" means, a day and a month of the Persian calendar."""
    match = _DAY_AND_WORD.fullmatch(bare)
    if match is None or not language.startswith("fa"):
        return None
    for year in (today.year - 622, today.year - 621, today.year - 620):
        with suppress(BadData):
            day = read_day(f"{match[1]} {match[2]} {year}", order="", languages="fa")
            if day >= today:
                return day
    return None


def _parse(said: tuple[str, ...], today: date, language: str) -> date | None:
    """Return the day as dateparser reads the first of these forms that it knows."""
    import dateparser
    from dateparser.conf import SettingValidationError

    settings = {
        "PREFER_DATES_FROM": "future",
        "RELATIVE_BASE": datetime.combine(today, time()),
        "PARSERS": ["relative-time", "absolute-time"],
        "REQUIRE_PARTS": ["day"],
    }
    for tag in dict.fromkeys((language.partition("-")[0], "en")):
        for form in said:
            try:
                found = dateparser.parse(form[:60], languages=[tag], settings=settings)
            except (ValueError, OverflowError, SettingValidationError, TypeError, KeyError):
                continue
            if found is not None:
                return date(found.year, found.month, found.day)
    return None


def _uninflect(said: str) -> Iterator[str]:
    """Yield a text without the case endings that Estonians give a month: 4. detsembriks."""
    without = re.sub(r"(?<=\w{4})(?:ks|l)\b", "", said)
    yield without
    yield re.sub(r"bri\b", "ber", without)


def _no_day(text: str, today: date) -> BadData:
    example = today + timedelta(days=4)
    return BadData(f"{short(text)} isn't a day", _ADVICE.format(example.isoformat()))


def _find_weekday(plain: str, language: str) -> int | None:
    """Return the weekday named in a text, 0 for Monday; None when it names none, or two."""
    words = [_fold(word) for word in _WORD.findall(plain)]
    said = [word.removeprefix("ב") if len(word) > 3 else word for word in words]
    if len(said) > _MOST_WORDS:
        return None
    for tag in dict.fromkeys((language.replace("-", "_"), language.partition("-")[0], "en")):
        names = _weekdays(tag)
        found = {number for name, number in names if name in said} or {
            number
            for name, number in names
            for word in said
            if _shared(name, word) >= max(4, len(name) - 2) and len(word) < len(name) + 4
        }
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def _shared(one: str, other: str) -> int:
    """Return how many letters two words begin with together."""
    same = 0
    for first, second in zip(one, other, strict=False):
        if first != second:
            break
        same += 1
    return same


@cache
def _weekdays(tag: str) -> tuple[tuple[str, int], ...]:
    """Return the names of the days of the week in a language (CLDR), as they are compared."""
    from babel import Locale, UnknownLocaleError

    try:
        forms = Locale.parse(tag).days
    except (UnknownLocaleError, ValueError):
        return ()
    names = [
        (part, number)
        for form in forms.values()
        for width in ("wide", "abbreviated")
        for number, name in form[width].items()
        for part in _parts(_fold(name.casefold().strip(".")))
    ]
    return tuple((name, number) for name, number in dict.fromkeys(names) if len(name) > 1)


def _parts(name: str) -> tuple[str, ...]:
    """Return what a weekday is called: "sexta" too for sexta-feira, without Hebrew's "day"."""
    name = name.rsplit(maxsplit=1)[-1]
    return (name, name.partition("-")[0])


def _fold(text: str) -> str:
    """Return a text without its accents, as it is often typed: sroda, marti."""
    bare = "".join(sign for sign in normal(text, "NFKD") if not combining(sign))
    return bare.replace("ł", "l")
