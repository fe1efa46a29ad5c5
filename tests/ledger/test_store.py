from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Connection,
    MetaData,
    String,
    create_engine,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError

from voicenote.errors import BadData, BadSettings, SchemaChanged, TryAgain, Unavailable
from voicenote.ledger import (
    case_reports,
    case_store,
    customer_store,
    meta,
    migrate,
    optouts,
    pauses,
    store,
    tables,
)
from voicenote.ledger.store import Ledger, Transaction, open_ledger
from voicenote.model.case import Complaint


def test_migrations_build_the_schema_that_the_tables_describe(ledger: Ledger) -> None:
    with ledger.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, tables.meta.metadata) == []


def test_the_newest_migration_is_the_one_the_code_expects() -> None:
    config = Config()
    folder = Path(migrate.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    assert ScriptDirectory.from_config(config).get_current_head() == migrate.HEAD


def test_a_change_and_its_history_are_kept_together_or_not_at_all(
    ledger: Ledger, complaint: Callable[..., Complaint]
) -> None:
    def half() -> None:
        with ledger.write() as tx:
            case_store.add(tx, [complaint()])
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        half()
    with ledger.read() as tx:
        assert case_store.numbers_of(tx) == []
        assert case_reports.history(tx) == []


@pytest.mark.parametrize("what", ["delete", "rewrite"])
def test_history_can_be_neither_deleted_nor_rewritten(ledger: Ledger, what: str) -> None:
    with ledger.write() as tx:
        tx.tell("case_opened", 1)
    table = tables.history
    statement = delete(table) if what == "delete" else update(table).values(event="nothing")
    with pytest.raises(DBAPIError, match="never"), ledger.engine.begin() as connection:
        connection.execute(statement)
    with ledger.read() as tx:
        assert [row["event"] for row in case_reports.history(tx)] == ["case_opened"]


def test_money_and_moments_come_back_exactly_as_they_went_in(
    ledger: Ledger, complaint: Callable[..., Complaint]
) -> None:
    told = complaint()
    with ledger.write() as tx:
        [added] = case_store.add(tx, [told])
    with ledger.read() as tx:
        assert case_store.get(tx, added.case).complaint == told


def test_a_ledger_from_a_newer_voicenote_is_left_alone(
    url: str, ledger: Ledger, clock: Callable[[], object], new_id: Callable[[], str]
) -> None:
    with ledger.engine.begin() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    with pytest.raises(SchemaChanged, match="newer voicenote"):
        open_ledger(url, clock=clock, actor="tester", new_id=new_id)  # type: ignore[arg-type]


@pytest.mark.parametrize(("found", "words"), [("9999", "newer voicenote"), ("0001", "put back")])
def test_a_schema_that_changes_under_an_open_ledger_stops_every_write(
    ledger: Ledger, found: str, words: str
) -> None:
    with ledger.engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = :v"), {"v": found})
    with pytest.raises(SchemaChanged, match=words):
        ledger.check_schema()
    with pytest.raises(SchemaChanged, match=words), ledger.write() as tx:
        tx.tell("case_opened", 1)
    with ledger.read() as tx:
        assert case_reports.history(tx) == []


def test_an_older_sqlite_file_is_copied_before_it_is_migrated(
    tmp_path: Path, clock: Callable[[], object], new_id: Callable[[], str]
) -> None:
    path = tmp_path / "ledger.sqlite3"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("create table alembic_version (version_num varchar(32))")
        raw.execute("insert into alembic_version values ('0000')")
        raw.commit()
    with pytest.raises(Exception, match="0000"):
        open_ledger(f"sqlite:///{path}", clock=clock, actor="t", new_id=new_id)  # type: ignore[arg-type]
    [copy] = tmp_path.glob("ledger.sqlite3.before-*")
    with closing(sqlite3.connect(copy)) as raw:
        assert raw.execute("select * from alembic_version").fetchall() == [("0000",)]


def test_an_older_file_that_cannot_be_copied_is_left_as_it_was(
    tmp_path: Path, clock: Callable[[], object], new_id: Callable[[], str]
) -> None:
    path = tmp_path / "ledger.sqlite3"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("create table alembic_version (version_num varchar(32))")
        raw.execute("insert into alembic_version values ('0000')")
        raw.commit()
    (tmp_path / f"{path.name}.before-{migrate.HEAD}-was-0000").mkdir()
    with pytest.raises(Unavailable, match="cannot be copied before") as no:
        open_ledger(f"sqlite:///{path}", clock=clock, actor="t", new_id=new_id)  # type: ignore[arg-type]
    assert "make room" in no.value.advice
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("select * from alembic_version").fetchall() == [("0000",)]


def test_two_first_commands_at_once_make_one_ledger(
    url: str, clock: Callable[[], object], new_id: Callable[[], str]
) -> None:
    opened: list[Ledger] = []
    failed: list[BaseException] = []

    def first() -> None:
        try:
            opened.append(open_ledger(url, clock=clock, actor="t", new_id=new_id))  # type: ignore[arg-type]
        except BaseException as error:  # noqa: BLE001 - shown by the assertion
            failed.append(error)

    threads = [threading.Thread(target=first) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with opened[0].read() as tx:
        ids = tx.connection.execute(
            select(tables.meta.c.value).where(tables.meta.c.name == "ledger_id")
        ).scalars()
        assert len(list(ids)) == 1
    for one in opened:
        one.close()


@pytest.mark.parametrize(
    "bad",
    [
        "nonsense",
        "mysql://host/x",
        "://",
        "",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file::memory:?uri=true",
        "sqlite+aiosqlite:///x.db",
        "postgresql+asyncpg://host/x",
    ],
)
def test_a_url_that_cannot_be_a_ledger_is_a_bad_setting(
    bad: str, clock: Callable[[], object], new_id: Callable[[], str]
) -> None:
    with pytest.raises(BadSettings):
        open_ledger(bad, clock=clock, actor="t", new_id=new_id)  # type: ignore[arg-type]


def test_two_who_write_the_same_at_once_are_asked_to_try_again(ledger: Ledger) -> None:
    row = insert(tables.meta).values(name="twice", value="x")
    with ledger.write() as tx:
        tx.connection.execute(row)
    with pytest.raises(TryAgain, match="the same"), ledger.write() as tx:
        tx.connection.execute(row)


@pytest.mark.parametrize(("said", "tries"), [("database is locked", 3), ("disk I/O error", 1)])
def test_the_change_to_the_write_ahead_log_waits_for_a_lock_and_for_nothing_else(
    said: str, tries: int
) -> None:
    class Busy:
        asked = 0

        def execute(self, _: str) -> None:
            self.asked += 1
            if self.asked < 3:
                raise sqlite3.OperationalError(said)

    busy = Busy()
    with suppress(sqlite3.OperationalError):
        store._write_ahead(busy)
    assert busy.asked == tries


def test_a_file_that_is_no_database_is_explained(
    tmp_path: Path, clock: Callable[[], object], new_id: Callable[[], str]
) -> None:
    path = tmp_path / "ledger.sqlite3"
    path.write_text("this is a letter, not a database, and a long one at that\n" * 50)
    with pytest.raises(Unavailable, match="damaged") as caught:
        open_ledger(f"sqlite:///{path}", clock=clock, actor="t", new_id=new_id)  # type: ignore[arg-type]
    assert "restore" in caught.value.advice


def test_a_ledger_whose_very_tables_are_damaged_is_explained(
    tmp_path: Path, clock: Callable[[], object], new_id: Callable[[], str]
) -> None:
    path = tmp_path / "ledger.sqlite3"
    with closing(sqlite3.connect(path)) as made:
        made.execute("create table cases (number integer)")
        made.commit()
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE cases", b"CREATE\x91TABLE cases"))
    with pytest.raises(Unavailable, match="holds what cannot be read"):
        open_ledger(f"sqlite:///{path}", clock=clock, actor="t", new_id=new_id)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    ["cases set opened_at = '2026-13-45'", "cases set severity = 'odd'", "cases set involved = '{'",
     "customers set name = ''", "cases set harm_amount = 'much', harm_currency = 'EUR'",
     "cases set feeling = x'ff'", "cases set round = 'two'", "cases set involved = 'null'",
     "cases set harm_amount = x'31', harm_currency = 'EUR'"],
)  # fmt: skip
def test_a_value_that_nobody_can_mean_is_explained(
    tmp_path: Path,
    clock: Callable[[], datetime],
    new_id: Callable[[], str],
    complaint: Callable[..., Complaint],
    change: str,
) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    ledger = open_ledger(url, clock=clock, actor="t", new_id=new_id)
    with ledger.write() as tx:
        case_store.add(tx, [complaint(ref="a")])
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as raw:
        raw.execute("pragma ignore_check_constraints = on")
        raw.execute(f"update {change}")
        raw.commit()
    with (
        pytest.raises(BadData, match="case 1 cannot be read") as caught,
        ledger.read() as tx,
    ):
        case_store.get(tx, 1)
    assert "restore" in caught.value.advice
    ledger.close()


@contextmanager
def of_release(place: Path | str, migration: str) -> Iterator[Connection]:
    """A ledger (a file or a URL) as it was after one of the migrations, to put something in."""
    engine = create_engine(place if isinstance(place, str) else f"sqlite:///{place}")
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, migration)
        yield connection
    engine.dispose()


