"""Writes the precision and recall of the check into docs/method.md."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.script.check import corpus

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


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text("utf-8")), "utf-8")
