"""Writes the precision and recall of the check into docs/method.md.

With the name of a file of the corpus, such as ``fresh``, prints those of its letters instead,
by the phrases alone and with the likeness of sentences.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from unittest.mock import PropertyMock, patch

from tests.script.check import corpus
from voicenote.script.check.findings import LintLevel
from voicenote.script.check.passage import CheckInput

PAGE = Path(__file__).resolve().parents[3] / "docs" / "method.md"
START, END = "<!-- figures -->", "<!-- /figures -->"


def cell(counts: Counter[str]) -> str:
    """Precision and recall, and how many scripts they rest on: found rightly of those there."""
    if not counts:
        return "–"
    precision, recall = corpus.rates(counts)
    there = counts["hit"] + counts["missed"]
    return f"{precision:.2f} / {recall:.2f} ({counts['hit']} of {there})"


def page_table() -> str:
    """The table of the held-out scripts: a row for each rule, a column for each language."""
    found = {language: corpus.figures(language, held=True) for language in corpus.LANGUAGES}
    codes = sorted({code for counts in found.values() for code in counts}, key=_place)
    lines = [
        START,
        f"| rule | {' | '.join(corpus.LANGUAGES)} |",
        f"|---|{'---|' * len(corpus.LANGUAGES)}",
    ]
    for code in codes:
        cells = [cell(found[language].get(code, Counter())) for language in corpus.LANGUAGES]
        lines.append(f"| {code} | {' | '.join(cells)} |")
    totals = [sum(found[language].values(), Counter()) for language in corpus.LANGUAGES]
    lines.append(f"| all | {' | '.join(map(cell, totals))} |")
    scripts = [sum(s.held for s in corpus.samples(language)) for language in corpus.LANGUAGES]
    lines.append(f"| scripts | {' | '.join(map(str, scripts))} |")
    return "\n".join([*lines, END])


def _place(code: str) -> tuple[str, int]:
    return code[0], int(code[1:])


def with_table(page: str) -> str:
    """The page with the newest table in it."""
    head, _, rest = page.partition(START)
    tail = rest.partition(END)[2] or "\n"
    return f"{head}{page_table()}{tail}"


def letters_line(language: str, file: str) -> str:
    """Precision and recall of a file of letters, R15 left out, and good ones with an error."""
    counts = corpus.figures(language, file=file)
    counts.pop("R15", None)
    good = [one for one in corpus.samples(language, file) if one.rule == "good"]
    wrong = sum(any(f.level is LintLevel.ERROR for f in corpus.said_of(one)) for one in good)
    precision, recall = corpus.rates(sum(counts.values(), Counter()))
    return f"{language} {precision:.2f} / {recall:.2f}, {wrong} of {len(good)} good with an error"


def main(file: str) -> None:
    """Print the figures of a file of letters, for each language that has it."""
    having = [one for one in corpus.LANGUAGES if (corpus.CORPUS / one / f"{file}.txt").is_file()]
    if not having:
        sys.exit(f"no language of {corpus.CORPUS} has a file {file}.txt")
    with patch.object(CheckInput, "free", PropertyMock(return_value=False)):
        alone = [letters_line(language, file) for language in having]
    now = [letters_line(language, file) for language in having]
    sys.stdout.write("\n".join(["phrases alone:", *alone, "with the likeness:", *now, ""]))


if __name__ == "__main__":
    if sys.argv[1:]:
        main(sys.argv[1])
        sys.exit()
    PAGE.write_text(with_table(PAGE.read_text("utf-8")), "utf-8")