def test_a_ledger_of_the_first_release_is_brought_up_to_date_with_all_that_is_in_it(
    tmp_path: Path, clock: Callable[[], datetime], new_id: Callable[[], str]
) -> None:
    with of_release(tmp_path / "ledger.db", "0001") as connection:
        connection.execute(text("insert into meta values ('ledger_id', 'kept')"))
        connection.execute(
            insert(tables.history).values(at=clock(), actor="a", event="kept", facts={})
        )
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    ledger = open_ledger(url, clock=clock, actor="t", new_id=new_id)
    with ledger.read() as tx:
        assert meta.get(tx, "ledger_id") == "kept"
        assert [row["event"] for row in case_reports.history(tx)] == ["kept"]
        assert pauses.list_paused(tx) == []
    with ledger.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, tables.meta.metadata) == []
    ledger.close()


def test_the_four_addresses_of_a_customer_get_rows_of_their_own(
    url: str, clock: Callable[[], datetime], new_id: Callable[[], str]
) -> None:
    """With more customers than are read at once."""
    with of_release(url, "0008") as connection:
        old = MetaData()
        old.reflect(connection)
        connection.execute(insert(old.tables["meta"]), {"name": "ledger_id", "value": "kept"})
        blank = {c.name: "" for c in old.tables["customers"].columns if c.name != "opted_out_at"}
        people = [
            {**blank, "number": n, "name": "Ann", "email": f"c{n}@x.example", "phone": "+3725"}
            for n in range(1, 1103)
        ]
        people[-1] |= {"telegram": "@Ann", "email": "", "whatsapp": "+4"}
        connection.execute(insert(old.tables["customers"]), people)
        case: dict[str, Any] = {
            c.name: "" for c in old.tables["cases"].columns if isinstance(c.type, String)
        }
        case |= {"number": 1, "customer": 1102, "opened_at": clock(), "added_at": clock()}
        case |= {"stage": "opened", "round": 1, "severity": "low", "finding": "partly"}
        case |= {
            "abusive": False,
            "involved": [],
            "what_happened": "late",
            "ref": "1",
            "outcome": None,
        }
        case |= {"harm_amount": None, "harm_currency": None}
        connection.execute(insert(old.tables["cases"]), case)
    ledger = open_ledger(url, clock=clock, actor="t", new_id=new_id)
    with ledger.write() as tx:
        assert customer_store.read_customer(tx, 1).address("email") == "c1@x.example"
        assert customer_store.find_owners(tx, ["@ann"]) == {1102}
        theirs = {one.kind: one.value for one in case_store.get(tx, 1).customer.addresses}
        assert theirs == {"phone": "+3725", "telegram": "@Ann", "whatsapp": "+4"}
        since = select(tables.addresses.c.since).where(tables.addresses.c.customer == 1102)
        assert set(tx.connection.execute(since).scalars()) == {clock()}
        optouts.opt_out_address(tx, "+3725")
        assert optouts.has_opted_out(tx, 1)
    with ledger.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, tables.meta.metadata) == []
    ledger.close()


