"""A clock that jumps: it sends and decides nothing before a person says that it is right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
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
    without_sound,
    workspace,
)
from voicenote.engine.case.closing import answer
from voicenote.engine.case.promises import promise_again
from voicenote.engine.clock_check import ClockDoubt, doubt
from voicenote.engine.ledger_identity import MachineRecords
from voicenote.engine.run.poll import receive
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadSettings, RuleSaysNo
from voicenote.ledger import case_reports, case_store
from voicenote.ledger.clock_history import KnownTime
from voicenote.model.receipt import Verdict

FAR = datetime(2038, 1, 19, 3, 14, tzinfo=UTC)
LIMIT = timedelta(days=2)


RON = {"name": "Ron", "email": "ron@example.com", "time_zone": "UTC"}


def days(*after: float) -> list[datetime]:
    return [START + timedelta(days=one) for one in after]


@pytest.mark.parametrize(
    ("lines", "now", "asks"),
    [
        ([], 0.1, False),
        ([], 2, False),
        ([], 2.1, True),
        ([], -0.04, False),  # an hour, as twice a year
        ([], -0.05, True),
        ([1, 2.5, 4], 5, False),  # somebody was at work all the time
        ([2.5], 2.6, True),  # after a rest: whoever wrote may not have looked at the clock
        ([1, 4000], 4000, True),
        ([1, 4000], 1.1, True),  # a line from the future
        ([4000, 1], 1.1, False),  # that was put right since
        ([0.5], 0.4, True),
    ],
)
def test_when_a_clock_is_doubted(lines: list[float], now: float, asks: bool) -> None:
    """`lines` were written so many days after the last pass; `now` is what the clock shows."""
    known = KnownTime(number=7, at=START)
    written = days(*lines)
    newest = (7 + len(lines), written[-1] if written else START)
    [present] = days(now)
    said = doubt(known, newest, lambda: written, present, lambda moment: moment + LIMIT)
    assert bool(said) is asks


def test_lines_of_a_pass_that_was_doubted_make_no_doubt_when_the_clock_is_right_again() -> None:
    known = KnownTime(number=7, at=START, doubted=8)
    now = START + timedelta(hours=3)
    assert doubt(known, (8, FAR), lambda: [FAR], now, lambda moment: moment + LIMIT) is None
    found = doubt(known, (9, FAR), lambda: [FAR, FAR], now, lambda moment: moment + LIMIT)
    assert found == ClockDoubt(FAR, now)


@pytest.fixture
def ws(tmp_path: Path, clock: Clock, world: World) -> Iterator[Workspace]:
    """One case whose memo has left, with a promise and follow-ups still to come."""
    with without_sound():
        there = MachineRecords(tmp_path / "state", "desk")
        opened = workspace(tmp_path, clock, world, whereabouts=there)
        release(opened, *take(opened, told(time_zone="UTC")))
        assert one_pass(opened).sent == 1
        yield opened
        opened.close()


def events(ws: Workspace) -> list[str]:
    with ws.ledger.read() as tx:
        return [row["event"] for row in case_reports.history(tx)]


def promise(ws: Workspace, number: int = 1) -> str:
    with ws.ledger.read() as tx:
        return case_store.get(tx, number).amends[0].state.value


def test_a_clock_far_ahead_skips_breaks_closes_and_sends_nothing(
    ws: Workspace, clock: Clock, world: World
) -> None:
    before = states(ws, 1), events(ws)
    clock.now = FAR
    for _ in range(3):
        turn = one_pass(ws)
        assert turn.clock is not None
        assert (turn.clock.broken, turn.clock.known) == (1, START)
        assert turn.clock.skipped
    assert (states(ws, 1), events(ws)) == before
    assert promise(ws) == "promised"
    assert len(world.left) == 1


def test_nor_what_became_due_only_by_that_clock(ws: Workspace, clock: Clock, world: World) -> None:
    """Four days: not too late yet, so it would leave four days too early."""
    clock.move(days=4)
    turn = one_pass(ws)
    assert turn.clock is not None
    assert turn.clock.due == 1
    assert len(world.left) == 1


def test_when_the_clock_is_right_again_all_goes_on_without_a_word(
    ws: Workspace, clock: Clock
) -> None:
    clock.now = FAR
    one_pass(ws)
    clock.now = START + timedelta(hours=5)
    turn = one_pass(ws)
    assert turn.clock is None
    assert promise(ws) == "promised"


def test_a_person_says_that_it_is_right(ws: Workspace, clock: Clock) -> None:
    clock.move(days=40)
    assert one_pass(ws).skipped == 0
    turn = one_pass(ws, clock_is_right=True)
    assert turn.clock is None
    assert turn.skipped
    assert promise(ws) == "broken"
    assert "clock_confirmed" in events(ws)
    clock.move(minutes=5)
    assert one_pass(ws).clock is None


def test_a_pass_every_so_often_keeps_the_time_in_a_quiet_workspace(
    ws: Workspace, clock: Clock
) -> None:
    """Nothing is written for days, and yet the check-in leaves."""
    for _ in range(4):
        clock.move(days=1)
        assert one_pass(ws).clock is None
    assert states(ws, 1)[1].startswith("check-in accepted")


def test_where_nothing_would_be_done_nothing_is_asked(
    tmp_path: Path, clock: Clock, world: World
) -> None:
    ws = workspace(tmp_path, clock, world, whereabouts=MachineRecords(tmp_path / "state", "desk"))
    take(ws, told(days=None))
    clock.move(days=90)
    assert one_pass(ws).clock is None
    clock.move(days=90)
    assert one_pass(ws).clock is None
    ws.close()


@pytest.mark.parametrize("hours", [-3, -24, -24 * 365 * 50])
def test_a_clock_in_the_past_does_nothing_until_it_has_caught_up(
    ws: Workspace, clock: Clock, world: World, hours: int
) -> None:
    release(ws, *take(ws, told("B-2", **RON, days=None)))
    before = events(ws)
    clock.move(hours=hours)
    turn = one_pass(ws)
    assert turn.clock is not None
    assert turn.clock.back
    assert events(ws) == before
    assert len(world.left) == 1
    clock.move(hours=-hours)
    assert one_pass(ws).sent == 1


def test_an_hour_back_as_twice_a_year_stops_nothing(
    ws: Workspace, clock: Clock, world: World
) -> None:
    release(ws, *take(ws, told("B-2", **RON, days=None)))
    clock.move(hours=-1)
    assert one_pass(ws).clock is None


def test_a_line_from_the_future_asks_once(ws: Workspace, clock: Clock) -> None:
    """Somebody worked under a wrong clock, which is right now."""
    clock.now = FAR
    take(ws, told("B-2", days=None))
    clock.now = START + timedelta(hours=1)
    turn = one_pass(ws)
    assert turn.clock is not None
    assert turn.clock.known == FAR
    assert one_pass(ws, clock_is_right=True).clock is None
    clock.move(minutes=5)
    assert one_pass(ws).clock is None


def test_a_command_under_a_wrong_clock_decides_as_of_the_last_pass(
    ws: Workspace, clock: Clock
) -> None:
    """An answer stops the plan as ever; the clock alone breaks no promise."""
    clock.now = FAR
    answer(ws, 1, Verdict.UNCLEAR, "thanks", "phone")
    assert promise(ws) == "promised"
    assert {state.split()[1] for state in states(ws, 1)} == {"accepted", "cancelled"}
    assert one_pass(ws).clock is not None


def put_right(ws: Workspace, clock: Clock, how: str) -> None:
    """Let the clock be right again, after what was written by one that was ahead."""
    if how == "a pass has doubted it":
        one_pass(ws)
    clock.now = START + timedelta(hours=2)
    assert one_pass(ws, clock_is_right=how == "a person says so").clock is None


@pytest.mark.parametrize("how", ["a pass has doubted it", "a person says so"])
def test_an_answer_of_a_wrong_clock_does_not_stop_what_is_booked_after_it(
    ws: Workspace, clock: Clock, how: str
) -> None:
    clock.now = FAR
    answer(ws, 1, Verdict.UNCLEAR, "thanks", "phone")
    put_right(ws, clock, how)
    clock.move(hours=1)
    promise_again(ws, 1, 1, START.date() + timedelta(days=20))
    one_pass(ws)
    assert "status due" in states(ws, 1)


@pytest.mark.parametrize("how", ["a pass has doubted it", "a person says so"])
def test_nor_does_it_outweigh_what_the_customer_says_next(
    ws: Workspace, clock: Clock, how: str
) -> None:
    clock.now = FAR
    answer(ws, 1, Verdict.PUT_RIGHT, "yes", "phone")
    put_right(ws, clock, how)
    clock.move(hours=1)
    assert answer(ws, 1, Verdict.NOT_YET, "it broke again", "phone").round == 2


def test_what_came_is_taken_in_by_a_clock_ahead_and_not_by_one_behind(
    ws: Workspace, clock: Clock
) -> None:
    clock.move(days=9)
    assert receive(ws).count == 0
    clock.now = START - timedelta(days=9)
    with pytest.raises(RuleSaysNo, match="nothing was read"):
        receive(ws)


@pytest.mark.parametrize("value", ["P99999D", "P0D"])
def test_a_limit_that_nobody_can_count_with_is_told(
    tmp_path: Path, clock: Clock, world: World, value: str
) -> None:
    env = {"VOICENOTE_POLICY__CLOCK_JUMP": value}
    ws = workspace(tmp_path, clock, world, env, MachineRecords(tmp_path / "state", "desk"))
    with pytest.raises(BadSettings, match="clock_jump"):
        one_pass(ws)
    ws.close()


@pytest.mark.parametrize(("value", "asks"), [("off", False), ("P60D", False), ("PT12H", True)])
def test_the_limit_is_a_setting(
    tmp_path: Path, clock: Clock, world: World, value: str, asks: bool
) -> None:
    env = {"VOICENOTE_POLICY__CLOCK_JUMP": value}
    with without_sound():
        ws = workspace(tmp_path, clock, world, env, MachineRecords(tmp_path / "state", "desk"))
        release(ws, *take(ws, told(time_zone="UTC")))
        one_pass(ws)
        clock.move(days=40)
        assert bool(one_pass(ws).clock) is asks
        ws.close()


def test_a_rehearsal_moves_its_clock_as_it_likes(
    tmp_path: Path, clock: Clock, world: World
) -> None:
    with without_sound():
        ws = workspace(tmp_path, clock, world)
        release(ws, *take(ws, told(time_zone="UTC")))
        one_pass(ws)
        clock.now = FAR
        assert one_pass(ws).clock is None
        ws.close()
