"""Deciding twice is deciding once: any case, any moment, with the actions carried out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import event, given, settings
from hypothesis import strategies as st

from voicenote.followup.actions import (
    Action,
    CancelTouch,
    CloseAsNoAnswer,
    MarkBroken,
    Nudge,
    Reopen,
    SkipTouch,
)
from voicenote.followup.closing_rules import closing_outcome, missing
from voicenote.followup.decide import decide
from voicenote.model.case import Case, Complaint, Customer, Finding, Lesson, Outcome, Stage
from voicenote.model.promise import Amends, AmendsKind, AmendsState, Promise
from voicenote.model.receipt import Answer, Receipt, ReceiptKind, Verdict
from voicenote.model.snapshot import Snapshot
from voicenote.model.touch import WAITING, PlannedTouch, Touch, TouchKind, TouchState
from voicenote.model.transitions import AMENDS, CASE, TOUCH, after

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
LESSON = Lesson(cause="late", prevention="two couriers", owner="Ana")
ROUNDS = st.integers(1, 3)
moments = st.integers(-10, 60).map(lambda hours: START + timedelta(hours=12 * hours))
maybe = st.none() | moments


@st.composite
def touches(draw: st.DrawFn, number: int, top: int) -> Touch:
    wanted = draw(moments)
    planned = PlannedTouch(
        kind=draw(st.sampled_from(TouchKind)),
        step=number,
        wanted_at=wanted,
        due_at=wanted,
        too_late_at=draw(st.none() | st.just(wanted + timedelta(days=7))),
        unless=draw(st.sampled_from(["", "answered", "put-right", "kept", "memo-arrived"])),
        amends=draw(st.none() | st.integers(1, 3)),
        booked_at=draw(maybe),
    )
    state = draw(st.sampled_from(TouchState))
    return Touch(number=number, key=f"k{number}", case=3, round=draw(st.integers(1, top)),
                 planned=planned, state=state, channel="outbox", sent_at=draw(maybe))  # fmt: skip


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    top = draw(ROUNDS)
    amends = [
        Amends(
            case=3,
            k=k,
            promise=Promise(
                kind=AmendsKind.FIX,
                text="mend it",
                promised_by=draw(st.none() | moments.map(datetime.date)),
            ),
            state=draw(st.sampled_from(AmendsState)),
            evidence=draw(st.sampled_from(["", "seen"])),
        )
        for k in range(1, draw(st.integers(0, 3)) + 1)
    ]
    complaint = Complaint(
        source="t",
        ref="1",
        opened_at=START,
        customer=Customer(name="Mia"),
        what_happened="late",
        finding=draw(st.sampled_from(Finding)),
        abusive=draw(st.sampled_from([False, False, True])),
    )
    case = Case(number=3, complaint=complaint, stage=draw(st.sampled_from(Stage)), round=top,
                amends=tuple(amends), lesson=draw(st.sampled_from([LESSON, None])))  # fmt: skip
    booked = tuple(draw(touches(n, top)) for n in range(1, draw(st.integers(0, 7)) + 1))
    answers = draw(st.lists(st.builds(Answer, verdict=st.sampled_from(Verdict), at=moments,
                                      text=st.text(max_size=5)), max_size=3))  # fmt: skip
    receipts = {
        touch.number: (Receipt(kind=draw(st.sampled_from(ReceiptKind)), at=draw(moments)),)
        for touch in booked
        if draw(st.booleans())
    }
    return Snapshot(
        case=case,
        zone=ZoneInfo(draw(st.sampled_from(["Europe/Berlin", "Pacific/Apia", "America/Lima"]))),
        touches=booked,
        receipts=receipts,
        answers=tuple(answers),
        answer_rounds=tuple(draw(st.integers(1, top)) for _ in answers),
        opted_out=draw(st.sampled_from([False, False, True])),
    )


@st.composite
def nearly_closed(draw: st.DrawFn) -> Snapshot:
    """Cases close to silence, which chance alone would seldom find."""
    found = draw(snapshots())

    def one(number: int, kind: TouchKind, day: int, state: TouchState) -> Touch:
        at = START + timedelta(days=day)
        planned = PlannedTouch(kind=kind, step=number, wanted_at=at, due_at=at, booked_at=START,
                               too_late_at=at + timedelta(days=7))  # fmt: skip
        return Touch(number=number, key=f"s{number}", case=3, round=found.case.round,
                     planned=planned, state=state, channel="outbox", sent_at=at)  # fmt: skip

    state = st.sampled_from([TouchState.ACCEPTED, TouchState.HEARD, TouchState.DUE])
    asked = [one(50 + n, TouchKind.CONFIRM, 3 * n, draw(state)) for n in range(1, 5)]
    amends = tuple(replace(a, state=AmendsState.CONFIRMED) for a in found.case.amends)
    complaint = replace(found.case.complaint, abusive=False, finding=Finding.JUSTIFIED)
    case = replace(found.case, stage=Stage.FOLLOWING, amends=amends, lesson=LESSON,
                   complaint=complaint)  # fmt: skip
    memo = one(50, TouchKind.MEMO, 0, TouchState.ACCEPTED)
    return replace(found, case=case, touches=(memo, *asked), answers=(), answer_rounds=(),
                   receipts={}, opted_out=False)  # fmt: skip


@st.composite
def not_yet(draw: st.DrawFn) -> Snapshot:
    """Cases whose customer has just said not yet."""
    found = draw(snapshots())
    planned = PlannedTouch(kind=TouchKind.MEMO, step=1, wanted_at=START, due_at=START)
    memo = Touch(
        number=50,
        key="memo",
        case=3,
        round=found.case.round,
        planned=planned,
        state=TouchState.HEARD,
        channel="outbox",
        sent_at=START,
    )
    word = Answer(verdict=Verdict.NOT_YET, at=START + timedelta(days=40))
    stage = draw(st.sampled_from([Stage.APPROVED, Stage.FOLLOWING, Stage.CLOSED]))
    return replace(
        found,
        case=replace(found.case, stage=stage),
        touches=(*found.touches, memo),
        answers=(*found.answers, word),
        answer_rounds=(*found.answer_rounds, found.case.round),
    )


def carry_out(snapshot: Snapshot, actions: Iterable[Action], now: datetime) -> Snapshot:
    """A tiny ledger: the actions one by one, as the engine would; a nudge becomes a touch."""
    for action in actions:
        case, touches = snapshot.case, snapshot.touches
        match action:
            case CancelTouch(number, reason) | SkipTouch(number, reason):
                name = "cancel" if isinstance(action, CancelTouch) else "skip"
                touches = tuple(
                    replace(t, state=after(TOUCH, t.state, name), reason=reason)
                    if t.number == number
                    else t
                    for t in touches
                )
            case MarkBroken(k):
                broken = [
                    replace(a, state=after(AMENDS, a.state, "break")) if a.k == k else a
                    for a in case.amends
                ]
                case = replace(case, amends=tuple(broken))
            case Reopen():
                stage = after(CASE, case.stage, "reopen")
                case = replace(case, stage=stage, round=case.round + 1)
            case CloseAsNoAnswer():
                case = replace(case, stage=after(CASE, case.stage, "close"))
            case Nudge():
                planned = PlannedTouch(kind=TouchKind.NUDGE, step=0, wanted_at=now, due_at=now)
                touches = (
                    *touches,
                    Touch(number=100 + len(touches), key=action.key, case=3, round=case.round,
                          planned=planned, state=TouchState.DUE, channel="owner"),
                )  # fmt: skip
        snapshot = replace(snapshot, case=case, touches=touches)
    return snapshot


@settings(max_examples=300, deadline=None)
@given(snapshots() | nearly_closed() | not_yet(), moments)
def test_deciding_again_finds_nothing(snapshot: Snapshot, now: datetime) -> None:
    actions = decide(snapshot, now)
    for kind in {type(action).__name__ for action in actions}:
        event(kind)
    later = carry_out(snapshot, actions, now)
    assert decide(later, now) == ()


@settings(max_examples=300, deadline=None)
@given(snapshots() | nearly_closed() | not_yet(), moments)
def test_what_always_holds_after_a_decision(snapshot: Snapshot, now: datetime) -> None:
    actions = decide(snapshot, now)
    later = carry_out(snapshot, actions, now)
    waiting = [touch for touch in later.touches if touch.state in WAITING]
    to_customer = [touch for touch in waiting if touch.kind is not TouchKind.NUDGE]
    assert not (later.case.stage is Stage.CLOSED and waiting)
    assert not (snapshot.opted_out and to_customer)
    assert all(touch.round == later.case.round for touch in waiting)
    last = max((answer.at for answer in later.round_answers), default=None)
    for touch in to_customer:
        booked = touch.planned.booked_at
        assert last is None or booked is None or booked > last
        due = touch.due_at <= now and touch.state is TouchState.DUE
        status = due and touch.kind is TouchKind.STATUS
        if status and touch.planned.amends in {one.k for one in later.case.amends}:
            (one,) = (a for a in later.case.amends if a.k == touch.planned.amends)
            assert one.state is AmendsState.DONE
        late = touch.planned.too_late_at
        assert not (due and late and late < now)
    for one in later.case.amends:
        open_ = later.case.stage is not Stage.CLOSED and one.state is AmendsState.PROMISED
        assert not (open_ and one.overdue(now.astimezone(later.zone).date()))
    if CloseAsNoAnswer() in actions:
        assert missing(snapshot) == ()
        assert closing_outcome(snapshot) is Outcome.NO_ANSWER
    keys = [action.key for action in actions if isinstance(action, Nudge)]
    assert len(keys) == len(set(keys))
    assert all(len(key) <= 64 for key in keys)
