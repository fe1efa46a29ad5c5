"""A search for the phrases of several lists at once, by the words that they begin with.

A list has a hundred phrases or more, and its pattern is tried only where one may begin. Each word
is looked up once for all lists, and remembered.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from typing import Generic, TypeVar

from voicenote.script.check.normalise import fold

Name = TypeVar("Name", bound=Hashable)

_WORD = re.compile(r"\w+")
_FIRST = re.compile(r"[\w*]+")
#: So many words are remembered.
_MOST = 20_000


class PhraseLists(dict[str, "tuple[tuple[Name, re.Pattern[str]], ...]"], Generic[Name]):
    """Lists of phrases by name, and the pattern of each; a ``*`` in a phrase is any letters.

    A pattern matches whole words of a folded text; `prefix` may be before the first of a phrase.
    As a dict, it has the lists with a phrase that begins with a word, for each that was met.
    """

    def __init__(
        self,
        lists: Mapping[Name, Iterable[str]],
        patterns: Mapping[Name, re.Pattern[str]],
        prefix: str = "",
    ) -> None:
        super().__init__()
        self.patterns = patterns
        self._first = {name: _first_words(phrases, prefix) for name, phrases in lists.items()}
        self._any = re.compile("|".join(one.pattern for one in self._first.values()))

    def find(self, folded: str) -> dict[Name, set[str]]:
        """Return the different phrases of each list in a folded text; nothing of a list without."""
        found: dict[Name, set[str]] = {}
        ends: dict[Name, int] = {}
        for word in _WORD.finditer(folded):
            for name, pattern in self[word[0]]:
                phrase = pattern.match(folded, word.start())
                if phrase and word.start() >= ends.get(name, 0):
                    found.setdefault(name, set()).add(phrase[0])
                    ends[name] = phrase.end()
        return found

    def __missing__(self, word: str) -> tuple[tuple[Name, re.Pattern[str]], ...]:
        if len(self) >= _MOST:
            self.clear()
        may = self._any.fullmatch(word) is not None
        found = self[word] = tuple(
            (name, self.patterns[name])
            for name, one in self._first.items()
            if may and one.fullmatch(word)
        )
        return found


def _first_words(phrases: Iterable[str], prefix: str) -> re.Pattern[str]:
    first = {found[0] for phrase in phrases if (found := _FIRST.search(fold(phrase)[0]))}
    each = (re.escape(word).replace(r"\*", r"\w*") for word in sorted(first))
    return re.compile(rf"{prefix}(?:{'|'.join(each)})")
