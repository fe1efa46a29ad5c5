"""Each rule of the decisions, one behaviour a test."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from voicenote.followup.actions import (
    About,
    CancelTouch,
    CloseAsNoAnswer,
    MarkBroken,
    Nudge,
    Reopen,
    SkipTouch,
)
from voicenote.followup.decide import decide
from voicenote.model.case import Outcome
from voicenote.model.receipt import Receipt, ReceiptKind


def of(actions: Any, kind: type) -> list[Any]:
    return [action for action in actions if isinstance(action, kind)]


def told(actions: Any, about: About) -> list[Nudge]:
    return [one for one in of(actions, Nudge) if one.about is about]


def plan(make: Any, memo: str = "accepted") -> list[Any]:
    return [
        make.touch(1, "memo", memo),
        make.touch(2, "check-in", "due", 3, unless="answered"),
        make.touch(3, "confirm", "held", 14, unless="put-right"),
        make.touch(4, "nudge", "due", 9),
    ]


@pytest.mark.parametrize("outcome", [Outcome.WITHDRAWN, Outcome.MERGED])
def test_a_case_that_was_taken_out_is_never_reopened(make: Any, outcome: Outcome) -> None:
    memo, said = make.touch(1, "memo", "accepted"), (make.answer("not-yet", 5),)
    case = make.snapshot(memo, answers=said, stage="closed", outcome=outcome)
    assert decide(case, make.at(6)) == ()


def test_while_all_is_well_nothing_is_decided(make: Any) -> None:
    assert decide(make.snapshot(*plan(make)), make.at(1)) == ()


@pytest.mark.parametrize("verdict", ["put-right", "unclear"])
def test_an_answer_cancels_what_waits_for_the_customer_and_not_the_nudges(
    make: Any, verdict: str
) -> None:
    snapshot = make.snapshot(*plan(make), answers=(make.answer(verdict, 1),))
    cancelled = of(decide(snapshot, make.at(1)), CancelTouch)
    assert [one.number for one in cancelled] == [2, 3]
    assert {one.reason for one in cancelled} == {"the customer answered"}


def test_an_answer_that_only_the_channel_saw_cancels_too(make: Any) -> None:
    snapshot = make.snapshot(*plan(make, "answered"))
    assert len(of(decide(snapshot, make.at(1)), CancelTouch)) == 2


@pytest.mark.parametrize("kind", [kind for kind in ReceiptKind if kind is not ReceiptKind.ANSWERED])
def test_machines_never_stop_a_plan(make: Any, kind: ReceiptKind) -> None:
    before = make.snapshot(*plan(make))
    receipts = {1: (Receipt(kind=kind, at=make.at(1)),)}
    from dataclasses import replace

    assert of(decide(replace(before, receipts=receipts), make.at(1)), CancelTouch) == []


def test_an_answer_before_a_plan_was_booked_does_not_stop_it(make: Any) -> None:
    ask = make.touch(1, "acknowledge", "accepted")
    later = [
        make.touch(2, "memo", "due", 2, booked_at=make.at(2)),
        make.touch(3, "confirm", "due", 16, booked_at=make.at(2)),
    ]
    snapshot = make.snapshot(ask, *later, answers=(make.answer("unclear", 1),))
    assert of(decide(snapshot, make.at(2)), CancelTouch) == []


def test_where_nobody_noted_the_booking_the_memo_tells_it(make: Any) -> None:
    ask = make.touch(1, "acknowledge", "accepted", booked_at=None)
    later = [
        make.touch(2, "memo", "due", 2, booked_at=None),
        make.touch(3, "confirm", "due", 16, booked_at=None),
    ]
    before = make.snapshot(ask, *later, answers=(make.answer("unclear", 1),))
    assert of(decide(before, make.at(2)), CancelTouch) == []
    after = make.snapshot(ask, *later, answers=(make.answer("unclear", 2),))
    assert [one.number for one in of(decide(after, make.at(2)), CancelTouch)] == [2, 3]


def test_an_opt_out_cancels_everything_to_the_customer(make: Any) -> None:
    snapshot = make.snapshot(*plan(make, "due"), opted_out=True)
    assert [one.number for one in of(decide(snapshot, make.at(0)), CancelTouch)] == [1, 2, 3]


def test_a_closed_case_has_no_waiting_touches(make: Any) -> None:
    snapshot = make.snapshot(*plan(make), stage="closed")
    actions = decide(snapshot, make.at(1))
    assert [one.number for one in of(actions, CancelTouch)] == [2, 3, 4]
    assert len(actions) == 3


def test_what_an_earlier_round_left_is_cancelled(make: Any) -> None:
    snapshot = make.snapshot(*plan(make), round=2, stage="opened")
    assert [one.number for one in of(decide(snapshot, make.at(1)), CancelTouch)] == [2, 3, 4]


def test_abuse_gets_one_note_and_nothing_more(make: Any) -> None:
    touches = [make.touch(1, "last-word", "due"), make.touch(2, "check-in", "due", 3)]
    actions = decide(make.snapshot(*touches, abusive=True), make.at(0))
    assert [one.number for one in of(actions, CancelTouch)] == [2]


@pytest.mark.parametrize(("hours", "skipped"), [(-1, False), (0, False), (1, True)])
def test_a_touch_is_skipped_once_it_is_too_late(make: Any, hours: int, skipped: bool) -> None:
    snapshot = make.snapshot(make.touch(1, "memo", "due"))
    actions = decide(snapshot, make.at(7) + timedelta(hours=hours))
    assert bool(of(actions, SkipTouch)) is skipped
    assert bool(told(actions, About.TOO_LATE)) is skipped


def test_what_is_held_is_not_too_late(make: Any) -> None:
    snapshot = make.snapshot(make.touch(1, "memo", "held"))
    assert of(decide(snapshot, make.at(70)), SkipTouch) == []


@pytest.mark.parametrize(
    ("state", "unless", "skipped"),
    [
        ("promised", "kept", False),
        ("done", "kept", True),
        ("confirmed", "kept", True),
        ("waived", "kept", True),
        ("waived", "", True),
        ("promised", "memo-arrived", True),
        ("promised", "put-right", False),
        ("promised", "answered", False),
        ("done", "", False),
    ],
)
def test_a_nudge_is_skipped_where_its_condition_holds(
    make: Any, state: str, unless: str, skipped: bool
) -> None:
    touches = [
        make.touch(1, "memo", "accepted"),
        make.touch(2, "nudge", "due", 4, unless=unless, amends=1),
    ]
    snapshot = make.snapshot(*touches, amends=(make.amends(state=state, evidence="e"),))
    assert bool(of(decide(snapshot, make.at(4)), SkipTouch)) is skipped
    assert of(decide(snapshot, make.at(3)), SkipTouch) == []


@pytest.mark.parametrize(("first", "skipped"), [("done", True), ("promised", False)])
def test_a_nudge_about_one_promise_asks_whether_that_one_is_kept(
    make: Any, first: str, skipped: bool
) -> None:
    touches = [
        make.touch(1, "memo", "accepted"),
        make.touch(2, "nudge", "due", 4, unless="kept", amends=1),
    ]
    other = "promised" if first == "done" else "done"
    both = (make.amends(1, first, evidence="e"), make.amends(2, other, evidence="e"))
    snapshot = make.snapshot(*touches, amends=both)
    assert bool(of(decide(snapshot, make.at(4)), SkipTouch)) is skipped


@pytest.mark.parametrize(
    ("state", "skipped", "nudged"),
    [
        ("promised", True, True),
        ("broken", True, True),
        ("done", False, False),
        ("confirmed", True, False),
        ("waived", True, False),
    ],
)
def test_a_status_only_says_kept(make: Any, state: str, skipped: bool, nudged: bool) -> None:
    touches = [make.touch(1, "memo", "accepted"), make.touch(2, "status", "due", 4, amends=1)]
    snapshot = make.snapshot(*touches, amends=(make.amends(state=state, due=4, evidence="e"),))
    actions = decide(snapshot, make.at(4))
    assert bool(of(actions, SkipTouch)) is skipped
    assert bool(told(actions, About.STATUS)) is nudged


@pytest.mark.parametrize("memo", ["refused", "bounced", "uncertain", "due", "skipped"])
def test_nobody_is_asked_about_a_memo_that_did_not_arrive(make: Any, memo: str) -> None:
    touches = [make.touch(1, "memo", memo), make.touch(2, "check-in", "due", 3)]
    (skip,) = of(decide(make.snapshot(*touches), make.at(3)), SkipTouch)
    assert skip.number == 2


def test_a_round_has_one_memo(make: Any) -> None:
    touches = [make.touch(1, "memo", "accepted"), make.touch(2, "memo", "due", 2)]
    (skip,) = of(decide(make.snapshot(*touches), make.at(2)), SkipTouch)
    assert skip.number == 2
    assert "R6" in skip.reason


@pytest.mark.parametrize(
    ("zone", "hour", "broken"),
    [
        ("Europe/Berlin", 22, False),  # 23:00 on the promised day
        ("Europe/Berlin", 23, True),  # midnight: the day is over
        ("America/Los_Angeles", 23, False),  # still the promised day where the customer is
        ("Pacific/Auckland", 11, True),
        ("Pacific/Auckland", 10, False),
    ],
)
def test_a_promise_is_broken_when_its_day_is_over_where_the_customer_is(
    make: Any, zone: str, hour: int, broken: bool
) -> None:
    snapshot = make.snapshot(amends=(make.amends(due=4),), zone=zone)
    now = make.at(4).replace(hour=hour)
    assert of(decide(snapshot, now), MarkBroken) == ([MarkBroken(1)] if broken else [])
    assert bool(told(decide(snapshot, now), About.OVERDUE)) is broken


@pytest.mark.parametrize("state", ["done", "confirmed", "waived", "broken"])
def test_only_an_open_promise_is_marked_broken(make: Any, state: str) -> None:
    snapshot = make.snapshot(amends=(make.amends(state=state, due=1, evidence="e"),))
    assert of(decide(snapshot, make.at(9)), MarkBroken) == []


def test_an_overdue_promise_is_told_first_on_three_days_and_then_weekly(make: Any) -> None:
    snapshot = make.snapshot(
        make.touch(1, "memo", "uncertain"), amends=(make.amends(state="broken", due=0),)
    )
    keys = []
    for day in range(1, 23):
        first = of(decide(snapshot, make.at(day)), Nudge)[0]
        assert first.about is About.OVERDUE
        keys.append(first.key)
    assert len(dict.fromkeys(keys)) == 6  # days 1, 2, 3, 7, 14, 21
    assert "amends 3.1 (refund of 40 EUR)" in first.text


def test_an_overdue_promise_sends_nothing_to_the_customer(make: Any) -> None:
    snapshot = make.snapshot(
        make.touch(1, "memo", "accepted"), amends=(make.amends(state="broken", due=0),)
    )
    assert {type(action) for action in decide(snapshot, make.at(1))} == {Nudge}


def test_a_not_yet_opens_a_new_round_and_clears_the_old_one(make: Any) -> None:
    for stage in ("following", "closed"):
        said = (make.answer("not-yet", 5, "the ribbon is still wrong"),)
        actions = decide(make.snapshot(*plan(make), answers=said, stage=stage), make.at(5))
        assert [one.number for one in of(actions, CancelTouch)] == [2, 3, 4]
        assert len(of(actions, Reopen)) == 1
        (nudge,) = told(actions, About.ANSWER)
        assert "the ribbon" in nudge.text
        assert "voicenote script 3" in nudge.text
        assert all(len(one.key) <= 64 for one in of(actions, Nudge))


@pytest.mark.parametrize(
    "more",
    [
        {"abusive": True},
        {"opted_out": True},
        {"round": 3, "rounds": (3,)},
        {"stage": "opened"},
    ],
)
def test_not_every_not_yet_reopens(make: Any, more: dict[str, Any]) -> None:
    memo = make.touch(1, "memo", "accepted", round=more.get("round", 1))
    said = (make.answer("not-yet", 5),)
    assert of(decide(make.snapshot(memo, answers=said, **more), make.at(5)), Reopen) == []


def test_the_last_round_goes_to_a_person(make: Any) -> None:
    memo = make.touch(1, "memo", "accepted", round=2)
    said = (make.answer("not-yet", 5),)
    snapshot = make.snapshot(memo, answers=said, round=2, rounds=(2,))
    assert told(decide(snapshot, make.at(5), rounds=2), About.ROUNDS)
    assert of(decide(snapshot, make.at(5), rounds=3), Reopen)


@pytest.mark.parametrize(
    "said",
    [
        [("not-yet", 4), ("put-right", 5)],  # a newer yes
        [("not-yet", -1)],  # about the question, before the memo
    ],
)
def test_an_old_not_yet_reopens_nothing(make: Any, said: list[tuple[str, int]]) -> None:
    answers = tuple(make.answer(verdict, day) for verdict, day in said)
    snapshot = make.snapshot(make.touch(1, "memo", "accepted"), answers=answers)
    assert of(decide(snapshot, make.at(5)), Reopen) == []


def test_three_silences_close_after_patience(make: Any) -> None:
    assert CloseAsNoAnswer() not in decide(make.silent(), make.at(32.9))
    assert decide(make.silent(), make.at(33)) == (CloseAsNoAnswer(),)


def test_closing_takes_what_still_waits_with_it(make: Any) -> None:
    snapshot = make.silent(touches=(make.touch(9, "nudge", "held", 50),))
    actions = decide(snapshot, make.at(40))
    assert actions == (CancelTouch(9, "the case is closed: no answer"), CloseAsNoAnswer())


@pytest.mark.parametrize(
    "more",
    [
        {"lesson": None},
        {"amends": ()},
        {"opted_out": True},
        {"finding": "unfounded"},
        {"stage": "closed"},
    ],
)
def test_silence_alone_closes_nothing_else(make: Any, more: dict[str, Any]) -> None:
    if more == {"amends": ()}:
        more = {"amends": (make.amends(state="broken"),)}
    assert CloseAsNoAnswer() not in decide(make.silent(**more), make.at(60))


@pytest.mark.parametrize("state", ["due", "held", "sending", "committing", "uncertain"])
def test_silence_waits_for_the_rest_of_the_plan(make: Any, state: str) -> None:
    snapshot = make.silent(touches=(make.touch(5, "confirm", state, 61),))
    assert CloseAsNoAnswer() not in decide(snapshot, make.at(60))


@pytest.mark.parametrize("verdict", ["put-right", "not-yet", "unclear"])
def test_who_answered_was_not_silent(make: Any, verdict: str) -> None:
    snapshot = make.silent(answers=(make.answer(verdict, 31),))
    assert CloseAsNoAnswer() not in decide(snapshot, make.at(60))


def test_when_nothing_is_missing_the_owner_is_told_to_close(make: Any) -> None:
    snapshot = make.silent(answers=(make.answer("put-right", 31),))
    (nudge,) = decide(snapshot, make.at(31))
    assert isinstance(nudge, Nudge)
    assert nudge.about is About.CLOSE


def test_nobody_is_told_to_close_while_a_question_is_still_to_come(make: Any) -> None:
    later = make.touch(5, "confirm", "due", 40)
    assert decide(make.silent(touches=(later,)), make.at(30)) == ()


@pytest.mark.parametrize(
    ("state", "about"),
    [
        ("uncertain", About.UNCERTAIN),
        ("refused", About.NOT_ARRIVED),
        ("bounced", About.NOT_ARRIVED),
    ],
)
def test_what_may_not_have_arrived_is_told_once_an_attempt(
    make: Any, state: str, about: About
) -> None:
    first, again = (make.touch(1, "memo", state, attempt=attempt) for attempt in (1, 2))
    (one,) = told(decide(make.snapshot(first), make.at(1)), about)
    (two,) = told(decide(make.snapshot(again), make.at(1)), about)
    assert one.key != two.key
    nudge = make.touch(2, "nudge", "accepted", key=one.key)
    assert decide(make.snapshot(first, nudge), make.at(1)) == ()


def test_a_nudge_in_the_ledger_is_not_given_again(make: Any) -> None:
    memo = make.touch(1, "memo", "refused")
    (one,) = decide(make.snapshot(memo), make.at(1))
    assert isinstance(one, Nudge)
    kept = make.touch(2, "nudge", "accepted", 1, key=one.key)
    assert decide(make.snapshot(memo, kept), make.at(1)) == ()


def test_a_rendered_memo_waits_for_approval(make: Any) -> None:
    assert told(decide(make.snapshot(stage="rendered"), make.at(0)), About.APPROVAL)


def test_a_long_answer_is_quoted_short(make: Any) -> None:
    said = (make.answer("unclear", 1, "word " * 100),)
    (nudge,) = decide(make.snapshot(make.touch(1, "memo", "heard"), answers=said), make.at(1))
    assert isinstance(nudge, Nudge)
    assert nudge.about is About.ANSWER
    assert "…" in nudge.text
    assert len(nudge.text) < 250


@pytest.mark.parametrize(
    ("state", "skipped"),
    [
        ("promised", True),
        ("broken", True),
        ("done", False),
        ("confirmed", False),
        ("waived", False),
    ],
)
def test_nobody_is_asked_to_confirm_what_is_not_kept_yet(
    make: Any, state: str, skipped: bool
) -> None:
    touches = [make.touch(1, "memo", "accepted"), make.touch(2, "confirm", "due", 14)]
    snapshot = make.snapshot(*touches, amends=(make.amends(state=state, evidence="e"),))
    assert [one.number for one in of(decide(snapshot, make.at(14)), SkipTouch)] == [2] * skipped


def test_the_plans_nudge_is_silent_about_a_promise_that_is_overdue(make: Any) -> None:
    touches = [make.touch(1, "memo", "accepted"), make.touch(2, "nudge", "due", 9, amends=1)]
    snapshot = make.snapshot(*touches, amends=(make.amends(due=7),))
    actions = decide(snapshot, make.at(9))
    assert [one.number for one in of(actions, SkipTouch)] == [2]
    assert any(nudge.about is About.OVERDUE for nudge in of(actions, Nudge))


def test_what_was_too_late_is_told_in_the_customers_time(make: Any) -> None:
    """9 o'clock in UTC is 18 o'clock in Tokyo, for the reason that is kept and for the nudge."""
    late = make.touch(1, "memo", "due", too_late_at=make.at(1))
    actions = decide(make.snapshot(late, zone="Asia/Tokyo"), make.at(2))
    [skip], [nudge, *_] = of(actions, SkipTouch), of(actions, Nudge)
    assert skip.reason == "too late: it was due 2026-11-02 18:00 (Asia/Tokyo)"
    assert "was due 2026-11-02 18:00 (Asia/Tokyo)" in nudge.text
