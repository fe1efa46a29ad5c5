"""Learn the models of `voicenote.script.check.learned_likeness` from sorted sentences.

``python -m tests.script.check.learn`` writes them anew from `tests/script/exemplars`: multinomial
logistic regression. It needs scikit-learn, which nothing else here does: pip install scikit-learn.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import numpy as np

from tests.script.check.corpus import LANGUAGES, samples
from tests.script.check.exemplars import EXEMPLARS, UNDECIDED, exemplars
from voicenote.script.check.learned_likeness import BAD, MODELS, features
from voicenote.script.check.passage import read_input

#: So many features are kept, those with the greatest weights.
KEPT = 24_000
#: How much the examples weigh against the penalty.
WEIGHT = 10.0
#: Letters of which only is known that nothing in them must not be said.
GOOD = ("scripts", "later", "last", "letters", "others", "seen", "unseen")


def labelled(language: str) -> list[tuple[str, str]]:
    """All (label, sentence) of a language: single ones, and those of whole letters."""
    files = (language, f"{language}_later", f"{language}_native")
    found = [
        one for file in files if (EXEMPLARS / f"{file}.tsv").exists() for one in exemplars(file)
    ]
    with (EXEMPLARS / f"{language}_letters.jsonl").open(encoding="utf-8") as lines:
        found += [tuple(one) for line in lines for one in json.loads(line)["sentences"]]
    return [one for one in found if one[0] != UNDECIDED]


def good_sentences(language: str) -> Iterator[str]:
    for file in GOOD:
        for one in samples(language, file):
            if one.rule == "good" and not one.held:
                read = read_input(one.text, language, one.asked)
                yield from (said.text for said in read.sentences)


def learn(language: str) -> dict[str, Any]:
    """Return what the model of a language consists of; see `likeness._Model`."""
    known = labelled(language)
    more = list(good_sentences(language))
    rows = [Counter(features(sentence)) for _, sentence in known] + [
        Counter(features(one)) for one in more
    ]
    shown = Counter(mark for row in rows for mark in row)
    marks = np.array(sorted(mark for mark, times in shown.items() if times > 1), np.uint32)
    places = {int(mark): place for place, mark in enumerate(marks)}
    scarcity = np.array([np.log((1 + len(rows)) / (1 + shown[int(m)])) + 1 for m in marks])
    matrix = _matrix(rows, places, scarcity)
    model = _fit(matrix[: len(known)], [label for label, _ in known])
    # what a good letter says is surely nothing bad, and most likely what it seems to be
    odds = model.predict_proba(matrix[len(known) :])
    innocent = [n for n, label in enumerate(model.classes_) if label not in BAD]
    guessed = [str(model.classes_[innocent[row.argmax()]]) for row in odds[:, innocent]]
    model = _fit(matrix, [label for label, _ in known] + guessed)
    kept = np.sort(np.argsort(-np.abs(model.coef_).max(axis=0))[:KEPT])
    weights = model.coef_[:, kept].T
    scale = np.abs(weights).max() / 127
    return {
        "labels": np.array(model.classes_, dtype=str),
        "marks": marks[kept],
        "scarcity": scarcity[kept].astype(np.float16),
        "weights": np.rint(weights / scale).astype(np.int8),
        "scale": np.float64(scale),
        "biases": model.intercept_.astype(np.float32),
    }


def _matrix(rows: list[Counter[int]], places: dict[int, int], scarcity: Any) -> Any:
    found = [
        (number, places[mark], (1 + np.log(times)) * scarcity[places[mark]])
        for number, row in enumerate(rows)
        for mark, times in row.items()
        if mark in places
    ]
    numbers, columns, values = map(np.array, zip(*found, strict=True))
    matrix = import_module("scipy.sparse").csr_matrix(
        (values, (numbers, columns)), (len(rows), len(places))
    )
    return import_module("sklearn.preprocessing").normalize(matrix)


def _fit(matrix: Any, labels: list[str]) -> Any:
    regression = import_module("sklearn.linear_model").LogisticRegression
    return regression(C=WEIGHT, max_iter=200).fit(matrix, labels)


if __name__ == "__main__":
    MODELS.mkdir(exist_ok=True)
    for code in sys.argv[1:] or LANGUAGES:
        np.savez_compressed(MODELS / f"{code}.npz", **learn(code))