def test_a_pause_that_has_ended_stays_so_when_the_ledger_is_brought_up_to_date(
    tmp_path: Path, clock: Callable[[], datetime], new_id: Callable[[], str]
) -> None:
    with of_release(tmp_path / "ledger.db", "0003") as connection:
        for line in (
            "insert into meta values ('ledger_id', 'kept')",
            (
                'insert into attempts (number, touch, channel, domain_sha256, at, "by", outcome)'
                " values (1, 1, 'mail', '', '2026-03-02 09:00:00.000000', '', 'refused'),"
                " (2, 1, 'mail', '', '2026-03-02 11:00:00.000000', '', 'refused')"
            ),
            (
                "insert into brakes values"
                " ('mail', '2026-03-02 09:30:00.000000', '2026-03-02 10:00:00.000000', 1, 1),"
                " ('chat', '2026-03-02 09:30:00.000000', null, 1, 1)"
            ),
        ):
            connection.execute(text(line))
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with (
        closing(open_ledger(url, clock=clock, actor="t", new_id=new_id)) as ledger,
        ledger.read() as tx,
    ):
        assert [one.channel for one in pauses.list_paused(tx)] == ["chat"]
        forgiven = tx.connection.execute(text("select forgiven from brakes where channel = 'mail'"))
        assert forgiven.scalar() == 1


