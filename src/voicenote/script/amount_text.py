"""Numbers and sums as they are written in a text: what they are worth, and how they are said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache, lru_cache
from typing import NamedTuple

from voicenote.model.currencies import SIGNS, codes_before_numbers, currency_codes
from voicenote.model.money import Money
from voicenote.script.languages import Language
from voicenote.script.numbers import (
    TOO_LONG_TO_SAY,
    has_name,
    minus,
    say_money,
    spell_decimal,
    spell_number,
)

_SPACE = "[ \u00a0\u2009\u202f]"
#: A number as people write it; and one without its whole part, as in ".5".
NUMBER = (
    rf"(?<!\d)(?:\d{{1,3}}(?:(?:[.,'’]|{_SPACE})\d{{3}}(?!\d)){{1,4}}(?:[.,]\d{{1,2}}(?!\d))?"
    r"|\d{1,40}(?:[.,]\d{1,6})?(?!\d)|(?<![\w.,])\.\d{1,6}(?!\d))"
)
_GROUPING = re.compile(rf"['’]|{_SPACE}")
#: A figure begins here; what is before a hyphen may be a Hebrew word: in 5 days.
START = r"(?<![\w.,/])(?<![^א-ת]-)"
#: Where there may be digits of other scripts, or their marks: none of Latin letters is one.
_FOREIGN = re.compile("[^\\x00-\u02ff“”„’]")
#: A dash in a range, and one that is a minus.
DASH = r"[ \u00a0]?[-–—][ \u00a0]?"
MINUS = r"(?P<minus>(?<![^\s(\[\"“„«])[-−–])?"
#: What stands for the cents after a sum: 120,-
_EVEN = r"(?:[,.:][-–—]{1,2}(?!\w))?"
_TIMES = {
    "k": 3, "K": 3, "thousand": 3, "tys.": 3, "tys": 3, "אלף": 3, "هزار": 3, "tuhat": 3, "m": 6,
    "M": 6, "mln": 6, "million": 6, "milion": 6, "miliony": 6, "milionów": 6, "milioane de": 6,
    "מיליון": 6, "میلیون": 6, "miljon": 6, "miljonit": 6, "bn": 9, "billion": 9,
}  # fmt: skip


class Figure(NamedTuple):
    """What is said for a text from `start` to `end`, and whether people read it in one way.

    `beside` is how many signs before it and after it are a part of the doubt.
    """

    start: int
    end: int
    said: str
    sure: bool = True
    beside: tuple[int, int] = (0, 0)

    def move(self, by: int) -> Figure:
        """Return the same sum, `by` letters further on."""
        return Figure(self.start + by, self.end + by, *self[2:]) if by else self


def to_ascii(text: str) -> str:
    """Return `text` with digits of every script, their marks and minus as ASCII; same length."""
    return text if text.isascii() or not _FOREIGN.search(text) else text.translate(_ASCII)


class _Ascii(dict[int, str]):
    """Digits of every script in ASCII, every other sign as it is; found when it is first met."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        found = self[code] = str(unicodedata.digit(sign)) if sign.isdecimal() else sign
        return found


_ASCII = _Ascii(
    {ord(sign): same for sign, same in zip("٫٬−\u202f\u2009", ".,-\u00a0\u00a0", strict=True)}
)


