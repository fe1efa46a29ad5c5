"""Recognition of sums of money in text: ``we'll send you $500``, ``500 zł``, ``۵۰۰ هزار تومان``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from voicenote.model.money import TOO_MUCH, Money
from voicenote.unicode_forms import normal

#: Signs and words that several currencies share. They mean the first one, unless the preferred
#: currency is among the others.
_SHARED = {
    "$": ("USD", "CAD", "AUD", "NZD", "MXN", "SGD", "HKD"),
    "£": ("GBP", "EGP"),
    "¥": ("JPY", "CNY"),
    "dollar": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD"),
    "pound": ("GBP", "EGP"),
    "lira": ("GBP", "TRY", "EGP"),
    "franc": ("CHF", "XOF", "XAF", "XPF"),
    "rial": ("IRR", "OMR", "YER", "SAR", "QAR"),
    "rupee": ("INR", "PKR", "LKR", "NPR", "MUR"),
    "rouble": ("RUB", "BYN"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "krona": ("SEK", "ISK"),
    "krone": ("NOK", "DKK"),
    "lei": ("RON", "MDL"),
}
_NAMED = {
    "EUR": "€ euro euros eurot eurosid eurodes euró אירו יורו یورو",
    "USD": "us$",
    "dollar": "dollar dollars buck bucks dolar dolari dolarów dolara dolary dollarit דולר דולרים "
    "دلار",
    "pound": "pound pounds funt funtów funty پوند",
    "lira": "lire לירות",
    "GBP": "quid sterling",
    "ILS": '₪ nis shekel shekels sheqel sheqels שקל שקלים ש"ח ש״ח שח',
    "PLN": "zł zl złoty złote złotych złotówek zloty zlotys zlotych",
    "lei": "leu lei",
    "BGN": "leva лева лв",
    "rial": "rial rials ریال",
    "TOMAN": "toman tomans تومان تومن",
    "franc": "fr. franc francs frank franków",
    "kr": "kr krooni",
    "krona": "krona kronor",
    "krone": "krone kroner",
    "JPY": "yen",
    "CZK": "kč korun",
    "HUF": "ft forint",
    "RUB": "₽",
    "rouble": "rubles roubles",
    "UAH": "₴",
    "TRY": "₺",
    "INR": "₹",
    "rupee": "rupees",
    "$": "$",
    "£": "£",
    "¥": "¥",
}
#: Codes count only in capitals: ``try`` and ``all`` are words too.
_CODES = (
    "EUR USD GBP ILS NIS PLN RON IRR CHF SEK NOK DKK ISK CZK HUF BGN MDL UAH RUB TRY GEL JPY CNY "
    "KRW INR CAD AUD NZD MXN BRL SGD HKD THB ZAR AED SAR EGP JOD"
)
_TIMES = {
    "k": 3, "thousand": 3, "grand": 3, "tys.": 3, "tys": 3, "tysiąc": 3, "tysiące": 3,
    "tysięcy": 3, "mie": 3, "mii": 3, "mii de": 3, "אלף": 3, "אלפי": 3, "هزار": 3, "tuhat": 3,
    "tuhande": 3, "m": 6, "mln": 6, "million": 6, "milion": 6, "miliony": 6, "milioane de": 6,
    "מיליון": 6, "میلیون": 6, "miljon": 6, "miljonit": 6,
}  # fmt: skip
#: Alone, these words don't mean money: *pounds*, for example, may be a weight.
_WEIGHTS = frozenset(
    {"pound", "pounds", "lire", "funt", "funty", "fr.", "ft", "kr", "leva", "korun"}
)

_UNITS = {word: name for name, words in _NAMED.items() for word in words.split()}
_NUMBER = r"(?<!\d)\d{1,15}(?:[.,'’]\d{1,3}|[ ]\d{3}(?!\d)){0,4}"


def _any(words: Iterator[str] | list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_UNIT = rf"(?:{_any(list(_UNITS))})"
_CODE = rf"(?:{_any(_CODES.split())})"
_UNIT_BEFORE = rf"(?<![^\W\d_])(?:(?i:{_UNIT})|{_CODE})"
_UNIT_AFTER = rf"(?:(?i:{_UNIT})|{_CODE})(?![^\W_])"
_SUM = re.compile(
    rf"(?P<before>{_UNIT_BEFORE}) ?(?P<n1>{_NUMBER})(?: ?(?P<t1>(?i:{_any(list(_TIMES))}))(?!\w))?"
    rf"|(?P<n2>{_NUMBER})(?:[ -]?(?P<t2>(?i:{_any(list(_TIMES))})))?[ -]?(?:de )?"
    rf"(?P<after>{_UNIT_AFTER})"
)
_ALONE = re.compile(rf"{_UNIT_BEFORE}(?![^\W_])")


@lru_cache(maxsize=4096)
def sums_in(text: str, preferred: str = "") -> tuple[Money, ...]:
    """Return the sums of money that a text names in digits, in order.

    `preferred` (an ISO 4217 code) decides a sign that several currencies share. A toman counts as
    ten rials.
    """
    found = (_money(hit, preferred) for hit in _SUM.finditer(_plain(text)))
    return tuple(money for money in found if money is not None)


@lru_cache(maxsize=4096)
def sum_unread(text: str) -> bool:
    """Return whether a text names money without digits, as in ``five hundred dollars``."""
    rest = _SUM.sub(" ", _plain(text))
    return any(hit.group().casefold() not in _WEIGHTS for hit in _ALONE.finditer(rest))


def _plain(text: str) -> str:
    """Return `text` with digits as 0 to 9, ordinary spaces and no direction marks."""
    text = normal(text, "NFKC")
    kept = (
        str(unicodedata.digit(char)) if char.isdecimal() and not char.isascii() else char
        for char in text
        if unicodedata.category(char) != "Cf"
    )
    return re.sub(r"\s+", " ", "".join(kept))


def _money(hit: re.Match[str], preferred: str) -> Money | None:
    unit = hit.group("before") or hit.group("after")
    times = _TIMES.get((hit.group("t1") or hit.group("t2") or "").casefold(), 0)
    amount = _amount(hit.group("n1") or hit.group("n2")) * 10**times
    name = _UNITS.get(unit.casefold(), unit.upper())
    if name == "TOMAN":
        name, amount = "IRR", amount * 10
    name = "ILS" if name == "NIS" else name
    if name in _SHARED:
        name = preferred if preferred in _SHARED[name] else _SHARED[name][0]
    return Money(amount, name) if 0 <= amount < TOO_MUCH else None


def _amount(digits: str) -> Decimal:
    """Return ``1,299.50``, ``1.299,50`` or ``1 299`` as a number; ``1.299`` is over a thousand."""
    digits = digits.replace(" ", "")
    tail = re.search(r"[.,](\d{1,2})$", digits)
    head = digits[: tail.start()] if tail else digits
    return Decimal(re.sub(r"\D", "", head) + (f".{tail[1]}" if tail else ""))
