"""What changes while a pass is under way, after it has looked: it goes by what is so now."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

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
from voicenote.engine.case import approval, promises
from voicenote.engine.case.consent import opt_out
from voicenote.engine.ledger_identity import MachineRecords
from voicenote.engine.memo.compose_cases import compose_cases
from voicenote.engine.run import lookahead
from voicenote.engine.run.ownership import adopt
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadSettings, RuleSaysNo
from voicenote.ledger import arrivals, case_store, touches
from voicenote.ledger.fingerprint import read_standing
from voicenote.ledger.snapshots import snapshots
from voicenote.model.address import Address
from voicenote.model.receipt import Parcel, Receipt
from voicenote.model.touch import TouchKind, TouchState


def pair(ws: Workspace) -> list[int]:
    """Two cases of two people, whose memos are due now."""
    numbers = take(ws, told("A"), told("B", name="Ron", email="ron@example.com"))
    release(ws, *numbers)
    return numbers


@pytest.fixture
def follows(tmp_path: Path, clock: Clock, world: World) -> Iterator[Workspace]:
    """A workspace whose check-ins go by themselves."""
    with without_sound():
        allowed = {"VOICENOTE_POLICY__AUTO_APPROVE": '["check-in"]'}
        opened = workspace(tmp_path, clock, world, allowed)
        yield opened
        opened.close()


def test_a_follow_up_says_what_was_promised_until_it_is_composed(
    follows: Workspace, world: World, clock: Clock
) -> None:
    """Both were looked at together; the second is composed minutes later."""
    first, second = pair(follows)
    one_pass(follows)
    clock.move(days=3)

    def promised(parcel: Parcel) -> None:
        if parcel.case == first:
            promises.promise_again(follows, second, 1, date(2026, 4, 24))

    world.look = promised
    one_pass(follows)
    assert [parcel.kind for parcel in world.left[2:]] == ["check-in", "check-in"]
    assert [str(day) in world.left[3].text for day in (24, 9)] == [True, False]


def test_what_was_held_since_is_moved_to_no_other_hour(
    ws: Workspace, world: World, clock: Clock
) -> None:
    _, second = pair(ws)
    before = touches_of(ws, second)

    def night(_parcel: Parcel) -> None:
        approval.hold(ws, second)
        clock.now = START.replace(hour=22)

    world.look = night
    one_pass(ws)
    assert states(ws, second)[0] == "memo held"
    assert [one.due_at for one in touches_of(ws, second)] == [one.due_at for one in before]


def test_what_was_moved_to_a_later_hour_since_waits_for_it(
    ws: Workspace, world: World, clock: Clock
) -> None:
    """Both were looked at together."""
    _, second = pair(ws)

    def moved(_parcel: Parcel) -> None:
        with ws.ledger.write() as tx:
            touches.move(tx, touches_of(ws, second)[0].number, clock.now + timedelta(hours=2))
            tx.tell("touch_moved", second)

    world.look = moved
    assert one_pass(ws).sent == 1
    assert states(ws, second)[0] == "memo due"


def while_leaving(world: World, deed: Callable[[], object]) -> None:
    """Let something happen after a touch was claimed, and before it leaves."""
    send = world.send

    def slow(parcel: Parcel, commit: Callable[[], None]) -> Receipt:
        deed()
        return send(parcel, commit)

    world.send = slow  # type: ignore[method-assign]


def test_what_is_composed_anew_while_it_is_leaving_does_not_leave(
    ws: Workspace, world: World, clock: Clock
) -> None:
    [number] = take(ws, told())
    release(ws, number)

    def anew() -> None:
        with ws.ledger.write() as tx:
            case_store.revise(
                tx, number, "case_triaged", finding="partly", finding_reason="a mix-up"
            )
        assert next(iter(compose_cases(ws, [number]))).changed

    while_leaving(world, anew)
    one_pass(ws)
    assert (world.left, states(ws, number)[0]) == ([], "memo due")
    clock.move(hours=1)
    assert one_pass(ws).waiting[0][0] == number
    assert world.left == []


@pytest.mark.parametrize(
    ("wakes", "why"),
    [
        (START.replace(hour=22), "quiet hours began while it was leaving"),
        (START + timedelta(days=30), "it became too late while it was being sent"),
    ],
)
def test_what_lost_its_hour_while_it_was_leaving_does_not_leave(
    ws: Workspace, world: World, clock: Clock, wakes: datetime, why: str
) -> None:
    """As when a lid was closed between the claim and the last word to the server."""
    [number] = take(ws, told())
    release(ws, number)

    def sleep() -> None:
        clock.now = wakes

    while_leaving(world, sleep)
    one_pass(ws)
    (memo,) = [touch for touch in touches_of(ws, number) if touch.kind is TouchKind.MEMO]
    assert (world.left, memo.state, memo.reason) == ([], TouchState.DUE, why)


def test_what_nobody_wants_any_more_while_it_is_leaving_is_cancelled(
    ws: Workspace, world: World
) -> None:
    [number] = take(ws, told())
    release(ws, number)
    while_leaving(world, lambda: opt_out(ws, str(number)))
    one_pass(ws)
    assert (world.left, states(ws, number)[0]) == ([], "memo cancelled")


def test_whoever_moves_to_another_address_while_it_is_leaving_gets_it_there(
    ws: Workspace, world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world, "address", lambda customer: customer.address("telegram", "email"))
    [number] = take(ws, told())
    release(ws, number)

    def joins() -> None:
        with ws.ledger.write() as tx:
            arrivals.join(tx, case_store.get(tx, number), Address("telegram", "4711"))

    while_leaving(world, joins)
    one_pass(ws)
    assert world.left == []
    clock.move(hours=1)
    one_pass(ws)
    assert [parcel.to for parcel in world.left] == ["4711"]


def test_what_changes_in_the_midst_of_a_look_is_not_taken_for_seen(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL shows each query what was committed until then."""
    [number] = take(ws, told())
    release(ws, number)

    def and_then(tx: Any, *words: Any) -> Any:
        found = snapshots(tx, *words)
        case_store.revise(tx, number, "case_triaged", abusive=True)
        return found

    monkeypatch.setattr(lookahead, "snapshots", and_then)
    touch = touches_of(ws, number)[0]
    with ws.ledger.write() as tx:
        seen = lookahead.look(ws, tx, [(touch.number, number)])[touch.number]
        assert not seen.case.complaint.abusive
        assert read_standing(tx, seen.case) != seen.standing


