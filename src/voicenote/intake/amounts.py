"""Parsing of amounts of money and their currencies."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache

from voicenote.errors import BadData, short
from voicenote.intake.raw_record import Number
from voicenote.model.currencies import SIGNS
from voicenote.model.money import Money
from voicenote.options.reading import closest
from voicenote.unicode_forms import normal

#: More than this in any currency is a typing error.
MOST = Decimal(10) ** 12
_NEGATIVE = re.compile(r"[-−–]|^\(.*\)$")
_LETTERS = re.compile(r"[^\W_]")
_PLAIN = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")
_POINT_ZERO = re.compile(r"0[.,]\d+")
_THOUSANDTHS = re.compile(r"(?<![\d.,])\d+\.\d{3}(?![\d.,])")
_FRACTIONS = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75")}
_AND = r"[-–—]|to|and|bis|do|până la|kuni|עד|تا"
_RANGE = re.compile(rf"\d ?[^\d\s,.;]{{0,3}} ?(?:{_AND}) ?[^\w\s-]? ?\d", re.IGNORECASE)
#: What may stand around an amount and changes nothing: ``120,-``, ``ca. 50``, ``49.99 incl. VAT``.
_AROUND = re.compile(
    r"(?<=\d)\s*(?:[,.:;][-–—=]{1,2}|/[-–—=])"
    r"|(?<!\w)(?:ca\.?|circa|approx\.?|approximately|about|around|roughly|etwa|ok\.|około|aprox\.?|"
    r"umbes|בערך|حدود|[~≈±])\s*(?=[\W\d]|rs)"
    r"|\(?(?<!\w)(?:incl?|including|inkl|excl?|excluding|exkl|zzgl|plus|with|cu|z)\.?\s*"
    r"(?:vat|tax|taxes|gst|mwst|ust|tva|iva|btw|moms|km)(?!\w)\.?\)?"
    r"|(?<!\w)(?:brutto|netto|gross|net|ttc)(?!\w)",
    re.IGNORECASE,
)
_TIMES = {"k": 3, "tys": 3, "thousand": 3, "m": 6, "mln": 6, "mio": 6, "million": 6}
_SCALE = re.compile(r"(?<=\d)(\s?(?:tys|thousand|mln|mio|million)|k|m)(?!\w)\.?", re.IGNORECASE)

#: Signs and words that several countries share. The first counts, unless the owner's is listed.
_SHARED = {
    "$": ("USD", "CAD", "AUD", "NZD", "MXN", "SGD", "HKD", "ARS", "CLP", "COP", "TWD"),
    "£": ("GBP", "EGP", "LBP"),
    "¥": ("JPY", "CNY"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "lei": ("RON", "MDL"),
    "leu": ("RON", "MDL"),
    "﷼": ("IRR", "SAR", "OMR", "YER", "QAR"),
    "rs": ("INR", "PKR", "LKR", "NPR", "MUR"),
    "₨": ("PKR", "INR", "LKR", "NPR", "MUR"),
}
_WORDS = {sign.casefold(): code for sign, code in SIGNS.items()} | {
    word: code
    for code, words in {
        "CHF": "chf fr sfr",
        "EUR": "eur euro euros eurot",
        "HUF": "ft",
        "ILS": 'ש"ח ש״ח שח שקל שקלים',
        "IRR": "ریال rial rials",
        "PLN": "zl złotych",
        "USD": "dollars dollar",
    }.items()
    for word in words.split()
}
#: Hundredths of a currency; "" where it is any that the row or the settings name.
_HUNDREDTHS = {
    word: code
    for code, words in {
        "": "¢ c ct cent cents øre öre penni centimes",
        "GBP": "p pence penny",
        "PLN": "gr grosz grosze groszy",
        "RON": "bani",
        "ILS": "אגורות אג' אג׳ agorot",
    }.items()
    for word in words.split()
}
_TOMAN = ("تومان", "تومن", "toman", "tomans")


@cache
def _list_codes() -> frozenset[str]:
    from babel.numbers import list_currencies

    return frozenset(list_currencies())


@cache
def _list_names() -> dict[str, str]:
    """Return lower-case name → code, of today's currencies in CLDR's English and our languages."""
    from babel import Locale
    from babel.numbers import get_currency_name

    names: dict[str, str] = {}
    for locale in map(Locale.parse, ("en", "he", "ro", "pl", "fa", "et")):
        for code in map(str, locale.currencies):
            for count in (1, 2, 5):
                names.setdefault(get_currency_name(code, count, locale).casefold(), code)
    for code, sign in Locale.parse("en").currency_symbols.items():
        names.setdefault(str(sign).casefold(), str(code))
    return names


@lru_cache(maxsize=1024)
def read_currency(text: str, preferred: str = "") -> str:
    """Return the ISO 4217 code for a code, a sign or a word; `preferred` decides a shared sign.

    Raises BadData when there is no such currency.
    """
    word = text.strip().strip("{}()").strip()
    if word.upper() in _list_codes():
        return word.upper()
    word = word.casefold().rstrip(".")
    if word in _SHARED:
        return preferred if preferred in _SHARED[word] else _SHARED[word][0]
    if word in _WORDS:
        return _WORDS[word]
    if word in _TOMAN:
        raise BadData("a toman isn't an ISO currency", "write rials (IRR): ten times the amount")
    if word in _list_names():
        return _list_names()[word]
    raise BadData(f"{short(text)} isn't a currency", _advise(word[:60]))


@lru_cache(maxsize=1024)
def _advise(word: str) -> str:
    """Return what to write in place of a currency that nobody knows."""
    known = {code.casefold(): code for code in _list_codes()} | _list_names()
    close = closest(word, known)
    hint = f"did you mean {known[close[0]]}? Or " if close else ""
    return f"{hint}write an ISO 4217 code such as EUR"


def read_money(text: str, named: str, fallback: str) -> Money:
    """Return the amount in `text`, in its own currency, else `named` (its column), else `fallback`.

    `named` and `fallback` are ISO 4217 codes or empty. ``1.234`` is more than a thousand, but in
    currencies with three decimals, such as KWD. Raises BadData when it isn't an amount, is a range,
    is negative or above `MOST`, has no currency, or has another one than `named`.
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
        raise BadData(f"is too large to be right: {short(text)}", "look at the decimal point")
    code = read_currency(sign, named or fallback) if sign else named or fallback
    if not code:
        raise BadData(f"has no currency: {short(text)}", "add a currency column, or set a default")
    if named and code != named:
        raise BadData(f"is in {code}, its currency says {named}", "correct one of the two")
    if _decimals(code) == 3 and (exact := _THOUSANDTHS.search(text)):
        amount = Decimal(exact[0])
    return Money(amount, code)


