"""Ledger identity: a restored or copied ledger asks before it sends.

If two copies both sent, customers would get two apologies. So for each ledger this account keeps
one record outside the workspace: where the copy is that sends, and how far it has come. The ledger
keeps its place too, for when the record is lost. All is pure except `MachineRecords`.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from voicenote.errors import BadData, TryAgain
from voicenote.files import FILE, make_folder, open_beside
from voicenote.ledger import meta
from voicenote.ledger.store import Ledger

#: How long a run waits while another one uses the record, in seconds.
_PATIENCE_S = 10.0
#: Where systems keep an id of the machine (machine-id(5)); only its hash is kept.
_MACHINE_IDS = ("/etc/machine-id", "/var/lib/dbus/machine-id")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerIdentity:
    """Where a ledger is. `file` tells it from its copies: an inode, or a database's id.

    `machine` is a hashed id, "" if the system has none; it means nothing for a database on a
    server. `host` and `path` are shown to people, and `path` also finds what replaced a ledger in
    its place. `server` is true for a database on a server; `path` is then the server's address.
    """

    host: str
    machine: str
    path: str
    file: str
    server: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRecord:
    """Where the copy of a ledger is that sends, and its newest line of history; 0 for none yet.

    `paths` are the addresses by which this account has used a database on a server.
    """

    place: LedgerIdentity
    paths: tuple[str, ...] = ()
    number: int = 0
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityCheck:
    """What tells a ledger from its copies: the place that it keeps, where it is, and the record.

    `stands`: another copy is still where the record says, or nobody can check. `agrees`: this one
    has the line in the record. `blind`: this account can't keep records.
    """

    ledger_id: str
    kept: LedgerIdentity | None
    here: LedgerIdentity
    record: LedgerRecord | None = None
    stands: bool = False
    agrees: bool = True
    blind: bool = False


def doubt(seen: IdentityCheck) -> str:
    """Return why this may not be the ledger that sends, or "" when there is no doubt. Pure.

    A workspace may be renamed, its host name may change, and a container may be rebuilt around it.
    A restore in place is noticed when the record has a newer line. Once another copy has sent, this
    one would send that again, even if that copy is gone now.
    """
    kept, here, record = seen.kept, seen.here, seen.record
    if kept is not None and _elsewhere(kept, here):
        return f"this ledger is at home on another machine, {kept.host}"
    if record is None:
        return _doubt_unrecorded(kept, here, blind=seen.blind) if kept else ""
    if why := rival(seen):
        return why
    place = record.place
    if place.file != here.file and place.path != here.path:
        other = f"another copy of this ledger, in {place.path}"
        return f"{other}, was the one that sent, and is gone now"
    if not seen.agrees:
        return "this ledger is older than the one that has sent from here, or another copy of it"
    return ""


def rival(seen: IdentityCheck) -> str:
    """Return which other copy sends from this account and may still be there, or "". Pure.

    A copied server looks the same from inside: only an address used before is surely the same one.
    """
    here, record = seen.here, seen.record
    if record is None:
        return ""
    place = record.place
    elsewhere = _elsewhere(place, here)
    if place.server or here.server:
        other = place.file != here.file or here.path not in record.paths
    else:
        other = elsewhere or seen.stands
    if not other:
        return ""
    on = f" on {place.host}" if elsewhere else ""
    return f"another copy of this ledger, in {place.path}{on}, is the one that sends"


def _doubt_unrecorded(kept: LedgerIdentity, here: LedgerIdentity, *, blind: bool) -> str:
    """Return the doubt about a ledger that has sent and has no record here.

    A copy of a whole disk or server has the same `file`: then a host without an id, or the server's
    address, tells them apart. Many machines may use one server.
    """
    cloned = not (kept.machine or here.machine) and kept.host != here.host
    if kept.file != here.file or (kept.path != here.path if here.server else cloned):
        return f"this ledger may be a copy of the one in {kept.path} on {kept.host}"
    if here.server or blind:
        return ""
    return "this ledger has sent before, and nothing is remembered of it: it may be an old copy"


def _elsewhere(place: LedgerIdentity, here: LedgerIdentity) -> bool:
    return bool(place.machine and here.machine and place.machine != here.machine)


class MachineRecords:
    """Finds where a ledger is, and keeps the record of each in `folder` of this account."""

    def __init__(self, folder: Path, host: str) -> None:
        self.folder = folder
        self._host = host

    def look(self, ledger: Ledger) -> IdentityCheck:
        """Check the identity of an open ledger against its record."""
        here = self.place(ledger)
        with ledger.read() as tx:
            ledger_id, kept = meta.get(tx, "ledger_id"), from_text(meta.get(tx, "place"))
            record, agrees = self.recall(ledger_id), True
            if record is not None and record.number:
                agrees = meta.has_line(tx, record.number, datetime.fromisoformat(record.at))
        return IdentityCheck(
            ledger_id=ledger_id,
            kept=kept,
            here=here,
            record=record,
            stands=record is not None and _stands(record.place, here, ledger_id),
            agrees=agrees,
            blind=record is None and self._is_blind(),
        )

    def place(self, ledger: Ledger) -> LedgerIdentity:
        """Return where an open ledger is."""
        path, server = meta.path_of(ledger.engine.url), not ledger.is_sqlite
        file = meta.database_mark(ledger) if server else str(Path(path).stat().st_ino)
        machine = "" if server else machine_id()
        return LedgerIdentity(host=self._host, machine=machine, path=path, file=file, server=server)

    def claim(self, ledger: Ledger, *, anyway: bool = False) -> IdentityCheck:
        """Record this copy as the one that sends, with its newest line, unless there is a doubt.

        With `anyway` a person says so. Of several at once, the first gets it. Returns the check as
        it was before. If nothing can be written, there is no record. Raises TryAgain while another
        one is claiming it.
        """
        file = self._file(self.look(ledger).ledger_id)
        with _alone(file.with_suffix(".lock")):
            found = self.look(ledger)
            if anyway or not doubt(found):
                here, record = found.here, found.record
                same = here.server and record is not None and record.place.file == here.file
                before = record.paths if record and same else ()
                with ledger.read() as tx:
                    line = meta.newest_line(tx)
                number, at = (line[0], line[1].isoformat()) if line else (0, "")
                paths = tuple(dict.fromkeys((*before, here.path)))
                _write(file, LedgerRecord(place=here, paths=paths, number=number, at=at))
        return found

    def recall(self, ledger_id: str) -> LedgerRecord | None:
        """Return the record of a ledger; None when there is none."""
        return _read(self._file(ledger_id))

    def has_place(self, path: str) -> bool:
        """Whether any ledger has its place at that path or address."""
        records = map(_read, self.folder.glob("*.json"))
        return any(record is not None and record.place.path == path for record in records)

    def _is_blind(self) -> bool:
        with suppress(OSError):
            make_folder(self.folder)
            return not os.access(self.folder, os.W_OK)
        return True

    def _file(self, ledger_id: str) -> Path:
        return self.folder / f"{hashlib.sha256(ledger_id.encode()).hexdigest()[:32]}.json"


def machine_id() -> str:
    """Return the hashed id of this machine; "" if the system has none."""
    for file in _MACHINE_IDS:
        with suppress(OSError):
            found = Path(file).read_bytes().strip()
            if found:
                return hashlib.sha256(b"voicenote " + found).hexdigest()[:16]
    return ""


def as_text(place: LedgerIdentity) -> str:
    """Return a place as text for the ledger."""
    return json.dumps(asdict(place))


def from_text(kept: str) -> LedgerIdentity | None:
    """Parse a place that the ledger kept; None for "". Raises BadData."""
    try:
        return LedgerIdentity(**json.loads(kept)) if kept else None
    except (ValueError, TypeError) as error:
        what = f"the ledger's note of its home cannot be read ({error})"
        raise BadData(what, "restore a backup: voicenote restore FILE") from error


def _read(file: Path) -> LedgerRecord | None:
    """Return the record in a file; None when there is none, or only a damaged one."""
    with suppress(OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        kept = json.loads(file.read_text(encoding="utf-8"))
        paths, number, at = tuple(kept["paths"]), int(kept["number"]), str(kept["at"])
        place = LedgerIdentity(**kept["place"])
        dated = number == 0 or (0 < number < 2**63 and datetime.fromisoformat(at).tzinfo)
        if dated and b"\0" not in os.fsencode(place.path):
            return LedgerRecord(place=place, paths=paths, number=number, at=at)
    return None


def _write(file: Path, record: LedgerRecord) -> None:
    """Write a whole record, if that is possible."""
    with suppress(OSError):
        make_folder(file.parent)
        with open_beside(file, lasting=False) as beside:
            beside.write(json.dumps(asdict(record)).encode())


def _stands(place: LedgerIdentity, here: LedgerIdentity, ledger_id: str) -> bool:
    """Whether another copy of the ledger than this one is still in a place, if that is a file.

    Also true when nobody can check, as in a folder closed to this account.
    """
    path = Path(place.path)
    try:
        if place.server or str(path.stat().st_ino) != place.file:
            return False
        # another name for the same file, through a link or a mount, isn't a copy
        return (here.server or not path.samefile(here.path)) and _holds(path, ledger_id)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True


def _holds(path: Path, ledger_id: str) -> bool:
    """Whether a file is that ledger or can't be read: a new file may reuse an old inode."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            found = connection.execute("select value from meta where name = 'ledger_id'").fetchone()
    except sqlite3.Error:
        return True
    return bool(found) and found[0] == ledger_id


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Hold a lock that lets in one process at a time; no lock if none can be made."""
    from filelock import FileLock, Timeout

    lock = FileLock(file, timeout=_PATIENCE_S, mode=FILE)
    try:
        make_folder(file.parent)
        lock.acquire()
    except Timeout as error:
        what = "another copy of this ledger is just asking whether it may send"
        raise TryAgain(what, "try again") from error
    except (OSError, NotImplementedError):
        yield
        return
    try:
        yield
    finally:
        lock.release()
