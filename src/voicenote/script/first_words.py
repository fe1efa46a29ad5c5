"""Which lists of phrases may have one in a text, told by the words that their phrases begin with.

A list is a pattern of a hundred phrases or more, and each pattern takes a walk over the text of its
own. A word is looked up once for all lists, and remembered.
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


class FirstWords(dict[str, frozenset[Name]], Generic[Name]):
    """Lists of phrases, by name; a ``*`` is any letters, `prefix` may be before each.

    As a dict, it has the lists of each word that was met.
    """

    def __init__(self, lists: Mapping[Name, Iterable[str]], prefix: str = "") -> None:
        super().__init__()
        self._patterns = {name: _first_words(phrases, prefix) for name, phrases in lists.items()}

    def lists(self, folded: str) -> set[Name]:
        """Return the names of the lists that may have a phrase in a folded text; never too few."""
        return set().union(*map(self.__getitem__, _WORD.findall(folded)))

    def __missing__(self, word: str) -> frozenset[Name]:
        if len(self) >= _MOST:
            self.clear()
        found = self[word] = frozenset(
            name for name, pattern in self._patterns.items() if pattern.fullmatch(word)
        )
        return found


def _first_words(phrases: Iterable[str], prefix: str) -> re.Pattern[str]:
    first = {found[0] for phrase in phrases if (found := _FIRST.search(fold(phrase)[0]))}
    each = (re.escape(word).replace(r"\*", r"\w*") for word in sorted(first))
    return re.compile(rf"{prefix}(?:{'|'.join(each)})")
