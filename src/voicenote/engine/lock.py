"""The run lock: one run at a time on one ledger. A second one does no harm; it says so and ends.

SQLite: a lock file beside the ledger, which the operating system frees when its holder dies, and
keeps while the holder is only stopped. PostgreSQL: an advisory lock on its own connection.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from voicenote.errors import TryAgain, Unavailable
from voicenote.files import FILE
from voicenote.ledger.db_errors import translated
from voicenote.ledger.store import Ledger

#: The number of the run lock in PostgreSQL's space of advisory locks.
ADVISORY = 7302


@contextmanager
def pass_lock(ledger: Ledger, home: Path) -> Iterator[None]:
    """Hold the run lock. Raises TryAgain when another run holds it."""
    if ledger.is_sqlite:
        database = ledger.engine.url.database
        beside = Path(database) if database and database != ":memory:" else home / "ledger"
        with _file_lock(beside.with_name(f"{beside.name}.pass")):
            yield
    else:
        with _advisory_lock(ledger):
            yield


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(path, blocking=False, mode=FILE)
    try:
        lock.acquire()
    except Timeout as error:
        raise _lock_error() from error
    except OSError as error:
        raise Unavailable(
            f"cannot make the lock file {path}: {error.strerror}",
            "the folder of the ledger must be writable",
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _advisory_lock(ledger: Ledger) -> Iterator[None]:
    with translated(ledger.engine), ledger.engine.connect() as connection:
        got = connection.execute(text("select pg_try_advisory_lock(:n)"), {"n": ADVISORY}).scalar()
        # the lock belongs to the session: it outlives this transaction, not this connection
        connection.commit()
        if not got:
            raise _lock_error()
        try:
            yield
        finally:
            with suppress(DBAPIError):  # a closed session holds no lock
                connection.execute(text("select pg_advisory_unlock(:n)"), {"n": ADVISORY})
                connection.commit()


def _lock_error() -> TryAgain:
    return TryAgain(
        "another run is at work on this ledger",
        "nothing to do: it sends what is due; the next run looks again",
    )
