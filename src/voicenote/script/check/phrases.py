"""The phrases of a table: a small notation, and a search that tries only what may begin here.

A phrase is written as it is said. ``word*`` takes any ending, ``*word`` any beginning, ``(a|b)``
one of these, ``(a|)`` one or nothing, and ``...`` up to five words between. Capital letters,
accents and the kind of apostrophe do not matter; words are whole. A zero-width non-joiner may be
written as a space or left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from voicenote.script.check.folding import fold

_GAP = r"(?:[^\w]+\w+){0,5}?[^\w]+"
_SIGNS = {" ... ": _GAP, "\u200c": " ?", "*": r"\w*"}
_PARTS = re.compile(r" \.\.\. |\u200c|\*| +|[^ *\u200c]+")
_WORD = re.compile(r"\w[\w']*")
_GROUP = re.compile(r"\(([^()]*)\)")
_SPACES = re.compile(" +")
_FIRST = re.compile(r"[ \u200c]")
_KEY = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase that was found: the group that it belongs to, and where."""

    group: str
    start: int
    end: int


@lru_cache(maxsize=4096)
def _fold(word: str) -> str:
    return fold(word)[0]


def _any(phrases: Iterable[str]) -> re.Pattern[str]:
    ways = sorted({_pattern(phrase) for phrase in phrases}, key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(ways)})(?!\w)")


def _pattern(phrase: str) -> str:
    """A phrase that is spelt out, as a regular expression over folded text."""
    return "".join(_SIGNS.get(part) or _spelt(part) for part in _PARTS.findall(phrase))


def _spelt(part: str) -> str:
    return r"[ ,]+" if part.isspace() else re.escape(_fold(part))


def spellings(phrase: str) -> list[str]:
    """The phrase with each of its alternatives spelt out: ``(a|b) c`` is ``a c`` and ``b c``."""
    done, left = [], [phrase]
    while left:
        one = left.pop()
        if not (inner := _GROUP.search(one)):
            done.append(one)
            continue
        left += [f"{one[: inner.start()]}{way}{one[inner.end() :]}" for way in inner[1].split("|")]
    return [_SPACES.sub(" ", one).strip() for one in done]


class Phrases:
    """Every phrase of a language, by the letters that it begins with.

    `prefixes` are letters that may be written in front of a word (Hebrew's and, that, the, in).
    """

    def __init__(self, groups: Mapping[str, Iterable[str]], prefixes: str = "") -> None:
        self._prefixes = prefixes
        self._ways: dict[str, dict[str, list[str]]] = {}
        # what each key leads to, compiled when a text first needs it: most are never needed
        self._index: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {}
        for group, phrases in groups.items():
            for phrase in phrases:
                for spelt in spellings(phrase):
                    first = _fold(_FIRST.split(spelt)[0].rstrip("*"))
                    key = "" if spelt.startswith("*") else first[:_KEY]
                    self._ways.setdefault(key, {}).setdefault(group, []).append(spelt)

    def _at(self, key: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
        """What may begin with these letters: groups and their patterns."""
        if key not in self._ways:
            return ()
        if key not in self._index:
            self._index[key] = tuple(
                (group, _any(spelt)) for group, spelt in self._ways[key].items()
            )
        return self._index[key]

    def find(self, folded: str) -> list[Hit]:
        """Every phrase in a folded text, in order."""
        hits = []
        for word in _WORD.finditer(folded):
            start = word.start()
            for place in self._places(word.group(), start):
                for size in range(1, _KEY + 1):
                    for group, pattern in self._at(folded[place : place + size]):
                        if found := pattern.match(folded, place):
                            hits.append(Hit(group, start, found.end()))
            for group, pattern in self._at(""):
                if found := pattern.match(folded, start):
                    hits.append(Hit(group, start, found.end()))
        return hits

    def _places(self, word: str, start: int) -> Iterable[int]:
        yield start
        for size in range(1, min(4, len(word) - 1)):
            if word[size - 1] not in self._prefixes:
                return
            yield start + size
