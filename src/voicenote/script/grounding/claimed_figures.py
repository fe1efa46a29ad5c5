"""The figures that a text claims: numbers, sums, percents, days and times. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from voicenote.model.money import Money
from voicenote.model.sums import sums_in
from voicenote.script.check.normalise import fold
from voicenote.script.grounding.claim_phrases import ClaimHit
from voicenote.script.grounding.claim_tables import ClaimTables, claim_tables
from voicenote.unicode_forms import normal

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)?")
_PERCENT = re.compile(r"(?<!\d)(\d{1,12}(?:[.,]\d{1,6})?) ?[%٪]")
_LAST_NUMBER = re.compile(r"(?<!\d)(\d{1,12}(?:[.,]\d{1,6})?) ?\Z")
#: Hebrew days of the month that are days of the week as well.
_ORDINALS = ("ראשון", "שני", "שלישי", "רביעי", "חמישי", "שישי", "שביעי", "שמיני", "תשיעי", "עשירי")
#: Marks of Arabic vowels, which are written only now and then: "نُه".
_VOWELS = re.compile(r"[\u064b-\u0652]")
#: What may stand between the words of one number.
_JOINTS = re.compile(r"[ \-\u200c]+(?:(?:and|și|si|ja|de|و) )?")
_FOLDED_JOINTS = frozenset(["and", "si", "de", "ja", "و"])


#: Months that are words too.
_WORDS_TOO = frozenset(
    ["may", "march", "mai", "mais", "maja", "maju", "maj", "مه", "تیر", "دی", "مهر"]
)


@dataclass(frozen=True, slots=True)
class ClaimedFigure:
    """One figure: its kind (number, percent, date or time), what it is, and the words.

    `spans`: it is how long something takes.
    """

    kind: str
    value: str
    text: str
    spans: bool = False


@lru_cache(maxsize=2048)
def in_digits(text: str, code: str) -> str:
    """Return a text with its numbers in digits, also those in words: "38 dollars"."""
    table = claim_tables(code)
    plain = _plain_digits(text)
    out, last = [], 0
    words = list(_TOKEN.finditer(plain))
    place = 0
    while place < len(words):
        run = _number_run(plain, words, place, table)
        if run is None:
            place += 1
            continue
        after, value = run
        out += [plain[last : words[place].start()], f"{value:f}"]
        last, place = words[after - 1].end(), after
    return "".join((*out, plain[last:]))


def _plain_digits(text: str) -> str:
    return "".join(
        str(unicodedata.digit(char)) if char.isdecimal() and not char.isascii() else char
        for char in _VOWELS.sub("", normal(text, "NFC")).replace("٬", ",").replace("٫", ".")
    )


def _number_run(
    text: str, words: list[re.Match[str]], place: int, table: ClaimTables
) -> tuple[int, Decimal] | None:
    """Return where the number in words that begins at a word ends, and what it is; or None."""
    total = current = Decimal(0)
    after = place
    while after < len(words):
        joint = text[words[after - 1].end() : words[after].start()] if after > place else ""
        word = fold(words[after][0])[0]
        if after > place and not re.fullmatch(r"[\s\-\u200c\u200f]+", joint):
            break
        value = number_word(word, table)
        if value is None:
            joint_words = _FOLDED_JOINTS | ({"i"} if table.code == "pl" else set())
            joined = after > place and word in joint_words and after + 1 < len(words)
            nearby = joined and number_word(fold(words[after + 1][0])[0], table)
            if not nearby or (table.code == "en" and current % 100):
                break
            after += 1
            continue
        if value >= 1000 and value % 1000 == 0:
            total += (current or 1) * value
            current = Decimal(0)
        elif value == 100 and 0 < current < 100 and current % 10:  # "eleven hundred" too
            current *= value
        elif value == 10 and 2 < current < 10 and table.code == "he":  # "חמישה עשר"
            current += value
        elif current and (current % (100 if value >= 10 else 10) or value >= current):
            break
        else:
            current += value
        after += 1
    if after == place or (after == place + 1 and fold(words[place][0])[0] in table.free):
        return None
    return after, total + _with_thousands(total, current, table)


def _with_thousands(millions: Decimal, rest: Decimal, table: ClaimTables) -> Decimal:
    """Return what comes after millions; Persian leaves its thousands out: "دو میلیون و پانصد"."""
    unsaid = table.code == "fa" and millions >= 10**6 and millions % 10**6 == 0
    return rest * 1000 if unsaid and 100 <= rest < 1000 else rest


def number_word(word: str, table: ClaimTables) -> Decimal | None:
    """Return what a folded word says if it is a number, perhaps with what is attached to it."""
    found = table.numbers.get(word.removesuffix("'s").removesuffix("تا"))
    for size in range(1, 4):
        if found is None and len(word) - size > 1 and word[size - 1] in table.attached:
            found = table.numbers.get(word[size:])
        else:
            break
    return None if found is None else Decimal(str(found)).normalize()


def numbers_in(text: str, code: str) -> Iterator[ClaimedFigure]:
    """Yield each number of a text but one, zero, and those of dates in figures."""
    written = in_digits(text, code)
    for found in re.finditer(r"(?<![\w.,])\d+(?:[.,]\d+)*|\d+(?:[.,]\d+)*", written):
        for value in _readings(found[0]):
            if value not in (0, 1):
                yield ClaimedFigure("number", f"{value.normalize():f}", found[0])
                break


def _readings(digits: str) -> list[Decimal]:
    """Return what a number in figures may be: ``1,299.50``, ``1.299,50``, ``12,5``."""
    tail = re.search(r"[.,](\d{1,2})$", digits)
    head = digits[: tail.start()] if tail else digits
    whole = re.sub(r"\D", "", head)
    return [Decimal(whole + (f".{tail[1]}" if tail else ""))]


def percents_in(text: str, code: str) -> Iterator[ClaimedFigure]:
    """Yield each percentage of a text."""
    written = in_digits(text, code)
    for found in _PERCENT.finditer(written):
        yield ClaimedFigure("percent", _readings(found[1])[0].normalize().__format__("f"), found[0])
    folded = fold(written)[0]
    for hit in claim_tables(code).phrases.find(folded):
        if hit.group == "percent":
            before = _LAST_NUMBER.search(folded[max(0, hit.start - 24) : hit.start])
            if before:
                value = f"{_readings(before[1])[0].normalize():f}"
                yield ClaimedFigure("percent", value, f"{before[1]} {folded[hit.start : hit.end]}")


def sums_of(text: str, code: str, currency: str) -> tuple[Money, ...]:
    """Return the sums of money of a text, also in words."""
    return sums_in(in_digits(text, code), currency)


@lru_cache(maxsize=2048)
def times_in(text: str, code: str) -> tuple[ClaimedFigure, ...]:
    """Return the days of the week, months, and times without a number that a text names."""
    folded = fold(text)[0]
    found = []
    hits = claim_tables(code).phrases.find(folded)
    near = [hit for hit in hits if hit.group.startswith("near")]
    for hit in hits:
        kind, _, place = hit.group.partition(" ")
        said = folded[hit.start : hit.end]
        if any(_within(hit, one) for one in near):
            continue  # "tomorrow" of "the day after tomorrow"
        if kind == "months" and said in _WORDS_TOO and not _has_day(said, text, code):
            continue
        if kind in ("weekdays", "months"):
            found.append(ClaimedFigure("date", f"{kind} {place}", said))
        elif kind == "near":
            found.append(ClaimedFigure("time", f"in {place}", said))
        elif kind == "relative" and (day := _day_of_month(said, code)):
            found.append(ClaimedFigure("date", f"day {day}", said))
        elif kind in ("relative", "spans"):
            found.append(ClaimedFigure("time", said, said, spans=kind == "spans"))
    return tuple(found)


def _within(hit: ClaimHit, other: ClaimHit) -> bool:
    """Return whether a time is only a part of another one, or the same in other words."""
    longer = other.end - other.start > hit.end - hit.start
    same = (hit.start, hit.end) == (other.start, other.end) and hit.group == "spans"
    return (longer and other.start <= hit.start and hit.end <= other.end) or same


def _day_of_month(said: str, code: str) -> str:
    """Return the day in "on the ninth of the month", in Hebrew; or ""."""
    first, _, rest = said.partition(" ")
    if code != "he" or rest not in ("לחודש", "בחודש"):
        return ""
    number = number_word(first, claim_tables(code))
    said = next((one for one in _ORDINALS if first in (one, f"ה{one}", f"ב{one}")), "")
    return str(_ORDINALS.index(said) + 1) if said else f"{number:f}" if number else ""


def _has_day(month: str, text: str, code: str) -> bool:
    """Return whether a day stands beside this month, which may be another word."""
    written = fold(in_digits(text, code))[0]
    return bool(
        re.search(
            rf"(?:\d\w{{0,4}}|\bin|\bsince|\buntil|\bby|\blast|\bnext) (?:of )?{month}|{month} \d",
            written,
        )
    )


def figures_of_day(day: date) -> frozenset[str]:
    """Return what a text may say of a day: its weekday, month, and numbers."""
    return frozenset(
        [f"weekdays {day.weekday()}", f"months {day.month - 1}", f"day {day.day}", str(day.year)]
    )
