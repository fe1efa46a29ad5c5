"""One touch: what becomes of it, whatever its channel does."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.engine.world import (
    Clock,
    Died,
    World,
    release,
    states,
    take,
    tiny_memo,
    told,
    touches_of,
)
from voicenote.delivery.tokens import token
from voicenote.engine.case import approval, case_view, closing, consent, promises
from voicenote.engine.memo import render_case
from voicenote.engine.run import follow_up, recovery, run_once
from voicenote.engine.run.lookahead import TouchView
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.run.send import ATTEMPTS, LONGEST_WAIT_S, backoff_s
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo, WrongUse
from voicenote.ledger import case_store, scripts
from voicenote.ledger.changes import change_case, change_touch
from voicenote.model.address import Address
from voicenote.model.case import Customer
from voicenote.model.memo import Memo
from voicenote.model.receipt import Parcel, Receipt, Verdict
from voicenote.model.touch import TouchKind, TouchState


def due(ws: Workspace) -> int:
    """A case whose only touch is due now."""
    [number] = take(ws, told())
    approval.change_plan(ws, number, "few-words")
    release(ws, number)
    return number


@pytest.mark.parametrize(
    ("fate", "at_once", "finally_"),
    [
        ("sent", "accepted", "accepted"),
        ("postponed", "due", "accepted"),
        ("postponed after commit", "due", "accepted"),
        ("unavailable", "due", "accepted"),
        ("refused", "refused", "refused"),
        ("refused after commit", "refused", "refused"),
        ("unknown, not sent", "uncertain", "uncertain"),
        ("unknown, sent", "uncertain", "accepted"),
        ("unavailable after commit, sent", "uncertain", "accepted"),
        ("bug before commit", "refused", "refused"),
        ("bug after the act", "uncertain", "accepted"),
        ("died before commit", "sending", "accepted"),
        ("stopped by Ctrl-C", "sending", "accepted"),
        ("died before the act", "committing", "accepted"),
        ("died after the act", "committing", "accepted"),
    ],
)
@pytest.mark.parametrize("can_ask", [True, False])
def test_a_touch_is_sent_once_whatever_happens(
    ws: Workspace,
    world: World,
    clock: Clock,
    fate: str,
    at_once: str,
    finally_: str,
    can_ask: bool,
) -> None:
    number = due(ws)
    world.fates, world.can_ask = [fate], can_ask
    with suppress(Died, KeyboardInterrupt):
        one_pass(ws)
    assert states(ws, number) == [f"memo {at_once}"]
    clock.move(hours=1)
    one_pass(ws)
    if not can_ask and at_once in ("committing", "uncertain"):
        finally_ = "uncertain"
    assert states(ws, number) == [f"memo {finally_}"]
    clock.move(hours=1)
    one_pass(ws)
    assert len(world.left) == (0 if finally_ == "refused" else len(set(world.keys)))


def test_a_channel_that_is_always_busy_is_given_up_and_shown(
    ws: Workspace, world: World, clock: Clock
) -> None:
    number = due(ws)
    for attempt in range(ATTEMPTS):
        assert states(ws, number) == ["memo due"], attempt
        world.fates = ["postponed"]
        clock.now = max(clock.now, touches_of(ws, number)[0].due_at)
        one_pass(ws)
    assert states(ws, number) == ["memo refused"]
    assert touches_of(ws, number)[0].reason == "busy (wait)"


def test_the_wait_doubles_and_has_an_end() -> None:
    waits = [backoff_s(attempt, 0.0) for attempt in range(20)]
    assert waits[:4] == [60, 120, 240, 480]
    assert max(waits) == LONGEST_WAIT_S
    assert backoff_s(0, 0.999) <= 66


def test_one_channels_slip_does_not_stop_the_others(ws: Workspace, world: World) -> None:
    numbers = take(ws, told("A"), told("B", name="Ron", email="ron@example.com"))
    release(ws, *numbers)
    world.fates = ["bug before commit"]
    turn = one_pass(ws)
    assert (turn.sent, turn.failed) == (1, 1)
    assert "ValueError" in turn.reasons[0][1]


def test_who_opts_out_during_a_pass_hears_nothing_more_in_it(ws: Workspace, world: World) -> None:
    """The pass has decided already; the other case of the same person is looked at again."""
    numbers = take(ws, told("A"), told("B"))
    release(ws, *numbers)

    def opt_out(parcel: Parcel) -> None:
        consent.opt_out(ws, str(parcel.case))

    world.look = opt_out
    one_pass(ws)
    assert len(world.left) == 1
    assert [states(ws, number)[0] for number in numbers] == ["memo accepted", "memo cancelled"]


@pytest.mark.parametrize(
    ("deed", "why"),
    [
        (lambda ws, case: consent.opt_out(ws, str(case)), "the customer opted out"),
        (lambda ws, case: closing.answer(ws, case, Verdict.UNCLEAR, "Thanks", "phone"), "answered"),
        (lambda ws, case: closing.reopen(ws, case, "looked again"), "a new round has begun"),
    ],
)
def test_what_nobody_wants_any_more_while_it_is_leaving_does_not_leave(
    ws: Workspace, world: World, deed: Callable[[Workspace, int], object], why: str
) -> None:
    number = due(ws)
    send = world.send

    def slow(parcel: Parcel, commit: Callable[[], None]) -> Receipt:
        deed(ws, number)
        return send(parcel, commit)

    world.send = slow  # type: ignore[method-assign]
    made = one_pass(ws)
    assert (world.left, states(ws, number)) == ([], ["memo cancelled"])
    assert why in touches_of(ws, number)[0].reason
    assert (made.sent, made.failed, made.uncertain) == (0, 0, 0)


@pytest.mark.parametrize("fate", ["unknown, not sent", "died before the act"])
def test_a_copy_of_the_first_attempt_does_not_settle_the_second(
    ws: Workspace, world: World, clock: Clock, fate: str
) -> None:
    """It left, it bounced, it was booked again: what the channel finds then is the first copy."""
    number = due(ws)
    one_pass(ws)
    with ws.ledger.write() as tx:
        change_touch(tx, touches_of(ws, number)[0].number, "bounce")
    clock.move(hours=1)
    recovery.settle_again(ws, number)
    world.fates = [fate]
    for _ in range(3):
        with suppress(Died):
            one_pass(ws)
        clock.move(hours=1)
    assert len(world.left) == 1
    assert states(ws, number) == ["memo uncertain"]


def test_a_copy_settles_what_was_booked_again_after_a_refusal(
    ws: Workspace, world: World, clock: Clock
) -> None:
    number = due(ws)
    world.fates = ["refused", "unknown, sent"]
    one_pass(ws)
    clock.move(hours=1)
    recovery.settle_again(ws, number)
    one_pass(ws)
    one_pass(ws)
    assert states(ws, number) == ["memo accepted"]


def test_what_changed_after_its_approval_does_not_leave(ws: Workspace, world: World) -> None:
    number = due(ws)
    for file in ws.home.glob("memos/**/memo.ogg"):
        file.write_text("something else")
    turn = one_pass(ws)
    assert (turn.waiting[0][0], world.left) == (number, [])
    assert "changed since it was approved" in turn.waiting[0][1]


@pytest.mark.parametrize("damage", ["torn", "gone"])
def test_what_was_damaged_and_made_again_as_it_was_leaves_unasked(
    ws: Workspace, world: World, damage: str
) -> None:
    """After a power cut: the same words and the same voice give the same bytes."""
    number = due(ws)
    for file in ws.home.glob("memos/**/memo.ogg"):
        file.write_bytes(file.read_bytes()[:-3]) if damage == "torn" else file.unlink()
    before = case_view.case_view(ws, number)
    [again] = render_case.render_cases(ws, [number])
    assert again.made
    assert case_view.case_view(ws, number) == before
    one_pass(ws)
    assert [parcel.case for parcel in world.left] == [number]


def test_what_is_made_again_otherwise_needs_a_new_approval(
    ws: Workspace, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = due(ws)
    for file in ws.home.glob("memos/**/memo.ogg"):
        file.write_text("something else")
    monkeypatch.setattr("voicenote.engine.memo.render_job.make_memo", louder_memo)
    assert [one.made for one in render_case.render_cases(ws, [number])] == [True]
    one_pass(ws)
    assert world.left == []


def louder_memo(*words: Any, **facts: Any) -> Memo:
    return replace(tiny_memo(*words, **facts), digests={"ogg": "another"})


def test_the_uncertain_is_settled_by_a_person_either_way(ws: Workspace, world: World) -> None:
    world.can_ask = False
    for fate in ("unknown, sent", "unknown, not sent"):
        [number] = take(ws, told(fate, name=fate, email=f"{len(fate)}@example.com"))
        release(ws, number)
        world.fates = [fate]
        one_pass(ws)
        settle = recovery.settle_sent if fate == "unknown, sent" else recovery.settle_again
        settle(ws, number)
        one_pass(ws)
        assert states(ws, number)[0] == "memo accepted"
    assert len(world.left) == len(set(world.keys)) == 2
    with pytest.raises(RuleSaysNo, match="no message that is uncertain"):
        recovery.settle_sent(ws, number)


def test_another_plan_does_not_send_the_memo_again_that_may_have_left(
    ws: Workspace, world: World, clock: Clock
) -> None:
    world.can_ask = False
    [number] = take(ws, told())
    release(ws, number)
    world.fates = ["unknown, sent"]
    one_pass(ws)
    approval.change_plan(ws, number, "make-it-right")
    clock.move(hours=1)
    one_pass(ws)
    assert len(world.left) == 1


def test_a_closed_case_sends_nothing_again(ws: Workspace, world: World) -> None:
    number = due(ws)
    world.fates = ["refused"]
    one_pass(ws)
    with ws.ledger.write() as tx:
        from voicenote.engine.case.decisions import close_in
        from voicenote.model.case import Outcome

        close_in(tx, number, Outcome.LOST)
    with pytest.raises(RuleSaysNo, match="closed"):
        recovery.settle_again(ws, number)
    with pytest.raises(RuleSaysNo, match="closed"):
        approval.change_plan(ws, number, "make-it-right")
    assert touches_of(ws, number)[0].state is TouchState.REFUSED


def test_only_what_was_approved_can_leave_file_by_file(ws: Workspace, world: World) -> None:
    [number] = take(ws, told())
    release(ws, number)
    with ws.ledger.read() as tx:
        found = scripts.drafts(tx, [number])[number, 1]
    assert found.memo is not None
    for name, file in found.memo.files.items():
        path = ws.home / file
        before = path.read_bytes()
        path.write_bytes(before + b"!")
        assert one_pass(ws).sent == 0, name
        path.write_bytes(before)
    assert one_pass(ws).sent == 1
    assert len(world.keys) == 1


def test_a_memo_that_came_too_late_leaves_when_it_is_approved_again(
    ws: Workspace, clock: Clock, world: World
) -> None:
    [number] = take(ws, told())
    release(ws, number)
    approval.hold(ws, number)
    approval.change_plan(ws, number, "acknowledge")
    assert "memo cancelled" in states(ws, number)
    release(ws, number)
    approval.resume(ws, number)
    clock.move(days=1)
    one_pass(ws)
    assert [key for key in world.keys if "-memo-" in key] != []


def test_another_plan_neither_wakes_a_held_memo_nor_books_a_second(
    ws: Workspace, world: World
) -> None:
    [number] = take(ws, told())
    release(ws, number)
    approval.hold(ws, number)
    [memo] = [t for t in touches_of(ws, number) if t.kind is TouchKind.MEMO]
    approval.change_plan(ws, number, "make-it-right")
    assert one_pass(ws).sent == 0
    memos = [t for t in touches_of(ws, number) if t.kind is TouchKind.MEMO]
    assert [(t.number, t.state) for t in memos] == [(memo.number, TouchState.HELD)]
    assert world.keys == []


def test_what_is_stuck_is_sent_again_one_by_one(ws: Workspace) -> None:
    [number] = take(ws, told(days=None))
    release(ws, number)
    one_pass(ws)
    asked = [t for t in touches_of(ws, number) if t.kind is TouchKind.CONFIRM]
    with ws.ledger.write() as tx:
        for touch in asked:
            change_touch(tx, touch.number, "claim")
            change_touch(tx, touch.number, "refuse")
    assert [one.touch for one in recovery.settle_again(ws, number)] == [asked[-1].number]


def test_a_closed_case_keeps_its_promises_as_they_were(ws: Workspace) -> None:
    number = due(ws)
    with ws.ledger.write() as tx:
        change_case(tx, number, "close", outcome="neutral")
    with pytest.raises(RuleSaysNo, match="closed"):
        promises.mark_broken(ws, number, 1, "no")
    with pytest.raises(RuleSaysNo, match="closed"):
        promises.promise_again(ws, number, 1, date(2026, 12, 1))


def test_one_bad_case_does_not_stop_those_behind_it(
    ws: Workspace, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = take(ws, told("A"), told("B"))
    release(ws, *numbers)
    plain = follow_up.make_ready

    def bad(ws: Workspace, seen: TouchView) -> None:
        if seen.case.number == numbers[0]:
            raise ArithmeticError("too much money")
        plain(ws, seen)

    monkeypatch.setattr(run_once, "make_ready", bad)
    done = one_pass(ws)
    assert (done.sent, done.failed) == (1, 1)
    assert "our fault" in done.reasons[0][1]
    assert len(world.keys) == 1


def test_an_opt_out_by_address_stops_every_case_of_that_person(ws: Workspace, world: World) -> None:
    numbers = take(ws, told("A"), told("B"))
    release(ws, *numbers)
    with ws.ledger.read() as tx:
        email = case_store.get(tx, numbers[0]).customer.address("email")
    assert consent.opt_out(ws, email.upper()).cancelled > 0
    one_pass(ws)
    assert world.keys == []


def test_the_token_of_a_letter_opts_out_whoever_got_it(ws: Workspace, world: World) -> None:
    numbers = take(ws, told("A"), told("B"))
    release(ws, numbers[0])
    one_pass(ws)
    release(ws, numbers[1])
    [key] = world.keys
    with pytest.raises(WrongUse, match="isn't an address"):
        consent.opt_out(ws, token(f"{key}x"))
    assert consent.opt_out(ws, token(key).upper()).cancelled > 0
    one_pass(ws)
    assert world.keys == [key]


def test_whoever_is_unknown_can_opt_out_before_their_first_complaint(
    ws: Workspace, world: World
) -> None:
    assert consent.opt_out(ws, "dana@example.com").cases == ()
    [number] = take(
        ws, told(customer=Customer(name="Dana", addresses=(Address("email", "Dana@example.com"),)))
    )
    with pytest.raises(RuleSaysNo, match="opted out"):
        release(ws, number)
    one_pass(ws)
    assert world.keys == []


def test_a_channel_that_is_not_set_up_is_told_at_the_release(ws: Workspace) -> None:
    [number] = take(ws, told(customer=Customer(name="Dana", channel="pigeon")))
    with pytest.raises(RuleSaysNo, match="pigeon"):
        release(ws, number)
