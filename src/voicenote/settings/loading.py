"""Read `voicenote.toml` and the environment into `Settings`, and report every problem."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from voicenote.errors import BadSettings, Problem
from voicenote.files import expand_home
from voicenote.options import FromEnvironment
from voicenote.settings.parsing import Structure
from voicenote.settings.schema import NAMED, TABLES, Settings
from voicenote.settings.source import PREFIX, SettingsSource, line_of, path_at

FILE_NAME = "voicenote.toml"

_MOST = 1_000_000  # bytes
#: What the parser says of a table or a key that was there before.
_TWICE = re.compile(r"Cannot (?:declare .* twice|overwrite a value)")
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")


def find_home(option: str | Path | None, env: Mapping[str, str]) -> Path:
    """Return the workspace: `option` (``--home``), else ``$VOICENOTE_HOME``, else the platform's.

    The folder need not exist. Raises nothing.
    """
    chosen = option or env.get("VOICENOTE_HOME")
    if chosen:
        return expand_home(chosen).absolute()
    import platformdirs

    return Path(platformdirs.user_data_path("voicenote", appauthor=False))


def find_voices() -> Path:
    """Return the folder of the voices that `voices add` fetches, for all workspaces of an account.

    It need not exist.
    """
    import platformdirs

    return Path(platformdirs.user_data_path("voicenote-voices", appauthor=False))


def load(home: Path, env: Mapping[str, str], *, fresh: bool = False) -> Settings:
    """Read the settings of the workspace `home`; the environment `env` overrides the file.

    A missing file means the defaults, and `fresh` ignores the file. Raises BadSettings with every
    problem at once: file, line, dotted field (or the variable's name), what is wrong, what to do.
    """
    settings = load_draft(home, env, fresh=fresh)
    settings.source.refuse(settings.source.problems)
    return settings


def load_draft(home: Path, env: Mapping[str, str], *, fresh: bool = False) -> Settings:
    """Read the settings as `load` does, with the default in place of each wrong value.

    The problems are in `source.problems`. Raises BadSettings only for a file that cannot be read or
    isn't TOML.
    """
    file = home / FILE_NAME
    text = "" if fresh else _read_file(file)
    given = _parse(text, file)
    structure = Structure(env)
    variables = _overlay(given, env, structure)
    settings = structure.settings(home, file, given)
    source = SettingsSource(file, text, variables, tuple(structure.problems))
    return replace(settings, source=source)


def _read_file(file: Path) -> str:
    if file.exists() and not file.is_file():  # reading a pipe would block
        raise BadSettings(
            f"{file} cannot be read: it is not a file", "make it a file that you may read"
        )
    try:
        with file.open("rb") as stream:
            data = stream.read(_MOST + 1)
        if len(data) > _MOST:
            raise BadSettings(
                f"{file} is longer than a megabyte: it is not a file of settings",
                "move it away; voicenote init makes a new one",
            )
        return data.decode("utf-8-sig")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise BadSettings(
            f"{file} is not UTF-8 text (byte {error.start + 1})", "save it as UTF-8"
        ) from None
    except OSError as error:
        raise BadSettings(
            f"{file} cannot be read: {error.strerror}", "make it a file that you may read"
        ) from None


def _parse(text: str, file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also a number with too many digits
        at = _AT_LINE.search(str(error))
        line = int(at[1]) if at else None
        what, advice, field = _AT_LINE.sub("", str(error)), "correct this line", ""
        if line and _TWICE.match(what):
            field = path_at(text, line)
            what = "this is there twice"
            advice = f"keep one; the first is on line {line_of(text, field)}"
        problem = Problem(
            what=what,
            advice=f"{advice}; everything before it can be read",
            file=str(file),
            line=line,
            field=field,
        )
        raise BadSettings(f"{file} is not valid TOML", "correct it", [problem]) from None


def _overlay(given: dict[str, Any], env: Mapping[str, str], structure: Structure) -> dict[str, str]:
    """Put ``VOICENOTE_<TABLE>__<KEY>`` over `given`; return dotted path → the variable's name."""
    variables: dict[str, str] = {}
    for name in sorted(env):
        if not name.startswith(PREFIX):
            continue
        if "__" not in name:
            if name.removeprefix(PREFIX).lower() in (*TABLES, *NAMED):
                structure.add(name, "this is a table, not a value", f"{name}__<KEY>")
            continue
        path = [part.lower() for part in name.removeprefix(PREFIX).split("__")]
        if not all(path):
            structure.add(name, "this is not the name of a setting", "VOICENOTE_<TABLE>__<KEY>")
            continue
        table: Any = given
        for depth, part in enumerate(path[:-1]):
            path[depth] = _known_as(part, table)
            table = table.setdefault(path[depth], {})
            if not isinstance(table, dict):
                break
        dotted = ".".join(path)
        if isinstance(table, dict):
            path[-1] = _known_as(path[-1], table)
            dotted = ".".join(path)
            table[path[-1]] = FromEnvironment(env[name], _scalar(env[name]))
            variables[dotted] = name
        else:
            structure.add(name, f"{dotted} is not a table", "unset it, or correct the file")
    return variables


def _known_as(part: str, table: dict[str, Any]) -> str:
    """Return the name in `table` that a variable means: it may have dashes and capitals there."""
    for key in table:
        if key.lower().replace("-", "_") == part:
            return key
    return part


def _scalar(raw: str) -> object:
    if "\n" in raw:
        return raw
    try:
        return tomllib.loads(f"x = {raw}")["x"]
    except (ValueError, RecursionError):
        return raw
