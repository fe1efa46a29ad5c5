"""The phrases of the judge's tables: their notation, and a search by first letters.

A phrase is written as it is said. ``word*`` takes any ending, ``*word`` any beginning, ``(a|b)``
either of these, ``(a|)`` one or nothing, and ``...`` up to five words in between. Case, accents
and the kind of apostrophe don't matter; words are whole. A zero-width non-joiner may be written as
a space or left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from voicenote.script.check.normalise import fold
from voicenote.script.check.phrase_notation import spellings

_GAP = r"(?:[^\w]+\w+){0,5}?[^\w]+"
_SIGNS = {" ... ": _GAP, "\u200c": " ?", "*": r"\w*"}
_PARTS = re.compile(r" \.\.\. |\u200c|\*| +|[^ *\u200c]+")
_WORD = re.compile(r"\w[\w']*")
_FIRST = re.compile(r"[ \u200c]")
_KEY = 3
_SIZES = (1, 2, 3)
#: So many texts are remembered with what was found in them: a clause is read for many reasons.
_KEPT = 2048


@dataclass(frozen=True, slots=True)
class ClaimHit:
    """A phrase that was found: its group, and where it starts and ends."""

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
    """Return a spelt-out phrase as a regular expression for folded text."""
    return "".join(_SIGNS.get(part) or _spelt(part) for part in _PARTS.findall(phrase))


def _spelt(part: str) -> str:
    return r"[ ,]{1,9}" if part.isspace() else re.escape(_fold(part))


class _Ways:
    """ClaimPhrases that begin with the same letters, compiled when first needed."""

    __slots__ = ("_patterns", "_spelt")

    def __init__(self, spelt: Mapping[str, list[str]]) -> None:
        self._spelt = spelt
        self._patterns: list[tuple[str, re.Pattern[str]]] | None = None

    def at(self, folded: str, place: int, start: int) -> list[ClaimHit]:
        """Return the phrases at `place` in a word that begins at `start`."""
        if self._patterns is None:
            self._patterns = [(group, _any(spelt)) for group, spelt in self._spelt.items()]
        found = ((group, pattern.match(folded, place)) for group, pattern in self._patterns)
        return [ClaimHit(group, start, match.end()) for group, match in found if match]


class ClaimPhrases:
    """All phrases of a language, indexed by their first letters.

    `prefixes` are letters that may be attached before a word (Hebrew's and, that, the, in).
    """

    def __init__(self, groups: Mapping[str, Iterable[str]], prefixes: str = "") -> None:
        self._prefixes = prefixes
        spelt: dict[str, dict[str, list[str]]] = {}
        for group, phrases in groups.items():
            for phrase in phrases:
                for one in spellings(phrase):
                    first = _fold(_FIRST.split(one)[0].rstrip("*"))
                    key = "" if one.startswith("*") else first[:_KEY]
                    spelt.setdefault(key, {}).setdefault(group, []).append(one)
        self._index = {key: _Ways(ways) for key, ways in spelt.items()}
        self._anywhere = self._index.pop("", _Ways({}))
        self._found = lru_cache(maxsize=_KEPT)(self._find)

    def find(self, folded: str) -> tuple[ClaimHit, ...]:
        """Return every phrase in a folded text, in order of the words they begin in."""
        return self._found(folded)

    def _find(self, folded: str) -> tuple[ClaimHit, ...]:
        hits = list[ClaimHit]()
        for word in _WORD.finditer(folded):
            start = word.start()
            for place in self._places(word.group(), start) if self._prefixes else (start,):
                for size in _SIZES:
                    if ways := self._index.get(folded[place : place + size]):
                        hits += ways.at(folded, place, start)
            hits += self._anywhere.at(folded, start, start)
        return tuple(hits)

    def _places(self, word: str, start: int) -> Iterable[int]:
        yield start
        for size in range(1, min(4, len(word) - 1)):
            if word[size - 1] not in self._prefixes:
                return
            yield start + size
