"""A pass: what it does first, what it leaves alone, and what it shows."""

from __future__ import annotations

import hashlib
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing as closed
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.engine.world import (
    START,
    Clock,
    World,
    release,
    states,
    take,
    told,
    touches_of,
    without_sound,
    workspace,
)
from voicenote.engine.case import approval, closing, promises
from voicenote.engine.lock import pass_lock
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo, TryAgain
from voicenote.ledger import case_reports
from voicenote.model.case import Lesson
from voicenote.model.receipt import Verdict
from voicenote.settings import load
from voicenote.wiring import now, open_workspace, rehearsal


def test_a_follow_up_waits_for_its_memo(ws: Workspace, world: World, clock: Clock) -> None:
    [number] = take(ws, told())
    release(ws, number)
    world.fates = ["refused"]
    one_pass(ws)
    clock.move(days=4)
    turn = one_pass(ws)
    assert states(ws, number)[:2] == ["memo refused", "check-in skipped"]
    assert (world.left, turn.sent) == ([], 0)


def test_a_touch_that_would_leave_at_night_waits_for_the_morning(
    ws: Workspace, world: World, clock: Clock
) -> None:
    [number] = take(ws, told())
    release(ws, number)
    clock.move(hours=9)
    one_pass(ws)
    assert world.left == []
    [memo] = [one for one in touches_of(ws, number) if one.kind.value == "memo"]
    assert memo.due_at.isoformat() == "2026-03-03T07:00:00+00:00"
    clock.now = memo.due_at
    one_pass(ws)
    assert len(world.left) == 1


def test_a_follow_up_waits_for_the_owner_unless_its_template_may_go(
    tmp_path: Path, clock: Clock, world: World
) -> None:
    for allowed in ("[]", '["check-in"]'):
        clock.now = START
        home = tmp_path / str(len(allowed))
        home.mkdir()
        with without_sound():
            ws = workspace(home, clock, world, {"VOICENOTE_POLICY__AUTO_APPROVE": allowed})
            [number] = take(ws, told())
            release(ws, number)
            one_pass(ws)
            clock.move(days=3)
            turn = one_pass(ws)
            if allowed == "[]":
                assert [case for case, _ in turn.waiting] == [number]
                assert states(ws, number)[1] == "check-in due"
            else:
                assert states(ws, number)[1] == "check-in accepted"
            ws.close()


def test_a_second_pass_at_once_goes_home(ws: Workspace) -> None:
    with pass_lock(ws.ledger, ws.home), pytest.raises(TryAgain, match="another run"):
        one_pass(ws)
    assert one_pass(ws).quiet


def test_the_owner_is_told_once_of_what_is_overdue(ws: Workspace, clock: Clock) -> None:
    [number] = take(ws, told(days=1))
    clock.move(days=2)
    for _ in range(3):
        one_pass(ws)
    with ws.ledger.read() as tx:
        lines = case_reports.history(tx, number)
    assert [one["kind"] for one in lines if one["event"] == "owner_nudged"].count("overdue") == 1


def test_a_late_promise_is_never_said_to_be_kept(ws: Workspace, world: World, clock: Clock) -> None:
    [number] = take(ws, told(days=2))
    release(ws, number)
    one_pass(ws)
    for _ in range(5):
        clock.move(days=1)
        one_pass(ws)
    assert "status skipped" in states(ws, number)
    assert "status" not in [parcel.kind for parcel in world.left]


def test_what_is_held_stays_until_it_is_resumed(ws: Workspace, world: World, clock: Clock) -> None:
    [number] = take(ws, told())
    release(ws, number)
    assert approval.hold(ws, number) > 3
    clock.move(days=3)
    one_pass(ws)
    assert world.left == []
    approval.resume(ws, number)
    one_pass(ws)
    assert [parcel.kind for parcel in world.left] == ["memo"]


