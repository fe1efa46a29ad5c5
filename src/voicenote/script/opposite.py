"""What turns a sentence into another with one word: a "not" too many or too few, another currency.

Pure. "Can't" is left alone: it's too close to "can" for a recogniser, as "want" is to "won't", and
"should have" to "shouldn't have".
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from voicenote.script.heard_words import words_of
from voicenote.script.languages import Language, language

_NOT = {
    "en": frozenset(("not", "never")),
    "et": frozenset(("ei", "mitte", "kunagi")),
    "he": frozenset(("לא", "אף", "אין")),
    "pl": frozenset(("nie", "nigdy")),
    "ro": frozenset(("nu", "niciodată", "nici")),
}
#: English ones that sound like words without them, and what they are short for.
_LIKE_OPPOSITES = ("can't", "won't", "shouldn't", "couldn't", "wouldn't")
_WEAK = frozenset((verb, "not") for verb in ("can", "will", "should", "could", "would"))


def count_negations(words: Sequence[str], tongue: Language) -> int:
    """Return how often words say no; 0 in a language whose negations aren't words, as Persian."""
    known = _NOT.get(tongue.code, frozenset())
    found = sum(word in known for word in words)
    if tongue.code != "en":
        return found
    weak = sum(pair in _WEAK for pair in pairwise(words))
    short = (word.replace("’", "'") for word in words)
    return found - weak + sum(one.endswith("n't") and one not in _LIKE_OPPOSITES for one in short)


def names_other_currency(said: Sequence[str], heard: Sequence[str], tongue: Language) -> bool:
    """Return whether the currency that is said isn't heard, and another one is."""
    currencies = _currencies(tongue.code)
    wanted = frozenset[str]().union(*(currencies.get(word, ()) for word in said))
    given = frozenset[str]().union(*(currencies.get(word, ()) for word in heard))
    return bool(wanted and given and wanted.isdisjoint(given))


@lru_cache(maxsize=16)
def _currencies(code: str) -> dict[str, frozenset[str]]:
    """Return the words for a currency's units, each with the currencies that it may be."""
    tongue, found = language(code), dict[str, frozenset[str]]()
    for name, coin in tongue.coins.items():
        for form in coin.forms.values():
            if code == "he" and form.startswith("="):
                continue  # the number stands behind the unit
            word = words_of(form.lstrip("="), tongue)[-1]
            found[word] = found.get(word, frozenset()) | {name}
    return found
