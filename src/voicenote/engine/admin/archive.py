"""Backup of a workspace into one file: the ledger at one moment, the sound, the settings."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from voicenote.engine.lock import pass_lock
from voicenote.engine.scratch import open_scratch
from voicenote.errors import RuleSaysNo, Unavailable, WrongUse, room_for
from voicenote.files import open_beside
from voicenote.ledger.copying import copy_into
from voicenote.ledger.store import Ledger
from voicenote.plugins import FALLBACK
from voicenote.settings import FILE_NAME

#: The name of the ledger's copy in a backup, and in a workspace on SQLite.
LEDGER = "ledger.db"
#: The folders of a workspace that are kept. The outbox is the proof of what was sent.
FOLDERS = ("memos", "recordings", "templates", FALLBACK)


@dataclass(frozen=True, slots=True)
class Packed:
    """A finished backup: how many files it holds, and its size in bytes."""

    file: Path
    files: int
    size: int


def is_zip(file: Path) -> bool:
    """Whether the name asks for a zip. Raises WrongUse for neither .zip nor .tar.gz."""
    name = file.name.lower()
    if name.endswith(".zip"):
        return True
    if name.endswith((".tar.gz", ".tgz")):
        return False
    raise WrongUse(f"{file.name} does not say what to write", "end it in .tar.gz or .zip")


def backup(ledger: Ledger, home: Path, file: Path, *, force: bool = False) -> Packed:
    """Write a backup of the workspace `home`, whole or not at all; no run can happen meanwhile.

    Raises RuleSaysNo when the file already exists (and not `force`), TryAgain while a run is in
    progress, Unavailable when it can't be written.
    """
    zipped = is_zip(file)
    if file.exists() and not force:
        raise RuleSaysNo(f"{file} already exists", "choose another name, or give --force")
    if not file.parent.is_dir():
        raise Unavailable(f"there is no folder {file.parent}", "create it first")
    try:
        with pass_lock(ledger, home), open_scratch(home) as folder:
            copy = folder / LEDGER
            copy_into(ledger, copy)
            members = [(copy, LEDGER), *_members(home)]
            _write(file, members, zipped=zipped)
    except OSError as error:
        raise Unavailable(
            f"the backup cannot be written: {error.strerror or error}",
            room_for(error, file.parent),
        ) from error
    return Packed(file, len(members), file.stat().st_size)


def _members(home: Path) -> Iterator[tuple[Path, str]]:
    """Yield each file to keep, and its name in the backup."""
    if (home / FILE_NAME).is_file():
        yield home / FILE_NAME, FILE_NAME
    for folder in FOLDERS:
        for path in sorted((home / folder).rglob("*")):
            inside = path.relative_to(home)
            # hidden files were never finished, such as a message that a killed run was sending
            if any(part.startswith(".") for part in inside.parts):
                continue
            if path.is_file() and not path.is_symlink():
                yield path, inside.as_posix()


def _write(file: Path, members: list[tuple[Path, str]], *, zipped: bool) -> None:
    """Write beside the file, then move it into place. Only its owner may read it."""
    with open_beside(file) as stream:
        if zipped:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
                for path, inside in members:
                    archive.write(path, inside)
        else:
            with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=6) as tar:
                for path, inside in members:
                    tar.add(path, inside, recursive=False)
