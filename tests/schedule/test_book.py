"""Booking: what is due when, and for whom."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicenote.errors import BadData
from voicenote.model.case import Case, Complaint, Customer, Stage
from voicenote.model.promise import Amends, AmendsKind, AmendsState, Promise
from voicenote.model.touch import PlannedTouch, TouchKind
from voicenote.schedule.book import book, resume
from voicenote.schedule.clock import Decency
from voicenote.schedule.hours import Hours
from voicenote.schedule.offset import Offset
from voicenote.schedule.plans import Plan, Step, builtin_plans, read_plan

BERLIN = Hours(ZoneInfo("Europe/Berlin"), Decency(holidays="DE"))
TOKYO = Hours(ZoneInfo("Asia/Tokyo"), Decency())
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # 10:00 in Berlin
MAKE_IT_RIGHT = builtin_plans()["make-it-right"]


def promised(
    by: date | None,
    target: date | None = None,
    k: int = 1,
    state: AmendsState = AmendsState.PROMISED,
) -> Amends:
    promise = Promise(kind=AmendsKind.FIX, text="mend it", promised_by=by, target=target)
    return Amends(case=1, k=k, promise=promise, state=state)


def case(*amends: Amends, opened_at: datetime = MONDAY, round_: int = 1) -> Case:
    complaint = Complaint(
        source="t", ref="1", opened_at=opened_at, customer=Customer(name="M"), what_happened="late"
    )
    return Case(number=1, complaint=complaint, stage=Stage.APPROVED, amends=amends, round=round_)


PROMISE = promised(date(2026, 12, 2), date(2026, 11, 30))


def local(touch: PlannedTouch, hours: Hours = BERLIN) -> str:
    return touch.due_at.astimezone(hours.zone).strftime("%a %m-%d %H:%M")


def test_make_it_right_in_berlin() -> None:
    touches = book(MAKE_IT_RIGHT, case(PROMISE), BERLIN, BERLIN, MONDAY)
    assert [(touch.kind.value, local(touch)) for touch in touches] == [
        ("memo", "Mon 11-23 10:00"),
        ("check-in", "Thu 11-26 10:00"),
        ("nudge", "Fri 11-27 09:00"),
        ("nudge", "Tue 12-01 09:00"),
        ("status", "Wed 12-02 17:00"),
        ("nudge", "Thu 12-03 09:00"),
        ("confirm", "Mon 12-07 10:00"),
        ("confirm", "Mon 12-14 10:00"),
        ("confirm", "Wed 12-23 10:00"),
    ]


def test_a_nudge_comes_in_the_owners_morning_and_the_status_in_the_customers_day() -> None:
    touches = book(MAKE_IT_RIGHT, case(PROMISE), TOKYO, BERLIN, MONDAY)
    status = next(touch for touch in touches if touch.kind is TouchKind.STATUS)
    nudge = next(touch for touch in touches if touch.kind is TouchKind.NUDGE)
    assert local(status, TOKYO) == "Wed 12-02 17:00"
    assert local(nudge, BERLIN) == "Fri 11-27 09:00"


def test_a_memo_before_the_holidays_leaves_three_days_to_the_check_in() -> None:
    christmas_eve = datetime(2026, 12, 24, 20, 0, tzinfo=UTC)
    touches = book(MAKE_IT_RIGHT, case(), BERLIN, BERLIN, christmas_eve)
    assert [local(touch) for touch in touches[:2]] == ["Mon 12-28 09:00", "Thu 12-31 09:00"]


def test_there_is_one_status_for_each_promise_with_a_date() -> None:
    promises = (PROMISE, promised(date(2026, 12, 9), k=2), promised(None, k=3))
    touches = book(MAKE_IT_RIGHT, case(*promises), BERLIN, BERLIN, MONDAY)
    assert [t.amends for t in touches if t.kind is TouchKind.STATUS] == [1, 2]


def test_what_lies_in_the_past_is_due_at_once() -> None:
    old = promised(date(2026, 11, 2))
    touches = book(MAKE_IT_RIGHT, case(old), BERLIN, BERLIN, MONDAY)
    assert {t.due_at for t in touches if t.amends} == {MONDAY}


def test_the_acknowledge_plan_keeps_to_the_clocks_of_the_complaint() -> None:
    opened = MONDAY - timedelta(hours=2)
    touches = book(
        builtin_plans()["acknowledge"],
        case(opened_at=opened),
        BERLIN,
        BERLIN,
        MONDAY,
    )
    assert [touch.kind.value for touch in touches] == ["acknowledge", "nudge", "nudge"]
    assert touches[0].due_at == MONDAY
    assert touches[1].due_at == opened + timedelta(hours=6)
    assert touches[2].wanted_at == opened + timedelta(hours=20)


def test_too_late_comes_from_the_step_else_the_plan_else_the_settings() -> None:
    table = {"steps": [{"kind": "memo", "too_late": "P1D"}, {"kind": "check-in"}]}
    two_days = {**table, "too_late": "P2D"}
    for plan, expected in (
        (read_plan("x", two_days, []), (1, 2)),
        (read_plan("x", table, []), (1, 5)),
    ):
        touches = book(plan, case(), BERLIN, BERLIN, MONDAY, too_late=Offset(days=5))
        by_step = sorted(touches, key=lambda touch: touch.step)
        late = [t.too_late_at - t.due_at for t in by_step if t.too_late_at]
        assert late == [timedelta(days=days) for days in expected]


def test_a_channel_comes_from_the_step_else_the_plan() -> None:
    steps = [{"kind": "memo", "channel": "telegram"}, {"kind": "check-in"}]
    plan = read_plan("x", {"steps": steps, "channel": "email"}, [])
    touches = book(plan, case(), BERLIN, BERLIN, MONDAY)
    assert [touch.channels for touch in touches] == [("telegram",), ("email",)]


@pytest.mark.parametrize(
    ("round_", "spoken_of"),
    [
        (1, {AmendsState.PROMISED, AmendsState.DONE, AmendsState.BROKEN}),
        (2, {AmendsState.PROMISED, AmendsState.BROKEN}),
    ],
)
def test_nothing_is_booked_for_what_is_settled(round_: int, spoken_of: set[AmendsState]) -> None:
    amends = [promised(date(2026, 12, 2), k=k, state=s) for k, s in enumerate(AmendsState, 1)]
    booked = book(MAKE_IT_RIGHT, case(*amends, round_=round_), BERLIN, BERLIN, MONDAY)
    assert {amends[one.amends - 1].state for one in booked if one.amends} == spoken_of


@pytest.mark.parametrize("day", [date.max, date.min])
def test_a_promise_out_of_reach_is_refused(day: date) -> None:
    with pytest.raises(BadData, match="too far away"):
        book(MAKE_IT_RIGHT, case(promised(day, day)), BERLIN, BERLIN, MONDAY)


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        book(MAKE_IT_RIGHT, case(), BERLIN, BERLIN, datetime(2026, 1, 1))  # noqa: DTZ001


def touch(kind: TouchKind, due: datetime, step: int = 1) -> PlannedTouch:
    return PlannedTouch(
        kind=kind, step=step, wanted_at=due, due_at=due, too_late_at=due + timedelta(days=7)
    )


def test_what_piled_up_while_held_goes_out_one_a_day_in_its_order() -> None:
    day = timedelta(days=1)
    held = [touch(TouchKind.CHECK_IN, MONDAY - 9 * day), touch(TouchKind.STATUS, MONDAY - 5 * day),
            touch(TouchKind.CONFIRM, MONDAY + timedelta(hours=2)),
            touch(TouchKind.CONFIRM, MONDAY + 20 * day)]  # fmt: skip
    after = resume(held, BERLIN, BERLIN, MONDAY)
    assert [local(one)[:9] for one in after] == ["Mon 11-23", "Tue 11-24", "Wed 11-25", "Sun 12-13"]
    assert after[3] is held[3]
    assert all(one.too_late_at == one.due_at + 7 * day for one in after)


def test_nudges_that_piled_up_all_come_in_one_morning() -> None:
    held = [touch(TouchKind.NUDGE, MONDAY - timedelta(days=days)) for days in (3, 2)]
    assert {one.due_at for one in resume(held, BERLIN, BERLIN, MONDAY)} == {MONDAY}


kinds = st.sampled_from(TouchKind)
near = st.timedeltas(timedelta(days=-20), timedelta(days=20))
zones = st.sampled_from(
    ["Pacific/Apia", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "Europe/Berlin"]
)
moments = st.datetimes(
    min_value=datetime(2010, 1, 1),  # noqa: DTZ001
    max_value=datetime(2040, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@settings(deadline=None)
@given(
    st.lists(st.tuples(kinds, st.integers(0, 40)), min_size=1, max_size=8),
    moments,
    moments,
    zones,
    zones,
)
def test_every_touch_is_booked_decently_and_not_before_now(
    steps: list[tuple[TouchKind, int]],
    opened_at: datetime,
    now: datetime,
    customer_zone: str,
    owner_zone: str,
) -> None:
    plan = Plan(
        name="x", steps=tuple(Step(kind=kind, after=Offset(days=days)) for kind, days in steps)
    )
    customer = Hours(ZoneInfo(customer_zone), Decency())
    owner = Hours(ZoneInfo(owner_zone), Decency(quiet_hours=None))
    touches = book(plan, case(opened_at=opened_at), customer, owner, now)
    assert sorted(one.step for one in touches) == list(range(1, len(steps) + 1))
    for one in touches:
        hours = owner if one.kind is TouchKind.NUDGE else customer
        assert one.due_at >= max(now, one.wanted_at)
        assert hours.decency.decent(one.due_at, hours.zone)
        assert one.too_late_at is not None
        assert one.too_late_at > one.due_at
        assert one.booked_at == now
    assert [one.due_at for one in touches] == sorted(one.due_at for one in touches)


@settings(deadline=None)
@given(st.lists(st.tuples(kinds, near), max_size=8), moments)
def test_after_a_hold_the_order_stays_and_nothing_is_overdue(
    rows: list[tuple[TouchKind, timedelta]], now: datetime
) -> None:
    held = [touch(kind, now + shift) for kind, shift in rows]
    after = resume(held, BERLIN, BERLIN, now)
    assert all(one.due_at >= now for one in after)
    ours = [
        (old.due_at, new.due_at)
        for old, new in zip(held, after, strict=True)
        if old.kind is not TouchKind.NUDGE
    ]
    ours.sort()
    times = [new for _, new in ours]
    assert times == sorted(times)
    moved = [new for old, new in ours if new != old]
    assert len(set(moved)) == len(moved)
