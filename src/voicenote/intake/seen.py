"""The refs that a source has had so far, kept outside memory: a big file has millions."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping
from contextlib import closing


def fingerprint(values: Mapping[str, str]) -> bytes:
    """Return 16 bytes that identify a record by its filled columns, in any order."""
    filled = sorted((name, text) for name, text in values.items() if text)
    return _digest("\x1e".join(f"{name}\x1f{text}" for name, text in filled))


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def open_store(table: str) -> sqlite3.Connection:
    """Return a temporary database with one table, which is gone when it is closed."""
    store = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    store.execute("PRAGMA journal_mode=OFF")
    store.execute("PRAGMA cache_size=-8192")
    store.execute(f"CREATE TABLE {table} WITHOUT ROWID")
    store.execute("BEGIN")
    return store


class SeenRefs:
    """Refs in a temporary file, each with the place and content of its first appearance."""

    def __init__(self) -> None:
        self._store = open_store("seen (ref BLOB PRIMARY KEY, place TEXT, content BLOB)")

    def close(self) -> None:
        """Forget all refs."""
        self._store.close()

    def first(self, ref: str, place: str, content: bytes) -> tuple[str, bool] | None:
        """Store `ref`; return None if it is new, else (place, same content) of its first time."""
        key = _digest(ref)
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


class NewestVersions:
    """The newest version of each record, when a file or its pages have several of them."""

    def __init__(self) -> None:
        self._store = open_store("newest (ref BLOB PRIMARY KEY, updated REAL)")

    def close(self) -> None:
        """Forget all versions."""
        self._store.close()

    def add(self, ref: str, updated: float) -> None:
        """Note when a version of `ref` was updated, in seconds since 1970."""
        self._store.execute(
            "INSERT INTO newest VALUES (?, ?) ON CONFLICT (ref) DO UPDATE"
            " SET updated = max(updated, excluded.updated)",
            (_digest(ref), updated),
        )

    def is_older(self, ref: str, updated: float) -> bool:
        """Return whether another version of `ref` was updated later."""
        with closing(
            self._store.execute("SELECT updated FROM newest WHERE ref = ?", (_digest(ref),))
        ) as rows:
            found = rows.fetchone()
        return bool(found and found[0] > updated)
