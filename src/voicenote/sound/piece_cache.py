"""A cache of encoded sentences in a folder, by the hash of everything that decides their sound.

Several processes may use it at once without locks: a file is written under another name and then
renamed, and its content is checked against its hash when it is read. It never stops a memo: what
cannot be cached is made again. The least recently used files are removed first.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar, cast

from voicenote.files import UNFINISHED, make_folder, open_beside

T = TypeVar("T")

#: The default size of a cache, in bytes.
LIMIT = 1_000_000_000
_MARK = b"vn1\n"
_HASH = 16
#: A half-written file this many seconds older than the newest entry was left by a dead process.
_ABANDONED_S = 3600
#: How many entries are kept in memory: a script's shared sentences, not a whole batch.
_NEAR = 64


@dataclass(frozen=True, slots=True)
class Shown:
    """How many entries a cache holds, and their bytes."""

    entries: int
    size: int


class Cache:
    """Entries of bytes by key in `folder`, about `limit` bytes of them at most.

    The folder is created when the first entry is kept.
    """

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self._folder = folder
        self._place = str(folder)
        self._limit = limit
        self._near: OrderedDict[str, object] = OrderedDict()
        self._written = 0

    def load(self, key: str, read: Callable[[bytes], T]) -> T | None:
        """Return what `read` makes of the entry; None if it is missing or damaged (then removed).

        `read` raises ValueError or struct.error for what it cannot read. Always use the same `read`
        for a key. Its result is kept in memory for the next time, so do not change it.
        """
        if key in self._near:
            self._near.move_to_end(key)
            return cast("T", self._near[key])
        path = self._path(key)
        try:
            with Path(path).open("rb", buffering=0) as file:
                data = file.read()
            found = read(_open_entry(data))
        except OSError:
            return None
        except (ValueError, struct.error):
            with suppress(OSError):
                Path(path).unlink()
            return None
        with suppress(OSError):
            os.utime(path)
        self._hold(key, found)
        return found

    def keep(self, key: str, data: bytes, value: object) -> None:
        """Keep `data`, from which `load` makes `value`. Disk errors are ignored."""
        self._hold(key, value)
        path = self._path(key)
        try:
            self._write(path, _MARK + _digest(data) + data)
        except OSError:
            return
        self._written += len(data)
        # Counting all files takes a while, so it waits until a twentieth of the limit was written.
        if self._written > self._limit / 20:
            self.prune()

    def prune(self, limit: int | None = None) -> Shown:
        """Remove the least recently used entries above `limit` bytes; return what was removed."""
        self._written = 0
        most = self._limit if limit is None else limit
        files = self._files()
        size = sum(length for _, length, _ in files)
        gone = Shown(0, 0)
        # A little below, so that the next entry does not start it again.
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
        """Return how much the cache holds."""
        sizes = [length for _, length, _ in self._files()]
        return Shown(len(sizes), sum(sizes))

    def _path(self, key: str) -> str:
        # Paths as text for speed: a cached memo reads eight files and does little else.
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
        """Return (last use, bytes, path) of each file, oldest first; abandoned ones are removed."""
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
    """Return the cache key for `parts`: text, numbers, booleans and None."""
    return hashlib.blake2b(ascii(parts).encode("ascii"), digest_size=20).hexdigest()


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_HASH).digest()


def _open_entry(data: bytes) -> bytes:
    """Return the content of a file. Raises ValueError if it isn't what was written."""
    start = len(_MARK) + _HASH
    content = data[start:]
    if not data.startswith(_MARK) or data[len(_MARK) : start] != _digest(content):
        raise ValueError("damaged")
    return content
