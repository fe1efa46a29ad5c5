"""What ears misheard of a case's names and sums, written as in the case. Pure.

A recogniser writes "Donna" for Dana and "$214" for $240. Where what was heard sounds like a name or
a sum of the case, it is written as there, and told, so that no misheard figure gets into a letter.
No word is taken for a day: "fired" sounds like Friday. What sounds otherwise stays as it was heard:
it may be what was said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from voicenote.model.case import Case
from voicenote.model.money import Money
from voicenote.script.check.learned_likeness import rarity
from voicenote.script.check.normalise import fold
from voicenote.script.check.phrase_tables import languages
from voicenote.script.grounding.claim_tables import claim_tables
from voicenote.script.grounding.claimed_figures import in_digits, sums_of
from voicenote.script.heard_words import likeness, number_words, sound_of
from voicenote.script.languages import language
from voicenote.script.numbers import spell_number, write_money
from voicenote.script.spoken import spell_out

#: A name, and a number word, is heard when its sound is so alike; a sum that came in pieces, and
#: another word in the place of a number, too.
_NAME, _CONSONANTS, _NUMBER, _PIECES, _WORDED = 0.8, 0.75, 0.85, 0.8, 0.7
#: A word that is less rare than this is a word, and no misheard name.
_RARE = 0.8
#: Who speaks says so among so many first words, and is heard as so many; without a capital letter
#: among fewer.
_FIRST, _MOST, _EARLY = 14, 4, 6
#: The fewest letters that are a name's sound.
_SHORT = 3
_WORD = re.compile(r"[^\W\d_]+(?:[-’'](?!s\b)[^\W\d_]+)*")
#: A word or a number, with the sign of a currency before it.
_TOKEN = re.compile(r"(?P<sign>[$€£₪] ?)?(?P<number>\d[\d.,]*\d|\d)|[^\W\d_]+")
_SECOND = re.compile(r",? [^\W\d_]{1,3} ([$€£₪] ?\d[\d.,]*\d|[$€£₪] ?\d)")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
#: A sum in one piece has fewer words than this, and its number is one figure.
_PARTS = 3
#: A sum is at most so many words.
_WINDOW = 9
_LOOSE = frozenset(["and", "the", "us", "a"])
#: What may stand between the end of a sentence and the next one.
_OPENING = " \n\"'“”„«»‘’(-"
#: Languages whose writing has no capital letters.
_UNCASED = ("he", "fa")


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """What of a case may be misheard: names, each as it is written, sums, and words for days.

    `speaker` is the whole name of who speaks.
    """

    speaker: str
    names: tuple[str, ...]
    sums: tuple[Money, ...]
    days: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What was heard, and how it is written as in the case."""

    heard: str
    written: str


def facts_of(case: Case, owner: str, business: str, code: str) -> KnownFacts:
    """Return what of a case may be misheard; `owner` speaks, for `business`."""
    said, tongue = case.complaint, language(code)
    promises = [one.promise for one in case.amends] or list(said.promises)
    harm = [said.harm] if said.harm else []
    names = (case.customer.name, owner, business, *said.involved)
    return KnownFacts(
        owner,
        tuple(dict.fromkeys(word for name in names for word in _WORD.findall(name))),
        tuple(dict.fromkeys([*(one.value for one in promises if one.value), *harm])),
        tuple(dict.fromkeys(
            word
            for one in promises
            for day in (one.promised_by, one.target)
            if day
            for word in _day_words(day, tongue.weekdays, tongue.weekdays_by, tongue.months)
        )),
    )  # fmt: skip


def write_as_known(text: str, facts: KnownFacts, code: str) -> tuple[str, tuple[Rewritten, ...]]:
    """Return a transcript with what sounds like a fact written as that, and what was changed."""
    if code not in languages():
        return text, ()
    told: list[Rewritten] = []
    text = _write_speaker(text, facts.speaker, told)
    text = _write_sums(text, facts.sums, code, told)
    text = _write_words(text, facts, code, told)
    return text, tuple(dict.fromkeys(told))


