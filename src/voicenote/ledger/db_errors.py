"""Translation of database errors into voicenote's own.

SQLite errors are told apart by the name of their code, PostgreSQL's by SQLSTATE.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sysconfig import get_path
from traceback import walk_tb

from sqlalchemy import Engine
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    PendingRollbackError,
)

from voicenote.errors import Restarting, TryAgain, Unavailable, VoicenoteError, room_for

#: A disk that can't take this many bytes is too full for a ledger.
_PROBE = 64 * 1024
_AGAIN = "run the same command again in a minute; what was finished is kept"
_SETTING = "see [ledger] url in voicenote.toml"

#: SQLSTATE, or its first two digits → our error class, what happened, what to do.
_BUSY = "somebody else is writing to the ledger"
_SLOW = "the database gave up this transaction: it took or waited too long"
_POSTGRES: dict[str, tuple[type[VoicenoteError], str, str]] = {
    "40P01": (TryAgain, _BUSY, "try again in a minute"),
    "40": (TryAgain, _BUSY, "try again in a minute"),
    "55P03": (TryAgain, _BUSY, "try again in a minute"),
    "57014": (TryAgain, _SLOW, _AGAIN),
    "25P03": (TryAgain, _SLOW, _AGAIN),
    "25P04": (TryAgain, _SLOW, _AGAIN),
    "57P04": (Unavailable, "the database was dropped", _SETTING),
    "57": (Restarting, "the database server ends, or starts again", _AGAIN),
    "08": (Restarting, "the connection to the database is lost", _AGAIN),
    "53300": (TryAgain, "the database server has no connection left", _AGAIN),
    "53100": (Unavailable, "the disk of the database server is full", "make room there"),
    "53": (TryAgain, "the database server is short of memory", _AGAIN),
    "58": (Unavailable, "the database server cannot use its disk", "look at its log"),
    "25006": (
        Unavailable,
        "the database server only lets us read, as a standby does",
        "give the address of the one that is written to: [ledger] url in voicenote.toml",
    ),
    "42501": (
        Unavailable,
        "the database account is not allowed to do this",
        "give it rights to the tables, or another account in [ledger] url",
    ),
}
_HOME = "another --home"
#: Start of SQLite's error name → what happened, what to do; used when the disk says no more.
_OF_DISK = {
    ("SQLITE_FULL",): ("the disk was full: nothing was changed", "make room, then run it again"),
    ("SQLITE_CANTOPEN", "SQLITE_READONLY"): (
        "the ledger cannot be opened: its folder can't be written, or doesn't exist",
        "allow writing in the workspace, or choose another --home, or [ledger] url",
    ),
    ("SQLITE_IOERR",): (
        "the disk does not read or write the ledger",
        "is it full, or worn out? Make room or mend it, then run the same command again",
    ),
}
#: What the driver says when the server goes away without a word.
_LOST = (
    *("server closed the connection", "connection is lost", "connection is closed"),
    *("consuming input failed", "sending query failed", "terminating connection"),
    *("SSL connection has been closed", "connection reset", "Broken pipe", "eof detected"),
)
#: What a server says to new connections while it starts, stops, or is full.
_NOT_NOW = (
    *("starting up", "shutting down", "in recovery mode", "not yet accepting connections"),
    *("too many clients", "too many connections", "connection slots are reserved"),
)

#: The modules where rows become values, and where a ledger's file is first read.
_OF_ROWS = (("ledger", "rows.py"), ("ledger", "store.py"))


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """Raise database errors from inside as voicenote's own; let all other errors pass."""
    try:
        yield
    except DBAPIError as error:
        ours = _ours(error, engine)
        if ours is None:
            raise
        raise ours from error
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        if not _of_a_row(error):
            raise
        reason = next(iter(str(error).splitlines()), type(error).__name__)[:120]
        raise Unavailable(
            f"the ledger holds what cannot be read: {reason}",
            "it is damaged, or was changed by hand: restore a backup: voicenote restore FILE",
        ) from error
    except PendingRollbackError as error:
        raise Restarting("the connection to the database is lost", _AGAIN) from error


def _of_a_row(error: Exception) -> bool:
    """Return whether the error arose where a row becomes values: then the row is damaged.

    SQLite's own message about a damaged file also ends up here when it isn't UTF-8.
    """
    library = get_path("stdlib")
    called = [Path(frame.f_code.co_filename) for frame, _ in walk_tb(error.__traceback__)]
    last = next(
        path
        for path in reversed(called)
        if not path.is_relative_to(library) or "site-packages" in path.parts
    )
    return "sqlalchemy" in last.parts or last.parts[-2:] in _OF_ROWS


def _ours(error: DBAPIError, engine: Engine) -> VoicenoteError | None:
    if isinstance(error, IntegrityError):
        twice = getattr(error.orig, "sqlstate", "") == "23505" or "UNIQUE" in str(error.orig)
        what = "somebody else wrote the same at this moment"
        return TryAgain(what, "run the same command again") if twice else None
    reason = next(iter(str(error.orig).splitlines()), "no reason given")
    if engine.dialect.name == "sqlite":
        return _of_sqlite(error, reason, Path(engine.url.database or ""))
    return _of_postgres(error, reason)


def _of_postgres(error: DBAPIError, reason: str) -> VoicenoteError | None:
    state = getattr(error.orig, "sqlstate", None) or ""
    kind, what, advice = _POSTGRES.get(state) or _POSTGRES.get(state[:2]) or (None, "", "")
    if kind is not None:
        return kind(what, advice)
    if error.connection_invalidated or any(words in reason for words in _LOST):
        return Restarting("the connection to the database is lost", _AGAIN)
    if any(words in reason for words in _NOT_NOW):  # while connecting there is no SQLSTATE
        return Restarting("the database server accepts no connections at the moment", _AGAIN)
    if isinstance(error, (OperationalError, InterfaceError)):
        advice = f"if the server is only starting, run it again in a minute; else {_SETTING}"
        return Unavailable(f"the ledger cannot be used: {reason}", advice)
    return None


def _of_sqlite(error: DBAPIError, reason: str, ledger: Path) -> VoicenoteError | None:
    name = getattr(error.orig, "sqlite_errorname", "")
    if "locked" in reason or "busy" in reason:
        return TryAgain(_BUSY, "try again in a minute")
    if "not a database" in reason or "malformed" in reason:
        return Unavailable(
            f"the ledger file is damaged: {reason}", "restore a backup: voicenote restore FILE"
        )
    if not isinstance(error, OperationalError):
        return None
    for kinds, known in _OF_DISK.items():
        if name.startswith(kinds):
            folder = ledger.parent
            no = _unwritable(ledger) if folder.is_dir() else None
            if no is None:
                return Unavailable(*known)
            why = no.strerror or reason
            return Unavailable(f"the ledger cannot be used: {why}", room_for(no, folder, _HOME))
    return Unavailable(f"the ledger cannot be used: {reason}", _SETTING)


def _unwritable(ledger: Path) -> OSError | None:
    """Return the error when a folder can't take a file as large as its ledger; None when it can."""
    import tempfile

    files = [ledger, *(ledger.with_name(ledger.name + end) for end in ("-wal", "-journal"))]
    try:
        size = max((file.stat().st_size for file in files if file.is_file()), default=0)
        with tempfile.TemporaryFile(dir=ledger.parent) as file:
            file.write(bytes(_PROBE))
            file.seek(max(size, _PROBE))  # beyond what ulimit -f allows; it takes no room
            file.write(b"0")
            file.flush()
    except OSError as error:
        return error
    return None
