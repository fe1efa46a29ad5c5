"""The log of runs: each run with its time, and what each channel did; nothing that is private."""

from __future__ import annotations

import stat
from datetime import timedelta

import pytest

from tests.engine.world import START, Clock, release, take, told
from voicenote.cli.terminal.run_report import turn_as_data, turn_lines
from voicenote.engine.run import run_log, run_once
from voicenote.engine.run.rate_limits import HoldReason
from voicenote.engine.run.run_once import Turn, one_pass
from voicenote.engine.run.send import Sent
from voicenote.engine.workspace import Workspace
from voicenote.errors import Unavailable
from voicenote.ledger.run_notes import BY_SCHEDULE, LastRun, RunTrouble
from voicenote.model.touch import TouchState


def logged(ws: Workspace) -> list[str]:
    return (ws.home / run_log.NAME).read_text("utf-8").splitlines()


def test_each_run_has_a_line_with_its_time_and_its_channels(ws: Workspace, clock: Clock) -> None:
    [number] = take(ws, told())
    release(ws, number)
    one_pass(ws, by=BY_SCHEDULE)
    clock.move(hours=1)
    one_pass(ws)
    assert logged(ws) == [
        "2026-03-02T10:00:00Z  by schedule, 0 s: outbox 1 sent",
        "2026-03-02T11:00:00Z  by hand, 0 s: nothing to do",
    ]


def test_a_log_in_that_ends_soon_is_told_to_people_and_programs_alike(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By `run` and the daemon, as text, with --json and with --log-json."""
    soon = ("the log-in of mail ends in 29 hours", "voicenote channels login mail")
    monkeypatch.setattr(run_once, "warn_once_a_day", lambda _: [soon])
    turn = one_pass(ws)
    assert not turn.quiet, "the daemon says it"
    assert turn_lines(turn, "UTC") == ["; ".join(soon)]
    told_ = [{"what": soon[0], "do": soon[1]}]
    assert turn_as_data(turn)["logins"] == told_
    assert turn.noted is not None
    assert run_log.run_data(turn.noted, turn.logins)["logins"] == told_


def test_only_its_owner_can_read_it(ws: Workspace) -> None:
    one_pass(ws)
    assert stat.S_IMODE((ws.home / run_log.NAME).stat().st_mode) == 0o600


def test_what_each_channel_did_is_counted_apart() -> None:
    turn = Turn()
    turn.count(Sent(1, 1, TouchState.ACCEPTED, channel="email"))
    turn.count(Sent(2, 2, TouchState.ACCEPTED, channel="telegram"))
    turn.count(Sent(3, 3, TouchState.REFUSED, "no such box", channel="email"))
    turn.count(Sent(4, 4, TouchState.DUE, "no such box", "telegram", "email"))
    turn.count(Sent(5, 5, TouchState.UNCERTAIN, "no word", channel="telegram"))
    turn.held[HoldReason(channel="email", why="full")] += 2
    turn.held[HoldReason(channel="email", why="full", domain="x")] += 3
    assert turn.channels == {
        "email": {"sent": 1, "failed": 1, "rerouted": 1, "held": 5},
        "telegram": {"sent": 1, "uncertain": 1},
    }


def test_a_run_that_fails_is_logged_with_why(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_ws: Workspace) -> None:
        raise Unavailable("the disk is\ngone", "plug it in")

    monkeypatch.setattr(run_once, "sweep_leftovers", fail)
    with pytest.raises(Unavailable):
        one_pass(ws)
    assert logged(ws) == ["2026-03-02T10:00:00Z  by hand, 0 s: run: the disk is gone"]


def test_a_line_tells_all_of_a_run() -> None:
    run = LastRun(
        began=START,
        ended=START + timedelta(seconds=3),
        by="daemon",
        counts={"sent": 3, "failed": 1, "received": 2},
        channels={"telegram": {"sent": 1}, "email": {"sent": 2, "failed": 1, "held": 4}},
        troubles=(RunTrouble("mail", "nothing listens on mx:993", "check it"),),
    )
    assert run_log.describe_run(run) == (
        "2026-03-02T10:00:00Z  by the daemon, 3 s: email 2 sent, 1 failed, 4 held; "
        "telegram 1 sent; 2 received; mail: nothing listens on mx:993"
    )
    assert run_log.run_data(run)["channels"]["email"] == {"sent": 2, "failed": 1, "held": 4}


def test_a_log_that_has_grown_begins_anew_and_a_full_disk_stops_nothing(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_log, "_MOST_BYTES", 1)
    for _ in range(3):
        one_pass(ws)
    assert len(logged(ws)) == 1
    assert len((ws.home / f"{run_log.NAME}.1").read_text().splitlines()) == 1
    (ws.home / run_log.NAME).unlink()
    (ws.home / run_log.NAME).mkdir()
    one_pass(ws)