def any_of(words: Iterable[str]) -> str:
    """Return a pattern of any of these words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


@lru_cache(maxsize=16)
def decimal_mark(code: str) -> str:
    """Return what a language writes before decimals in Latin digits: a point or a comma."""
    from babel import Locale

    return str(Locale.parse(code).number_symbols["latn"]["decimal"])


def read_number(written: str, mark: str, *, cents: bool = False) -> tuple[Decimal, bool]:
    """Return what ``1,299.50``, ``1 299`` or ``2,5`` is worth, and whether that is sure.

    `mark` is the language's decimal mark. One or two decimals of a sum (`cents`) are sure with
    either.
    """
    if written.isdecimal():
        return Decimal(written), True
    digits = _GROUPING.sub("", written)
    marks = [sign for sign in digits if sign in ".,"]
    # where decimals have a point, a space between digits is rare: "12 345" may be two numbers
    sure = " " not in written or mark == ","
    last = marks[-1] if marks else ""
    head, _, tail = digits.rpartition(last) if marks else ("", "", digits)
    whole = re.sub(r"[.,]", "", head)
    spaced = digits != written  # 1 299,500: spaces part its thousands
    if marks and len(tail) == 3 and whole.strip("0") and len(set(marks)) == 1 and not spaced:
        return Decimal(whole + tail), sure and (len(marks) > 1 or last != mark)
    if not marks:
        return Decimal(digits), sure
    return Decimal(f"{whole or 0}.{tail}"), sure and (
        cents or spaced or last == mark or len(marks) > 1
    )


def say_whole(digits: str, tongue: Language) -> str:
    """Return digits as one number in words."""
    return spell_number(int(digits), tongue.code, tongue.gender)


def say_number(number: Decimal, tongue: Language, *, negative: bool = False) -> str:
    """Return a number in words; "" for one of more than twelve digits, which is an id."""
    if number >= 10**12:
        return ""
    said = spell_decimal(number, tongue)
    return f"{minus(tongue.code)} {said}" if negative else said


def find_sums(text: str, tongue: Language) -> Iterator[Figure]:
    """Yield the sums in a text, alone and in ranges."""
    ranges, sums = _patterns()
    for found in ranges.finditer(text):
        if figure := _range(found, tongue):
            yield figure
    for found in sums.finditer(text):
        sign = found["before"] or found["after"]
        money, sure = _money(found["n1"] or found["n2"], found["t1"] or found["t2"], sign, tongue)
        said = say_money(money, tongue) if money else ""
        negative = bool(found["minus"] or found["minus2"] or found["minus3"])
        if negative and money:
            said = f"{minus(tongue.code)} {said}"
        yield Figure(*found.span(), said, sure and money is not None)


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of a range of sums, and of a sum."""
    times = rf"(?:[ \u00a0]?(?:{any_of(_TIMES)})(?!\w))?"
    before = rf"(?<!\w)(?:{any_of(SIGNS)}|{any_of(codes_before_numbers())})"
    after = rf"(?:{any_of(SIGNS)}|(?:{any_of(currency_codes())})(?! [A-Z]{{2}}))(?!\w)"
    gap = "[ \u00a0]?"

    def part(number: int) -> str:
        return (
            rf"(?P<s{number}>{before})?{gap}(?P<n{number}>{NUMBER})(?P<t{number}>{times}){_EVEN}"
            rf"{gap}(?P<a{number}>{after})?"
        )

    alone = (
        rf"{MINUS}(?P<before>{before}){gap}(?P<minus2>[-−])?(?P<n1>{NUMBER})(?P<t1>{times}){_EVEN}"
        rf"|{MINUS.replace('minus', 'minus3')}(?<![\w.,])(?P<n2>{NUMBER})(?P<t2>{times}){_EVEN}"
        rf"{gap}(?P<after>{after})"
    )
    return re.compile(rf"{START}{part(1)}{DASH}{part(2)}(?![\w/]|[.,]\d)"), re.compile(alone)


def _money(
    number: str, times: str | None, sign: str, tongue: Language
) -> tuple[Money | None, bool]:
    """Return a sum, None if it is too long to be one, and whether it is sure."""
    currency = SIGNS.get(sign, sign)
    amount, sure = read_number(number, decimal_mark(tongue.code), cents=True)
    amount *= 10 ** _TIMES.get((times or "").strip(), 0)
    if amount >= TOO_LONG_TO_SAY:
        return None, False
    # of 12.345 KWD the last three may be decimals, whoever writes it
    mils = re.search(r"^[1-9]\d{0,2}[.,]\d{3}$", number) and _decimals(currency) == 3
    return Money(amount, currency), sure and has_name(currency, tongue) and not mils


@lru_cache(maxsize=256)
def _decimals(currency: str) -> int:
    from babel.numbers import get_currency_precision

    return get_currency_precision(currency)


def _range(found: re.Match[str], tongue: Language) -> Figure | None:
    first, second = found["s1"] or found["a1"], found["s2"] or found["a2"]
    sign = second or first
    if not sign:
        return None
    low, low_sure = _money(found["n1"], found["t1"], first or sign, tongue)
    high, high_sure = _money(found["n2"], found["t2"], sign, tongue)
    if low is None or high is None:
        return None
    alone = not first or SIGNS.get(first, first) == high.currency
    sure = low_sure and high_sure and (not alone or low.amount < high.amount)
    sure &= bool(found["t1"].strip()) or not found["t2"].strip()  # is $5-10k from five, or 5,000?
    whole = low.amount == low.amount.to_integral_value()
    said = say_number(low.amount, tongue) if alone and whole else say_money(low, tongue)
    return Figure(*found.span(), f"{said} {tongue.until} {say_money(high, tongue)}", sure)
