"""Recognition of sums of money in text: ``we'll send you $500``, ``500 zł``, ``۵۰۰ هزار تومان``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from functools import cache, lru_cache

from voicenote.model.currencies import (
    SIGNS,
    codes_before_numbers,
    currency_codes,
    names_by_first_word,
)
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
    "peso": ("MXN", "PHP", "ARS", "CLP", "COP", "CUP", "DOP", "UYU"),
    "dinar": ("KWD", "JOD", "BHD", "IQD", "LYD", "TND", "DZD", "RSD"),
    "dirham": ("AED", "MAD"),
    "shilling": ("KES", "UGX", "TZS", "SOS"),
}
_NAMED = {
    "EUR": "euro euros eurot eurosid eurodes euró אירו יורו یورو",
    "dollar": "dollar dollars buck bucks dolar dolari dolarów dolara dolary dollarit דולר דולרים "
    "دلار",
    "pound": "pound pounds funt funtów funty پوند",
    "lira": "lire לירות",
    "GBP": "quid sterling",
    "ILS": 'shekel shekels sheqel sheqels שקל שקלים ש"ח ש״ח שח',
    "PLN": "zl złoty złote złotych złotówek zloty zlotys zlotych",
    "lei": "leu lei",
    "BGN": "leva лева лв",
    "rial": "rial rials riyal riyals ریال",
    "TOMAN": "toman tomans تومان تومن",
    "franc": "fr. franc francs frank franków",
    "kr": "kr krooni",
    "krona": "krona kronor",
    "krone": "krone kroner",
    "JPY": "yen",
    "CNY": "yuan renminbi rmb",
    "CZK": "koruna korun",
    "HUF": "forint forints",
    "rouble": "rubles roubles",
    "UAH": "hryvnia hryvnias",
    "rupee": "rupees",
    "peso": "peso pesos",
    "dinar": "dinar dinars דינר دینار",
    "dirham": "dirham dirhams דירהם درهم",
    "shilling": "shilling shillings",
    "BRL": "reais",
    "ZAR": "rands",
    "THB": "baht",
    "MYR": "ringgit",
    "IDR": "rupiah",
    "NGN": "naira",
    "GHS": "cedi cedis",
    "ETB": "birr",
    "KZT": "tenge",
}
_TIMES = {
    "k": 3, "thousand": 3, "grand": 3, "tys.": 3, "tys": 3, "tysiąc": 3, "tysiące": 3,
    "tysięcy": 3, "mie": 3, "mii": 3, "mii de": 3, "אלף": 3, "אלפי": 3, "هزار": 3, "tuhat": 3,
    "tuhande": 3, "m": 6, "mln": 6, "million": 6, "milion": 6, "miliony": 6, "milioane de": 6,
    "מיליון": 6, "میلیون": 6, "miljon": 6, "miljonit": 6,
}  # fmt: skip
#: Alone, these words don't mean money: *pounds*, for example, may be a weight.
_WEIGHTS = frozenset(
    {"pound", "pounds", "lire", "funt", "funty", "fr.", "ft", "kr", "leva", "korun", "sterling"}
)
#: What shows that pounds before it, or after it, are a weight.
_WEIGHED = re.compile(
    r" ?(?:of (?!(?:credit|compensation|damages?|goodwill|my|your|our|the|store|money|cash|refund))"
    r"|heavier|lighter|overweight|in weight)"
)
_WEIGHS = re.compile(r"\b(?:weigh\w*|lost|gained)(?: \w+)? $")

_UNITS = {sign.casefold(): code for sign, code in SIGNS.items()} | {
    word: name for name, words in _NAMED.items() for word in words.split()
}
_UNITS |= {sign: sign for sign in _SHARED if not sign.isalpha()}
_NUMBER = r"(?<!\d)\d{1,15}(?:[.,'’]\d{1,3}|[ ]\d{3}(?!\d)){0,4}"
#: A promise is shorter than so many signs; of a longer text no more is read.
_READ = 100_000
_WORD = re.compile(r"[^\W\d_]+")


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of a sum, and of a currency alone.

    Codes count only in capitals, and Ft (a foot is an ft). In a text of capitals they are words.
    """
    unit, times, codes = _any(_UNITS), _any(_TIMES), _any(currency_codes())
    before = rf"(?<![^\W\d_])(?:(?i:{unit})|{_any(codes_before_numbers())})"
    after = rf"(?:(?i:{unit})|Ft|(?:{codes})(?! [A-Z]{{2}}))(?![^\W_])"
    found = (
        rf"(?P<before>{before}) ?(?P<n1>{_NUMBER})(?: ?(?P<t1>(?i:{times}))(?!\w))?"
        rf"|(?P<n2>{_NUMBER})(?:[ -]?(?P<t2>(?i:{times})))?[ -]?(?:de )?(?P<after>{after})"
    )
    return re.compile(found), re.compile(rf"{before}(?![^\W_])")


