"""Is a name heard as it is written? Its spelling, held against how a recogniser spelt it.

Pure. Unlike in a take, vowels count: "Donna" isn't "Dana" here. What only spells the same sound
otherwise does not: "Carl" is "Karl", and a recogniser can't know how somebody writes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

#: Spellings of one sound, in this order. Capital letters are sounds that take two letters.
_SPELT = (
    (re.compile(r"['’\-.\s]"), ""), (re.compile(r"ph"), "f"), (re.compile(r"tsch|tch|cz"), "C"),
    (re.compile(r"sch|sh|sz"), "S"), (re.compile(r"que$"), "k"), (re.compile(r"qu"), "kv"),
    (re.compile(r"ch(?=[rlmn])|ck|kh|q"), "k"), (re.compile(r"ch"), "C"),
    (re.compile(r"dg|zh"), "j"), (re.compile(r"c(?=[eiy])"), "s"), (re.compile(r"c"), "k"),
    (re.compile(r"^x"), "s"), (re.compile(r"x"), "ks"), (re.compile(r"th"), "t"),
    (re.compile(r"[gw]h"), "v"), (re.compile(r"w(?=[aeiouy])"), "v"), (re.compile(r"z"), "s"),
    (re.compile(r"(?<!^)h"), ""), (re.compile(r"^y(?=[aeiou])|(?<=[aeiou])y(?=[aeiou])"), "j"),
    (re.compile(r"(?<=[aeiouy][^aeiouy])e$"), ""), (re.compile(r"ei(?:gh)?|ai|ay|ey"), "A"),
    (re.compile(r"ee|ea|ie(?!w)"), "i"), (re.compile(r"oo|ou|ew|ue$"), "u"),
    (re.compile(r"au|aw"), "o"), (re.compile(r"oa|ow|oe(?!$)"), "O"), (re.compile(r"y"), "i"),
    (re.compile(r"(.)\1+"), r"\1"),
)  # fmt: skip
_VOWELS = frozenset("aAeioOu")
#: Names whose spelling tells an English reader nothing, and how they sound.
KNOWN = {
    "aoife": "Eefa", "caoimhe": "Keeva", "cian": "Kee-an", "ciara": "Keera", "eoin": "Owen",
    "maeve": "Mayv", "mairead": "Mawrade", "niamh": "Neev", "oisin": "Osheen", "orlaith": "Orla",
    "roisin": "Rosheen", "saoirse": "Seersha", "sean": "Shawn", "sinead": "Shinayd",
    "siobhan": "Shivawn", "tadhg": "Tyge", "rhys": "Reece", "wojciech": "Voychek",
    "agnieszka": "Agnyeshka", "malgorzata": "Mowgozhata", "krzysztof": "Kshishtoff",
    "łukasz": "Wookash", "joão": "Zhwow", "thiago": "Chee-ah-go", "jorge": "Hor-hay",
    "jose": "Hozay", "josé": "Hozay", "jesús": "Hay-soos", "joaquin": "Wahkeen",
    "xavier": "Zayvyer", "guillermo": "Gheeyermo", "javier": "Haavyair", "chloé": "Chloey",
    "xiaoming": "Shaoming",
    "qing": "Ching", "zhang": "Jahng", "nguyen": "Win", "ngozi": "Engozie", "thuy": "Twee",
}  # fmt: skip
#: How far two sounds are apart, where it is less than 1.
_NEAR = {frozenset(pair): far for pair, far in {
    "aA": 0.0, "eA": 0.3, "ei": 0.4, "ae": 0.6, "bp": 0.5, "dt": 0.5, "gk": 0.5, "sS": 0.5,
    "SC": 0.5, "jC": 0.5, "mn": 0.5, "ij": 0.2, "oO": 0.5,
}.items()}  # fmt: skip
#: In the middle of a name, vowels are hardly heard apart.
_INNER = 0.5
#: A sound more or less within a name: a vowel, and an r that ends a syllable.
_MORE, _SLUR = 0.8, 0.5
#: A name of so many sounds may be heard so far off; shorter ones come first.
_MAY_DIFFER = ((5, 0.4), (7, 0.75), (99, 1.0))


def is_heard(name: str, heard: Sequence[str], before: str = "") -> bool:
    """Return whether some words that were heard, alone or together, are `name`.

    A recogniser may write it together with the word `before` it: "Hinoa".
    """
    from anyascii import anyascii

    names = {name, anyascii(name), KNOWN.get(name.casefold(), name)}
    far = allowed(spell_sounds(name))
    words = list(_joined(heard))
    start = before.casefold()
    words += [one[len(start) :] for one in words if start and one.casefold().startswith(start)]
    return any(
        _differ(spell_sounds(one), spell_sounds(word)) <= far for one in names for word in words
    )


def closest(name: str, heard: Sequence[str]) -> str:
    """Return what was heard that is most like `name`; "" where nothing was."""
    wanted = spell_sounds(name)
    return min(_joined(heard), key=lambda one: _differ(wanted, spell_sounds(one)), default="")


def allowed(sounds: str) -> float:
    """Return how far off a name of these sounds may be heard."""
    return next(far for most, far in _MAY_DIFFER if len(sounds) <= most)


def _joined(heard: Sequence[str]) -> Iterator[str]:
    yield from heard
    for one, two in pairwise(heard):
        yield f"{one} {two}"
    for words in zip(heard, heard[1:], heard[2:], strict=False):
        yield " ".join(words)


@lru_cache(maxsize=8192)
def spell_sounds(word: str) -> str:
    """Return the sounds of a word as an English reader takes its letters, one sign each."""
    from anyascii import anyascii

    sounds = anyascii(re.sub("[éèê]$", "ey", word)).casefold()
    for pattern, sound in _SPELT:
        sounds = pattern.sub(sound, sounds)
    return sounds


@lru_cache(maxsize=32768)
def _differ(one: str, other: str) -> float:
    """Return how far apart two names sound: the least sum of changes that make one the other."""
    row = [0.0]
    for at in range(len(other)):
        row.append(row[-1] + _extra(other, at))
    for at in range(len(one)):
        above, row = row, [row[0] + _extra(one, at)]
        for place in range(len(other)):
            row.append(
                min(
                    above[place] + _swap(one, at, other, place),
                    above[place + 1] + _extra(one, at),
                    row[-1] + _extra(other, place),
                )
            )
    return row[-1]


def _extra(word: str, at: int) -> float:
    """Return how far it changes a name that it has this sound more."""
    before_consonant = at + 1 == len(word) or word[at + 1] not in _VOWELS
    if word[at] == "r" and at and before_consonant:
        return _SLUR
    return _MORE if word[at] in _VOWELS and 0 < at < len(word) - 1 else 1.0


def _swap(one: str, at: int, other: str, place: int) -> float:
    if one[at] == other[place]:
        return 0.0
    far = _NEAR.get(frozenset((one[at], other[place])))
    vowels = one[at] in _VOWELS and other[place] in _VOWELS
    if far is None:
        far = 1.0 if vowels or not {one[at], other[place]} & _VOWELS else 2.0
    first = not _VOWELS & set(one[:at])
    inner = vowels and not first and at < len(one) - 1 and place < len(other) - 1
    return far * _INNER if inner else far
