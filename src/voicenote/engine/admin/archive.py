"""Backup of a workspace into one file, and restoring it into an empty one.

A backup holds the ledger at one moment, the sound and the settings. Between backup and restore,
messages may have been sent that the copy still holds as due. So nothing is sent from a restored
workspace until a person says so: all of them are held, and what was in flight becomes uncertain.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from voicenote.engine.ledger_identity import MachineRecords, rival
from voicenote.engine.lock import pass_lock
from voicenote.engine.run.ownership import calm
from voicenote.engine.scratch import open_scratch
from voicenote.errors import BadData, RuleSaysNo, Unavailable, WrongUse, room_for
from voicenote.files import close_to_others, make_folder, open_beside
from voicenote.ledger import meta
from voicenote.ledger.copying import copy_into
from voicenote.ledger.store import Ledger
from voicenote.plugins import FALLBACK
from voicenote.settings import FILE_NAME

#: The name of the ledger's copy in a backup, and in a workspace on SQLite.
LEDGER = "ledger.db"
#: The folders of a workspace that are kept. The outbox is the proof of what was sent.
FOLDERS = ("memos", "recordings", "consents", "templates", "attachments", FALLBACK)
_STAGING = ".restoring-"
_NO_BACKUP = "give a file made by voicenote backup"


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


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: files, messages held in which cases, and messages uncertain now.

    `doubt` says which other copy sends from this account, "" for none.
    """

    files: int
    held: int
    cases: tuple[int, ...]
    uncertain: int
    doubt: str


def restore(
    file: Path, home: Path, open_at: Callable[[str], Ledger], whereabouts: MachineRecords
) -> Restored:
    """Restore `file` into `home`, which is empty or missing; all of it or nothing.

    `open_at` opens the ledger at a database URL; `whereabouts` remembers the ledger's place.
    Raises RuleSaysNo for a workspace that isn't empty, BadData for a file that isn't a backup or is
    broken, Unavailable for a disk that fails.
    """
    if not file.is_file():
        raise BadData(f"{file} doesn't exist", _NO_BACKUP)
    try:
        make_folder(home)
        for left in home.glob(f"{_STAGING}*"):
            shutil.rmtree(left)
        if any(home.iterdir()):
            raise RuleSaysNo(
                f"{home} is not empty", "restore into another: voicenote --home DIR restore FILE"
            )
        staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=home))
    except OSError as error:
        raise _disk(error, home) from error
    try:
        files = _unpack(file, staging)
        close_to_others(staging)  # an older backup may bring open file modes
        _check(file, staging / LEDGER)
        with closing(open_at(_url(staging / LEDGER))) as ledger:
            held, cases, uncertain = calm(ledger)
            with ledger.write("voicenote") as tx:
                meta.put_value(tx, "place", "")
        with _moved(staging, home), closing(open_at(_url(home / LEDGER))) as ledger:
            why = rival(whereabouts.look(ledger))
            if not why:  # all that waits in it is held, so it may follow what is gone
                whereabouts.claim(ledger, anyway=True)
    except OSError as error:
        raise _disk(error, home) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return Restored(files, held, cases, uncertain, why)


@contextmanager
def _moved(staging: Path, home: Path) -> Iterator[None]:
    """Move everything into `home`, the ledger last; if that or the block fails, move it back."""
    try:
        for found in sorted(staging.iterdir(), key=lambda one: one.name.startswith(LEDGER)):
            found.rename(home / found.name)
        yield
    except BaseException:
        for found in home.iterdir():
            if found.name in (FILE_NAME, *FOLDERS) or found.name.startswith(LEDGER):
                found.rename(staging / found.name)
        raise


def _url(file: Path) -> str:
    return f"sqlite:///{file.as_posix()}"


def _unpack(file: Path, target: Path) -> int:
    """Unpack the files that belong in a backup; return how many."""
    try:
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                names = [info.filename for info in archive.infolist() if _ours(info.filename)]
                _room(target, sum(archive.getinfo(name).file_size for name in names))
                archive.extractall(target, names)  # noqa: S202 - names are ours, and zipfile cleans them
                return len(names)
        with tarfile.open(file, "r:*") as tar:
            members = [one for one in tar.getmembers() if one.isfile() and _ours(one.name)]
            _room(target, sum(one.size for one in members))
            # Python before 3.11.4 knows no filters; these are plain files, and their names are ours
            tar.extraction_filter = getattr(tarfile, "data_filter", _as_it_is)
            tar.extractall(target, members)  # noqa: S202 - filtered where that can be done
            return len(members)
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        reason = str(error).partition("\n")[0].rstrip(":")  # tarfile lists what it tried
        raise BadData(f"{file.name} is broken, or isn't a backup: {reason}", _NO_BACKUP) from error
    except OSError as error:
        if error.errno is None:  # gzip's own: no errno, so it is the file and not the disk
            raise BadData(f"{file.name} is broken: {error}", _NO_BACKUP) from error
        raise


def _as_it_is(member: tarfile.TarInfo, _target: str) -> tarfile.TarInfo:
    return member


def _ours(name: str) -> bool:
    """Whether a backup writes such a name; other files in it are ignored."""
    parts = PurePosixPath(name).parts
    if os.name == "nt" and set(name) & set("\\:"):  # on Windows they could lead elsewhere
        return False
    if not parts or ".." in parts or name.endswith("/"):
        return False
    return parts[0] in FOLDERS if len(parts) > 1 else parts[0] in (LEDGER, FILE_NAME)


def _room(target: Path, size: int) -> None:
    if size > shutil.disk_usage(target).free:
        raise Unavailable(
            f"the backup needs {size // 2**20 + 1} MB, and the disk has less",
            "make room, or choose another --home",
        )


def _check(file: Path, ledger: Path) -> None:
    """Raise BadData when the ledger is missing, empty, another program's, or damaged."""
    query = "select count(*) from sqlite_master where name in ('alembic_version', 'cases')"
    tables = 0
    try:
        if ledger.is_file():
            with closing(sqlite3.connect(ledger)) as connection:
                said = connection.execute("pragma integrity_check").fetchone()[0]
                tables = connection.execute(query).fetchone()[0]
        if tables < 2:
            raise BadData(f"{file.name} has no ledger in it", _NO_BACKUP)
    except sqlite3.DatabaseError as error:
        said = str(error)
    if said != "ok":
        raise BadData(f"the ledger in {file.name} is damaged: {said}", "take an older backup")


def _disk(error: OSError, home: Path) -> Unavailable:
    return Unavailable(
        f"the backup cannot be restored: {error.strerror or error}",
        room_for(error, home, "another --home"),
    )
