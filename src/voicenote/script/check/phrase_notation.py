"""The notation of the tables' phrases, and how the words of a language are read.

A phrase is written as it is said. ``word*`` takes any ending, ``*word`` any beginning, ``(a|b)``
either of these, ``(a|)`` one or nothing, ``#`` a number, and ``<fail>`` any word of the table's
class ``fail``, in which ``-word`` takes a word out. ``...`` is up to five words in between, and
``~`` up to six of the same clause in which nobody else becomes the subject (no word of the class
``subject``). ``a & b`` are both in one sentence, in any order, and ``a ! b`` is ``a`` in a sentence
without ``b``. Case, accents and the kind of apostrophe don't matter; words are whole, and
contractions are read in full. A zero-width non-joiner may be written as a space or left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

#: How many words a gap may hold: none, up to five, or up to six of one clause.
NEXT, GAP, CLAUSE = 0, 5, 6
_GAPS = {"...": GAP, "~": CLAUSE}
_WORD = re.compile(r"\w[\w']*|%")
_NOTED = re.compile(r"<\w+>|\.\.\.|~|\([^()\s]+\)|[\w*'\x01]+|[#%]")
_GROUP = re.compile(r"\(([^()]*)\)")
#: A group that is a word of its own, or has an ending for all: one step where it can be.
_LONE = re.compile(r"(?<!\S)\(([^()]+)\)(\*?)(?!\S)")
_SPACED = re.compile(r"\(((?:[^()|\s]+ \|)+)\)(?=\S)")
_ONE = re.compile(r"<\w+>|[\w*'\x01]+|[#%]")
_SPACES = re.compile(" +")
_MARK = "\x01"
_MARKED = re.compile("\x01(\\d+)\x01")
#: A word without its prefixes has more letters than this.
_BARE = 2


class PhraseStep(NamedTuple):
    """One word of a phrase: how many words may be before it, and what it may be.

    `ways` are words and names of classes (``<fail>``).
    """

    gap: int
    ways: frozenset[str]
    optional: bool


@dataclass(frozen=True, slots=True)
class WordForms:
    """How a language's words are read before phrases are looked for.

    `prefixes` are letters that may be attached before a word (Hebrew's and, that, the, in); only
    those in `joining` may stand before a word of two letters. `contractions` maps the ending of a
    word (``n't``), or a whole word, to what it stands for. Words that are `glued` belong to the
    next word, `endings` to the word before.
    """

    prefixes: str = ""
    joining: str = ""
    contractions: Mapping[str, str] = field(default_factory=dict)
    glued: frozenset[str] = frozenset()
    endings: frozenset[str] = frozenset()

    def read(self, folded: str) -> list[tuple[str, int, int]]:
        """Return (word, start, end) of each word of a folded text, contractions in full."""
        found: list[tuple[str, int, int]] = []
        for match in _WORD.finditer(folded):
            word, start, end = match.group(), match.start(), match.end()
            before = found[-1] if found else None
            if before and folded[before[2] : start] == " " and self._belong(before[0], word):
                joined = before[0] + word
                found[-1] = (self.contractions.get(joined, joined), before[1], end)
            elif "'" in word or word in self.contractions:
                found += [(one, start, end) for one in self._split(word)]
            else:
                found.append((word, start, end))
        return found

    def in_full(self, folded: str) -> str:
        """Return a folded phrase with its contractions in full."""
        return _WORD.sub(lambda word: " ".join(self._split(word.group())), folded)

    def join(self, noted: Sequence[str]) -> list[str]:
        """Return the words of a phrase, with those that belong together as one."""
        if not (self.glued or self.endings):
            return list(noted)
        joined: list[str] = []
        for one in noted:
            if (
                joined
                and not {joined[-1][0], one[0]} & set("(<.~")
                and self._belong(joined[-1], one)
            ):
                joined[-1] += one
            else:
                joined.append(one)
        return joined

    def bare(self, word: str) -> Iterator[str]:
        """Yield a word, and what is left of it without prefixes."""
        yield word
        for size in range(1, min(4, len(word) - 1)):
            if word[size - 1] not in self.prefixes:
                return
            if len(word) - size > _BARE or (size == 1 and word[0] in self.joining):
                yield word[size:]

    def _belong(self, before: str, word: str) -> bool:
        return before in self.glued or word in self.endings

    def _split(self, word: str) -> list[str]:
        known = self.contractions
        if word in known:
            return known[word].split()
        for size in (2, 3) if "'" in word else ():
            if (tail := known.get(word[-size:])) and len(word) > size:
                return [*self._split(word[:-size]), *tail.split()]
        return [word]


def spellings(phrase: str) -> list[str]:
    """Return a phrase with its alternatives spelt out: ``(a|b) c`` gives ``a c`` and ``b c``."""
    done, left = set(), [phrase]
    while left:
        one = left.pop()
        if not (inner := _GROUP.search(one)):
            done.add(_SPACES.sub(" ", one).strip())
            continue
        # an outer group goes first: its other ways don't multiply by what is in one of them
        start, end, ways = _outermost(one) or (*inner.span(), inner[1].split("|"))
        left += [f"{one[:start]}{way}{one[end:]}" for way in ways]
    return sorted(done)


def _outermost(phrase: str) -> tuple[int, int, list[str]] | None:
    """Return the start, the end and the ways of the first whole group; None without one."""
    depth, start, cut, ways = 0, 0, 0, list[str]()
    for place, sign in enumerate(phrase):
        if sign == "(":
            depth += 1
            if depth == 1:
                start, cut = place, place + 1
        elif sign in "|)" and depth:
            if depth == 1:
                ways.append(phrase[cut:place])
                cut = place + 1
            depth -= sign == ")"
            if not depth:
                return start, place + 1, ways
    return None


def read_steps(part: str, forms: WordForms) -> Iterator[tuple[PhraseStep, ...]]:
    """Yield each way to say a folded phrase without ``&`` and ``!``; the first step is needed."""
    for one in _spell_out(part):
        steps: list[PhraseStep] = []
        gap = NEXT
        for noted in forms.join(_NOTED.findall(one)):
            if noted in _GAPS:
                gap = _GAPS[noted]
                continue
            steps.append(_read_step(gap, noted))
            gap = NEXT
        yield from _begin(steps)


@lru_cache(maxsize=4096)
def _read_step(gap: int, noted: str) -> PhraseStep:
    """Return the step of a noted word; the ways to say a phrase share most of theirs."""
    ways = noted.strip("()").split("|")
    return PhraseStep(gap, frozenset(way for way in ways if way), "" in ways)


def read_class(word: str, forms: WordForms) -> list[str]:
    """Return a folded word of a class in its parts; one that begins with ``-`` keeps that."""
    sign, word = ("-", word[1:]) if word.startswith("-") else ("", word)
    return [f"{sign}{one}" for one in forms.join(_NOTED.findall(forms.in_full(word)))]


def _begin(steps: Sequence[PhraseStep]) -> Iterator[tuple[PhraseStep, ...]]:
    """Yield the steps from each one that they may begin with."""
    for place, step in enumerate(steps):
        if not step.optional:
            yield tuple(steps[place:])
            return
        if any(not one.optional for one in steps[place:]):
            yield (step._replace(optional=False), *steps[place + 1 :])


def _spell_out(part: str) -> Iterator[str]:
    """Yield a phrase with its alternatives spelt out, but for those of single words."""
    lone: list[str] = []

    def _set_aside(found: re.Match[str]) -> str:
        ways = [f"{way}{found[2]}" if way else "" for way in found[1].split("|")]
        ways = [way for way in ways if not way or _NOTED.search(way)]
        single = [way for way in ways if not way or _ONE.fullmatch(way)]
        if not single or single == [""]:
            return f"({'|'.join(ways)})"
        lone.append(f"({'|'.join(single)})")
        mark = f"{_MARK}{len(lone) - 1}{_MARK}"
        return f"({'|'.join([mark, *(way for way in ways if way not in single)])})"

    spaced = _SPACED.sub(lambda found: f"({found[1].replace(' ', '')}) ", part)
    for one in spellings(_LONE.sub(_set_aside, spaced)):
        yield _MARKED.sub(lambda found: lone[int(found[1])], one)
