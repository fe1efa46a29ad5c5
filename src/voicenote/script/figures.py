"""Sums, days, ranges and fractions in a text: how they are said, and which can't be sure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation

from voicenote.model.money import Money
from voicenote.script.languages import Language
from voicenote.script.numbers import (
    TOO_LONG_TO_SAY,
    has_name,
    say_date,
    say_money,
    spell_number,
)

_SIGNS = {
    "$": "USD", "€": "EUR", "£": "GBP", "₪": "ILS", "zł": "PLN", "lei": "RON", "﷼": "IRR",
    "₱": "PHP", "₹": "INR", "¥": "JPY", "₽": "RUB", "₴": "UAH", "₺": "TRY", "Kč": "CZK", "₩": "KRW",
    "₫": "VND", "฿": "THB", "₦": "NGN", "₸": "KZT", "₾": "GEL", "US$": "USD", "A$": "AUD",
    "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD", "R$": "BRL", "NIS": "ILS",
}  # fmt: skip
#: The codes of today's currencies. Those that are words too ("TOP 10") count only after a number.
_CODES = (
    "AED AFN AMD AOA ARS AUD AWG AZN BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHF CLP CNY CRC CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GHS GIP GMD "
    "GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW "
    "KWD KYD KZT LBP LKR LRD LSL LYD MDL MGA MKD MMK MNT MRU MUR MVR MWK MXN MYR MZN NAD NGN "
    "NIO NOK NPR NZD OMR PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP "
    "SLE SRD SSP STN SYP SZL THB TJS TMT TND TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST "
    "XAF XCD XCG XOF XPF YER ZAR ZMW ZWG "
)
_CODES_TOO = "ALL BAM COP CUP GEL LAK MAD MOP PAB PEN SOS TOP TRY"
_TIMES = {
    "k": 3, "K": 3, "thousand": 3, "tys.": 3, "tys": 3, "אלף": 3, "هزار": 3, "tuhat": 3, "m": 6,
    "M": 6, "mln": 6, "million": 6, "milion": 6, "miliony": 6, "milionów": 6, "milioane de": 6,
    "מיליון": 6, "میلیون": 6, "miljon": 6, "miljonit": 6, "bn": 9, "billion": 9,
}  # fmt: skip


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


NUMBER = r"\d+(?:[.,   ]\d{3}){0,4}(?:[.,]\d{1,2})?(?!\d)"
_MANY = rf"(?:\s?(?:{_any(_TIMES)})(?!\w))?"
_MONEY = re.compile(
    rf"(?P<before>(?<!\w)(?:{_any(_SIGNS)})|\b(?:{_any(_CODES.split())}))\s?(?P<n1>{NUMBER})(?P<t1>{_MANY})"
    rf"|(?<![\w.,])(?P<n2>{NUMBER})(?P<t2>{_MANY})\s?"
    rf"(?P<after>{_any(_SIGNS)}|(?:{_any((_CODES + _CODES_TOO).split())}))(?!\w)"
)
_EVEN = re.compile(r"(?<=\d)[,.:][-–—]{1,2}(?!\w)")  # 120,-
_RANGE = re.compile(
    r"(?<![\w.,/-])(?P<sign>[$€£₪]?)(\d{1,6}) ?[-–—] ?"
    r"(?P<again>[$€£₪]?)([1-9]\d{0,5})(?![\w/-]|[.,]\d)"
)
_FRACTION = re.compile(r"((?<!\d)\d{1,6})? ?([½¼¾])")
_DAY = re.compile(r"(?<![\w.,/-])(\d{1,4})([./])(\d{1,2})\2(\d{2}|\d{4})(?![\w/-]|[.,]\d)")


def parse_decimal(text: str) -> Decimal | None:
    """Return ``1,299.50`` or ``1 299,50`` as a number; None when `text` isn't one."""
    digits = re.sub(r"\s", "", text)
    tail = re.search(r"(?<=^0)[.,]\d+$|[.,]\d{1,2}$", digits)
    head = digits[: tail.start()] if tail else digits
    try:
        return Decimal(re.sub(r"[.,]", "", head) + (f".{tail[0][1:]}" if tail else ""))
    except InvalidOperation:
        return None