@lru_cache(maxsize=4096)
def sums_in(text: str, preferred: str = "") -> tuple[Money, ...]:
    """Return the sums of money that a text names in digits, in order.

    `preferred` (an ISO 4217 code) decides a sign that several currencies share. A toman counts as
    ten rials.
    """
    found = (_money(hit, preferred) for hit in _patterns()[0].finditer(_plain(text)))
    return tuple(money for money in found if money is not None)


@lru_cache(maxsize=4096)
def sum_unread(text: str) -> bool:
    """Return whether a text names money without digits, as in ``five hundred dollars``."""
    sum_, alone = _patterns()
    rest = sum_.sub(" ", _plain(text))
    return any(hit.group().casefold() not in _WEIGHTS for hit in alone.finditer(rest))


def _plain(text: str) -> str:
    """Return `text` with digits as 0 to 9, ordinary spaces, and codes for full names of money."""
    text = normal(text, "NFKC")[:_READ]
    kept = (
        str(unicodedata.digit(char)) if char.isdecimal() and not char.isascii() else char
        for char in text
        if unicodedata.category(char) != "Cf"
    )
    return _name_codes(re.sub(r"\s+", " ", "".join(kept)))


def _name_codes(text: str) -> str:
    """Return `text` with the codes of currencies instead of full names ("Swedish kronor")."""
    out, last = [], 0
    for word in _WORD.finditer(text):
        for name, code in names_by_first_word().get(word[0].casefold(), ()):
            end = word.start() + len(name)
            if word.start() < last or text[end : end + 1].isalpha():
                continue
            if text[word.start() : end].casefold() == name:
                out += [text[last : word.start()], code]
                last = end
                break
    return "".join(out) + text[last:]


def _money(hit: re.Match[str], preferred: str) -> Money | None:
    unit = hit.group("before") or hit.group("after")
    before = hit.string[max(0, hit.start() - 20) : hit.start()]
    after = hit.string[hit.end() : hit.end() + 20]
    if unit in ("pound", "pounds") and (_WEIGHS.search(before) or _WEIGHED.match(after)):
        return None
    times = _TIMES.get((hit.group("t1") or hit.group("t2") or "").casefold(), 0)
    amount = _amount(hit.group("n1") or hit.group("n2")) * 10**times
    name = "HUF" if unit == "Ft" else _UNITS.get(unit.casefold(), unit.upper())
    if name == "TOMAN":
        name, amount = "IRR", amount * 10
    if name in _SHARED:
        name = preferred if preferred in _SHARED[name] else _SHARED[name][0]
    return Money(amount, name) if 0 <= amount < TOO_MUCH else None


def _amount(digits: str) -> Decimal:
    """Return ``1,299.50``, ``1.299,50`` or ``1 299`` as a number; ``1.299`` is over a thousand."""
    digits = digits.replace(" ", "")
    tail = re.search(r"[.,](\d{1,2})$", digits)
    head = digits[: tail.start()] if tail else digits
    return Decimal(re.sub(r"\D", "", head) + (f".{tail[1]}" if tail else ""))
