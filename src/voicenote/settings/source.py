"""Where settings came from: the line of each, which the standard TOML reader does not give."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from voicenote.errors import BadSettings, Problem

#: The prefix of every environment variable that holds a setting.
PREFIX = "VOICENOTE_"

_QUOTES = "\"'"
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
_DOTTED = rf"\s*(?P<path>(?:{_PART.pattern})(?:\s*\.\s*(?:{_PART.pattern}))*)\s*"
_HEADER = re.compile(rf"\s*\[\[?{_DOTTED}\]\]?\s*(?:#.*)?$")
_KEY = re.compile(rf"{_DOTTED}=")


def line_of(text: str, dotted: str) -> int | None:
    """Return the line (from 1) of the setting `dotted`, or of the nearest table around it."""
    wanted = re.sub(r"\[\d+\]", "", dotted) + "."
    table = ""
    best, nearest = 0, None
    for line, content in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(content):
            found = table = _path(header["path"])
        elif key := _KEY.match(content):
            found = table + _path(key["path"])
        else:
            continue
        shared = min(len(found), len(wanted))  # a table of tables begins at its first one
        if found[:shared] == wanted[:shared] and shared > best:
            best, nearest = shared, line
    return nearest


def path_at(text: str, number: int) -> str:
    """Return the dotted table or setting on a line (from 1); "" if there is none."""
    table = ""
    for line, content in enumerate(text.splitlines()[:number], start=1):
        if header := _HEADER.match(content):
            table = found = _path(header["path"])
        elif key := _KEY.match(content):
            found = table + _path(key["path"])
        else:
            continue
        if line == number:
            return found.rstrip(".")
    return ""


def _path(text: str) -> str:
    """Return a path of TOML without its quotes, each part followed by a dot."""
    return "".join(f"{part.strip(_QUOTES)}." for part in _PART.findall(text))


@dataclass(frozen=True, slots=True)
class SettingsSource:
    """The text of a settings file, and the variables that override it (dotted setting → variable).

    `problems` are those found while reading.
    """

    file: Path
    text: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def place(self, problem: Problem) -> Problem:
        """Return `problem` with the file and line of its field, or with its variable."""
        variable = self.variables.get(problem.field)
        if variable or problem.field.startswith(PREFIX):
            return replace(problem, file="environment", field=variable or problem.field)
        return replace(problem, file=str(self.file), line=line_of(self.text, problem.field))

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Raise BadSettings with `problems`, in order and with their places, if there are any."""
        placed = sorted(
            map(self.place, dict.fromkeys(problems)), key=lambda one: (one.file, one.line or 0)
        )
        if placed:
            count = "one setting is" if len(placed) == 1 else f"{len(placed)} settings are"
            raise BadSettings(f"{count} wrong", f"correct {self.file}, or the environment", placed)