def say_fractions(text: str, tongue: Language) -> str:
    """Return a text with ½, ¼ and ¾ as words."""
    return _FRACTION.sub(lambda found: _fraction(found, tongue), text)


def say_figures(text: str, tongue: Language) -> str:
    """Return a text with its sums and days as words, and its ranges ready to be said."""
    text = _DAY.sub(lambda found: _day(found, tongue), _EVEN.sub("", text))
    text = _RANGE.sub(lambda found: _range(found, tongue), text)
    return _MONEY.sub(lambda found: _money(found, tongue), text)


def _money(found: re.Match[str], tongue: Language) -> str:
    sign = found.group("before") or found.group("after")
    amount = parse_decimal(found.group("n1") or found.group("n2"))
    times = _TIMES.get((found.group("t1") or found.group("t2") or "").strip(), 0)
    if amount is None or amount * 10**times >= TOO_LONG_TO_SAY:
        return " "
    return f" {say_money(Money(amount * 10**times, _SIGNS.get(sign, sign)), tongue)} "


def _range(found: re.Match[str], tongue: Language) -> str:
    low, high = found[2], found[4]
    if int(low) >= int(high) or (low.startswith("0") and low != "0"):
        return found[0]
    return f"{found['sign']}{low} {tongue.until} {found['again']}{high}"


def _fraction(found: re.Match[str], tongue: Language) -> str:
    part = tongue.fractions[found[2]]
    if not found[1]:
        return f" {part} "
    return (
        f" {tongue.joined.format(spell_number(int(found[1]), tongue.code, tongue.gender), part)} "
    )


def _day(found: re.Match[str], tongue: Language) -> str:
    day = _read_day(found, tongue.code)
    return f"{say_date(day, date.min, tongue)}" if day else found[0]


def _read_day(found: re.Match[str], code: str) -> date | None:
    """Return the day meant; None when it isn't one, or may be one of two (English 03/04/2026)."""
    first, second, last = int(found[1]), int(found[3]), int(found[4])
    if len(found[1]) == 4:
        year, month, day = first, second, last
    elif len(found[1]) > 2 or (len(found[4]) == 2 and len(found[1] + found[3]) < 4):
        return None
    else:
        year = last if len(found[4]) == 4 else 2000 + last
        swapped = code == "en" and found[2] == "/" and first <= 12
        if swapped and second <= 12 and first != second:
            return None
        day, month = (second, first) if swapped else (first, second)
    try:
        return date(year, month, day) if 1900 <= year <= 2100 else None
    except ValueError:
        return None


#: What has no one reading: 3/4, 199 kr, Rs. 500, 5k, 12.345 KWD.
_UNSURE = re.compile(
    r"(?<![\w.,/$€£-])\d{1,2}/\d{1,2}(?![\w/]|[.,]\d)"
    rf"|(?<![\w.,]){NUMBER}\s?(?:kr|Kr|KR|Rs|rs|krooni)(?!\w)|(?<!\w)(?:kr|Kr|Rs|rs)\.?\s?{NUMBER}"
    r"|(?<![\w.,$€£₪])\d+(?:[.,]\d+)?[kKM](?!\w)(?! ?[$€£₪])"
    r"|(?<![\w.,])\d+[.,]\d{3} ?(?:BHD|IQD|JOD|KWD|LYD|OMR|TND)(?!\w)"
)


def find_unsure(text: str, tongue: Language) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of days, sums and numbers that a voice can't be sure of, in order."""
    spans = [found.span() for found in _UNSURE.finditer(text) if found[0] not in ("24/7", "50/50")]
    days = (found for found in _DAY.finditer(text) if found[2] == "/")
    spans += [found.span() for found in days if not _read_day(found, tongue.code)]
    point = "." if tongue.code in ("en", "he") else ","
    for found in _MONEY.finditer(text):
        sign, number = found["before"] or found["after"], found["n1"] or found["n2"]
        thousandths = len(number) > 4 and number[-4] == point and number.count(point) == 1
        # $12.345 in English may be twelve dollars or twelve thousand
        if thousandths or not has_name(_SIGNS.get(sign, sign), tongue):
            spans.append(found.span())
    yield from sorted(set(spans))
