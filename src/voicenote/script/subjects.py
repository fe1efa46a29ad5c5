"""The subject line of a touch, for the channels that have one: a plain table a language."""

from __future__ import annotations

import tomllib
from functools import cache

from voicenote.model.touch import TouchKind
from voicenote.script.languages import FALLBACK, PACKAGED


def subject(language: str, kind: TouchKind, owner: str) -> str:
    """Return the subject of a touch of `kind` from `owner`, in `language` (English if unknown)."""
    table = _subjects(language.partition("-")[0]) or _subjects(FALLBACK)
    return table[kind.value].replace("{owner}", owner)


@cache
def _subjects(language: str) -> dict[str, str]:
    file = PACKAGED / language / "subjects.toml"
    if not file.is_file():
        return {}
    return {name: str(text) for name, text in tomllib.loads(file.read_text("utf-8")).items()}