def test_closing_lists_all_that_is_missing_and_then_nothing(ws: Workspace, clock: Clock) -> None:
    [number] = take(ws, told())
    with pytest.raises(RuleSaysNo) as no:
        closing.close(ws, number)
    assert len(no.value.missing) == 4
    release(ws, number)
    one_pass(ws)
    clock.move(hours=1)
    promises.done(ws, number, 1, "baked on Tuesday, seen by Ron")
    closing.write_lesson(ws, number, Lesson(cause="haste", prevention="a list", owner="Ada"))
    closing.answer(ws, number, Verdict.PUT_RIGHT, "lovely", "phone")
    assert closing.close(ws, number).value == "satisfied"


def test_no_case_is_taken_up_again_without_end(ws: Workspace) -> None:
    [number] = take(ws, told())
    cap = ws.settings.policy.rounds
    release(ws, number)
    assert one_pass(ws).sent == 1
    for round_ in range(2, cap + 1):
        assert closing.reopen(ws, number, "again") == round_
        deed = replace(told().promises[0], text=f"bake number {round_}")
        promises.add(ws, number, deed)
        release(ws, number)
    with pytest.raises(RuleSaysNo, match="the limit"):
        closing.reopen(ws, number, "again")


# -- the real thing: files, processes, disks ----------------------------------------------------


def real(home: Path) -> None:
    """A workspace in which something is due in a second or two, made by the real clock."""
    with without_sound():
        ws = open_workspace(load(home, ENV))
        [number] = take(ws, told(opened_at=now(), days=None))
        approval.change_plan(ws, number, "few-words")
        release(ws, number)
        ws.close()


ENV = {
    "VOICENOTE_OWNER__NAME": "Ada",
    "VOICENOTE_VOICE__ENGINE": "silent",
    "VOICENOTE_SCHEDULE__QUIET_HOURS": "off",
    "VOICENOTE_SCHEDULE__WORKING_DAYS": "all",
    "VOICENOTE_SCHEDULE__HOLIDAYS": "off",
}


def test_a_rehearsal_changes_nothing_and_nothing_leaves(tmp_path: Path) -> None:
    real(tmp_path)
    ledger = tmp_path / "ledger.db"
    assert ledger.is_file()
    before = contents(ledger)
    with rehearsal(load(tmp_path, ENV), now()) as passes:
        made = list(passes(now() + timedelta(days=3)))
    assert sum(one.turn.sent for one in made) == 1
    assert contents(ledger) == before
    assert not (tmp_path / "outbox").exists()


def contents(ledger: Path) -> str:
    with closed(sqlite3.connect(ledger)) as raw:
        return hashlib.sha256("\n".join(raw.iterdump()).encode()).hexdigest()


def test_a_daemon_sends_what_is_due_and_ends_cleanly(tmp_path: Path) -> None:
    real(tmp_path)
    words = [
        sys.executable,
        "-m",
        "voicenote",
        "--home",
        str(tmp_path),
        "daemon",
        "--every",
        "3600",
    ]
    with subprocess.Popen(
        words, env={**os.environ, **ENV}, stderr=subprocess.PIPE, text=True
    ) as daemon:
        until = time.monotonic() + 60
        while not list(tmp_path.glob("outbox/*/message.eml")) and time.monotonic() < until:
            assert daemon.poll() is None
            time.sleep(0.05)
        daemon.send_signal(signal.SIGTERM)
        _, told_ = daemon.communicate(timeout=60)
    assert daemon.returncode == 0
    assert "1 put into the outbox" in told_
    assert "Traceback" not in told_


def test_a_full_disk_loses_nothing_and_is_explained(tmp_path: Path) -> None:
    """No file may grow at all; when there is room again, the pass sends what is due."""
    real(tmp_path)

    def full() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))

    words = [sys.executable, "-m", "voicenote", "--home", str(tmp_path), "run"]
    environment = {**os.environ, **ENV, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        words,
        check=False,
        env=environment,
        capture_output=True,
        text=True,
        preexec_fn=full,
    )
    assert done.returncode in (69, 75), done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 2
    again = subprocess.run(words, check=False, env=environment, capture_output=True, text=True)
    assert (again.returncode, again.stderr) == (0, "")
    assert len(list(tmp_path.glob("outbox/*/message.eml"))) == 1
