"""The folder of a demo: only what an earlier demo made is removed before the next one.

The mark in the folder lists every file that the demo made, with its hash. A file that has changed
since is someone's work: it is kept beside, under another name.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath

from voicenote.errors import WrongUse
from voicenote.files import make_folder, write_whole
from voicenote.model.case import Complaint
from voicenote.plugins import FALLBACK
from voicenote.settings import Settings

MARK = ".voicenote-demo"
#: The first line of a complete mark; a demo that was killed leaves a mark without it.
_TITLE = "voicenote demo: sha256 and name of every file it made"
#: All that a demo makes in its folder: files, then folders.
LEDGER = "ledger.db"
PAGE = "index.html"
FILES = (LEDGER, "voicenote.toml", PAGE)
FOLDERS = ("memos", FALLBACK, "recordings", "templates", "cache")
#: What SQLite and a run leave beside a ledger; the first holds the newest changes.
_BESIDE = ("-wal", "-shm", ".pass")
_OTHER = "give the demo a folder of its own"


def clear(folder: Path) -> list[Path]:
    """Prepare `folder` for a demo; return the files kept there under another name.

    Removes the files of an earlier demo, follows no link, and leaves other files alone. Raises
    WrongUse for a folder that isn't an earlier demo's, or where other files are in the way.
    """
    try:
        make_folder(folder)
    except (FileExistsError, NotADirectoryError):
        raise WrongUse(f"{folder} isn't a folder", _OTHER) from None
    mark = folder / MARK
    if any(folder.iterdir()) and (mark.is_symlink() or not mark.is_file()):
        raise WrongUse(f"{folder} is not empty", _OTHER)
    made = _read_mark(folder, mark) if mark.exists() else {}
    kept = [_keep(path) for path, digest in made.items() if _changed(path, digest)]
    for path in made:
        path.unlink(missing_ok=True)
    if folder / LEDGER in made:
        for suffix in _BESIDE:
            (folder / f"{LEDGER}{suffix}").unlink(missing_ok=True)
    _remove_empty(folder)
    for name in (*FILES, *FOLDERS):
        path = folder / name
        if path.is_symlink() or (path.exists() and path.is_dir() is not (name in FOLDERS)):
            raise WrongUse(f"{path} was not made by the demo", f"move it away, or {_OTHER}")
    for name in FILES:
        if (folder / name).exists():
            raise WrongUse(f"{folder} contains {name}, which the demo did not make", _OTHER)
    write_whole(mark, b"")
    return kept


def others(folder: Path) -> frozenset[Path]:
    """Return files where a demo writes that aren't its own; call this before it runs."""
    return frozenset(_files(folder))


def write_mark(folder: Path, not_ours: frozenset[Path]) -> None:
    """List in the mark what the demo made in `folder`: every file but `not_ours`."""
    lines = [
        f"{_digest(path)}  {path.relative_to(folder).as_posix()}"
        for path in sorted(_files(folder))
        if path not in not_ours
    ]
    write_whole(folder / MARK, "\n".join([_TITLE, *lines, ""]).encode())


def _read_mark(folder: Path, mark: Path) -> dict[Path, str]:
    """Parse a mark: the files of the earlier demo that still exist, with their hashes."""
    title, *lines = mark.read_text("utf-8", "replace").splitlines() or [""]
    if title != _TITLE:
        raise WrongUse(
            f"an earlier demo in {folder} was interrupted, so we don't know which files it made",
            "remove the folder yourself, or name another one",
        )
    made: dict[Path, str] = {}
    for line in lines:
        digest, _, name = line.partition("  ")
        inside = PurePosixPath(name)
        known = inside.parts and inside.parts[0] in (FOLDERS if inside.parts[1:] else FILES)
        path = folder / inside
        if known and ".." not in inside.parts and _plain(folder, path):
            made[path] = digest
    return made


def _plain(folder: Path, path: Path) -> bool:
    """Whether `path` is a file that is reached from `folder` without a link."""
    way = [path, *path.parents]
    way = way[: way.index(folder)]
    return path.is_file() and not any(step.is_symlink() for step in way)


def _changed(path: Path, digest: str) -> bool:
    beside = path.with_name(f"{LEDGER}{_BESIDE[0]}")
    unwritten = path.name == LEDGER and beside.is_file() and beside.stat().st_size > 0
    return unwritten or _digest(path) != digest


def _keep(path: Path) -> Path:
    """Rename a file to a free name, and return that."""
    number = 1
    while (kept := path.with_name(f"{path.name}.kept-{number}")).exists():
        number += 1
    path.rename(kept)
    beside = path.with_name(f"{path.name}{_BESIDE[0]}")
    if path.name == LEDGER and beside.is_file():
        beside.rename(kept.with_name(f"{kept.name}{_BESIDE[0]}"))
    return kept


def _files(folder: Path) -> Iterator[Path]:
    """Yield the plain files where a demo writes."""
    yield from (folder / name for name in FILES if _plain(folder, folder / name))
    for name in FOLDERS:
        for place, _, names in os.walk(folder / name):  # it follows no link
            yield from (path for one in names if _plain(folder, path := Path(place) / one))


def _remove_empty(folder: Path) -> None:
    """Remove the folders that are empty now."""
    for name in FOLDERS:
        if (folder / name).is_symlink():
            continue
        for place, _, _ in os.walk(folder / name, topdown=False):
            if not any(Path(place).iterdir()):
                Path(place).rmdir()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sample_complaints(samples: Path, settings: Settings, at: datetime) -> list[Complaint]:
    """Return the sample complaints, read with the owner's language and time zone, as of `at`."""
    from voicenote.intake.options import Options
    from voicenote.intake.raw_record import Good
    from voicenote.intake.reader import open_source

    owner = settings.owner
    options = Options(now=at, language=owner.language, time_zone=owner.time_zone)
    found = open_source([samples / "complaints.csv"], options)
    return [item.complaint for item in found if isinstance(item, Good)]
