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
from voicenote.plugins import FALLBACK


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
    yield ws.home
    home = ws.home.resolve()
    yield from (place for place in places if not place.resolve().is_relative_to(home))
