"""What a wrong clock has decided can be taken back, where nothing has followed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.engine.world import (
    START,
    Clock,
    World,
    case_of,
    release,
    states,
    take,
    told,
    touches_of,
    without_sound,
)
from tests.engine.world import workspace as plain_workspace
from voicenote.engine.case.clock_undo import CHANGED, SENT, undo
from voicenote.engine.case.closing import reopen, write_lesson
from voicenote.engine.case.promises import done as keep_promise
from voicenote.engine.case.promises import waive
from voicenote.engine.ledger_identity import MachineRecords
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.ledger import case_reports, case_store
from voicenote.model.case import Lesson
from voicenote.model.touch import TouchState

FAR = datetime(2038, 1, 19, 12, tzinfo=UTC)


@pytest.fixture
def ws(tmp_path: Path, clock: Clock, world: World) -> Iterator[Workspace]:
    """Two cases whose memos have left, with promises and follow-ups still to come."""
    with without_sound():
        there = MachineRecords(tmp_path / "state", "desk")
        opened = plain_workspace(tmp_path, clock, world, whereabouts=there)
        people = [told(ref, time_zone="UTC", email=f"{ref}@tamm.example") for ref in ("a", "b")]
        release(opened, *take(opened, *people))
        assert one_pass(opened).sent == 2
        yield opened
        opened.close()


def whole(ws: Workspace) -> list[object]:
    """All that a decision can change."""
    with ws.ledger.read() as tx:
        found = [case_store.get(tx, number) for number in (1, 2)]
    booked = [(t.state, t.due_at, t.reason) for one in found for t in touches_of(ws, one.number)]
    return [[(one.stage, one.outcome, one.amends) for one in found], booked]


def misled(ws: Workspace, clock: Clock) -> None:
    """Make a pass in the year 2038, which a person has said is right."""
    before, clock.now = clock.now, FAR
    assert one_pass(ws, clock_is_right=True).skipped
    clock.now = before + timedelta(hours=1)


def test_all_is_as_it_was_and_goes_on_by_the_right_clock(
    ws: Workspace, clock: Clock, world: World
) -> None:
    before = whole(ws)
    misled(ws, clock)
    assert whole(ws) != before
    done = undo(ws)
    assert whole(ws) == before
    assert (done.promises, done.cases, done.kept) == (2, (1, 2), ())
    assert done.messages
    for _ in range(4):
        clock.move(days=1)
        assert one_pass(ws).clock is None
    assert states(ws, 1)[1] == "check-in accepted"
    assert len(world.left) == 4


def test_it_is_told_in_the_history_and_done_only_once(ws: Workspace, clock: Clock) -> None:
    misled(ws, clock)
    undo(ws)
    with ws.ledger.read() as tx:
        events = [row["event"] for row in case_reports.history(tx)]
    assert {"touch_restored", "amends_restored", "decisions_undone"} <= set(events)
    with pytest.raises(RuleSaysNo, match="nothing to undo"):
        undo(ws)


def clock_of_the_mistake(ws: Workspace, clock: Clock) -> None:
    """Make a pass on the very day on which the first promise is overdue, a week too early."""
    before, clock.now = clock.now, START + timedelta(days=8)
    one_pass(ws, clock_is_right=True)
    clock.now = before + timedelta(hours=1)


def test_a_promise_that_is_overdue_later_is_told_again(ws: Workspace, clock: Clock) -> None:
    clock_of_the_mistake(ws, clock)
    undo(ws)
    nudges: list[str] = []
    for _ in range(9):
        clock.move(days=1)
        nudges += [text for number, text in one_pass(ws).nudges if number == 1]
    assert case_of(ws).amends[0].state.value == "broken"
    assert any("OVERDUE" in text and "1 day ago" in text for text in nudges)


def test_what_has_been_sent_since_is_left_alone(ws: Workspace, clock: Clock) -> None:
    misled(ws, clock)
    with ws.ledger.write() as tx:
        tx.tell("touch_committed", 2, touch=1)
    done = undo(ws)
    assert done.cases == (1,)
    assert done.kept == ((2, SENT),)


def test_what_somebody_has_changed_since_is_left_alone(ws: Workspace, clock: Clock) -> None:
    misled(ws, clock)
    waive(ws, 1, 1, "they wanted none")
    done = undo(ws)
    assert done.kept == ((1, CHANGED),)
    assert case_of(ws).amends[0].state.value == "waived"
    assert case_of(ws, 2).amends[0].state.value == "promised"


def test_what_an_earlier_round_has_skipped_stays_skipped(ws: Workspace, clock: Clock) -> None:
    misled(ws, clock)
    reopen(ws, 1, "it broke again")
    undo(ws)
    assert not [t for t in touches_of(ws, 1) if t.round == 1 and t.state is TouchState.DUE]
    assert [t for t in touches_of(ws, 2) if t.state is TouchState.DUE]


def test_once_more_takes_back_the_pass_before(ws: Workspace, clock: Clock) -> None:
    before = whole(ws)
    clock.now = START + timedelta(days=30)
    one_pass(ws, clock_is_right=True)
    release(ws, *take(ws, told("c", time_zone="UTC", days=60)))
    one_pass(ws)
    clock.now = FAR
    one_pass(ws, clock_is_right=True)
    clock.now = START + timedelta(days=30, hours=1)
    assert 3 in undo(ws).cases
    assert whole(ws) != before
    assert undo(ws).cases == (1, 2)
    assert whole(ws) == before


def test_a_case_that_silence_has_closed_is_open_again(ws: Workspace, clock: Clock) -> None:
    keep_promise(ws, 1, 1, "a photo")
    write_lesson(ws, 1, Lesson(cause="haste", prevention="a list", owner="Ada", done_at=START))
    for _ in range(60):
        clock.move(days=1)
        one_pass(ws)
        if case_of(ws).stage.value == "closed":
            break
    assert case_of(ws).outcome is not None
    done = undo(ws)
    assert done.closed == 1
    assert (case_of(ws).stage.value, case_of(ws).outcome) == ("following", None)


def test_what_a_clock_ahead_has_put_off_is_due_again(
    ws: Workspace, clock: Clock, world: World
) -> None:
    """A day, which nobody has noticed: the next try would be as much too late."""
    release(ws, *take(ws, told("c", time_zone="UTC", days=None)))
    world.fates = ["postponed"]
    clock.move(hours=24)
    one_pass(ws)
    clock.move(hours=-23)
    assert one_pass(ws).clock is not None
    done = undo(ws)
    assert (done.moved, done.cases) == (1, ())
    assert one_pass(ws).sent == 1
    assert len(world.left) == 3
