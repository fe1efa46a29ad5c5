"""The note on the last run, and what is told of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.engine.world import START, Clock, Died, World, release, take, told
from voicenote.engine.case.attention import what_needs_me
from voicenote.engine.ledger_identity import MachineRecords
from voicenote.engine.run import run_once
from voicenote.engine.run.poll import Received
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.run_problems import run_problems
from voicenote.engine.workspace import Workspace
from voicenote.errors import Postponed, Unavailable
from voicenote.ledger import meta
from voicenote.ledger.run_notes import BY_DAEMON, BY_HAND, BY_SCHEDULE, LastRun, last_run

DOWN = Unavailable("the disk is gone", "plug it in")


def noted(ws: Workspace) -> LastRun:
    with ws.ledger.read() as tx:
        found = last_run(tx)
    assert found is not None
    return found


def problems(ws: Workspace) -> list[str]:
    with ws.ledger.read() as tx:
        return [one.what for one in run_problems(tx, "Europe/Tallinn")]


def test_a_run_notes_what_it_did(ws: Workspace) -> None:
    [number] = take(ws, told())
    release(ws, number)
    one_pass(ws, by=BY_SCHEDULE)
    assert noted(ws) == LastRun(
        began=START,
        ended=START,
        by=BY_SCHEDULE,
        counts={"sent": 1},
        channels={"outbox": {"sent": 1}},
        scheduled_at=START,
    )
    assert problems(ws) == []


def test_a_run_by_hand_does_not_hide_when_cron_last_ran(ws: Workspace, clock: Clock) -> None:
    one_pass(ws, by=BY_DAEMON)
    clock.move(hours=1)
    one_pass(ws)
    assert (noted(ws).by, noted(ws).began, noted(ws).scheduled_at) == (
        BY_HAND,
        START + timedelta(hours=1),
        START,
    )


def test_a_run_that_fails_is_told_until_one_goes_well(
    ws: Workspace, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With since when, when more than one has failed."""
    for _ in range(2):
        with monkeypatch.context() as patch:
            patch.setattr(run_once, "sweep_leftovers", fail)
            with pytest.raises(Unavailable):
                one_pass(ws)
        clock.move(minutes=10)
    assert problems(ws) == [
        "the run of Mon 2026-03-02 12:10 failed (since Mon 2026-03-02 12:00): the disk is gone"
    ]
    assert [one.do for one in what_needs_me(ws).apart] == ["plug it in"]
    one_pass(ws)
    assert problems(ws) == []


def fail(_ws: Workspace) -> None:
    raise DOWN


def test_a_channel_that_cannot_be_read_is_told(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trouble(_ws: Workspace, received: Received) -> None:
        received.troubles.append(("mail", Postponed("nothing listens on mx:993", "check it")))

    monkeypatch.setattr(run_once, "take_in", trouble)
    one_pass(ws)
    with ws.ledger.read() as tx:
        [found] = run_problems(tx, "Europe/Tallinn")
    said = "mail could not be read in the run of Mon 2026-03-02 12:00: nothing listens on mx:993"
    assert found == ("mail", said, "check it")


def test_an_error_of_ours_in_one_case_is_told(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    [number] = take(ws, told())
    release(ws, number)

    def broken(*_: object) -> None:
        raise KeyError("ours")

    monkeypatch.setattr(run_once, "make_ready", broken)
    one_pass(ws)
    [what] = problems(ws)
    assert what.startswith(f"case {number} failed: ")


def test_what_could_not_be_sent_is_told_until_it_is(
    ws: Workspace, world: World, clock: Clock
) -> None:
    """Also after a run in which nothing was due, because the channel rests between two tries."""
    [number] = take(ws, told())
    release(ws, number)
    world.fates = ["postponed"]
    one_pass(ws)
    for _ in range(2):
        [what] = problems(ws)
        assert what.startswith("1 message could not be sent by outbox yet: ")
        one_pass(ws)
    clock.move(hours=2)
    one_pass(ws)
    assert problems(ws) == []


def test_a_run_that_was_killed_is_told_after_a_while(
    ws: Workspace, world: World, clock: Clock
) -> None:
    """Not at once: it may be at work."""
    [number] = take(ws, told())
    release(ws, number)
    world.fates = ["died before commit"]
    with pytest.raises(Died):
        one_pass(ws)
    assert problems(ws) == []
    clock.move(minutes=31)
    assert problems(ws) == [
        "the run of Mon 2026-03-02 12:00 never ended: it was killed, or the machine went down"
    ]


def test_messages_that_no_run_sends_are_told(ws: Workspace, clock: Clock) -> None:
    [number] = take(ws, told())
    release(ws, number)
    clock.move(minutes=61)
    [what] = problems(ws)
    assert what.startswith("1 message has been due since Mon 2026-03-02 12:00, and no run was made")
    one_pass(ws)
    assert problems(ws) == []


def test_a_clock_that_jumped_is_told(ws: Workspace, clock: Clock, tmp_path: Path) -> None:
    ws.whereabouts = MachineRecords(tmp_path / "state", "desk")
    [number] = take(ws, told())
    release(ws, number)
    one_pass(ws)
    clock.move(days=-3)
    one_pass(ws)
    [what] = problems(ws)
    assert what.startswith("the clock says Fri 2026-02-27")


@pytest.mark.parametrize("kept", ["", "nonsense", "{}", "[]", '{"began": 3}'])
def test_a_note_that_cannot_be_read_is_no_note(ws: Workspace, kept: str) -> None:
    with ws.ledger.write() as tx:
        meta.put_value(tx, "last_run", kept)
        assert last_run(tx) is None
    assert problems(ws) == []
