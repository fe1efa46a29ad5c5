"""What makes runs here, and whether it does: cron, a timer, the daemon, or nobody."""

from __future__ import annotations

import plistlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from tests.engine.world import Clock, release, take, told
from voicenote.engine.admin.find_schedule import FoundSchedule, find_schedules
from voicenote.engine.admin.os_schedule import crontab_line, systemd_units
from voicenote.engine.admin.schedule_health import check_runs, check_schedule
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.ledger.run_notes import BY_DAEMON, BY_SCHEDULE

HOME = Path("/home/ada/a shop")
SHOWN = """\
Id=voicenote.service
ExecStart={{ path=/usr/bin/voicenote ; argv[]={words} ; ignore_errors=no }}
ActiveState=inactive

TimersMonotonic={{ OnUnitActiveUSec={every} ; next_elapse=3d }}
Id=voicenote.timer
ActiveState={state}
"""
Install = Callable[[str, str], Mapping[str, str]]


@pytest.fixture
def install(tmp_path: Path) -> Install:
    """Return what makes a tool of the system that says the same to whatever it is asked."""

    def make(tool: str, said: str) -> Mapping[str, str]:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        (folder / "said").write_text(said)
        (folder / tool).write_text(f'#!/bin/sh\n/bin/cat "{folder / "said"}"\n')
        (folder / tool).chmod(0o755)
        return {"PATH": str(folder)}

    return make


def found(env: Mapping[str, str], home: Path = HOME) -> list[tuple[str, int | None]]:
    """Return what makes runs, and every how many minutes."""
    schedules: list[FoundSchedule] = list(find_schedules(home, env))
    return [
        (one.where, None if one.every is None else round(one.every.total_seconds() / 60))
        for one in schedules
    ]


@pytest.mark.parametrize("minutes", [1, 10, 60])
@pytest.mark.parametrize("home", [HOME, Path("/home/ada/100%"), Path("/home/ada/mum's")])
def test_the_line_that_we_install_is_found(install: Install, minutes: int, home: Path) -> None:
    line = crontab_line(["/usr/bin/voicenote"], home, minutes)
    env = install("crontab", f"MAILTO=ada\n0 3 * * * backup\n{line}\n")
    assert found(env, home) == [("your crontab", minutes)]


@pytest.mark.parametrize(
    ("line", "minutes"),
    [
        ("*/5 9-18 * * 1-5 voicenote --home /w/shop run", None),
        ("*/5 * * * * /opt/bin/voicenote --home=/w/shop -q run >/dev/null", 5),
        ("7 * * * * VOICENOTE_HOME=/w/shop voicenote run", 60),
        ("@hourly voicenote --home /w/shop run", None),
    ],
)
def test_a_line_that_somebody_wrote_is_found(
    install: Install, line: str, minutes: int | None
) -> None:
    assert found(install("crontab", line), Path("/w/shop")) == [("your crontab", minutes)]


@pytest.mark.parametrize(
    "line",
    [
        "#*/5 * * * * voicenote --home /w/shop run",
        "*/5 * * * * voicenote --home /w/other run",
        "*/5 * * * * voicenote --home /w/shop2 run",
        "*/5 * * * * voicenote --home /new/w/shop run",
        "*/5 * * * * voicenote --home /w/shop backup b.zip",
        "",
    ],
)
def test_another_line_is_none(install: Install, line: str) -> None:
    assert found(install("crontab", line), Path("/w/shop")) == []


@pytest.mark.parametrize(
    ("every", "state", "minutes"), [("10min", "active", 10), ("1h", "active", 60)]
)
def test_a_timer_is_found(install: Install, every: str, state: str, minutes: int) -> None:
    unit = systemd_units(["/usr/bin/voicenote"], HOME, 10)["voicenote.service"]
    words = unit.partition("ExecStart=")[2].partition("\n")[0]
    env = install("systemctl", SHOWN.format(words=words, every=every, state=state))
    assert found(env)[0] == ("the timer voicenote.timer", minutes)


def test_a_timer_that_is_not_started_is_none(install: Install) -> None:
    shown = SHOWN.format(words=f"voicenote --home {HOME} run", every="10min", state="inactive")
    assert found(install("systemctl", shown)) == []


def test_a_job_of_launchd_is_found(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written after the manual: nobody has tried it on a Mac."""
    monkeypatch.setenv("HOME", str(tmp_path))
    agents = tmp_path / "Library" / "LaunchAgents"
    agents.mkdir(parents=True)
    words = ["/opt/bin/voicenote", "--home", str(HOME), "run"]
    (agents / "shop.plist").write_bytes(
        plistlib.dumps({"Label": "shop", "ProgramArguments": words, "StartInterval": 600})
    )
    (agents / "broken.plist").write_bytes(b"no list")
    assert found(install("launchctl", "")) == [("launchd (shop.plist)", 10)]


def test_a_task_of_windows_is_found(install: Install) -> None:
    """Written after the manual: nobody has tried it on Windows."""
    env = install("schtasks", f"Task To Run: voicenote.exe --home {HOME} run\n")
    assert found(env) == [("the Task Scheduler", None)]


def test_a_tool_that_does_not_work_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "crontab").write_text("#!/nowhere\n")
    (tmp_path / "crontab").chmod(0o755)
    assert found({"PATH": str(tmp_path)}) == []


# -- what is made of it -----------------------------------------------------------------------


def said(ws: Workspace, env: Mapping[str, str]) -> tuple[bool, str]:
    [result] = check_schedule(ws, env)
    return result.ok, result.what


def test_with_nothing_planned_nothing_need_make_runs(ws: Workspace) -> None:
    assert said(ws, {"PATH": ""})[0]


def test_with_something_planned_something_must(ws: Workspace) -> None:
    [number] = take(ws, told())
    release(ws, number)
    one_pass(ws)  # by hand
    ok, what = said(ws, {"PATH": ""})
    assert (ok, what.partition(":")[0]) == (False, "nothing here makes runs")


def test_a_daemon_makes_runs_for_as_long_as_it_does(ws: Workspace, clock: Clock) -> None:
    [number] = take(ws, told())
    release(ws, number)
    one_pass(ws, by=BY_DAEMON)
    assert said(ws, {"PATH": ""}) == (
        True,
        "the daemon makes runs; the last one came at Mon 2026-03-02 12:00",
    )
    clock.move(hours=2)
    assert not said(ws, {"PATH": ""})[0]


def test_a_crontab_whose_runs_come_is_fine(ws: Workspace, clock: Clock, install: Install) -> None:
    env = install("crontab", crontab_line(["voicenote"], ws.home, 10))
    ok, what = said(ws, env)
    assert (ok, what) == (False, "your crontab makes a run every 10 minutes; none has come yet")
    one_pass(ws, by=BY_SCHEDULE)
    clock.move(minutes=30)
    one_pass(ws)
    assert said(ws, env)[0]
    clock.move(minutes=30)
    assert not said(ws, env)[0]


def test_the_last_run_is_told(ws: Workspace, clock: Clock) -> None:
    assert list(check_runs(ws, {})) == []
    [number] = take(ws, told())
    release(ws, number)
    one_pass(ws)
    clock.now += timedelta(minutes=1)
    [result] = check_runs(ws, {})
    assert (result.ok, result.what) == (
        True,
        "the last one began at Mon 2026-03-02 12:00: 1 sent",
    )
