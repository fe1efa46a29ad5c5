"""Sums are said with their unit, and heard back as the same sum, in every currency and language.

The reader here is a small grammar of its own: number words written down by hand, none from CLDR.
"""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from voicenote.model.money import Money
from voicenote.script.languages import language
from voicenote.script.numbers import say_money, write_money

#: Language → value → its words, in all genders.
WORDS = {
    "en": {0: "zero", 1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 8: "eight",
           12: "twelve", 80: "eighty", 10**6: "million"},
    "he": {0: "אפס", 1: "אחת אחד", 2: "שתיים שניים", 3: "שלוש שלושה", 4: "ארבע ארבעה",
           5: "חמש חמישה", 8: "שמונה", 12: "שתים_עשרה שנים_עשר שתיים_עשרה שניים_עשר",
           80: "שמונים", 10**6: "מיליון"},
    "ro": {0: "zero", 1: "unu un una o", 2: "doi două", 3: "trei", 4: "patru", 5: "cinci",
           8: "opt", 12: "doisprezece douăsprezece", 80: "optzeci", 10**6: "milion"},
    "pl": {0: "zero", 1: "jeden jedna jedno", 2: "dwa dwie", 3: "trzy", 4: "cztery", 5: "pięć",
           8: "osiem", 12: "dwanaście", 80: "osiemdziesiąt", 10**6: "milion"},
    "fa": {0: "صفر", 1: "یک", 2: "دو", 3: "سه", 4: "چهار", 5: "پنج", 8: "هشت", 12: "دوازده",
           80: "هشتاد", 10**6: "میلیون"},
    "et": {0: "null", 1: "üks", 2: "kaks", 3: "kolm", 4: "neli", 5: "viis", 8: "kaheksa",
           12: "kaksteist", 80: "kaheksakümmend", 10**6: "miljon"},
}  # fmt: skip
POINTS = {"en": "point", "he": "נקודה", "ro": "virgulă", "pl": "przecinek", "fa": "ممیز",
          "et": "koma"}  # fmt: skip
#: The words for a hundredth, wherever one is said.
CENTS = {
    "en": "cent cents pence penny", "he": "אגורות אגורה סנט פני", "ro": "bani ban cenți cent penny",
    "pl": "groszy grosz grosze centów cent centy eurocentów eurocent pensów pens banów",
    "fa": "سنت پنی", "et": "senti sent penni krossi",
}  # fmt: skip
VALUES = [Decimal(text) for text in ("0.05", "0.80", "1", "12.345", "1000000")]


def currencies() -> list[str]:
    """Return the currencies that are money somewhere today."""
    from babel.core import get_global

    rows = (row for rows in get_global("territory_currencies").values() for row in rows)
    return sorted({code for code, _, end, tender in rows if tender and end is None})


def hear(said: str, code: str) -> tuple[Decimal, str]:
    """Return the value that was said, and the words that were no number: its unit."""
    known = {word: n for n, words in WORDS[code].items() for word in words.split()}
    text = re.sub(r"שת?ני?י?ם[ -]עשרה?", lambda found: re.sub("[ -]", "_", found[0]), said)
    text = re.sub(r"(שתים|שתיים|שנים|שניים)[ -](עשרה|עשר)", r"\1_\2", text)
    rest: list[str] = []
    whole, digits, point = Decimal(0), "", False
    for word in text.split():
        if word == POINTS[code]:
            point = True
        elif word in known and not rest:
            if point:
                digits += str(known[word])
            elif known[word] == 10**6:
                whole = max(whole, Decimal(1)) * 10**6
            else:
                whole += known[word]
        elif word in known:  # Hebrew says its one after the unit
            whole += known[word]
        else:
            rest.append(word)
    unit = " ".join(rest)
    value = whole + (Decimal(f"0.{digits}") if digits else 0)
    small = not point and not set(rest[: 2 if rest[0] == "de" else 1]).isdisjoint(
        CENTS[code].split()
    )
    return (value / 100 if small else value), unit


@pytest.mark.parametrize("code", sorted(WORDS))
@pytest.mark.parametrize("value", VALUES, ids=str)
def test_every_currency_is_heard_as_the_same_sum_with_its_unit(code: str, value: Decimal) -> None:
    tongue = language(code)
    wrong = {}
    for currency in currencies():
        said = say_money(Money(value, currency), tongue)
        heard, unit = hear(said, code)
        if heard != value or not unit.strip() or re.search(r"\d", said):
            wrong[currency] = said
    assert wrong == {}


@pytest.mark.parametrize("code", sorted(WORDS))
@pytest.mark.parametrize(
    ("amount", "currency"),
    [("12.345", "USD"), ("0.05", "JPY"), ("12.345", "KWD"), ("0.5", "CLP"), ("0.001", "EUR")],
)
def test_nothing_of_a_sum_is_rounded_away(code: str, amount: str, currency: str) -> None:
    written = write_money(Money(Decimal(amount), currency), language(code))
    plain = written.translate(str.maketrans("۰۱۲۳۴۵۶۷۸۹٫,", "0123456789.."))
    assert amount in plain


@pytest.mark.parametrize(
    ("code", "amount", "currency", "said"),
    [
        ("en", "12.5", "SEK", "twelve point five Swedish kronor"),
        ("en", "0.80", "CHF", "zero point eight Swiss francs"),
        ("en", "12.345", "KWD", "twelve point three four five Kuwaiti dinars"),
        ("en", "1500", "JPY", "one thousand five hundred Japanese yen"),
        ("en", "0.05", "USD", "five cents"),
        ("ro", "1000000", "SEK", "un milion de coroane suedeze"),
        ("pl", "0.8", "SEK", "zero przecinek osiem korony szwedzkiej"),
        ("he", "0.8", "IRR", "אפס נקודה שמונה ריאל"),
        ("en", "2000000000000", "IRR", "two trillion rials"),
    ],
)
def test_a_sum_is_said_whole(code: str, amount: str, currency: str, said: str) -> None:
    assert say_money(Money(Decimal(amount), currency), language(code)) == said
