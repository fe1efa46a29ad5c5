"""Restoring a backup into an empty workspace. Nothing is sent from it until a person says so.

Between backup and restore, messages may have been sent that the copy still holds as due. So all of
them are held, and what was in flight becomes uncertain.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from voicenote.engine.admin.archive import FOLDERS, LEDGER
from voicenote.engine.ledger_identity import IdentityCheck, MachineRecords, Memory
from voicenote.engine.run.ownership import calm
from voicenote.errors import BadData, RuleSaysNo, Unavailable, room_for
from voicenote.files import close_to_others, make_folder
from voicenote.ledger import meta
from voicenote.ledger.store import Ledger
from voicenote.settings import FILE_NAME

_STAGING = ".restoring-"
_NO_BACKUP = "give a file made by voicenote backup"


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
        ledger = open_at(f"sqlite:///{(staging / LEDGER).as_posix()}")
        try:
            held, cases, uncertain = calm(ledger)
            with ledger.write("voicenote") as tx:
                meta.put_value(tx, "place", "")
                ledger_id, line = meta.get(tx, "ledger_id"), meta.newest_line(tx)
        finally:
            ledger.close()
        for found in list(staging.iterdir()):
            found.rename(home / found.name)
        if line is not None:
            whereabouts.keep(ledger_id, str((home / LEDGER).resolve()), line)
        here = whereabouts.place_of_file(home / LEDGER)
        look = IdentityCheck(ledger_id=ledger_id, kept=None, here=here, memory=Memory.AGREES)
        why = whereabouts.rival(look)
    except OSError as error:
        raise _disk(error, home) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return Restored(files, held, cases, uncertain, why)


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
    """Raise BadData when the ledger is missing or damaged."""
    if not ledger.is_file():
        raise BadData(f"there is no ledger in {file.name}", _NO_BACKUP)
    try:
        with closing(sqlite3.connect(ledger)) as connection:
            said = connection.execute("pragma integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        said = str(error)
    if said != "ok":
        raise BadData(f"the ledger in {file.name} is damaged: {said}", "take an older backup")


def _disk(error: OSError, home: Path) -> Unavailable:
    return Unavailable(
        f"the backup cannot be restored: {error.strerror or error}",
        room_for(error, home, "another --home"),
    )
