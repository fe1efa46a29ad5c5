"""A folder of what was made once: sentences by the hash of everything that decides their sound.

Several processes may use it at once without locks: a file is written under another name and then
renamed, and its content is held against its own hash when it is read. It never stops a memo: what
cannot be kept is made again. The least recently used files go first.
"""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar, cast

from voicenote.files import UNFINISHED, make_folder, open_beside

T = TypeVar("T")

#: What a cache may take, in bytes, when nothing else is said.
LIMIT = 1_000_000_000
_MARK = b"vn1\n"
_HASH = 16
#: A half-written file this much older than the newest entry, in seconds, is of a process that died.
_ABANDONED_S = 3600
#: How many entries are held in memory: a script's shared sentences, and not a whole batch.
_NEAR = 64


@dataclass(frozen=True, slots=True)
class Shown:
    """What a cache holds: how many entries, and their bytes."""

    entries: int
    size: int


class Cache:
    """Entries of bytes by key, at most about `limit` bytes of them, in `folder`.

    The folder is made when something is kept.
    """

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self._folder = folder
        self._place = str(folder)
        self._limit = limit
        self._near: OrderedDict[str, object] = OrderedDict()
        self._written = 0

    def load(self, key: str, read: Callable[[bytes], T]) -> T | None:
        """Return what `read` makes of the entry, or None: not there, or damaged (then it goes).

        `read` raises ValueError for what it cannot read. The same key must come with the same
        `read`; what it returned is held for the next time, so it must not be changed.
        """
        if key in self._near:
            self._near.move_to_end(key)
            return cast("T", self._near[key])
        path = self._path(key)
        try:
            with open(path, "rb", buffering=0) as file:  # noqa: PTH123
                data = file.read()
            found = read(_open_entry(data))
        except OSError:
            return None
        except ValueError:
            with suppress(OSError):
                os.unlink(path)  # noqa: PTH108
            return None
        with suppress(OSError):
            os.utime(path)
        self._hold(key, found)
        return found

    def keep(self, key: str, data: bytes, value: object) -> None:
        """Keep `data`, of which `load` makes `value`. What the disk refuses is not kept."""
        self._hold(key, value)
        path = self._path(key)
        try:
            self._write(path, _MARK + _digest(data) + data)
        except OSError:
            return
        self._written += len(data)
        # Counting all files takes a while; a twentieth too much is borne until then.
        if self._written > self._limit / 20:
            self.prune()

    def prune(self, limit: int | None = None) -> Shown:
        """Remove the least recently used entries above `limit` bytes; return what went."""
        self._written = 0
        most = self._limit if limit is None else limit
        files = self._files()
        size = sum(length for _, length, _ in files)
        gone = Shown(0, 0)
        # A little below, so that the next entry does not begin it again.
        enough = most if size <= most else most * 0.9
        for _, length, path in files:
            if size - gone.size <= enough:
                break
            with suppress(OSError):
                path.unlink()
                gone = Shown(gone.entries + 1, gone.size + length)
        if most == 0:
            self._near.clear()
        return gone

    def shown(self) -> Shown:
        """Return what is there."""
        sizes = [length for _, length, _ in self._files()]
        return Shown(len(sizes), sum(sizes))

    def _path(self, key: str) -> str:
        # Paths as text: a memo that is known reads eight files and does little else.
        return f"{self._place}{os.sep}{key[:2]}{os.sep}{key}"

    def _write(self, path: str, data: bytes) -> None:
        place = Path(path)
        make_folder(place.parent)
        with open_beside(place, lasting=False) as file:
            file.write(data)

    def _hold(self, key: str, value: object) -> None:
        self._near[key] = value
        self._near.move_to_end(key)
        if len(self._near) > _NEAR:
            self._near.popitem(last=False)

    def _files(self) -> list[tuple[float, int, Path]]:
        """When each file was last used, its bytes, its path, in order; abandoned ones go."""
        entries: list[tuple[float, int, Path]] = []
        half: list[tuple[float, Path]] = []
        for path in self._folder.glob("??/*"):
            with suppress(OSError):
                facts = path.stat()
                if path.name.startswith(UNFINISHED):
                    half.append((facts.st_mtime, path))
                else:
                    entries.append((facts.st_mtime, facts.st_size, path))
        entries.sort()
        newest = entries[-1][0] if entries else 0.0
        for written, path in half:
            if written < newest - _ABANDONED_S:
                with suppress(OSError):
                    path.unlink()
        return entries


@lru_cache(maxsize=1024, typed=True)
def key_of(*parts: str | float | bool | None) -> str:
    """Return the key of what `parts` decide: texts, numbers, truths, and None."""
    return hashlib.blake2b(ascii(parts).encode("ascii"), digest_size=20).hexdigest()


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_HASH).digest()


def _open_entry(data: bytes) -> bytes:
    """The content of a file. Raises ValueError when it is not what was written."""
    start = len(_MARK) + _HASH
    content = data[start:]
    if not data.startswith(_MARK) or data[len(_MARK) : start] != _digest(content):
        raise ValueError("damaged")
    return content
