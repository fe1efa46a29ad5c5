"""The corpus: short scripts, good ones and ones that each break one named rule; and the figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from voicenote.model.case import Finding as Outcome
from voicenote.script.check.case_context import CheckContext
from voicenote.script.check.findings import Diagnostic, LintLevel
from voicenote.script.check.rules import check

CORPUS = Path(__file__).parent.parent / "corpus"
LANGUAGES = ("en", "et", "fa", "he", "pl", "ro")


@dataclass(frozen=True, slots=True)
class Sample:
    """One script of the corpus: what it breaks ("good" for nothing) and what the check is told."""

    language: str
    line: int
    rule: str
    held: bool
    asked: CheckContext
    text: str


def samples(language: str, file: str = "scripts") -> Iterator[Sample]:
    lines = (CORPUS / language / f"{file}.txt").read_text("utf-8").splitlines()
    starts = [n for n, line in enumerate(lines) if line.startswith("== ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        head = lines[start].removeprefix("== ")
        head, _, owner = head.partition(" owner=")
        rule, *told = head.split()
        finding = next((w.removeprefix("finding=") for w in told if "finding=" in w), "")
        asked = CheckContext(owner=owner, finding=Outcome(finding) if finding else None)
        body = [line for line in lines[start + 1 : end] if line and not line.startswith("#")]
        yield Sample(language, start + 1, rule, "held" in told, asked, "\n".join(body))


def sentences(language: str) -> Iterator[tuple[str, str]]:
    """(rule, sentence): each breaks the rule by itself; "ok" breaks none."""
    for line in (CORPUS / language / "sentences.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            rule, _, sentence = line.partition(" ")
            yield rule, sentence


def said_of(sample: Sample) -> list[Diagnostic]:
    """What the check says, hints left out: they flag nothing."""
    found = check(sample.text, sample.language, sample.asked)
    return [finding for finding in found if finding.level is not LintLevel.HINT]


def figures(language: str, *, held: bool = False, file: str = "scripts") -> dict[str, Counter[str]]:
    """By rule: how many were found rightly (hit), wrongly (false) and not at all (missed)."""
    counts: dict[str, Counter[str]] = {}
    for sample in samples(language, file):
        if sample.held is not held:
            continue
        found = {finding.rule for finding in said_of(sample)}
        wanted = {sample.rule} - {"good"}
        for rule in found | wanted:
            key = "hit" if rule in found & wanted else "false" if rule in found else "missed"
            counts.setdefault(rule, Counter())[key] += 1
    return counts


def rates(counts: Counter[str]) -> tuple[float, float]:
    """Precision and recall; 1 where there was nothing to find."""
    found, there = counts["hit"] + counts["false"], counts["hit"] + counts["missed"]
    return (counts["hit"] / found if found else 1.0, counts["hit"] / there if there else 1.0)
