"""Numbers, money and dates, as they are written and as they are spoken.

Number words come from CLDR's rules (`unicode-rbnf`). Dates and common currencies come from each
language's table, all other currency names from CLDR (Babel).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from voicenote.model.money import Money
from voicenote.script.languages import Language

if TYPE_CHECKING:
    from unicode_rbnf import RbnfEngine

#: Of pounds, one says "four hundred and eighty".
_POUNDS = ("pound", "pounds")
_HUNDREDS = re.compile(r"hundred (?!thousand|million|billion|trillion)(?=[a-z])")
#: Numbers from here on aren't spoken: they are hard to follow, and are usually ids.
TOO_LONG_TO_SAY = 10**15


@lru_cache(maxsize=8)
def _engine(code: str) -> RbnfEngine:
    from unicode_rbnf import RbnfEngine

    engine = RbnfEngine.for_language(code)
    spell = engine.iter_format_number

    @lru_cache(maxsize=4096)
    def remember(*number: Any, **how: Any) -> tuple[str, ...]:
        return tuple(spell(*number, **how))

    # its rules spell a number's thousands and hundreds by this: the same come again in many numbers
    vars(engine)["iter_format_number"] = remember
    return engine


@lru_cache(maxsize=4096)
def spell_number(number: int, code: str, gender: str = "") -> str:
    """Return `number` in words; `gender` is the end of a CLDR rule name, such as ``masculine``.

    A minus sign is left out. From 10¹⁵ on, the result is "".
    """
    if abs(number) >= TOO_LONG_TO_SAY:
        return ""
    engine, wanted = _engine(code), f"spellout-cardinal-{gender}"
    # Polish has 22 ways to spell a number, so ask for exactly one
    rules = wanted if gender and wanted in engine.rulesets else "spellout-numbering"
    text = "".join(engine.iter_format_number(abs(number), ruleset_name=rules))
    text = text.replace("\u00ad", "")
    if code != "ro":
        return text
    # CLDR still writes s and t with a cedilla, but they have a comma below; and as nobody says
    text = text.replace("ş", "ș").replace("ţ", "ț").replace("patruspre", "paispre")
    return text.replace("șasespre", "șaispre").replace("șasezeci", "șaizeci")


@lru_cache(maxsize=16)
def minus(code: str) -> str:
    """Return the word before a negative number."""
    return _engine(code).format_number(-1).text.split()[0]


def spell_digits(text: str, tongue: Language) -> str:
    """Return the digits of `text` one by one in words, with its letters between them."""
    said = (
        spell_number(int(sign), tongue.code, tongue.gender) if sign.isdecimal() else sign
        for sign in re.findall(r"\d|[^\W\d_]+", text)
    )
    return " ".join(said)


@lru_cache(maxsize=512)
def spell_ordinal(number: int, code: str) -> str:
    """Return an English ordinal (``first``); in other languages, the plain number in words."""
    if code != "en" or not 0 < number < 1000:
        return spell_number(number, code)
    from unicode_rbnf import FormatPurpose

    return _engine(code).format_number(number, purpose=FormatPurpose.ORDINAL).text


def spell_decimal(number: Decimal, tongue: Language) -> str:
    """Return ``2.5`` as "two point five", with the digits after the point one by one."""
    whole = spell_number(int(number), tongue.code, tongue.gender)
    if number == int(number):
        return whole
    digits = f"{number:f}".partition(".")[2].rstrip("0")
    said = " ".join(spell_number(int(digit), tongue.code, tongue.gender) for digit in digits)
    return f"{whole} {tongue.point} {said}"


def say_money(money: Money, tongue: Language) -> str:
    """Return ``240.50 USD`` as "two hundred forty dollars and fifty cents".

    Nothing is rounded, and the unit is always said: what has no hundredths, or a smaller part, is
    said with its decimals ("zero point eight Swiss francs").
    """
    amount, coin = money.amount, tongue.coins.get(money.currency)
    units, rest = divmod(amount, 1)
    cents = rest * 100
    minor = coin is not None and bool(coin.minor) and cents == cents.to_integral_value()
    if rest and not (coin and minor):
        name = _name_units(amount, money.currency, tongue)
        return f"{spell_decimal(amount, tongue)} {name}"
    said = _spell_units(int(units), money.currency, tongue)
    if not (rest and coin):
        return said
    name = coin.minor_name(_category(int(cents), tongue.code))
    small = _with_number(int(cents), name, tongue, coin.minor_gender)
    return tongue.joined.format(said, small) if units else small


def _spell_units(units: int, currency: str, tongue: Language) -> str:
    coin = tongue.coins.get(currency)
    name = coin.name(_category(units, tongue.code)) if coin else ""
    gender = coin.gender if coin else tongue.gender
    return _with_number(units, name or _name_units(units, currency, tongue), tongue, gender)


def _name_units(count: int | Decimal, currency: str, tongue: Language) -> str:
    """Return the name of so many units, without a number; in English when CLDR has no other."""
    from babel.numbers import get_currency_name, get_currency_unit_pattern

    if coin := tongue.coins.get(currency):
        name = coin.name(_category(count, tongue.code))
        return coin.forms["other"] if name.startswith("=") else name
    name = get_currency_name(currency, count=count, locale=tongue.code)
    if name == currency:
        return get_currency_name(currency, count=count, locale="en")
    # Romanian says "de" after some numbers
    pattern = get_currency_unit_pattern(currency, count=count, locale=tongue.code)
    return re.sub(r"\([^()]*\)", "", pattern.format("", name)).strip()


def has_name(currency: str, tongue: Language) -> bool:
    """Return whether this language has a name for a currency; else the English one is said."""
    from babel.numbers import get_currency_name

    known = get_currency_name(currency, count=2, locale=tongue.code)
    return currency in tongue.coins or known != currency


def _with_number(number: int, name: str, tongue: Language, gender: str) -> str:
    if name.startswith("="):
        return name[1:]
    said = spell_number(number, tongue.code, gender)
    if tongue.code == "en" and name in _POUNDS:
        said = _HUNDREDS.sub("hundred and ", said)
    return f"{said} {name}"


@lru_cache(maxsize=1024)
def _category(number: int | Decimal, code: str) -> str:
    from babel import Locale

    # 200 and 200.00 are said alike, and are one key of the cache
    exact = int(number) if number == int(number) else Decimal(number).normalize()
    return Locale.parse(code).plural_form(exact)


@lru_cache(maxsize=16)
def _whole_pattern(code: str) -> str:
    from babel import Locale

    return str(Locale.parse(code).currency_formats["standard"].pattern).replace(".00", "")


def write_money(money: Money, tongue: Language) -> str:
    """Return ``240 USD`` as ``$240``, in that language's notation; without ``.00``, unrounded."""
    from babel.numbers import format_currency, format_decimal

    whole = money.amount == money.amount.to_integral_value()
    coin = tongue.coins.get(money.currency)
    if whole and coin and coin.in_words:
        category = _category(money.amount, tongue.code)
        name = coin.name(category)
        number = format_decimal(money.amount, format="#,##0", locale=tongue.code)
        one = name.startswith("=") and money.amount == 1
        return name[1:] if one else _own_digits(_strip_marks(f"{number} {name}"), tongue)
    text = format_currency(
        money.amount,
        money.currency,
        format=_whole_pattern(tongue.code) if whole else None,
        locale=tongue.code,
        currency_digits=not whole,
        decimal_quantization=whole,
    )
    return _own_digits(_strip_marks(text), tongue)