def _day_words(
    day: date, weekdays: Sequence[str], by: Sequence[str], months: Sequence[str]
) -> Iterator[str]:
    yield weekdays[day.weekday()]
    if by:
        yield by[day.weekday()]
    if len(months) > day.month - 1:
        yield months[day.month - 1]


def _write_speaker(text: str, speaker: str, told: list[Rewritten]) -> str:
    """Return a text in which its speaker, who says their name at the beginning, is called so."""
    name = _joined(_WORD.findall(speaker))
    if len(name) < 2 * _SHORT or fold(speaker)[0] in fold(text)[0]:
        return text
    words = list(_WORD.finditer(text))[:_FIRST]
    best, place = 0.0, (0, 0)
    for size in range(1, _MOST + 1):
        for run in zip(*(words[n:] for n in range(size)), strict=False):
            start, end = run[0].start(), run[-1].end()
            named = any(one[0][:1].isupper() for one in run)
            late = not named and len(words) > _EARLY and run[0].start() >= words[_EARLY].start()
            if late or re.search(r"[.!?]", text[start:end].rstrip(".")):
                continue
            sound = _joined(one[0] for one in run)
            alike = _sounds_as(sound, name)
            bones = likeness(sound.replace("a", ""), name.replace("a", ""))
            if alike > best and bones >= _NAME:
                best, place = alike, (start, end)
    if not best:
        return text
    start, end = place
    told.append(Rewritten(text[start:end], speaker))
    return f"{text[:start]}{speaker}{text[end:]}"


def _write_words(text: str, facts: KnownFacts, code: str, told: list[Rewritten]) -> str:
    """Return a text with each word that sounds like a name written as that."""
    known = {fold(word)[0] for word in (*facts.names, *facts.days)}
    names = [name for name in facts.names if len(sound_of(name)) >= _SHORT]
    out, last = [], 0
    for found in _WORD.finditer(text):
        word = found[0]
        key = fold(word)[0]
        if key in known or (code not in _UNCASED and len(word) < _SHORT):
            continue
        before = text[: found.start()].rstrip(_OPENING)
        first = not before or before.endswith((".", "!", "?", "…"))
        rare, named = rarity(key, code), word[:1].isupper()
        called = (rare >= _RARE and (named or code in _UNCASED)) or (
            rare >= _RARE / 2 and named and not first
        )
        written = _best(word, names) if called else ""
        if written:
            told.append(Rewritten(word, written))
            out += [text[last : found.start()], written]
            last = found.end()
    return "".join((*out, text[last:]))


def _best(word: str, known: Iterable[str]) -> str:
    """Return the one among `known` that a word sounds like; "" if none."""
    sound = sound_of(word)
    rated = [(_sounds_as(sound, sound_of(one)), one) for one in known]
    alike, written = max(rated, default=(0.0, ""))
    return written if alike else ""


def _sounds_as(heard: str, name: str) -> float:
    """Return how alike two sounds are; 0.0 where that isn't enough for a name."""
    alike = likeness(heard, name)
    bones = likeness(heard.replace("a", ""), name.replace("a", ""))
    return alike if alike >= _NAME and bones >= _CONSONANTS else 0.0


def _joined(words: Iterable[str]) -> str:
    return re.sub(r"(.)\1+", r"\1", "".join(sound_of(word) for word in words))


def _write_sums(text: str, sums: Sequence[Money], code: str, told: list[Rewritten]) -> str:
    """Return a text with each sum that sounds like one of the case written as that one."""
    out, last, read = [], 0, 0
    words = list(_TOKEN.finditer(text)) if sums else []
    numbers, free = claim_tables(code).numbers, claim_tables(code).free
    for place, first in enumerate(words):
        key = fold(first[0])[0]
        counts = first["number"] or (key in numbers and key not in free)
        if first.start() < read or not counts:
            continue
        window = [one for one in words[place : place + _WINDOW] if one.end() - first.start() < 80]
        if found := _as_sum(text, window, sums, code):
            read, written = found
            if written:
                told.append(Rewritten(text[first.start() : read], written))
                out += [text[last : first.start()], written]
                last = read
    return "".join((*out, text[last:]))