@lru_cache(maxsize=256)
def _decimals(code: str) -> int:
    from babel.numbers import get_currency_precision

    return get_currency_precision(code)


def _split_amount(text: str) -> tuple[Decimal, str]:
    """Return the amount, and the sign or word of its currency ("" when there is none)."""
    from price_parser import Price

    if any(text.casefold().endswith(f" {word}") or word in text for word in _TOMAN):
        read_currency(_TOMAN[0])
    plain, half, zeros = _plain(text)
    price = Price.fromstring(plain)
    number = price.amount_text
    if price.amount is None or not number:
        raise _not_amount(text)
    if _RANGE.search(plain):
        raise _not_amount(text, "is a range", "write the one amount that was lost")
    if _NEGATIVE.search(plain):
        raise _not_amount(text, "is a negative amount", "write what was lost as a plain number")
    rest = re.sub(r"[\s{}\u200e\u200f\u00a0]+", " ", plain.replace(number, " ", 1)).strip(" .")
    if len(rest) > 40 or any(sign.isdigit() for sign in rest):
        raise _not_amount(text, "is more than one amount")
    if not _LETTERS.search(rest) and not any(unicodedata.category(sign) == "Sc" for sign in rest):
        rest = ""
    amount = price.amount
    if _POINT_ZERO.fullmatch(number) or (zeros and re.fullmatch(r"\d+[.,]\d+", number)):
        amount = _parse_decimal(number.replace(",", "."))
    if (small := rest.casefold()) in _HUNDREDTHS:
        return amount / 100, _HUNDREDTHS[small]
    if half or zeros:
        amount = Decimal(f"{((amount + half) * 10**zeros).normalize():f}")
    return amount, rest


def _plain(text: str) -> tuple[str, Decimal, int]:
    """Return an amount without what changes nothing, its fraction (½), and its zeros (3 for k)."""
    half = sum((_FRACTIONS.get(sign, Decimal(0)) for sign in text), Decimal(0))
    text = "".join(sign for sign in text if sign not in _FRACTIONS) if half else text
    text = _AROUND.sub(" ", normal(text, "NFKC"))
    text = re.sub(r"(?<=\d)['’](?=\d{3})", "", text)  # Swiss thousands
    text = re.sub(r"(?<=[^\W\d])\.(?=\s|\d|$)", " ", text)  # Rs. and kr.
    scale = _SCALE.search(text)
    zeros = _TIMES[scale[1].strip().casefold()] if scale else 0
    return _SCALE.sub(" ", text, count=1).strip(), half, zeros


def _parse_decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise _not_amount(text) from None


def _not_amount(
    text: str, what: str = "isn't an amount", advice: str = "write a number such as 120.00"
) -> BadData:
    return BadData(f"{what}: {short(text)}", advice)
