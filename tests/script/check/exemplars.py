"""Single sentences by other hands, by what they do (``python -m tests.script.check.exemplars``).

A line of `tests/script/exemplars` is a label and a sentence. They were written without a look at
the tables, after these were frozen, so the share that the phrases find is what to expect of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.script.check.corpus import LANGUAGES
from voicenote.script.check.case_context import CheckContext
from voicenote.script.check.passage import read_input

EXEMPLARS = Path(__file__).parent.parent / "exemplars"
#: The labels of what must not be said, and the rule of each.
BAD = {
    **dict.fromkeys(("conditional", "belittle", "blame", "excuse", "passive", "policy"), "R18"),
    "marketing": "R17",
    "guarantee": "R7",
}
#: Flattery and corporate words are S24's only in part, so they count neither way.
UNDECIDED = "gush"


def exemplars(language: str) -> Iterator[tuple[str, str]]:
    """(label, sentence) of each exemplar."""
    for line in (EXEMPLARS / f"{language}.tsv").read_text("utf-8").splitlines():
        label, _, sentence = line.partition("\t")
        yield label, sentence


def rates(language: str) -> tuple[float, float]:
    """Precision and recall of the phrases of R7, R17 and R18 on single sentences."""
    hit = false = missed = 0
    for label, sentence in exemplars(language):
        read = read_input(sentence, language, CheckContext()).sentences
        found = {group.partition(".")[0] for one in read for group in one.groups}
        flagged = bool(found & {"R7", "R17", "R18"})
        if label in BAD:
            hit, missed = hit + (BAD[label] in found), missed + (BAD[label] not in found)
        elif label != UNDECIDED:
            false += flagged
    return hit / (hit + false), hit / (hit + missed)


if __name__ == "__main__":
    for code in LANGUAGES:
        print(code, "precision {:.2f} recall {:.2f}".format(*rates(code)))  # noqa: T201