def test_a_channel_that_is_set_up_wrongly_makes_no_look_dearer(
    ws: Workspace, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [told(f"A-{n}", name=f"N{n}", email=f"n{n}@example.com") for n in range(9)]
    release(ws, *take(ws, *people))
    looked: list[int] = []
    look = lookahead.look

    def counted(ws: Workspace, tx: Any, wanted: Sequence[tuple[int, int]]) -> object:
        looked.append(len(wanted))
        return look(ws, tx, wanted)

    def unset(_customer: object) -> str:
        raise BadSettings("world has no password", "set it")

    monkeypatch.setattr(lookahead, "TOGETHER", 3)
    monkeypatch.setattr(lookahead, "look", counted)
    monkeypatch.setattr(world, "address", unset)
    assert one_pass(ws).failed == 9
    assert looked == [3, 1, 1, 1] * 3


def test_a_pass_ends_where_a_copy_is_made_the_one_that_sends(tmp_path: Path, clock: Clock) -> None:
    here, there, world = tmp_path / "here", tmp_path / "there", World()
    here.mkdir()
    state = MachineRecords(tmp_path / "state", "host")
    with without_sound():
        ws = workspace(here, clock, world, whereabouts=state)
        pair(ws)

        def copied(_parcel: Parcel) -> None:
            shutil.copytree(here, there)
            other = workspace(there, clock, World(), whereabouts=state)
            assert adopt(other).doubt
            other.close()

        world.look = copied
        with pytest.raises(RuleSaysNo, match="another copy"):
            one_pass(ws)
        ws.close()
    assert len(world.left) == 1
