"""Makes channels and voices of tables as `voicenote.toml` has them, for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from voicenote.errors import Problem
from voicenote.options import Secret, describe, options_of, parse, validators
from voicenote.options.reading import root_paths
from voicenote.voice.port import read_options

T = TypeVar("T")


class Told(Secret):
    """A secret that a function gives, so that a test can see when it is fetched."""

    __slots__ = ("_give",)

    def __init__(self, give: Callable[[], str]) -> None:
        super().__init__("given", "", {})
        self._give = give

    def reveal(self) -> str:
        return self._give()


def options_from(maker: Any, table: Mapping[str, object], where: str = "channels.tried") -> Any:
    """Return the options of a plug-in; a secret is there as it is, or as a function."""
    given = dict(table)
    for one in describe(options_of(maker)):
        kept = given.get(one.key)
        if one.check is validators.secret and kept and not isinstance(kept, Secret):
            given[one.key] = Told(kept) if callable(kept) else Secret("given", str(kept), {})
    return parse(options_of(maker), {k: v for k, v in given.items() if v is not None}, where)


def make_channel(
    maker: Callable[..., T], name: str, table: Mapping[str, object], clock: Callable[[], datetime]
) -> T:
    """Make a channel of a table."""
    return maker(name, options_from(maker, table, f"channels.{name}"), clock)


def make_voice(maker: Callable[..., T], table: Mapping[str, object]) -> T:
    """Make a voice of a table, of which it takes what it has."""
    own = {one.key for one in describe(options_of(maker))}
    made = options_from(maker, {key: table[key] for key in table if key in own}, "voice")
    return maker(root_paths(made, Path(str(table.get("home", ".")))))


def info_of(maker: Any, table: Mapping[str, object]) -> Any:
    """Return what a voice tells of itself with a table that may be wrong."""
    problems: list[Problem] = []
    return maker.info(read_options(maker, table, "voice", problems, {}))
