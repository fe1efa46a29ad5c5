"""Today's currencies: their codes and full names from CLDR (Babel), and the signs for them."""

from __future__ import annotations

import re
from functools import cache

from voicenote.unicode_forms import normal

#: Signs that mean one currency wherever they stand; ``$`` and the like mean the usual one.
SIGNS = {
    "$": "USD", "€": "EUR", "£": "GBP", "₪": "ILS", "zł": "PLN", "lei": "RON", "﷼": "IRR",
    "₱": "PHP", "₹": "INR", "¥": "JPY", "₽": "RUB", "₴": "UAH", "₺": "TRY", "Kč": "CZK", "₩": "KRW",
    "₫": "VND", "฿": "THB", "₦": "NGN", "₸": "KZT", "₾": "GEL", "₡": "CRC", "₲": "PYG", "₵": "GHS",
    "₭": "LAK", "₮": "MNT", "₼": "AZN", "֏": "AMD", "৳": "BDT", "؋": "AFN", "៛": "KHR",
    "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD",
    "NT$": "TWD", "MX$": "MXN", "S$": "SGD", "R$": "BRL", "EC$": "XCD", "NIS": "ILS",
    "CN¥": "CNY", "FCFA": "XAF", "F CFA": "XOF", "CFPF": "XPF",
}  # fmt: skip
#: Codes that are words or names too: "TOP 10" and "ALL 5" are no sums.
_WORDS = frozenset(["ALL", "AMD", "BOB", "CUP", "LAK", "MOP", "PAB", "PEN", "SOS", "TOP"])


@cache
def currency_codes() -> frozenset[str]:
    """Return the ISO 4217 codes of the currencies that are legal tender somewhere today."""
    from babel.core import get_global

    rows = (row for rows in get_global("territory_currencies").values() for row in rows)
    return frozenset(code for code, _, end, tender in rows if tender and end is None)


def codes_before_numbers() -> frozenset[str]:
    """Return the codes that mean money before a number; after one, all do."""
    return currency_codes() - _WORDS


@cache
def names_by_first_word() -> dict[str, list[tuple[str, str]]]:
    """Return first word → (name, code), the longest first, of CLDR's names of several words.

    They are of all our languages, in NFKC, in small letters and without joiners. A name of one
    word ("real") may be another word.
    """
    from babel import Locale
    from babel.numbers import get_currency_name

    names: dict[str, str] = {}
    for locale in map(Locale.parse, ("en", "he", "ro", "pl", "fa", "et")):
        for code in sorted(currency_codes()):
            for count in (1, 2, 5, 20):
                name = normal(get_currency_name(code, count, locale), "NFKC").casefold()
                name = name.replace("\u200c", "")
                if " " in name:
                    names.setdefault(name, code)
    found: dict[str, list[tuple[str, str]]] = {}
    for name, code in sorted(names.items(), key=lambda pair: -len(pair[0])):
        found.setdefault(re.split(r"[\W\d_]", name)[0], []).append((name, code))
    return found
