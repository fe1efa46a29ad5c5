"""What `run` and `daemon` say of a clock that has jumped, and of what it had skipped."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result

from voicenote.cli.terminal.screen import Screen
from voicenote.engine.clock_check import ClockDoubt
from voicenote.engine.run.run_once import Turn
from voicenote.engine.run.scheduler import Renewal

Call = Callable[..., Result]
ALWAYS = {"VOICENOTE_SCHEDULE__QUIET_HOURS": "off", "VOICENOTE_SCHEDULE__WORKING_DAYS": "all"}


def age(home: Path, days: int) -> None:
    """Let the last run be so many days ago."""
    with closing(sqlite3.connect(home / "ledger.db")) as raw, raw:
        [newest] = raw.execute("select max(number) from history").fetchone()
        at = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        kept = json.dumps({"number": newest, "at": at, "doubted": 0})
        raw.execute("insert or replace into meta values ('known_time', ?)", [kept])


@pytest.fixture
def rested(ready: Call, home: Path) -> Call:
    """A workspace with approved memos that rested for ten days."""
    assert ready("approve", "--all", **ALWAYS).exit_code == 0
    age(home, 10)
    return lambda *words: ready(*words, **ALWAYS)


def test_run_says_in_one_line_what_it_would_do_and_both_cures(rested: Call) -> None:
    for _ in range(2):
        done = rested("run")
        assert done.exit_code == 1
        [line] = done.stderr.splitlines()
        assert "this run would send 3 messages, and has not" in line
        assert "voicenote run --yes-it-is" in line
        assert "set the clock" in line


def test_json_has_the_clock(rested: Call) -> None:
    told = json.loads(rested("run", "--json").stdout)
    assert (told["sent"], told["clock"]["due"], told["clock"]["broken"]) == (0, 3, 0)
    told = json.loads(rested("run", "--json", "--yes-it-is").stdout)
    assert (told["sent"], told["clock"]) == (3, None)


def test_doctor_tells_too(rested: Call) -> None:
    assert "run --yes-it-is" in rested("doctor").output


def test_what_was_skipped_comes_back(rested: Call, home: Path) -> None:
    with closing(sqlite3.connect(home / "ledger.db")) as raw, raw:
        raw.execute("update touches set too_late_at = '2026-01-01 09:00:00.000000'")
    assert "3 skipped" in rested("run", "--yes-it-is").stdout
    done = rested("undo")
    assert done.exit_code == 0
    assert "3 messages skipped" in done.stdout
    assert "Cases 1, 2, 3." in done.stdout
    for command in ("approve", "render", "script"):  # it is taken back once, then what came before
        assert rested("undo").stdout.startswith(f"Taken back: {command} by ")
    assert rested("undo").exit_code == 1


def test_an_import_since_hides_it(rested: Call, home: Path) -> None:
    """Undo says that it doesn't take back the import, instead of what a run did before it."""
    with closing(sqlite3.connect(home / "ledger.db")) as raw, raw:
        raw.execute("update touches set too_late_at = '2026-01-01 09:00:00.000000'")
    assert "3 skipped" in rested("run", "--yes-it-is").stdout
    rows = home.parent / "more.csv"
    rows.write_text("ref,customer,email,what_happened\nD-9,Ida,ida@x.ee,The bread was flat\n")
    assert rested("import", str(rows)).exit_code == 0
    done = rested("undo")
    assert done.exit_code == 1
    assert "undo doesn't take back the last command, import" in done.stderr


def test_a_person_is_asked_before_a_run_is_taken_back(
    ready: Call, rested: Call, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it skipped is told first; at a no it stays as it is."""

    def skipped() -> int:
        with closing(sqlite3.connect(home / "ledger.db")) as raw:
            query = "select count(*) from touches where state = 'skipped'"
            return int(raw.execute(query).fetchone()[0])

    with closing(sqlite3.connect(home / "ledger.db")) as raw, raw:
        raw.execute("update touches set too_late_at = '2026-01-01 09:00:00.000000'")
    rested("run", "--yes-it-is")
    before = skipped()
    monkeypatch.setattr(Screen, "interactive", True)
    done = ready("undo", input="n\n", **ALWAYS)
    assert (done.exit_code, skipped()) == (1, before)
    assert "To be taken back of the run at" in done.stderr
    assert "3 messages skipped" in done.stderr
    done = ready("undo", input="y\n", **ALWAYS)
    assert (done.exit_code, skipped()) == (0, before - 3)
    assert "Taken back of the run at" in done.stdout


def test_a_daemon_says_it_once_and_again_when_it_jumps_again(
    rested: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks every minute, and a person may come back on Monday."""
    first, later = (datetime(2026, 11, day, tzinfo=UTC) for day in (2, 9))
    seen = [first, first, first, None, later, later]

    class Passes:
        def __init__(self, _ws: object, *, tell: Callable[[Turn], None], **_others: object) -> None:
            self.tell = tell

        def run(self) -> None:
            for known in seen:
                later = known and known + timedelta(days=9)
                clock = ClockDoubt(known=known, now=later, due=1) if known and later else None
                self.tell(Turn(clock=clock))

    monkeypatch.setattr("voicenote.engine.run.scheduler.Daemon", Passes)
    said = rested("daemon").stderr
    assert said.count("--yes-it-is") == 2


def test_a_daemon_tells_the_time_of_the_owners_new_zone(
    ready: Call, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Passes:
        def __init__(
            self, _ws: object, *, tell: Callable[[Turn], None], renewal: Renewal, **_others: object
        ) -> None:
            self.tell, self.renewal = tell, renewal

        def run(self) -> None:
            self.tell(Turn(sent=1))
            (home / "voicenote.toml").write_text('[owner]\ntime_zone = "Pacific/Kiritimati"\n')
            renewed = self.renewal.look()
            assert renewed is not None
            renewed.close()
            self.tell(Turn(sent=1))

    (home / "voicenote.toml").write_text('[owner]\ntime_zone = "Pacific/Niue"\n')
    monkeypatch.setattr("voicenote.engine.run.scheduler.Daemon", Passes)
    first, second = (line for line in ready("daemon").stderr.splitlines() if "1 sent" in line)
    there, here = (datetime.fromisoformat(line[4:20]) for line in (first, second))
    assert here - there == timedelta(hours=25)
