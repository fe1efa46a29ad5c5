"""The writers that are installed: making the one of the settings, and what is known of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

from voicenote.errors import BadSettings, Problem, Unavailable
from voicenote.options import options_of, read
from voicenote.options.reading import root_paths
from voicenote.plugins import WRITERS, load
from voicenote.script.writers.port import Writer, WriterInfo
from voicenote.settings import Settings


@cache
def writer_makers() -> Mapping[str, Callable[[], Any]]:
    """Return the usable writers by name; installed packages are searched only once."""
    return load(WRITERS).good


def make_writer(settings: Settings, name: str) -> Writer:
    """Make the writer of that name, with its options of [writer] if that is the one set there.

    Raises BadSettings, also when it cannot be loaded.
    """
    makers = writer_makers()
    if name not in makers:
        raise BadSettings(f"no writer is called {name!r}", f"known: {', '.join(makers)}")
    try:
        maker = makers[name]()
    except Unavailable as error:
        raise BadSettings(error.what, error.advice) from error
    problems = list[Problem]()
    options: Any = read(options_of(maker), _table(settings, name), "writer", problems)
    settings.source.refuse(problems)
    writer: Writer = maker(root_paths(options, settings.home))
    return writer


def describe_writers(settings: Settings) -> list[WriterInfo]:
    """Return the info of every writer; one that cannot be loaded is left out."""
    infos = []
    for name, loader in writer_makers().items():
        with suppress(Unavailable):
            maker = loader()
            infos.append(maker.info(read(options_of(maker), _table(settings, name), "writer", [])))
    return infos


def _table(settings: Settings, name: str) -> Mapping[str, Any]:
    return settings.writer.options if settings.writer.kind == name else {}
