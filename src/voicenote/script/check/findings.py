"""Findings of the check, their levels, and the rules that they come from."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

#: The folder of TOML files with the rules and each language's phrases, for people to correct.
TABLES = Path(__file__).parent / "tables"
#: What the rules say that no check holds.
METHOD = TABLES.parents[1] / "method.toml"


#: What a rule yields: its code, how it is broken, the start and end of the place, and perhaps what
#: it is about.
Violation = tuple[str, str, int, int] | tuple[str, str, int, int, str]


class LintLevel(StrEnum):
    """How serious a finding is. Only an error makes the command fail; `off` silences a rule."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing that a rule says about a text.

    `start` and `end` are character offsets in the checked text; both are 0 when something is
    missing from the whole text. `text` is the words there, `why` one sentence with its source,
    `instead` what to write, in the language of the text.
    """

    rule: str
    level: LintLevel
    start: int
    end: int
    text: str
    why: str
    instead: str

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError("a finding needs a start and an end in the text")

    def place(self, text: str) -> tuple[int, int]:
        """Return (line, column) in `text` where it starts, both from 1."""
        before = text[: self.start]
        return before.count("\n") + 1, self.start - before.rfind("\n")


@dataclass(frozen=True, slots=True)
class CheckedText:
    """A text, where it is from, and its findings."""

    where: str
    text: str
    findings: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the method: its title, its source, and each way to break it.

    `violations` maps each way to break it to (level, why).
    """

    code: str
    title: str
    source: str
    violations: Mapping[str, tuple[LintLevel, str]]


@cache
def rules() -> Mapping[str, Rule]:
    """Return every rule that the check knows, by its code, in the order of the method."""
    table = tomllib.loads((TABLES / "rules.toml").read_text(encoding="utf-8"))
    return {
        code: Rule(
            code,
            entry["title"],
            entry["source"],
            {kind: (LintLevel(way[0]), way[1]) for kind, way in entry["violations"].items()},
        )
        for code, entry in table.items()
    }


@cache
def titles() -> Mapping[str, str]:
    """Return what each rule of the method says, in one line, by its code."""
    more = tomllib.loads(METHOD.read_text(encoding="utf-8"))
    return {code: rule.title for code, rule in rules().items()} | more
