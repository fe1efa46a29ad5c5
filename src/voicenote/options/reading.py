"""Read a table into declared options, and collect every problem in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from voicenote.errors import BadSettings, Problem
from voicenote.options.declaration import Check, describe
from voicenote.options.secret import Secret
from voicenote.options.validators import Rows, path, secret

T = TypeVar("T")

_KEY = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class FromEnvironment:
    """The value of an environment variable: as written, and as TOML would read it."""

    raw: str
    parsed: object


def read(kind: type[T], table: object, where: str, problems: list[Problem]) -> T:
    """Return a `kind` filled from `table`; errors are added to `problems`.

    `where` is the table's dotted name. A wrong value is left at its default. If `kind` has a method
    `problems`, it yields conflicts between options, each with its key as the field. One that names
    a wrong or misspelt option is left out, because it may only follow from that.
    """
    known = {one.key: one for one in describe(kind)}
    made: dict[str, Any] = {}
    found: list[Problem] = []
    meant: set[str] = set()
    if not isinstance(table, Mapping):
        problems.append(
            Problem("this is a table, not a value", f"known in it: {', '.join(known)}", field=where)
        )
        return kind()
    for key, value in table.items():
        one = known.get(key)
        if one is None:
            found.append(Problem("there is no such setting", nearest(key, known), field=key))
            meant.update(closest(key, known))
        elif isinstance(one.check, Rows):
            made[one.name] = _read_rows(one.check, value, f"{where}.{key}", problems)
        else:
            try:
                made[one.name] = _checked(one.check, value)
            except ValueError as error:
                what, advice = (*(str(part) for part in error.args), one.doc)[:2]
                found.append(Problem(what, advice, field=key))
                meant.add(key)
    found += [
        Problem("it is missing", f"set {key}: {one.doc}", field=key)
        for key, one in known.items()
        if one.required
        and key not in meant
        and made.get(one.name) in (None, "", ())
        and not (isinstance(one.check, Rows) and key in table)
    ]
    filled = kind(**made)
    if hasattr(filled, "problems"):
        found += (one for one in filled.problems() if meant.isdisjoint(_KEY.findall(str(one))))
    problems += [replace(one, field=f"{where}.{one.field}") for one in found]
    return filled


def parse(kind: type[T], table: Mapping[str, object], where: str) -> T:
    """Return a `kind` filled from `table`, or raise BadSettings with every problem."""
    problems: list[Problem] = []
    made = read(kind, table, where, problems)
    if problems:
        raise BadSettings(f"[{where}] is not set up right", str(problems[0]), problems)
    return made


def root_paths(options: T, home: Path) -> T:
    """Return `options` with relative paths starting in the folder `home`; empty ones stay empty."""
    paths = {
        one.name: home / value
        for one in describe(type(options))
        if one.check is path and (value := getattr(options, one.name)) != Path()
    }
    return replace(options, **paths) if paths else options  # type: ignore[type-var]  # T is one


def nearest(word: str, known: Iterable[str]) -> str:
    """Return advice: the known name that was probably meant, or else all names."""
    names = list(known)
    close = closest(word, names)
    return f"did you mean {close[0]}?" if close else f"known: {', '.join(names) or 'none'}"


def closest(word: str, known: Iterable[str], cutoff: float = 0.6) -> list[str]:
    """Return the known name that was probably meant, as a list of one or none."""
    from difflib import get_close_matches

    return get_close_matches(str(word).lower(), list(known), n=1, cutoff=cutoff)


def _read_rows(rows: Rows, value: object, where: str, problems: list[Problem]) -> tuple[Any, ...]:
    if not isinstance(value, list) or not value:
        problems.append(Problem("this is not a list of tables", rows.advice, field=where))
        return ()
    return tuple(
        read(rows.kind, row, f"{where}[{number}]", problems) for number, row in enumerate(value, 1)
    )


def _checked(check: Check, value: object) -> Any:
    """Check a value. Text in a variable needs no quotes, and may look like a number."""
    if isinstance(value, dict):
        value = {
            key: one.raw if isinstance(one, FromEnvironment) else one for key, one in value.items()
        }
    if not isinstance(value, FromEnvironment):
        return check(value)
    if check is secret:
        return Secret("given", value.raw, {})
    try:
        return check(value.parsed)
    except ValueError:
        if not isinstance(value.parsed, str):
            with suppress(ValueError):
                return check(value.raw)
        raise
