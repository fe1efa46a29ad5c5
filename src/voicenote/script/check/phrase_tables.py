"""Tables of one language each: its phrases, compiled, what to say instead."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from voicenote.script.check.findings import TABLES
from voicenote.script.check.normalise import fold
from voicenote.script.check.phrase_notation import WordForms
from voicenote.script.check.phrases import Phrases

#: The prefix of groups of lookalikes: phrases that only look like those of the group.
NOT = "not "


@dataclass(frozen=True, slots=True)
class PhraseTable:
    """The check's table of one language.

    `instead` maps ``R18.blaming``, or ``R18`` for all else, to what to write. `breath` is how many
    words fit in one breath. `cased`: the language has capital letters.
    """

    code: str
    phrases: Phrases
    instead: Mapping[str, str]
    breath: int
    cased: bool

    def advise(self, rule: str, kind: str) -> str:
        """Return what to write instead of what breaks a rule so, or is like it."""
        named = f"{rule}.{kind.removeprefix('like_')}"
        return self.instead.get(named) or self.instead[rule]


@cache
def languages() -> tuple[str, ...]:
    """Return the codes of the languages that have a table, sorted."""
    return tuple(sorted(f.stem for f in TABLES.glob("*.toml") if f.stem != "rules"))


@cache
def table(language: str) -> PhraseTable:
    """Return the table of a language that is in `languages()`."""
    data: dict[str, Any] = tomllib.loads((TABLES / f"{language}.toml").read_text(encoding="utf-8"))
    about, cues, classes = data.pop("language"), data.pop("cues"), data.pop("words")
    groups: dict[str, list[str]] = dict(cues)
    groups |= {f"{NOT}{group}": phrases for group, phrases in data.pop("looks_like").items()}
    instead = data.pop("instead")
    for rule, violations in data.items():
        groups |= {f"{rule}.{kind}": phrases for kind, phrases in violations.items()}
    forms = WordForms(
        about.get("prefixes", ""),
        about.get("joining", ""),
        {fold(short)[0]: fold(full)[0] for short, full in about.get("contractions", {}).items()},
        frozenset(about.get("glued", "").split()),
        frozenset(about.get("endings", "").split()),
    )
    return PhraseTable(
        code=language,
        phrases=Phrases(groups, forms, classes),
        instead=instead,
        breath=about["breath"],
        cased=about.get("cased", True),
    )
