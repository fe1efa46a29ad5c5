"""The writers and ears that are installed: making the one of the settings, and what is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from voicenote.ears.port import Ears, EarsInfo
from voicenote.errors import BadSettings, Problem, Unavailable
from voicenote.options import options_of, read
from voicenote.options.reading import root_paths
from voicenote.plugins import EARS, WRITERS, load
from voicenote.script.writers.port import Writer, WriterInfo
from voicenote.settings import Settings

Plugin = TypeVar("Plugin")
Info = TypeVar("Info")


@cache
def makers_of(group: str) -> Mapping[str, Callable[[], Any]]:
    """Return the usable plug-ins by name; installed packages are searched only once."""
    return load(group).good


@dataclass(frozen=True)
class TabledPlugins(Generic[Plugin, Info]):
    """The plug-ins of a group of which one table of the settings names one: by `kind`."""

    group: str
    table: str

    def make(self, settings: Settings, name: str = "") -> Plugin:
        """Make the plug-in of that name, "" for the one of the settings.

        Its options are those of the table, if that is the one set there. Raises BadSettings, also
        when it cannot be loaded.
        """
        name, makers = name or getattr(settings, self.table).kind, makers_of(self.group)
        if name not in makers:
            whose = "no writer is" if self.table == "writer" else "no ears are"
            raise BadSettings(f"{whose} called {name!r}", f"known: {', '.join(makers)}")
        try:
            maker = makers[name]()
        except Unavailable as error:
            raise BadSettings(error.what, error.advice) from error
        problems = list[Problem]()
        given = self._options(settings, name)
        options: Any = read(options_of(maker), given, self.table, problems)
        settings.source.refuse(problems)
        made: Plugin = maker(root_paths(options, settings.home))
        return made

    def describe(self, settings: Settings) -> list[Info]:
        """Return the info of every plug-in; one that cannot be loaded is left out."""
        infos = []
        for name, loader in makers_of(self.group).items():
            with suppress(Unavailable):
                maker = loader()
                given: Any = read(options_of(maker), self._options(settings, name), self.table, [])
                infos.append(maker.info(root_paths(given, settings.home)))
        return infos

    def _options(self, settings: Settings, name: str) -> Mapping[str, Any]:
        table = getattr(settings, self.table)
        options: Mapping[str, Any] = table.options if table.kind == name else {}
        return options


writer_plugins = TabledPlugins[Writer, WriterInfo](WRITERS, "writer")
ears_plugins = TabledPlugins[Ears, EarsInfo](EARS, "ears")
