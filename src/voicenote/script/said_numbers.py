"""The ways in which people say a number: a sum, a time of day, a year.

Pure. "€89.50" is "eighty-nine euros and fifty cents", "eighty-nine euros fifty", "eighty-nine
fifty" and "eighty-nine and a half euros"; a recogniser writes "89.5" as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from voicenote.script.amount_text import NUMBER, decimal_mark, read_number, to_ascii
from voicenote.script.heard_words import number_runs, number_words, words_of
from voicenote.script.languages import Language, language
from voicenote.script.numbers import TOO_LONG_TO_SAY, spell_number

#: A number as it is said: its runs of number words, without those between them.
Form = tuple[str, ...]
#: Words that stand for a part of a number.
_HALF = {"en": "half", "et": "pool", "fa": "نیم", "he": "חצי", "pl": "pół", "ro": "jumătate"}
_PARTS = ("quarter", "past")
#: What joins the parts of a number, said or left out; in Hebrew it is the first letter of a word.
_AND, _HEBREW_AND = {"et": "ja", "fa": "و", "pl": "i", "ro": "și"}, "ו"
_GENDERS = ("", "masculine", "feminine", "neuter")
#: With a colon; with a point, which is a sum's as well, only before "am" and "pm".
_CLOCK = re.compile(
    r"(?<![\d.,:])(?P<hour>[01]?\d|2[0-4])"
    r"(?::(?P<minute>[0-5]\d)(?![\d:])|(?:\.(?P<other>[0-5]\d))? ?[ap]\.?m\b)",
    re.IGNORECASE,
)
_ONE = re.compile(r"\bone (?=hundred|thousand)")


def runs_of(words: Sequence[str], tongue: Language) -> list[str]:
    """Return the runs of number words in a text, as `Form` has them."""
    half = _HALF.get(tongue.code)
    parts = frozenset((half, *_PARTS) if half and tongue.code == "en" else (half,) if half else ())
    some = [_without_and(word, tongue.code) for word in words]
    return [_ONE.sub("", run) for run in number_runs(list(filter(None, some)), tongue, parts)]


def _without_and(word: str, code: str) -> str:
    if code != "he":
        return "" if word == _AND.get(code) else word
    rest = word.removeprefix(_HEBREW_AND)
    return rest if rest in number_words(code) else word


def take_numbers(text: str, said: Sequence[str], given: list[str], tongue: Language) -> bool:
    """Return whether every number of a sentence was heard; take those and all before them.

    `text` is how it is written, `said` its words as a voice says them, `given` the runs heard.
    """
    as_said = [[(run,)] for run in runs_of(said, tongue)]
    return _take(as_said, given) or _take(_forms_in(text, tongue.code), given)


def _take(wanted: Sequence[Sequence[Form]], given: list[str]) -> bool:
    """Take each number in one of its forms, in their order; take none if one is missing."""
    rest = given[:]
    for forms in wanted:
        ends = [end for form in forms for end in _ends_of(form, rest)]
        if not ends:
            return False
        del rest[: min(ends)]
    given[:] = rest
    return True


def _ends_of(form: Form, given: Sequence[str]) -> Iterator[int]:
    for start in range(len(given) - len(form) + 1):
        if tuple(given[start : start + len(form)]) == form:
            yield start + len(form)
            return


@lru_cache(maxsize=512)
def _forms_in(text: str, code: str) -> tuple[tuple[Form, ...], ...]:
    """Return for each number of a written text the ways to say it."""
    plain, tongue = to_ascii(text), language(code)
    found = [
        (clock.start(), tuple(_clock_forms(clock, tongue))) for clock in _CLOCK.finditer(plain)
    ]
    plain = _CLOCK.sub(lambda clock: " " * len(clock[0]), plain)
    found += [
        (start, tuple(_amount_forms(amount, tongue)))
        for start, amount in written_numbers(plain, code)
        if amount < TOO_LONG_TO_SAY
    ]
    return tuple(forms for _, forms in sorted(found))


def written_numbers(text: str, code: str) -> Iterator[tuple[int, Decimal]]:
    """Yield where each number of a text in ASCII digits begins, and what it is worth."""
    for number in re.finditer(NUMBER, text):
        yield number.start(), read_number(number[0], decimal_mark(code), cents=True)[0]


def _amount_forms(amount: Decimal, tongue: Language) -> Iterator[Form]:
    units, rest = int(amount), amount % 1
    cents = int(rest * 100)
    for whole in _whole_forms(units, tongue):
        if not rest:
            yield (whole,)
            continue
        half = _HALF.get(tongue.code, "")
        small = {*_whole_forms(cents, tongue), _digits(f"{rest:f}"[2:], tongue)}
        small.add(_digits(f"{rest:f}"[2:].rstrip("0"), tongue))
        for one in (*small, *[half] * (cents == 50)):
            yield from ((whole, one), (f"{whole} {one}",))
    if not units:
        yield from ((one,) for one in _whole_forms(cents, tongue))


def _whole_forms(number: int, tongue: Language) -> Iterator[str]:
    """Yield a whole number in words: in every gender, in English also as hundreds and in pairs."""
    for gender in _GENDERS:
        yield _plain(spell_number(number, tongue.code, gender), tongue)
    hundreds, rest = divmod(number, 100)
    if tongue.code != "en" or not 0 < hundreds < 100:
        return
    begin, end = _spell(hundreds, tongue), _spell(rest, tongue) if rest else ""
    if hundreds > 10:
        yield f"{begin} hundred {end}".strip()
    if rest >= 10:
        yield f"{begin} {end}"


def _clock_forms(found: re.Match[str], tongue: Language) -> Iterator[Form]:
    """Yield the ways to say a time of day: "14:30" is "fourteen thirty" and "half past two"."""
    hour, minute = int(found["hour"]) % 24, int(found["minute"] or found["other"] or 0)
    for one in {hour, (hour + 12) % 24, hour % 12 or 12}:
        own, after = _spell(one, tongue), _spell(one % 12 + 1, tongue)
        if not minute:
            yield from ((own,), (f"{own} hundred",), (f"{own} {_spell(0, tongue)}",))
            continue
        past, to = _spell(minute, tongue), _spell(60 - minute, tongue)
        yield from ((f"{own} {past}",), (own, past))
        if tongue.code != "en":
            continue
        yield from ((f"{past} past {own}",), (to, after))
        if part := {15: "quarter past", 30: "half past", 45: "quarter"}.get(minute):
            yield (part, after) if minute == 45 else (f"{part} {own}",)


def _digits(digits: str, tongue: Language) -> str:
    return " ".join(_spell(int(digit), tongue) for digit in digits)


def _spell(number: int, tongue: Language) -> str:
    return _plain(spell_number(number, tongue.code, tongue.gender), tongue)


def _plain(spelled: str, tongue: Language) -> str:
    """Return a number in words as they are compared."""
    words = (_without_and(word, tongue.code) for word in words_of(spelled, tongue))
    return _ONE.sub("", " ".join(filter(None, words)))