def putting(connection: Connection) -> Callable[..., None]:
    """Return what puts a row into an old ledger; what isn't given is empty."""
    old = MetaData()
    old.reflect(connection)

    def put(table: str, **row: Any) -> None:
        kinds = {c.name: c.type for c in old.tables[table].columns if not c.nullable}
        blank = {n: "" if isinstance(kind, String) else 0 for n, kind in kinds.items()}
        connection.execute(insert(old.tables[table]), blank | row)

    return put


def test_who_had_opted_out_when_their_case_closed_is_told_from_who_was_silent(
    url: str, clock: Callable[[], datetime], new_id: Callable[[], str]
) -> None:
    """By their own mark, by their address or by the history; not who opted out only afterwards.

    Nor who only afterwards got an address that had opted out.
    """
    early, closed, late = (clock() + timedelta(days=day) for day in (1, 2, 3))
    with of_release(url, "0018") as connection:
        put = putting(connection)
        put("meta", name="ledger_id", value="kept")
        for n, left in enumerate((early, None, None, None, late), 1):
            put("customers", number=n, name="Ann", opted_out_at=left)
            more: dict[str, Any] = {"opened_at": early, "added_at": early, "closed_at": closed}
            more |= {"outcome": "no-answer", "abusive": False, "involved": []}
            put("cases", number=n, ref=f"{n}", customer=n, **more)
        put("addresses", number=1, customer=2, sha256="a", since=early)
        put("addresses", number=2, customer=4, sha256="b", since=late)
        for address in "ab":
            put("optouts", address_sha256=address, at=early)
        put("history", number=1, at=early, case=3, event="customer_opted_out", facts={})
    with (
        closing(open_ledger(url, clock=clock, actor="t", new_id=new_id)) as ledger,
        ledger.read() as tx,
    ):
        found = tx.connection.execute(text("select number, outcome from cases order by number"))
        outcomes = [row.outcome for row in found]
    assert outcomes == ["opted-out"] * 3 + ["no-answer"] * 2


def test_memos_of_an_earlier_release_keep_their_sound(
    url: str, clock: Callable[[], datetime], new_id: Callable[[], str]
) -> None:
    """They were approved with it."""
    with of_release(url, "0020") as connection:
        put, at = putting(connection), clock()
        put("meta", name="ledger_id", value="kept")
        put("customers", number=1, name="Ann")
        abusive = {"abusive": False, "involved": []}
        put("cases", number=1, ref="1", customer=1, opened_at=at, added_at=at, **abusive)
        put("scripts", number=1, case=1, sentences=[], made_at=at)
        put("memos", number=1, case=1, script=1, files={}, digests={}, captions=[], made_at=at)
    with (
        closing(open_ledger(url, clock=clock, actor="t", new_id=new_id)) as ledger,
        ledger.read() as tx,
    ):
        kept = tx.connection.execute(text("select misheard, anyway from memos")).one()
        assert (kept.misheard, bool(kept.anyway)) == (0, False)


def test_only_a_write_that_says_so_does_not_wait_for_the_disk(ledger: Ledger) -> None:
    """SQLite by a pragma of the connection, PostgreSQL by a setting of the transaction."""
    asked = "PRAGMA synchronous" if ledger.is_sqlite else "SHOW synchronous_commit"
    found = []
    for lasting in (True, False, True):
        with ledger.write(lasting=lasting) as tx:
            found.append(tx.connection.exec_driver_sql(asked).scalar_one())
    assert found == ([2, 1, 2] if ledger.is_sqlite else ["on", "off", "on"])


def test_to_settle_is_a_lasting_write_that_changes_nothing(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, made = ledger.write, []

    def write(*_: object, lasting: bool = True) -> AbstractContextManager[Transaction]:
        made.append(lasting)
        return plain(lasting=lasting)

    monkeypatch.setattr(ledger, "write", write)
    with ledger.read() as tx:
        before = set(tx.connection.execute(select(tables.meta)).all())
    ledger.settle()
    with ledger.read() as tx:
        assert set(tx.connection.execute(select(tables.meta)).all()) == before
        assert case_reports.history(tx) == []
    assert made == [True]
