"""The refs that a source has had so far, kept outside memory: a big file has millions."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from types import TracebackType
from typing import Self


def fingerprint(values: Mapping[str, str]) -> bytes:
    """Return 16 bytes that identify a record by its filled columns, in any order."""
    filled = sorted((name, text) for name, text in values.items() if text)
    packed = "\x1e".join(f"{name}\x1f{text}" for name, text in filled)
    return hashlib.blake2b(packed.encode("utf-8", "surrogatepass"), digest_size=16).digest()


class SeenRefs:
    """Refs in a temporary file, each with the place and content of its first appearance."""

    def __init__(self) -> None:
        self._store = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._store.execute("PRAGMA journal_mode=OFF")
        self._store.execute("PRAGMA cache_size=-8192")
        self._store.execute(
            "CREATE TABLE seen (ref BLOB PRIMARY KEY, place TEXT, content BLOB) WITHOUT ROWID"
        )
        self._store.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._store.close()

    def first(self, ref: str, place: str, content: bytes) -> tuple[str, bool] | None:
        """Store `ref`; return None if it is new, else (place, same content) of its first time."""
        key = hashlib.blake2b(ref.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        done = self._store.execute(
            "INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", (key, place, content)
        )
        if done.rowcount:
            return None
        with closing(
            self._store.execute("SELECT place, content FROM seen WHERE ref = ?", (key,))
        ) as rows:
            before, same = rows.fetchone()
        return str(before), bool(same == content)
