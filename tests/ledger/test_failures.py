"""What a database says when it fails is told as what it is, and never as our fault."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from voicenote.engine.lock import pass_lock
from voicenote.errors import Restarting, TryAgain, Unavailable, VoicenoteError
from voicenote.ledger import case_reports, db_errors
from voicenote.ledger.db_errors import translated
from voicenote.ledger.store import Ledger

on_postgresql = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


def end_all(ledger: Ledger) -> None:
    """End every session on this database but the one that does it, as a restart does."""
    admin = create_engine(ledger.engine.url)
    with admin.connect() as connection:
        ended = (
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        connection.execute(text(ended))
    admin.dispose()


@on_postgresql
@pytest.mark.parametrize(
    ("state", "kind"),
    [
        *(("57P01", Restarting), ("57P02", Restarting), ("57P03", Restarting)),
        *(("57P05", Restarting), ("08006", Restarting), ("08003", Restarting)),
        *(("57014", TryAgain), ("25P03", TryAgain), ("25P04", TryAgain), ("53300", TryAgain)),
        *(("40P01", TryAgain), ("40001", TryAgain), ("55P03", TryAgain), ("53200", TryAgain)),
        *(("53100", Unavailable), ("58030", Unavailable), ("25006", Unavailable)),
        *(("42501", Unavailable), ("57P04", Unavailable)),
    ],
)
def test_what_the_server_says_is_no_fault_of_ours(
    ledger: Ledger, state: str, kind: type[VoicenoteError]
) -> None:
    raised = f"do $$ begin raise exception 'x' using errcode = '{state}'; end $$"
    with pytest.raises(kind) as told, ledger.write() as tx:
        tx.connection.execute(text(raised))
    assert type(told.value) is kind
    assert told.value.advice


@on_postgresql
@pytest.mark.parametrize("way", ["read", "write"])
def test_a_server_that_restarts_is_asked_again_and_half_a_change_is_none(
    ledger: Ledger, way: str
) -> None:
    def broken() -> None:
        with getattr(ledger, way)() as tx:
            tx.tell("case_opened", 1)
            end_all(ledger)
            tx.connection.execute(text("select 1"))

    with pytest.raises(Restarting):
        broken()
    with ledger.read() as tx:
        assert case_reports.history(tx) == []


@on_postgresql
def test_a_server_that_restarts_at_the_commit_is_told_so(ledger: Ledger) -> None:
    def broken() -> None:
        with ledger.write() as tx:
            tx.tell("case_opened", 1)
            end_all(ledger)

    with pytest.raises(Restarting):
        broken()
    with ledger.read() as tx:
        assert case_reports.history(tx) == []


@on_postgresql
def test_a_restart_during_a_pass_frees_its_lock_and_is_no_error_of_its_end(
    ledger: Ledger, tmp_path: Path
) -> None:
    with pass_lock(ledger, tmp_path):
        end_all(ledger)
    with pass_lock(ledger, tmp_path):
        pass


@on_postgresql
def test_a_lock_that_cannot_be_asked_for_is_told_too(ledger: Ledger, tmp_path: Path) -> None:
    with ledger.engine.connect() as other:
        end_all(ledger)
        with pytest.raises(Restarting), translated(ledger.engine):
            other.execute(text("select 1"))
    with pass_lock(ledger, tmp_path):
        pass


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("FATAL:  the database system is starting up", Restarting),
        ("FATAL:  the database system is shutting down", Restarting),
        ("FATAL:  the database system is in recovery mode", Restarting),
        ("FATAL:  sorry, too many clients already", Restarting),
        ("FATAL:  remaining connection slots are reserved for superusers", Restarting),
        ("server closed the connection unexpectedly", Restarting),
        ("connection failed: Connection refused", Unavailable),
    ],
)
def test_a_server_that_lets_nobody_in_is_told_from_one_that_is_not_there(
    said: str, kind: type[VoicenoteError]
) -> None:
    engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:9/x")
    with pytest.raises(kind), translated(engine):
        raise OperationalError("select 1", {}, psycopg.OperationalError(said))


class Said(sqlite3.OperationalError):
    """An error with the name that SQLite gives it."""

    def __init__(self, name: str) -> None:
        super().__init__("disk I/O error")
        self.sqlite_errorname = name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("SQLITE_FULL", "the disk was full"),
        ("SQLITE_IOERR_SHMSIZE", "does not read or write"),
        ("SQLITE_CANTOPEN", "cannot be opened"),
        ("SQLITE_READONLY_DBMOVED", "cannot be opened"),
    ],
)
def test_a_disk_that_has_room_again_is_told_by_what_sqlite_said(
    tmp_path: Path, name: str, words: str
) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'ledger.db'}")
    with pytest.raises(Unavailable, match=words), translated(engine):
        raise OperationalError("select 1", {}, Said(name))


@pytest.mark.parametrize(
    ("number", "words"),
    [(28, "make room on the disk"), (30, "can only be read"), (13, "the right to write")],
)
@pytest.mark.parametrize("name", ["SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_CANTOPEN"])
def test_a_disk_that_takes_nothing_is_told_by_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, number: int, words: str
) -> None:
    monkeypatch.setattr(db_errors, "_unwritable", lambda _: OSError(number, "so it is"))
    engine = create_engine(f"sqlite:///{tmp_path / 'ledger.db'}")
    with pytest.raises(Unavailable, match="so it is") as told, translated(engine):
        raise OperationalError("select 1", {}, Said(name))
    assert words in told.value.advice
    assert number == 28 or str(tmp_path) in told.value.advice


def test_a_ledger_that_outgrew_the_limit_on_files_is_told_of_that_limit(tmp_path: Path) -> None:
    """The disk is whole and has room; the probe has to be as large as the ledger to see why."""
    import resource

    ledger = tmp_path / "ledger.db"
    ledger.write_bytes(bytes(200_000))
    engine = create_engine(f"sqlite:///{ledger}")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, before[1]))
    try:
        with pytest.raises(Unavailable, match="File too large") as told, translated(engine):
            raise OperationalError("insert", {}, Said("SQLITE_IOERR_WRITE"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "ulimit -f" in told.value.advice
