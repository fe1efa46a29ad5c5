"""Other ways to say the same: a name spelt as it sounds, a sum and a day in other words. Pure.

A voice reads a name by its letters, and a recogniser tells what came of it. Which spelling a voice
reads right can't be known, so there are several, the likeliest first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from voicenote.script.languages import Language, language
from voicenote.script.name_likeness import KNOWN, spell_sounds
from voicenote.script.said_facts import Fact

#: How many other ways are tried at most: each has to be spoken and heard.
MOST = 8
#: The most characters of a name that is spelled otherwise: a longer one isn't a name.
_LONGEST = 60
#: How letters of other languages sound, in letters that English readers take so.
_ORIGINS = (
    (re.compile(r"szcz"), "shch"), (re.compile(r"sz|ś|š|ș|ş"), "sh"),
    (re.compile(r"cz|č|ć"), "ch"), (re.compile(r"ż|ź|ž|rz"), "zh"), (re.compile(r"ł"), "w"),
    (re.compile(r"ch(?![aeiou])"), "k"), (re.compile(r"w"), "v"), (re.compile(r"j"), "y"),
    (re.compile(r"x"), "sh"), (re.compile(r"q"), "ch"), (re.compile(r"ț|ţ|c(?=[iey])|c$"), "ts"),
    (re.compile(r"ü|ő|ű"), "oo"), (re.compile(r"ö|ø"), "er"), (re.compile(r"ä|æ"), "eh"),
    (re.compile(r"å"), "oh"), (re.compile(r"ñ"), "ny"), (re.compile(r"é|è|ê|ë"), "ay"),
    (re.compile(r"í|î|ï"), "ee"), (re.compile(r"ó|ô|ò"), "oh"), (re.compile(r"ú|û|ù"), "oo"),
    (re.compile(r"á|à|â|ã|ă|ą"), "ah"),
)  # fmt: skip
#: What a vowel may be meant as, and how English spells that.
_WAYS = {
    "a": ("ay", "ah"), "e": ("eh", "ee", "ay"), "i": ("ee", "eye", "ih"), "o": ("oh", "aw"),
    "u": ("oo", "uh"), "y": ("ee", "eye"), "ai": ("eye", "ay"), "ei": ("ay", "eye"),
    "ae": ("eye", "ay"),
    "ia": ("ee-ah", "ya"), "io": ("ee-oh", "yo"), "ie": ("ee-eh", "ee"), "iu": ("ee-oo", "you"),
    "au": ("ow", "aw"), "ao": ("ow", "ah-oh"), "oa": ("oh-ah",), "ua": ("wah",), "eu": ("ay-oo",),
    "ou": ("oo", "oh"), "aa": ("ah",), "ii": ("ee",), "oo": ("oh", "oo"), "ee": ("ay", "ee"),
    "uu": ("oo",), "ea": ("ay-ah", "ee"), "eo": ("ay-oh",), "uo": ("woh",), "oi": ("oy",),
    "ay": ("eye", "ay"),
}  # fmt: skip
#: Letters that stand so in no English name.
_FOREIGN = re.compile(r"[scr]z|[^aeiou]j|j[^aeiou]|aj|ja$|w[^aeiouhnr]|xi|q[^u]|zh|ii|aa")
#: How most languages read vowels.
_CONTINENTAL = {"a": "ah", "e": "eh", "i": "ee", "o": "oh", "u": "oo", "y": "ee"}
_VOWELS = re.compile("[aeiouy]+")


class Wording(NamedTuple):
    """Another way to say a sentence, and what of it is spelt or worded otherwise than before."""

    said: str
    other: str


def respell(said: str, fact: Fact, heard: str, code: str) -> tuple[Wording, ...]:
    """Return other ways to say `said`, a sentence in which `fact` was heard as `heard`.

    At most `MOST`, each once, in the language `code` (BCP 47); () where none are known.
    """
    tongue = language(code)
    ways = _name_ways if fact.is_name else _figure_ways
    distinct = {way.said: way for way in reversed(list(ways(said, fact, heard, tongue)))}
    distinct.pop(said, None)
    return tuple(islice(reversed(distinct.values()), MOST))


def _name_ways(said: str, fact: Fact, heard: str, tongue: Language) -> Iterator[Wording]:
    """Yield a sentence with a name after a pause, and then in other spellings."""
    if not fact.said:
        return
    yield Wording(_pause_before(fact.said, said), fact.said)
    if tongue.code != "en" or len(fact.said) > _LONGEST:
        return
    name = re.compile(rf"(?<!\w){re.escape(fact.said)}(?!\w)")
    for spelling in _spell_name(fact.said, heard):
        head, tail = (*name.split(said, maxsplit=1), "")[:2]
        other = f"{head}{spelling}{tail}" if name.search(said) else said
        yield Wording(_pause_before(spelling, other), spelling)


def _pause_before(words: str, said: str) -> str:
    """Return a sentence with a comma before some of its words, unless a mark stands there."""
    return re.sub(rf"(?<=[^\W_]) (?={re.escape(words)}(?!\w))", ", ", said, count=1)


@lru_cache(maxsize=1024)
def _spell_name(name: str, heard: str) -> tuple[str, ...]:
    """Return English spellings of a name, those that differ from what was heard first."""
    parts = _split(name)
    places = [at for at, part in enumerate(parts) if _VOWELS.fullmatch(part)]
    wrong = [at for at in places if not _same_vowel(parts, at, heard)] or places
    found = [KNOWN.get(name.casefold(), ""), _join(parts)]
    for at in wrong:
        ways = _WAYS.get(parts[at], ())
        found += [_join([*parts[:at], way, *parts[at + 1 :]]) for way in ways]
    spoken = [_read_abroad(part) for part in parts]
    found[3:3] = [_join(spoken), _join("-".join(_syllables(spoken)))]
    return tuple(one for one in dict.fromkeys(found) if one and one != name)


def _split(name: str) -> list[str]:
    """Return a name as runs of vowels and of consonants, in letters that English readers know."""
    from anyascii import anyascii

    spelt = name.casefold()
    for pattern, letters in _ORIGINS:
        if not pattern.pattern.isascii() or _is_foreign(name):
            spelt = pattern.sub(letters, spelt)
    return re.findall("[aeiouy]+|[^aeiouy]+", anyascii(spelt).replace("'", ""))


def _is_foreign(name: str) -> bool:
    """Return whether a name has letters that English ones hardly have in their places."""
    return not name.isascii() or bool(_FOREIGN.search(name.casefold()))


def _same_vowel(parts: Sequence[str], at: int, heard: str) -> bool:
    """Return whether a vowel stands between the same consonants in what was heard."""
    before, after = ("".join(some) for some in (parts[max(0, at - 1) : at], parts[at + 1 : at + 2]))
    return spell_sounds(f"{before}{parts[at]}{after}") in spell_sounds(heard)


def _read_abroad(part: str) -> str:
    if not _VOWELS.fullmatch(part):
        return part
    return _WAYS[part][0] if part in _WAYS and len(part) > 1 else _CONTINENTAL.get(part, part)


def _syllables(parts: Sequence[str]) -> list[str]:
    """Return the parts as syllables: a consonant begins the next one, of two the second does."""
    found, now = list[str](), ""
    for at, part in enumerate(parts):
        if _VOWELS.search(part) or at + 1 == len(parts) or not now:
            now += part
            continue
        cut = len(part) - (2 if part[-2:] in ("sh", "ch", "zh", "th", "kh", "ny") else 1)
        found.append(now + part[:cut])
        now = part[cut:]
    return [*found, now] if now else found


def _join(parts: Sequence[str]) -> str:
    whole = "".join(parts)
    return whole[:1].upper() + whole[1:]


def _figure_ways(said: str, fact: Fact, heard: str, tongue: Language) -> Iterator[Wording]:
    """Yield a sentence with a sum, a number or a day in other words, or after a pause."""
    del heard
    if tongue.code == "en":
        for other in _other_days(said, tongue) if fact.said not in said.split() else ():
            yield Wording(other, other)
        for other in _other_numbers(fact.said) if fact.said in said else ():
            yield Wording(said.replace(fact.said, other, 1), other)
    yield Wording(_pause_before(fact.said, said), fact.said)


def _other_numbers(said: str) -> Iterator[str]:
    """Yield a number in other English words."""
    yield re.sub(r"hundred (?=[a-z]+(?:-[a-z]+)? )(?!and |thousand|million)", "hundred and ", said)
    yield re.sub(r"(hundred|thousand) (?=[a-z])", r"\1, ", said)
    # "fifteen" and "fifty" differ in their ends
    yield re.sub(r"(?<=[a-z])(teen|ty)\b", r"-\1", said)
    yield said.replace("-", " ")
    yield said.replace(" ", ", ")


def _other_days(said: str, tongue: Language) -> Iterator[str]:
    """Yield an English sentence with "December fourth" for "the fourth of December", or back."""
    months = "|".join(tongue.months)
    days = "|".join(sorted(tongue.days, key=len, reverse=True))
    yield re.sub(rf"(?:the )?({days}) of ({months})", r"\2 \1", said)
    yield re.sub(rf"(?:the )?({days}) of ({months})", r"\2, the \1", said)
    yield re.sub(rf"({months}),? (?:the )?({days})", r"the \2 of \1", said)
    yield re.sub(rf"({days}) of ({months})", r"\1, of \2", said)