def _as_sum(
    text: str, window: Sequence[re.Match[str]], sums: Sequence[Money], code: str
) -> tuple[int, str] | None:
    """Return where the sum ends with which a window begins, and how it is meant to be written.

    "" if it is one of the case's as it is, or sounds like none. None if no sum begins there.
    """
    first = window[0]
    if first["sign"] and (two := _in_two(text, first, sums, code)):
        return two
    for size, last in enumerate(window):
        between = text[window[size - 1].end() : last.start()] if size else ""
        if size and (last["sign"] or re.search(r"[.!?;:]", between)):
            return None
        if (not size and first["sign"]) or _has_coin(last[0], sums, code):
            heard = text[first.start() : last.end()]
            return last.end(), _meant(heard, sums, code)
    return None


def _meant(heard: str, sums: Sequence[Money], code: str) -> str:
    """Return how a sum that was heard is meant to be written; "" if as it is."""
    written = in_digits(heard, code)
    whole = len(_FIGURE.findall(written)) == 1 and len(written.split()) < _PARTS
    amounts = {one.amount for one in sums_of(heard, code, sums[0].currency)}
    if whole and any(not amounts.isdisjoint({one.amount, one.amount // 1}) for one in sums):
        return ""
    for money in sums:
        said = write_money(money, language(code))
        if whole:
            alike = any(_misheard(one, money.amount, code) for one in amounts)
        else:
            alike = _in_pieces(_pieces(heard, code), _pieces(said, code), code)
        if alike:
            return said
    return ""


def _in_pieces(heard: list[str], meant: list[str], code: str) -> bool:
    """Return whether the words that were heard are those of a sum, with others between them."""
    if meant[0] == spell_number(1, code) and heard[0] != meant[0]:
        meant = meant[1:]  # "the hundred, and fifty dollars"
    sounds, wanted = ([sound_of(word) for word in words] for words in (heard, meant))
    if len(heard) == len(meant):
        numbers = number_words(code)
        return all(
            likeness(sound, other) >= (_NUMBER if word in numbers else _WORDED)
            for word, sound, other in zip(heard, sounds, wanted, strict=True)
        )
    return sounds[0] == wanted[0] and likeness(_joined(heard), _joined(meant)) >= _PIECES


def _in_two(
    text: str, first: re.Match[str], sums: Sequence[Money], code: str
) -> tuple[int, str] | None:
    """Return the same of a sum of the case that was heard as two: "$200 and $85"."""
    second = _SECOND.match(text, first.end())
    if second is None:
        return None
    parts = [sums_of(one, code, sums[0].currency) for one in (first[0], second[1])]
    whole = sum((one[0].amount for one in parts if one), Decimal(0))
    for money in sums:
        if money.amount == whole:
            return second.end(), write_money(money, language(code))
    return None


def _pieces(text: str, code: str) -> list[str]:
    """Return the words of a sum, without what is as well left out."""
    spoken = spell_out(text, language(code)).casefold().replace("-", " ").replace(",", " ")
    return [word for word in spoken.split() if word not in _LOOSE]


def _has_coin(word: str, sums: Sequence[Money], code: str) -> bool:
    """Return whether a word names the currency of a sum."""
    return not word[:1].isdigit() and any(sums_of(f"5 {word}", code, one.currency) for one in sums)


def _misheard(heard: Decimal, meant: Decimal, code: str) -> bool:
    """Return whether one number is easily heard for the other: 214 for 240, 15 for 50."""
    if heard % 1 != meant % 1:
        return False
    said, wanted = (
        spell_number(int(one), code).replace("-", " ").split() for one in (heard, meant)
    )
    return len(said) == len(wanted) and all(
        likeness(sound_of(one), sound_of(other)) >= _NUMBER
        for one, other in zip(said, wanted, strict=True)
    )
