"""Ledger identity: a restored or copied ledger asks before it sends.

If two copies both sent, customers would get two apologies. So the ledger keeps its place, and this
machine remembers, outside the workspace, how far the ledger of a place has come. It also keeps one
seat for all copies of a ledger: the place of the one that sends. All is pure except
`MachineRecords`, which reads and writes.
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
from enum import Enum
from pathlib import Path

from voicenote.engine.machine_name import machine_id
from voicenote.errors import BadData, TryAgain
from voicenote.files import FILE, make_folder, open_beside
from voicenote.ledger import meta
from voicenote.ledger.store import Ledger

#: How long a run waits while another is taking the seat, in seconds.
_PATIENCE_S = 10.0


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


class Memory(Enum):
    """Whether the ledger has the remembered line. `NONE`: none for its place; `LOST`: none ever."""

    NONE = "none"
    LOST = "lost"
    AGREES = "agrees"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityCheck:
    """What tells a ledger from its copies: its id, the place it keeps, and where it is."""

    ledger_id: str
    kept: LedgerIdentity | None
    here: LedgerIdentity
    memory: Memory


def doubt(kept: LedgerIdentity | None, here: LedgerIdentity, memory: Memory) -> str:
    """Return why this may not be the ledger that sends, or "" when there is no doubt. Pure.

    A workspace may be renamed, its host name may change, and a container may be rebuilt around it,
    as long as its memory is kept. A restore in place is noticed when this machine remembers a newer
    line. A copy of a whole disk, or of a whole server, has the same `file`: then a host without an
    id, or the server's address, tells them apart.
    """
    if memory is Memory.DIFFERS:
        return "this ledger is older than the one that has sent from here, or another copy of it"
    if kept is None:
        return ""
    if kept.machine and here.machine and kept.machine != here.machine:
        return f"this ledger is at home on another machine, {kept.host}"
    if kept.file == here.file:
        return _in_place(kept, here, memory)
    if kept.path == here.path and memory is Memory.AGREES:
        return ""
    return f"this ledger is a copy of the one in {kept.path} on {kept.host}"


def _in_place(kept: LedgerIdentity, here: LedgerIdentity, memory: Memory) -> str:
    """Return the doubt about a ledger with the same `file`. Many machines may use one server."""
    if memory is Memory.LOST and not here.server:
        return "this ledger has sent before, and nothing is remembered of it: it may be an old copy"
    if memory is not Memory.AGREES and _cloned(kept, here):
        return f"this may be a copy of the ledger in {kept.path} on {kept.host}"
    return ""


def _cloned(kept: LedgerIdentity, here: LedgerIdentity) -> bool:
    """Whether a ledger with the same `file` may be on a copied disk or a copied server."""
    if here.server:
        return kept.server and kept.path != here.path
    return not (kept.machine or here.machine) and kept.host != here.host


def rival(seat: LedgerIdentity | None, look: IdentityCheck, *, stands: bool) -> str:
    """Return which other copy sends from this account, or "" when this one may take the seat. Pure.

    `seat` is the place of the copy that sends; it `stands` if it is there or nobody can check. If
    it is gone, the same ledger under a new name may take the seat, or what replaced it in place, or
    a restored one, which holds all that waits. Another copy would send that again.
    """
    here = look.here
    if seat is None or _same(seat, look.kept, here):
        return ""
    elsewhere = bool(seat.machine and here.machine and seat.machine != here.machine)
    if stands or elsewhere:
        on = f" on {seat.host}" if elsewhere else ""
        return f"another copy of this ledger, in {seat.path}{on}, is the one that sends"
    restored = look.kept is None and look.memory is Memory.AGREES
    if restored or seat.file == here.file or seat.path == here.path:
        return ""
    return f"another copy of this ledger, in {seat.path}, was the one that sent, and is gone now"


def _same(seat: LedgerIdentity, kept: LedgerIdentity | None, here: LedgerIdentity) -> bool:
    """Whether the seat belongs to the ledger that is here.

    A server may have several addresses. So the ledger keeps the one that it last sent by, which
    a copied server does not have.
    """
    if here.server and seat.server and seat.file == here.file:
        return seat.path == here.path or (kept is not None and kept.path == seat.path)
    return (seat.machine, seat.path, seat.file) == (here.machine, here.path, here.file)


class MachineRecords:
    """Finds where a ledger is, and remembers how far it has come, in `folder` of this account."""

    def __init__(self, folder: Path, host: str) -> None:
        self._folder = folder
        self._host = host

    @property
    def folder(self) -> Path:
        """The folder of the records."""
        return self._folder

    def place(self, ledger: Ledger) -> LedgerIdentity:
        """Return where an open ledger is."""
        url = ledger.engine.url
        if not ledger.is_sqlite:
            mark = meta.database_mark(ledger)
            return LedgerIdentity(
                host=self._host, machine="", path=meta.path_of(url), file=mark, server=True
            )
        return self.place_of_file(Path(url.database or ""))

    def place_of_file(self, file: Path) -> LedgerIdentity:
        """Return where a ledger is that is a file."""
        path = file.resolve()
        inode = str(path.stat().st_ino)
        return LedgerIdentity(host=self._host, machine=machine_id(), path=str(path), file=inode)

    def look(self, ledger: Ledger) -> IdentityCheck:
        """Check the identity of an open ledger against what is remembered of it."""
        here = self.place(ledger)
        with ledger.read() as tx:
            ledger_id, kept = meta.get(tx, "ledger_id"), from_text(meta.get(tx, "place"))
            line = self.recall(ledger_id, here.path)
            memory = Memory.NONE if self._knows(ledger_id) else Memory.LOST
            if line is not None:
                memory = Memory.AGREES if meta.has_line(tx, *line) else Memory.DIFFERS
        return IdentityCheck(ledger_id=ledger_id, kept=kept, here=here, memory=memory)

    def _knows(self, ledger_id: str) -> bool:
        """Whether anything is remembered of a ledger; also True when nothing can be."""
        with suppress(OSError):
            make_folder(self.folder)
            return self.seat(ledger_id) is not None or not os.access(self.folder, os.W_OK)
        return True

    def recall(self, ledger_id: str, path: str) -> tuple[int, datetime] | None:
        """Return the newest line of history remembered for a place; None for nothing."""
        try:
            kept = json.loads(self._file(ledger_id, path).read_text(encoding="utf-8"))
            return int(kept["number"]), datetime.fromisoformat(kept["at"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, ledger_id: str, path: str, line: tuple[int, datetime]) -> None:
        """Remember a line of history, if the folder can be written."""
        text = json.dumps({"number": line[0], "at": line[1].isoformat(), "path": path})
        _write(self._file(ledger_id, path), text)

    def rival(self, look: IdentityCheck) -> str:
        """Return which other copy of a ledger sends from this account, or ""; changes nothing."""
        seat = self.seat(look.ledger_id)
        stands = seat is not None and _stands(seat, look.here, look.ledger_id)
        return rival(seat, look, stands=stands)

    def sit(self, look: IdentityCheck, *, unseat: bool = False) -> str:
        """Take the seat of a ledger, as the one that sends; return who has it, "" when taken.

        With `unseat` it is taken from whoever has it. Of several at once, the first gets it.
        If nothing can be written, nobody has it. Raises TryAgain while another one is taking it.
        """
        if self.seat(look.ledger_id) == look.here:
            return ""
        file = self._file(look.ledger_id, "seat", ".seat.json")
        with _alone(file.with_suffix(".lock")):
            why = "" if unseat else self.rival(look)
            if not why:
                _write(file, as_text(look.here))
        return why

    def seat(self, ledger_id: str) -> LedgerIdentity | None:
        """Return the place of the copy of a ledger that sends; None when none is known."""
        try:
            return from_text(
                self._file(ledger_id, "seat", ".seat.json").read_text(encoding="utf-8")
            )
        except (OSError, BadData):
            return None

    def _file(self, ledger_id: str, path: str, ending: str = ".json") -> Path:
        mark = hashlib.sha256(f"{ledger_id}\n{path}".encode()).hexdigest()[:32]
        return self.folder / f"{mark}{ending}"


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


def _stands(seat: LedgerIdentity, here: LedgerIdentity, ledger_id: str) -> bool:
    """Whether another copy of the ledger than this one is still where its seat says.

    Also true when nobody can check: in a folder closed to this account, or on a server.
    """
    if seat.server:
        return True
    path = Path(seat.path)
    try:
        if str(path.stat().st_ino) != seat.file:
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
        raise TryAgain(
            "another copy of this ledger is just asking whether it may send", "try again"
        ) from error
    except (OSError, NotImplementedError):
        yield
        return
    try:
        yield
    finally:
        lock.release()


def _write(file: Path, text: str) -> None:
    """Write a whole file, if that is possible."""
    with suppress(OSError):
        make_folder(file.parent)
        with open_beside(file, lasting=False) as beside:
            beside.write(text.encode())