def _own_digits(text: str, tongue: Language) -> str:
    """Return `text` in the digits of a language, and Persian thousands with their own sign."""
    if not tongue.digits:
        return text
    text = re.sub(r"(?<=\d),(?=\d{3})", "٬", text)
    return text.translate(str.maketrans("0123456789", tongue.digits))


def _strip_marks(text: str) -> str:
    """Return an amount without CLDR's direction marks and with ordinary spaces."""
    return " ".join(text.translate(dict.fromkeys((0x200E, 0x200F, 0x061C))).split())


def needs_year(day: date, today: date) -> bool:
    """Return whether a date is so far away (300 days) that it needs its year."""
    return abs((day - today).days) > 300


def say_date(day: date, today: date, tongue: Language) -> str:
    """Return ``2026-12-04`` as "Friday, the fourth of December", with its year if far away."""
    pattern = tongue.date_with_year if needs_year(day, today) else tongue.date
    year, month, day_ = _in_calendar(day, tongue)
    return pattern.format(
        weekday=tongue.weekdays[day.weekday()],
        day=tongue.days[day_ - 1],
        month=tongue.months[month - 1],
        year=spell_number(year, tongue.code, tongue.gender),
    )


def write_date(day: date, today: date, tongue: Language) -> str:
    """Return ``2026-12-04`` as ``Friday, 4 December``, with its year if far away."""
    from babel.dates import format_date

    if tongue.calendar:
        year, month, day_ = _in_calendar(day, tongue)
        text = f"{tongue.weekdays[day.weekday()]} {day_} {tongue.months[month - 1]}"
        return _own_digits(f"{text} {year}" if needs_year(day, today) else text, tongue)
    pattern = f"{tongue.paper_date} y" if needs_year(day, today) else tongue.paper_date
    return _own_digits(format_date(day, pattern, locale=tongue.code), tongue)


def say_by(day: date, today: date, tongue: Language) -> tuple[str, str]:
    """Return a day by which something is done, (written, spoken), with its year if far away.

    ``2026-12-04`` is "by Friday, 4 December" and "by Friday, the fourth of December".
    """
    year, month, number = _in_calendar(day, tongue)
    days = tongue.days_by or tongue.days
    names = {
        "weekday": (tongue.weekdays_by or tongue.weekdays)[day.weekday()],
        "month": (tongue.months_by or tongue.months)[month - 1],
    }
    written = tongue.paper_by.format(day=number, **names)
    spoken = tongue.by.format(day=days[number - 1], **names)
    if needs_year(day, today):
        written += tongue.paper_by_year.format(year=year)
        spoken += tongue.by_year.format(year=_spell_year(year, days, tongue))
    return _own_digits(written, tongue), spoken


def _spell_year(year: int, days: Sequence[str], tongue: Language) -> str:
    """Return a year as it stands after a day: an ordinal where the language says one."""
    whole = spell_number(year, tongue.code, tongue.gender)
    century, rest = divmod(year, 100)
    if tongue.ordinal_years and 0 < rest <= len(days):
        return f"{spell_number(century * 100, tongue.code, tongue.gender)} {days[rest - 1]}"
    return whole


def _in_calendar(day: date, tongue: Language) -> tuple[int, int, int]:
    """Return (year, month, day) of a date in the calendar that the language's months are of."""
    if tongue.calendar != "persian":
        return day.year, day.month, day.day
    from persiantools.jdatetime import JalaliDate

    jalali: Any = JalaliDate  # it has no annotations
    found = jalali(day)
    return found.year, found.month, found.day
