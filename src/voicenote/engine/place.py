"""Where a ledger is at home: a restored or copied one asks before it sends.

Two copies that both send would apologise twice. So the ledger keeps its place, and this machine
remembers, outside of the workspace, how far the ledger of a place has come. Pure but for
`Whereabouts`, which looks.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from voicenote.ledger import meta
from voicenote.ledger.store import Ledger

#: Where systems keep an id of the machine (machine-id(5)); it is hashed before it is kept.
_MACHINE_IDS = ("/etc/machine-id", "/var/lib/dbus/machine-id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a ledger is. `file` tells it from its copies: an inode, or a database's id.

    `machine` is a hashed id, "" where the system has none; it means nothing for a database on a
    server. `host` and `path` are for people, and the path for what was put in the same place.
    `server`: whether it is a database on a server; its path is then where that server is reached.
    """

    host: str
    machine: str
    path: str
    file: str
    server: bool = False


class Memory(Enum):
    """Whether what this machine remembers of a ledger is in it."""

    NONE = "none"
    AGREES = "agrees"
    DIFFERS = "differs"


def doubt(kept: Place | None, here: Place, memory: Memory) -> str:
    """Return why this may not be the ledger that sends, or "" when there is no doubt. Pure.

    A workspace may be renamed, its host name may change, and a container may be made anew around
    it, where it has the machine's id or its memory. What was put back in its own place is known
    when this machine remembers its newest line. A copy of a whole disk, or of a whole server, has
    the same `file`: then a host without an id, or the way to the server, tells them apart.
    """
    if memory is Memory.DIFFERS:
        return "this ledger is older than the one that has sent from here, or another copy of it"
    if kept is None:
        return ""
    if kept.machine and here.machine and kept.machine != here.machine:
        return f"this ledger is at home on another machine, {kept.host}"
    if kept.file == here.file and memory is not Memory.AGREES and _cloned(kept, here):
        return f"this may be a copy of the ledger in {kept.path} on {kept.host}"
    if kept.file == here.file or (kept.path == here.path and memory is Memory.AGREES):
        return ""
    return f"this ledger is a copy of the one in {kept.path} on {kept.host}"


def _cloned(kept: Place, here: Place) -> bool:
    """Whether what has the same `file` may be on a copied disk, or in a copied server."""
    if here.server:
        return kept.server and kept.path != here.path
    return not (kept.machine or here.machine) and kept.host != here.host


class Whereabouts:
    """Looks where a ledger is, and remembers how far it has come, in `folder` of this machine."""

    def __init__(self, folder: Path, host: str) -> None:
        self._folder = folder
        self._host = host

    def place(self, ledger: Ledger) -> Place:
        """Return where an open ledger is."""
        url = ledger.engine.url
        if not ledger.is_sqlite:
            port = f":{url.port}" if url.port else ""
            path = f"{url.host or ''}{port}/{url.database or ''}"
            mark = meta.database_mark(ledger)
            return Place(host=self._host, machine="", path=path, file=mark, server=True)
        path = str(Path(url.database or "").resolve())
        inode = str(Path(path).stat().st_ino)
        return Place(host=self._host, machine=_machine(), path=path, file=inode)

    def recall(self, ledger_id: str, path: str) -> tuple[int, datetime] | None:
        """Return the newest line of history that was remembered for a place; None for nothing."""
        try:
            kept = json.loads(self._file(ledger_id, path).read_text(encoding="utf-8"))
            return int(kept["number"]), datetime.fromisoformat(kept["at"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, ledger_id: str, path: str, line: tuple[int, datetime]) -> None:
        """Remember a line of history. Where nothing can be written, nothing is remembered."""
        file = self._file(ledger_id, path)
        beside = file.with_suffix(".new")
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps({"number": line[0], "at": line[1].isoformat(), "path": path})
            beside.write_text(text, encoding="utf-8")
            beside.replace(file)

    def _file(self, ledger_id: str, path: str) -> Path:
        mark = hashlib.sha256(f"{ledger_id}\n{path}".encode()).hexdigest()[:32]
        return self._folder / f"{mark}.json"


def as_text(place: Place) -> str:
    """Return a place as the ledger keeps it."""
    return json.dumps(asdict(place))


def from_text(kept: str) -> Place | None:
    """Return a place that the ledger has kept; None for none."""
    return Place(**json.loads(kept)) if kept else None


def _machine() -> str:
    for file in _MACHINE_IDS:
        with suppress(OSError):
            found = Path(file).read_bytes().strip()
            if found:
                return hashlib.sha256(b"voicenote " + found).hexdigest()[:16]
    return ""
