"""The counts of `status`: what is overdue, due and planned."""

from __future__ import annotations

from datetime import timedelta

from tests.engine.world import START, Clock, World, release, take, told
from voicenote.engine.case.overview import read_status
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace


def test_a_promise_past_its_day_is_overdue(ws: Workspace, clock: Clock) -> None:
    [number] = take(ws, told())
    release(ws, number)
    one_pass(ws)
    clock.move(days=60)
    one_pass(ws)
    assert read_status(ws).overdue == (number,)


def test_what_is_due_is_counted_since_when(ws: Workspace, clock: Clock) -> None:
    [number] = take(ws, told())
    release(ws, number)
    clock.move(minutes=5)
    found = read_status(ws)
    assert (found.due, found.due_since, found.planned) == (1, START, 1)
    one_pass(ws)
    found = read_status(ws)
    assert (found.due, found.theirs) == (0, 1)
    assert found.next_at is not None
    assert found.next_at > START + timedelta(days=1)


def test_a_message_that_came_back_has_failed(ws: Workspace, world: World) -> None:
    [number] = take(ws, told())
    release(ws, number)
    world.fates = ["refused"]
    one_pass(ws)
    found = read_status(ws)
    assert (found.failed, found.theirs) == ({"not_arrived": 1}, 0)
