"""The disk is full, or the clock jumps: what becomes of a touch, whatever its channel is."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.engine.world import (
    START,
    Clock,
    Died,
    World,
    release,
    states,
    take,
    told,
    without_sound,
    workspace,
)
from voicenote.engine.case import approval
from voicenote.engine.run.recovery import reconcile
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import Unavailable
from voicenote.ledger.store import Ledger, Transaction

ROOM = "make room; the next run goes on automatically"
LOOK = "make room, check whether it arrived, then say mark-sent or resend"
NOTHING = "none is needed"
TURN = "set the clock right; nothing has to be undone"

#: Which write of the ledger finds the disk full: what that is, whether the channel can be asked,
#: what the touch is when there is room again, and after one more pass, what to do.
FULL = [
    ("touch_claimed", "a message is taken up", True, "due", "accepted", ROOM),
    ("touch_committed", "it is about to leave", True, "sending", "accepted", ROOM),
    (
        "touch_accepted",
        "it has left, and the channel can be asked",
        True,
        "committing",
        "accepted",
        ROOM,
    ),
    (
        "touch_accepted",
        "it has left, and nobody can be asked",
        False,
        "committing",
        "uncertain",
        LOOK,
    ),
]
#: How the clock jumps, in hours, and when: before a pass, or while a message leaves.
JUMPS = [
    ("before", 1, "an hour ahead, before a pass", "accepted", NOTHING),
    ("before", 24, "a day ahead, before a pass", "accepted", NOTHING),
    ("before", -1, "an hour back, before a pass", "due", TURN),
    ("before", -24, "a day back, before a pass", "due", TURN),
    ("during", 1, "an hour ahead, while a message leaves", "accepted", NOTHING),
    ("during", 24, "a day ahead, while a message leaves", "accepted", NOTHING),
    ("during", -1, "an hour back, while a message leaves", "accepted", NOTHING),
    ("during", -24, "a day back, while a message leaves", "accepted", NOTHING),
]
#: A customer in Tallinn, where quiet hours end at nine: released then (UTC), leaves then (UTC).
TURNS = [
    ("the last working day of winter time", "2026-03-26T20:30", "2026-03-27T07:00"),
    ("the nights that lose an hour", "2026-03-27T20:30", "2026-03-30T06:00"),
    ("the last working day of summer time", "2026-10-22T20:30", "2026-10-23T06:00"),
    ("the nights that have an hour twice", "2026-10-23T20:30", "2026-10-26T07:00"),
]
#: The same with no quiet hours and every day a working day: the hours that do not or twice exist.
HOURS = [
    ("just before the hour that is missing", "2026-03-29T00:59:30"),
    ("just after the hour that is missing", "2026-03-29T01:00:30"),
    ("in the first of the two equal hours", "2026-10-25T00:30"),
    ("in the second of the two equal hours", "2026-10-25T01:30"),
]


def due(ws: Workspace, **customer: Any) -> int:
    """A case whose only touch is due."""
    [number] = take(ws, told(time_zone="UTC") if not customer else told(**customer))
    approval.change_plan(ws, number, "few-words")
    release(ws, number)
    return number


def full_when(ws: Workspace, event: str) -> Callable[[], None]:
    """Let the disk be full from the write on that tells `event`; return what makes room."""
    plain, full = ws.ledger.write, False

    @contextlib.contextmanager
    def write(actor: str | None = None, *, lasting: bool = True) -> Iterator[Transaction]:
        nonlocal full
        with plain(actor, lasting=lasting) as tx:
            yield tx
            newest = "select event from history order by number desc limit 2"
            full = full or event in tx.connection.exec_driver_sql(newest).scalars().all()
            if full:
                raise Unavailable("the disk is full: nothing was changed", "make room")

    ws.ledger.write = write  # type: ignore[method-assign]

    def cure() -> None:
        ws.ledger.write = plain  # type: ignore[method-assign]

    return cure


@pytest.mark.parametrize(("event", "_when", "can_ask", "at_once", "later", "_advice"), FULL)
def test_a_full_disk_sends_nothing_twice_and_loses_nothing(
    ws: Workspace, world: World, clock: Clock,
    event: str, _when: str, can_ask: bool, at_once: str, later: str, _advice: str,
) -> None:  # fmt: skip
    number = due(ws)
    world.can_ask = can_ask
    cure = full_when(ws, event)
    with pytest.raises(Unavailable, match="disk is full"):
        one_pass(ws)
    cure()
    assert states(ws, number) == [f"memo {at_once}"]
    clock.move(hours=1)
    one_pass(ws)
    assert states(ws, number) == [f"memo {later}"]
    assert len(world.left) == 1


@pytest.mark.parametrize(("when", "hours", "_how", "becomes", "_advice"), JUMPS)
def test_a_clock_that_jumps_sends_nothing_twice(
    ws: Workspace, world: World, clock: Clock,
    when: str, hours: int, _how: str, becomes: str, _advice: str,
) -> None:  # fmt: skip
    number = due(ws)
    if when == "before":
        clock.move(hours=hours)
    else:
        world.look = lambda _parcel: clock.move(hours=hours)
    one_pass(ws)
    assert states(ws, number) == [f"memo {becomes}"]
    clock.now = START + timedelta(hours=25)
    one_pass(ws)
    one_pass(ws)
    assert states(ws, number) == ["memo accepted"]
    assert len(world.left) == 1


@pytest.mark.parametrize("hours", [1, 24, -1, -24])
def test_what_a_dead_pass_left_is_cleared_up_whatever_the_clock_says(
    ws: Workspace, world: World, clock: Clock, hours: int
) -> None:
    number = due(ws)
    world.fates = ["died before commit"]
    with suppress(Died):
        one_pass(ws)
    clock.move(hours=hours)
    one_pass(ws)
    assert states(ws, number)[0] != "memo sending"
    clock.now = START + timedelta(hours=25)
    one_pass(ws)
    assert states(ws, number) == ["memo accepted"]
    assert len(world.left) == 1


@pytest.mark.parametrize(("hours", "becomes"), [(0, "sending"), (1, "due"), (-24, "due")])
def test_on_a_server_too_a_claim_from_tomorrow_is_given_up(
    ws: Workspace, world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch,
    hours: int, becomes: str,
) -> None:  # fmt: skip
    """There a claim is given up only when it is old, and a clock set back makes none old."""
    number = due(ws)
    world.fates = ["died before commit"]
    with suppress(Died):
        one_pass(ws)
    clock.move(hours=hours)
    monkeypatch.setattr(Ledger, "is_sqlite", False)
    reconcile(ws)
    assert states(ws, number) == [f"memo {becomes}"]


@pytest.mark.parametrize(("_night", "released", "leaves"), TURNS)
def test_quiet_hours_end_by_the_customers_clock_also_when_it_is_changed(
    ws: Workspace, world: World, clock: Clock, _night: str, released: str, leaves: str
) -> None:
    clock.now = moment(released)
    number = due(ws, time_zone="Europe/Tallinn", days=300)
    one_pass(ws)
    assert world.left == []
    clock.now = moment(leaves) - timedelta(seconds=1)
    one_pass(ws)
    assert world.left == []
    clock.now = moment(leaves)
    one_pass(ws)
    assert states(ws, number) == ["memo accepted"]


@pytest.mark.parametrize(("_hour", "at"), HOURS)
def test_an_hour_that_is_missing_or_there_twice_is_an_hour_like_others(
    tmp_path: Path, world: World, clock: Clock, _hour: str, at: str
) -> None:
    always = {"VOICENOTE_SCHEDULE__QUIET_HOURS": "off", "VOICENOTE_SCHEDULE__WORKING_DAYS": "all"}
    clock.now = moment(at)
    with without_sound():
        ws = workspace(tmp_path, clock, world, always)
        number = due(ws, time_zone="Europe/Tallinn", days=300)
        for _ in range(3):
            one_pass(ws)
            clock.move(minutes=31)
        assert states(ws, number) == ["memo accepted"]
        ws.close()
    assert len(world.left) == 1


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
