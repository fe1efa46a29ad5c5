"""A check for files that other accounts of this machine may access. Changes nothing.

A workspace may be open on purpose, or be older than the release that made all files private.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from voicenote.engine.workspace import Workspace
from voicenote.errors import BadSettings
from voicenote.files import open_to_others
from voicenote.options import Secret
from voicenote.plugins import FALLBACK
from voicenote.settings import Settings


def open_places(ws: Workspace) -> dict[Path, int]:
    """Return the places open to others, and how many of their files and folders are."""
    found = {place: sum(1 for _ in open_to_others(place)) for place in _places(ws)}
    return {place: count for place, count in found.items() if count}


def _places(ws: Workspace) -> Iterator[Path]:
    """Yield the places of this workspace and its records; those inside `home` count with it."""
    places = []
    if ws.whereabouts is not None:
        places.append(ws.whereabouts.folder)
    if ws.ledger.is_sqlite:
        places.append(Path(ws.ledger.engine.url.database or ""))
    for name in (*ws.settings.channels, FALLBACK):
        with suppress(BadSettings):  # `doctor` reports what is wrong with it
            if folder := ws.channel(name).info.folder:
                places.append(folder)
    places += [Path(name).resolve() for name in _secret_files(ws.settings)]
    yield ws.home
    home = ws.home.resolve()
    yield from (place for place in places if not place.resolve().is_relative_to(home))


def _secret_files(settings: Settings) -> Iterator[str]:
    """Yield the files that settings refer to for a secret."""
    voices = [settings.voice, *settings.voice.by_owner.values()]
    tables = [one.options for one in settings.channels.values()]
    tables += [settings.writer.options, *(one.options for one in voices)]
    tables += [one.options for voice in voices for one in voice.by_language.values()]
    for one in (settings.ledger.url, *(value for table in tables for value in table.values())):
        if isinstance(one, Secret) and one.way == "file":
            yield one.reference.partition("=")[2]
