"""How much a sentence is like sentences that were sorted by hand: a small linear model a language.

Phrases know what they were taught; a responsibility or a repair can be worded in more ways than
anybody lists. The model weighs all words of a sentence, their pieces, and which stand together.
`python -m tests.script.check.learn` makes it from the sentences in `tests/script/exemplars`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from math import log
from pathlib import Path
from typing import Any
from zlib import crc32

from voicenote.script.check.normalise import blank_quotations, fold

MODELS = Path(__file__).parent / "models"
#: What the labels of the exemplars that must not be said break.
BAD: Mapping[str, tuple[str, str]] = {
    "conditional": ("R18", "like_conditional"),
    "belittle": ("R18", "like_belittling"),
    "blame": ("R18", "like_blaming"),
    "excuse": ("R18", "like_excuse"),
    "passive": ("R18", "like_passive"),
    "policy": ("R18", "like_policy"),
    "marketing": ("R17", "like_upsell"),
    "guarantee": ("R7", "vow"),
}
#: So many letters of a word are much the same in all its forms.
_STEM = 4
_WORD = re.compile(r"\w+(?:['-]\w+)*|[?!]")


class Likeness:
    """How likely a sentence does each thing, from 0 to 1: the labels of the exemplars."""

    def __init__(self, odds: Mapping[str, float]) -> None:
        self._odds = odds

    def odds(self, label: str) -> float:
        """Return how likely it does what one label says."""
        return self._odds[label]

    @property
    def ours(self) -> float:
        """That it takes responsibility."""
        return self._odds["ours"]

    @property
    def repair(self) -> float:
        """That it offers or tells a repair."""
        return self._odds["repair"]

    def breaks(self, rule: str) -> float:
        """That it breaks R7, R17 or R18; for S24, a matter of tone, that it breaks any of these."""
        return sum(self._odds[one] for one, (broken, _) in BAD.items() if rule in (broken, "S24"))

    def likeliest(self, rule: str) -> str:
        """Return the likeliest way in which it would break a rule."""
        kinds = {kind: self._odds[label] for label, (broken, kind) in BAD.items() if broken == rule}
        return max(kinds, key=kinds.__getitem__)


@lru_cache(maxsize=2048)
def weigh(text: str, language: str) -> Likeness:
    """Return the likeness of a sentence, without what is quoted in it."""
    return _model(language).weigh(features(text))


@lru_cache(maxsize=20_000)
def rarity(word: str, language: str) -> float:
    """Return how rare a folded word is in the exemplars: 0 in every sentence, 1 in none."""
    model = _model(language)
    scarce = model.scarce(_mark(f"w {word}"))
    if len(word) >= _STEM:  # in other forms, which are the same word perhaps
        scarce = min(scarce, model.scarce(_mark(f"c <{word[:_STEM]}")) + log(2))
    return min(1.0, (scarce - 1) / (model.scarcest - 1))


def features(text: str) -> list[int]:
    """Return the marks of all features of a sentence, repeated ones each time."""
    words = _WORD.findall(fold(blank_quotations(text))[0])
    found = [mark for word in words for mark in _pieces(word)]
    whole = ("^", *words, "$")
    stems = ("^", *map(_stem, words), "$")
    names = [f"b {one} {two}" for one, two in pairwise(whole)]
    names += [f"s {one} {two}" for one, two in pairwise(stems)]
    for one, two, three in zip(stems, stems[1:], stems[2:], strict=False):
        names += (f"t {one} {two} {three}", f"k {one} {three}")
    return [*found, *map(_mark, names)]


class _Model:
    """The model of one language.

    `marks` (sorted) are the features it knows, `scarcity` how rare each is, and `weights` (a row a
    feature, a column a label) what it says; `biases` are those of the labels.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._labels: Sequence[str] = [str(label) for label in data["labels"]]
        self._marks, self._scarcity = data["marks"], data["scarcity"]
        self._weights, self._scale, self._biases = data["weights"], data["scale"], data["biases"]

        self.scarcest = float(data["scarcity"].max()) + log(2)

    def scarce(self, mark: int) -> float:
        """Return how rare a feature is: 1 in every sentence, more the fewer have it."""
        place = min(int(self._marks.searchsorted(mark)), len(self._marks) - 1)
        return float(self._scarcity[place]) if self._marks[place] == mark else self.scarcest

    def weigh(self, found: Sequence[int]) -> Likeness:
        import numpy as np

        marks, counts = np.unique(np.array(found, np.uint32), return_counts=True)
        places = np.minimum(np.searchsorted(self._marks, marks), len(self._marks) - 1)
        known = self._marks[places] == marks
        places, counts = places[known], counts[known]
        values = (1 + np.log(counts)) * self._scarcity[places].astype(np.float64)
        length = float(np.sqrt((values**2).sum())) or 1.0
        odds = values @ self._weights[places].astype(np.float64) / length * self._scale
        shares = np.exp(odds + self._biases - (odds + self._biases).max())
        return Likeness(dict(zip(self._labels, (shares / shares.sum()).tolist(), strict=True)))


@cache
def _model(language: str) -> _Model:
    """Return the model of a language that has a phrase table."""
    import numpy as np

    with np.load(MODELS / f"{language}.npz", allow_pickle=False) as data:
        return _Model({name: data[name] for name in data.files})


@lru_cache(maxsize=20_000)
def _pieces(word: str) -> tuple[int, ...]:
    """Return the marks of a word and its pieces of three to five letters."""
    marked = f"<{word}>"
    pieces = [
        f"c {marked[at : at + size]}" for size in (3, 4, 5) for at in range(len(marked) - size + 1)
    ]
    return tuple(map(_mark, (f"w {word}", *pieces)))


def _stem(word: str) -> str:
    return word[:4] if len(word) < 7 else word[:5]


def _mark(feature: str) -> int:
    return crc32(feature.encode())
