"""Tables of one language each: its phrases, compiled, what to say instead, how to recognise it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from voicenote.script.check.findings import TABLES
from voicenote.script.check.normalise import fold
from voicenote.script.check.phrases import Phrases

#: The prefix of groups of lookalikes: phrases that only look like those of the group.
NOT = "not "
_HEBREW = re.compile("[\u05d0-\u05ea]")
_ARABIC = re.compile("[\u0621-\u06d3]")
#: Letters that only Persian has, and letters that only Arabic has.
_PERSIAN = re.compile("[پچژگ\u06a9\u06cc]")
_ONLY_ARABIC = re.compile("[ةكيى]")
_LATIN = re.compile(r"[a-zà-žșț]", re.IGNORECASE)
#: A text is in a language if at least this share of its words are among the commonest ones.
_ENOUGH = 0.18


@dataclass(frozen=True, slots=True)
class PhraseTable:
    """The check's table of one language.

    `instead` maps ``R18.blaming``, or ``R18`` for all else, to what to write. `breath` is how many
    words fit in one breath. `cased`: the language has capital letters. `common` are its commonest
    words, folded, to recognise it by.
    """

    code: str
    phrases: Phrases
    instead: Mapping[str, str]
    breath: int
    cased: bool
    common: frozenset[str]


@cache
def languages() -> tuple[str, ...]:
    """Return the codes of the languages that have a table, sorted."""
    return tuple(sorted(f.stem for f in TABLES.glob("*.toml") if f.stem != "rules"))


@cache
def table(language: str) -> PhraseTable:
    """Return the table of a language that is in `languages()`."""
    data: dict[str, Any] = tomllib.loads((TABLES / f"{language}.toml").read_text(encoding="utf-8"))
    about, cues = data.pop("language"), data.pop("cues")
    groups: dict[str, list[str]] = dict(cues)
    groups |= {f"{NOT}{group}": phrases for group, phrases in data.pop("looks_like").items()}
    instead = data.pop("instead")
    for rule, violations in data.items():
        groups |= {f"{rule}.{kind}": phrases for kind, phrases in violations.items()}
    return PhraseTable(
        code=language,
        phrases=Phrases(groups, about.get("prefixes", "")),
        instead=instead,
        breath=about["breath"],
        cased=about.get("cased", True),
        common=frozenset(about["common"]),
    )


def detect_language(text: str) -> str | None:
    """Return the language of `text`, or None when it isn't one of ours, or is too short to tell."""
    letters = {
        "he": len(_HEBREW.findall(text)),
        "fa": len(_ARABIC.findall(text)),
        "": len(_LATIN.findall(text)),
    }
    script = max(letters, key=lambda code: letters[code])
    if not letters[script]:
        return None
    if script == "fa":
        return "fa" if len(_PERSIAN.findall(text)) > len(_ONLY_ARABIC.findall(text)) else None
    if script:
        return script
    words = re.findall(r"[^\W\d_]+", fold(text)[0])
    shares = {
        code: sum(word in table(code).common for word in words) / len(words)
        for code in languages()
        if table(code).cased
    }
    best, second = sorted(shares, key=lambda code: -shares[code])[:2]
    if shares[best] < _ENOUGH or shares[best] < 1.3 * shares[second]:
        return None
    return best
