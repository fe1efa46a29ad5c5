"""Parsing of amounts of money and their currencies."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache

from voicenote.errors import BadData, short
from voicenote.intake.raw_record import Number
from voicenote.model.money import Money

#: More than this in any currency is a typing error.
MOST = Decimal(10) ** 12
_NEGATIVE = re.compile(r"[-−–]|^\(.*\)$")
_LETTERS = re.compile(r"[^\W_]")
_PLAIN = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")
_POINT_ZERO = re.compile(r"0[.,]\d+")

#: Signs and words that several countries share. The first counts, unless the owner's is listed.
_SHARED = {
    "$": ("USD", "CAD", "AUD", "NZD", "MXN", "SGD", "HKD", "ARS", "CLP", "COP", "TWD"),
    "£": ("GBP", "EGP", "LBP"),
    "¥": ("JPY", "CNY"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "lei": ("RON", "MDL"),
    "leu": ("RON", "MDL"),
    "﷼": ("IRR", "SAR", "OMR", "YER", "QAR"),
}
_WORDS = {
    word: code
    for code, words in {
        "AUD": "a$",
        "BRL": "r$",
        "CAD": "c$ ca$",
        "CHF": "chf fr.",
        "CZK": "kč",
        "EUR": "€ eur euro euros eurot",
        "HUF": "ft",
        "ILS": '₪ ש"ח ש״ח שח שקל שקלים nis',
        "INR": "₹",
        "IRR": "ریال rial rials",
        "NZD": "nz$",
        "PLN": "zł zl złotych",
        "RON": "ron",
        "RUB": "₽",
        "TRY": "₺",
        "UAH": "₴",
        "USD": "dollars dollar us$",
    }.items()
    for word in words.split()
}
_TOMAN = ("تومان", "تومن", "toman", "tomans")


@cache
def _list_codes() -> frozenset[str]:
    from babel.numbers import list_currencies

    return frozenset(list_currencies())


@lru_cache(maxsize=1024)
def read_currency(text: str, preferred: str = "") -> str:
    """Return the ISO 4217 code for a code, a sign or a word; `preferred` decides a shared sign.

    Raises BadData when there is no such currency.
    """
    word = text.strip().strip("{}()").strip()
    if word.upper() in _list_codes():
        return word.upper()
    word = word.casefold()
    if word in _SHARED:
        return preferred if preferred in _SHARED[word] else _SHARED[word][0]
    if word in _WORDS:
        return _WORDS[word]
    if word in _TOMAN:
        raise BadData("a toman isn't an ISO currency", "write rials (IRR): ten times the amount")
    raise BadData(f"knows no currency {short(text)}", "write an ISO 4217 code such as EUR")


def read_money(text: str, named: str, fallback: str) -> Money:
    """Return the amount in `text`, in its own currency, else `named` (its column), else `fallback`.

    `named` and `fallback` are ISO 4217 codes or empty. ``1.234`` is more than a thousand: money has
    no third decimal. Raises BadData when it isn't an amount, is negative or above `MOST`, has no
    currency, or has another one than `named`.
    """
    fallback = read_currency(fallback) if fallback else ""
    if isinstance(text, Number) or _PLAIN.fullmatch(text):
        amount, sign = _parse_decimal(text), ""
    else:
        amount, sign = _split_amount(text)
    if not amount.is_finite():
        raise _not_amount(text)
    if amount < 0:
        raise _not_amount(text, "is a negative amount", "write what was lost as a plain number")
    if amount > MOST:
        raise BadData(f"is too much to be true: {short(text)}", "look at the decimal point")
    code = read_currency(sign, named or fallback) if sign else named or fallback
    if not code:
        raise BadData(f"has no currency: {short(text)}", "add a currency column, or set a default")
    if named and code != named:
        raise BadData(f"is in {code}, its currency says {named}", "correct one of the two")
    return Money(amount, code)


def _split_amount(text: str) -> tuple[Decimal, str]:
    """Return the amount, and the sign or word of its currency ("" when there is none)."""
    from price_parser import Price

    if any(text.casefold().endswith(f" {word}") or word in text for word in _TOMAN):
        read_currency(_TOMAN[0])
    text = re.sub(r"(?<=\d)['’](?=\d{3})", "", text)  # Swiss thousands
    price = Price.fromstring(text)
    number = price.amount_text
    if price.amount is None or not number:
        raise _not_amount(text)
    if _NEGATIVE.search(text):
        raise _not_amount(text, "is a negative amount", "write what was lost as a plain number")
    rest = re.sub(r"[\s{}\u200e\u200f\u00a0]+", " ", text.replace(number, " ", 1)).strip()
    if len(rest) > 12 or any(sign.isdigit() for sign in rest):
        raise _not_amount(text, "is more than one amount")
    if not _LETTERS.search(rest) and not any(sign in rest for sign in "$€£¥﷼₪₽₴₺₹"):
        rest = ""
    amount = price.amount
    if _POINT_ZERO.fullmatch(number):
        amount = _parse_decimal(number.replace(",", "."))
    return amount, rest


def _parse_decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise _not_amount(text) from None


def _not_amount(
    text: str, what: str = "isn't an amount", advice: str = "write a number such as 120.00"
) -> BadData:
    return BadData(f"{what}: {short(text)}", advice)
