"""A fast search for all the phrases of a table at once, word by word.

Each word of a text is looked up once, and the elements that it may be are kept. A phrase is tried
only where its rarest element is, and everything else that it needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from voicenote.script.check.normalise import fold
from voicenote.script.check.phrase_notation import (
    CLAUSE,
    NEXT,
    WordForms,
    read_class,
    read_steps,
)

#: What ends a clause; and what no phrase goes over, because what follows is listed or quoted.
_BREAK, _COLON = re.compile(r"[,;:()…]|-(?!\w)|(?<!\w)-"), re.compile(":")
#: Both halves of ``a & b`` are within so many words.
_NEAR = 16
#: So many words are remembered; beginnings and endings in the tables have at most so many letters.
_KNOWN_WORDS, _LONGEST = 20_000, 40

#: A step of a phrase, with the number of its element: (gap, element, optional).
_Step = tuple[int, int, bool]
_Chain = tuple[_Step, ...]


class Hit(NamedTuple):
    """A phrase that was found: its group, and where it starts and ends."""

    group: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Phrase:
    group: str
    chains: tuple[_Chain, ...]
    without: tuple[_Chain, ...]
    needs: frozenset[int]


class Phrases:
    """All phrases of a language, by group; `classes` are its classes of words."""

    def __init__(
        self,
        groups: Mapping[str, Iterable[str]],
        forms: WordForms | None = None,
        classes: Mapping[str, str] | None = None,
    ) -> None:
        self._forms = forms or WordForms()
        self._vocabulary = _Vocabulary(self._forms)
        self._classes = {
            f"<{name}>": frozenset(
                way for word in words.split() for way in read_class(fold(word)[0], self._forms)
            )
            for name, words in (classes or {}).items()
        }
        self._elements: dict[frozenset[str], int] = {}
        self._subject = self._vocabulary.number(self._classes.get("<subject>", frozenset()))
        made = dict.fromkeys(
            made
            for group, phrases in groups.items()
            for phrase in phrases
            for made in self._parse(group, phrase)
        )
        uses: dict[int, int] = {}
        for phrase in made:
            for one in phrase.needs:
                uses[one] = uses.get(one, 0) + 1
        self._anchored: dict[int, list[_Phrase]] = {}
        for phrase in made:
            anchor = min(phrase.needs, key=lambda one: (uses[one], one))
            self._anchored.setdefault(anchor, []).append(phrase)

    def find(self, folded: str) -> list[Hit]:
        """Return every phrase in one folded sentence, in order of where they start."""
        words = self._forms.read(folded)
        read = [self._vocabulary.look_up(word) for word, _, _ in words]
        there: set[int] = set().union(*read)
        sentence = _Sentence(folded, words, read, self._subject)
        hits: dict[Hit, None] = {}
        for element in there & self._anchored.keys():
            for phrase in self._anchored[element]:
                if phrase.needs <= there:
                    for start, end in sentence.find(phrase):
                        hits[Hit(phrase.group, words[start][1], words[end][2])] = None
        return sorted(hits, key=lambda hit: (hit.start, hit.end, hit.group))

    def _parse(self, group: str, phrase: str) -> Iterator[_Phrase]:
        folded = fold(phrase.replace("...", "\x02"))[0].replace("\x02", "...")
        head, *without = self._forms.in_full(folded).split(" ! ")
        never = tuple(chain for one in without for chain in self._chains(one))
        found: list[tuple[_Chain, ...]] = [()]
        for part in head.split(" & "):
            chains = list(self._chains(part))
            found = [(*before, chain) for before in found for chain in chains]
        for one in found:
            needs = frozenset(element for chain in one for _, element, may in chain if not may)
            yield _Phrase(group, one, never, needs)

    def _chains(self, part: str) -> Iterator[_Chain]:
        for steps in read_steps(part, self._forms):
            yield tuple((step.gap, self._element(step.ways), step.optional) for step in steps)

    def _element(self, ways: frozenset[str]) -> int:
        if (known := self._elements.get(ways)) is None:
            words = (self._classes[way] if way.startswith("<") else (way,) for way in ways)
            known = self._vocabulary.number(frozenset(word for one in words for word in one))
            self._elements[ways] = known
        return known


class _Vocabulary:
    """The elements of all phrases, numbered, and which of them each word may be."""

    def __init__(self, forms: WordForms) -> None:
        self._forms = forms
        self._numbers: dict[frozenset[str], int] = {}
        self._exact: dict[str, set[int]] = {}
        self._starts: dict[str, set[int]] = {}
        self._ends: dict[str, set[int]] = {}
        self._inside: dict[str, set[int]] = {}
        self._taken_out: dict[str, set[int]] = {}
        self._known: dict[str, frozenset[int]] = {}

    def number(self, words: frozenset[str]) -> int:
        """Return the number of the element that is any of these words."""
        if words in self._numbers:
            return self._numbers[words]
        number = self._numbers[words] = len(self._numbers)
        for word in words:
            if word.startswith("-"):
                self._taken_out.setdefault(word[1:], set()).add(number)
                continue
            begun, ended = word.startswith("*"), word.endswith("*")
            kind = (self._exact, self._starts, self._ends, self._inside)[ended + 2 * begun]
            kind.setdefault(word.strip("*"), set()).add(number)
        return number

    def look_up(self, word: str) -> frozenset[int]:
        """Return the numbers of the elements that a folded word may be."""
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= _KNOWN_WORDS:
                self._known.clear()
            known = self._known[word] = frozenset(self._find(word)) - set(self._exclude(word))
        return known

    def _find(self, word: str) -> Iterator[int]:
        if word[0].isdecimal():
            yield from self._exact.get("#", ())
        for one in self._forms.bare(word):
            yield from self._exact.get(one, ())
            for size in range(1, min(len(one), _LONGEST) + 1):
                yield from self._starts.get(one[:size], ())
                yield from self._ends.get(one[-size:], ())
            for inner, numbers in self._inside.items():
                if inner in one:
                    yield from numbers

    def _exclude(self, word: str) -> Iterator[int]:
        for one in self._forms.bare(word) if self._taken_out else ():
            yield from self._taken_out.get(one, ())
            for size in range(1, min(len(one), _LONGEST) + 1):
                yield from self._taken_out.get(f"{one[:size]}*", ())


class _Sentence:
    """One sentence, read: its words, and what each may be."""

    __slots__ = ("_after", "_folded", "_read", "_subject", "_words")

    def __init__(
        self,
        folded: str,
        words: Sequence[tuple[str, int, int]],
        read: Sequence[frozenset[int]],
        subject: int,
    ) -> None:
        self._folded, self._words, self._read, self._subject = folded, words, read, subject
        self._after: dict[re.Pattern[str], frozenset[int]] = {}

    def find(self, phrase: _Phrase) -> list[tuple[int, int]]:
        """Return the first and the last word of each place where a phrase is."""
        found = self._places(phrase.chains[0])
        for chain in phrase.chains[1:] if found else ():
            others = self._places(chain)
            found = [
                (min(one[0], other[0]), max(one[1], other[1]))
                for one in found
                if (other := _nearest(one, others)) is not None
            ]
        if found and any(self._places(chain) for chain in phrase.without):
            return []
        return found

    def _places(self, chain: _Chain) -> list[tuple[int, int]]:
        first = chain[0][1]
        found = []
        for start, elements in enumerate(self._read):
            if first in elements and (end := self._end(chain, 1, start + 1, NEXT)):
                found.append((start, end - 1))
        return found

    def _end(self, chain: _Chain, at: int, place: int, left: int) -> int:
        """Return the place after the last word of chain[at:] from `place` on; 0 for none.

        `left` is the gap of an optional step that was left out before.
        """
        if at == len(chain):
            return place
        least, element, optional = chain[at]
        gap = max(least, left)
        for there in range(place, min(place + gap + 1, len(self._read))):
            if there in self._starts(_COLON) or (gap == CLAUSE and there in self._starts(_BREAK)):
                break
            if element in self._read[there] and (end := self._end(chain, at + 1, there + 1, NEXT)):
                return end
            if gap == CLAUSE and self._subject in self._read[there]:
                break
        return self._end(chain, at + 1, place, gap) if optional else 0

    def _starts(self, sign: re.Pattern[str]) -> frozenset[int]:
        """Return the words that have such a sign before them."""
        if sign not in self._after:
            ends = [end for _, _, end in self._words]
            starts = [start for _, start, _ in self._words]
            self._after[sign] = frozenset(
                n
                for n in range(1, len(ends))
                if ends[n - 1] < starts[n] and sign.search(self._folded, ends[n - 1], starts[n])
            )
        return self._after[sign]


def _nearest(one: tuple[int, int], others: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    near = [
        (max(other[0] - one[1], one[0] - other[1]), other)
        for other in others
        if other[1] < one[0] or other[0] > one[1]
    ]
    return next((other for far, other in sorted(near) if far <= _NEAR), None)
