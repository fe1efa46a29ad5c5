from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.engine.world import Clock, release, take, told, touches_of
from voicenote.engine.case import approval, promises
from voicenote.engine.workspace import Workspace
from voicenote.model.promise import AmendsKind, Promise
from voicenote.model.touch import WAITING, Touch, TouchState


def promise(by: date) -> Promise:
    return Promise(kind=AmendsKind.GIFT, text="a box of biscuits", promised_by=by)


def waiting(ws: Workspace, number: int, k: int) -> list[Touch]:
    return [t for t in touches_of(ws, number) if t.planned.amends == k and t.state in WAITING]


@pytest.fixture
def case(ws: Workspace) -> int:
    [number] = take(ws, told())
    release(ws, number)
    return number


def test_a_promise_with_a_new_date_is_followed_to_the_new_date(
    ws: Workspace, clock: Clock, case: int
) -> None:
    before = waiting(ws, case, 1)
    assert before
    later = (clock.now + timedelta(days=20)).date()
    promises.promise_again(ws, case, 1, later)
    after = waiting(ws, case, 1)
    assert {t.number for t in after}.isdisjoint(t.number for t in before)
    assert max(t.planned.wanted_at for t in after).date() >= later


def test_a_promise_made_under_way_is_followed(ws: Workspace, clock: Clock, case: int) -> None:
    assert waiting(ws, case, 2) == []
    promises.add(ws, case, promise((clock.now + timedelta(days=9)).date()))
    assert {t.kind.value for t in waiting(ws, case, 2)} == {"status", "nudge"}


def test_what_is_booked_into_a_held_plan_waits_like_the_rest(
    ws: Workspace, clock: Clock, case: int
) -> None:
    approval.hold(ws, case)
    promises.add(ws, case, promise((clock.now + timedelta(days=9)).date()))
    assert {t.state for t in waiting(ws, case, 2)} == {TouchState.HELD}
    approval.resume(ws, case)
    assert {t.state for t in waiting(ws, case, 2)} == {TouchState.DUE}
