"""What was heard, as words that can be compared: their sounds, and the numbers and days in them.

Pure. A recogniser writes "4th" for "fourth" and "$240" for "two hundred forty dollars", and spells
a name as it sounds: here these are the same again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from voicenote.script.languages import Language, language
from voicenote.script.numbers import spell_number
from voicenote.script.spoken import spell_out

#: What is said or left out without a change, and what a voice or a recogniser adds.
_LOOSE = {
    "en": frozenset(
        (
            *("and", "the", "a", "us"),
            *("uh", "um", "er", "erm", "uhm", "eh", "ah", "oh", "hm", "hmm", "mm", "mhm"),
        )
    ),
    **dict.fromkeys(("et", "pl", "ro"), frozenset(("eee", "yyy", "ăăă", "äää", "hm", "hmm", "mm"))),
}
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
#: Spellings of one sound, in this order; all vowels are one.
_SOUNDS = (
    (re.compile(r"['’]"), ""), (re.compile(r"ph"), "f"), (re.compile(r"[gkw]h"), "k"),
    (re.compile(r"c(?=[eiy])"), "s"), (re.compile(r"ck|[cq]"), "k"), (re.compile(r"x"), "ks"),
    (re.compile(r"w"), "v"), (re.compile(r"z"), "s"), (re.compile(r"h"), ""),
    (re.compile(r"[aeiouy]+"), "a"), (re.compile(r"(.)\1+"), r"\1"),
)  # fmt: skip


@lru_cache(maxsize=8192)
def sound_of(word: str) -> str:
    """Return how a word sounds, roughly: words with the same letters here can't be told apart."""
    from anyascii import anyascii

    sound = anyascii(word).casefold()
    for pattern, one in _SOUNDS:
        sound = pattern.sub(one, sound)
    return sound or word.casefold()


def words_of(text: str, tongue: Language) -> list[str]:
    """Return the words of a text as they are said, without what is as well left out."""
    loose = _LOOSE.get(tongue.code, frozenset())
    cardinals = _cardinals(tongue.code)
    said = spell_out(text, tongue).casefold()
    found = (cardinals.get(word, word) for word in _WORD.findall(said))
    words = [word for word in found if word not in loose]
    return _days_first(words, tongue) if tongue.code == "en" else words


def _days_first(words: Sequence[str], tongue: Language) -> list[str]:
    """Return words with each day of a month before it: "December the fourth" is the same day."""
    months = {month.casefold() for month in tongue.months}
    small, found, place = _small_numbers(tongue.code), list[str](), 0
    while place < len(words):
        word = words[place]
        if word == "of" and found and found[-1] in small and words[place + 1 : place + 2]:
            place += words[place + 1] in months
        if words[place] not in months:
            found.append(words[place])
            place += 1
            continue
        month, begin = words[place], place + 1
        place = begin
        if not (found and found[-1] in small):
            while place < len(words) and place < begin + 2 and words[place] in small:
                place += 1
            if place == begin + 2 and not _is_day(words[begin:place]):
                place -= 1
        found += [*words[begin:place], month]
    return found


def _is_day(words: Sequence[str]) -> bool:
    """Return whether two words are one day of a month, such as "twenty", "four"."""
    return words[0] in ("twenty", "thirty") and words[1] not in ("twenty", "thirty")


@lru_cache(maxsize=4)
def _small_numbers(code: str) -> frozenset[str]:
    """Return the words of which the days of a month are made."""
    return frozenset(word for n in range(1, 32) for word in _WORD.findall(spell_number(n, code)))


@lru_cache(maxsize=16)
def _cardinals(code: str) -> dict[str, str]:
    """Return the words for days of the month, each with that of its number: "fourth", "four"."""
    pairs = ((day, spell_number(n, code)) for n, day in enumerate(language(code).days, start=1))
    return {day.casefold(): number for day, number in pairs if _WORD.fullmatch(day) and number}


@lru_cache(maxsize=16)
def number_words(code: str) -> frozenset[str]:
    """Return the words of which numbers are made."""
    some = (*range(21), *range(30, 100, 10), *range(200, 1000, 100), 100, 1000, 2000, 10**6)
    return frozenset(
        word for number in some for word in _WORD.findall(spell_number(number, code).casefold())
    )


@lru_cache(maxsize=16)
def day_words(code: str) -> frozenset[str]:
    """Return the words for days of the week and months, of which each has to be the right one."""
    tongue = language(code)
    return weekday_words(code) | _words_in(tongue.months, tongue.months_by)


@lru_cache(maxsize=16)
def weekday_words(code: str) -> frozenset[str]:
    """Return the words for days of the week."""
    tongue = language(code)
    return _words_in(tongue.weekdays, tongue.weekdays_by)


def _words_in(*lists: Sequence[str]) -> frozenset[str]:
    return frozenset(
        word for one in lists for name in one for word in _WORD.findall(name.casefold())
    )


@lru_cache(maxsize=32768)
def likeness(one: str, other: str) -> float:
    """Return how alike two sounds are, from 0 to 1."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def number_runs(
    words: Sequence[str], tongue: Language, parts: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Yield each number in a text, in words; `parts` are more words of which numbers are made."""
    numbers, run = number_words(tongue.code) | parts, list[str]()
    for word in (*words, ""):
        if word in numbers:
            run.append(word)
        elif run:
            yield " ".join(run)
            run = []
