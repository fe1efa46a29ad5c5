"""Words in their many forms: which of some words a text has, whatever their endings. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from voicenote.script.grounding.claim_tables import claim_tables

#: What makes of a Polish verb one that is done to its end: "stroję", "nastroję".
_VERB_PREFIX = re.compile(r"\A(?:prze|przy|roz|nad|pod|wy|do|na|od|po|za|ob|s|u|z)(?=\w{4})")
#: Letters that a Hebrew root has in some of its forms only.
_VOWELS = re.compile("(?<=.)[וי](?=.)")


class HeldWords:
    """Some words, each in any of its forms."""

    def __init__(self, words: Iterable[str], code: str) -> None:
        self._code = code
        self._starts = frozenset(
            form[:size]
            for word in words
            for form in _forms(word, code)
            for size in range(1, len(form) + 1)
        )

    def __contains__(self, word: str) -> bool:
        return any(_stem(form) in self._starts for form in _forms(word, self._code))


def _stem(word: str) -> str:
    size = len(word)
    return word[: min(7, max(4, size - 3))] if size > 5 else word[: max(3, size - 1)]


@lru_cache(maxsize=16384)
def _forms(word: str, code: str) -> tuple[str, ...]:
    """Return a word, and what is left of it without the letters that may be attached to it."""
    return tuple(dict.fromkeys(_bare(word, code)))


def _bare(word: str, code: str) -> Iterator[str]:
    yield word
    if code == "pl":
        yield _VERB_PREFIX.sub("", word)
    if code == "en":
        yield word.removesuffix("'s")
    prefixes, bare = claim_tables(code).prefixes, word
    for _ in range(3):
        if prefixes and len(bare) > 3:
            yield _VOWELS.sub("", bare)
            if bare[0] in prefixes:
                bare = bare[1:]
                yield bare
