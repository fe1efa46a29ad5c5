"""What needs the owner most, in one order."""

from __future__ import annotations

from typing import Any

import pytest

from voicenote.followup.memo_steps import Urgency
from voicenote.followup.priorities import Row, needs, rank_needs
from voicenote.model.case import Lesson, Outcome

LESSON = Lesson(cause="late parcels", prevention="a second courier", owner="Ana")


def case_for(make: Any, urgency: Urgency) -> Row:
    """A case that needs just this."""
    memo = make.touch(1, "memo", "accepted")
    yes = (make.answer("put-right", 1),)
    done = (make.amends(state="confirmed"),)
    snapshots = {
        Urgency.OVERDUE: lambda: make.snapshot(memo, amends=(make.amends(due=3),)),
        Urgency.UNCERTAIN: lambda: make.snapshot(make.touch(1, "memo", "uncertain")),
        Urgency.NOT_ARRIVED: lambda: make.snapshot(make.touch(1, "memo", "bounced")),
        Urgency.ANSWER: lambda: make.snapshot(memo, answers=(make.answer("unclear", 1),)),
        Urgency.CLOCK: lambda: make.snapshot(stage="scripted"),
        Urgency.APPROVAL: lambda: make.snapshot(stage="rendered"),
        Urgency.MAKE: lambda: make.snapshot(stage="opened"),
        Urgency.HELD: lambda: make.snapshot(
            memo, make.touch(2, "check-in", "held", reason="restored or copied")
        ),
        Urgency.DUE_SOON: lambda: make.snapshot(memo, amends=(make.amends(due=6),)),
        Urgency.LESSON: lambda: make.snapshot(memo, amends=done, answers=yes),
        Urgency.CLOSE: lambda: make.snapshot(memo, amends=done, answers=yes, lesson=LESSON),
    }
    return Row(snapshots[urgency](), breached=urgency is Urgency.CLOCK)


@pytest.mark.parametrize("urgency", Urgency)
def test_each_need_is_seen_and_says_what_to_run(make: Any, urgency: Urgency) -> None:
    (need,) = needs(case_for(make, urgency), make.at(4))
    assert need.urgency is urgency
    assert need.sentence.startswith("case 3, Mia: ")
    assert need.command.startswith("voicenote ")


@pytest.mark.parametrize("state", ["bounced", "refused", "uncertain"])
def test_a_memo_that_no_run_sends_again_is_not_said_to_be_sent_by_one(
    make: Any, state: str
) -> None:
    """Also when its case has waited too long."""
    came_back = make.snapshot(make.touch(1, "memo", state))
    (need,) = needs(Row(came_back, breached=True), make.at(4))
    assert need.command in ("voicenote resend 3", "voicenote mark-sent 3")


def test_an_overdue_promise_is_before_all(make: Any) -> None:
    rows = [case_for(make, urgency) for urgency in reversed(Urgency)]
    assert [need.urgency for need in rank_needs(rows, make.at(4))] == list(Urgency)
    first = rank_needs(rows, make.at(4))[0]
    assert first is not None
    assert first.sentence == "case 3, Mia: amends 3.1 (refund of 40 EUR) is 1 day overdue"
    assert first.command == 'voicenote amends done 3.1 --evidence "…"'


def test_of_equals_the_serious_come_first_and_then_the_oldest(make: Any) -> None:
    rows = [
        Row(make.snapshot(amends=(make.amends(k, due=due),), severity=severity))
        for k, due, severity in ((1, 3, "normal"), (2, 1, "normal"), (3, 3, "serious"))
    ]
    names = [need.command.split()[3] for need in rank_needs(rows, make.at(5)) if need.urgency == 1]
    assert names == ["3.3", "3.2", "3.1"]


@pytest.mark.parametrize(
    ("target", "due", "soon"), [(None, 6, True), (None, 7, False), (6, 9, True), (7, 9, False)]
)
def test_a_promise_is_due_soon_by_its_target(
    make: Any, target: int | None, due: int, soon: bool
) -> None:
    memo = make.touch(1, "memo", "accepted")
    row = Row(make.snapshot(memo, amends=(make.amends(due=due, target=target),)))
    assert bool(list(needs(row, make.at(4)))) is soon


def test_a_not_yet_after_the_closing_is_still_heard(make: Any) -> None:
    memo = make.touch(1, "memo", "accepted")
    said = (make.answer("not-yet", 5),)
    (need,) = needs(Row(make.snapshot(memo, answers=said, stage="closed")), make.at(6))
    assert (need.urgency, need.command) == (Urgency.ANSWER, "voicenote reopen 3")


@pytest.mark.parametrize(
    ("verdict", "day", "heard"),
    [
        ("not-yet", 5, True),
        ("unclear", 5, True),
        ("put-right", 5, False),
        ("not-yet", 3, False),
        ("unclear", 3, False),
    ],
)
def test_an_answer_to_a_withdrawn_case_waits_for_the_owner(
    make: Any, verdict: str, day: int, *, heard: bool
) -> None:
    """Only what came after it was taken out: the owner knew of everything else."""
    gone: dict[str, Any] = {
        "stage": "closed",
        "outcome": Outcome.WITHDRAWN,
        "closed_at": make.at(4),
    }
    said = (make.answer(verdict, day, "still red", settled=day < 4),)
    row = Row(make.snapshot(make.touch(1, "memo", "accepted"), answers=said, **gone))
    assert [need.command for need in needs(row, make.at(6))] == ["voicenote reopen 3"] * heard


def test_whoever_opted_out_gets_no_memo(make: Any) -> None:
    row = Row(make.snapshot(stage="opened", opted_out=True), breached=True)
    assert {need.urgency for need in needs(row, make.at(4))} == {Urgency.LESSON}


def test_a_clock_that_ran_out_names_the_next_step(make: Any) -> None:
    for stage, command in (("opened", "script 3"), ("rendered", "approve 3"), ("approved", "run")):
        (need,) = needs(Row(make.snapshot(stage=stage), breached=True), make.at(4))
        assert (need.urgency, need.command) == (Urgency.CLOCK, f"voicenote {command}")


def test_a_memo_that_left_late_needs_no_other(make: Any) -> None:
    """Its clock ran out before it left, and stays so; what is late is not sent twice."""
    memo = make.touch(1, "memo", "accepted", day=3)
    for stage in ("approved", "following"):
        row = Row(make.snapshot(memo, stage=stage, amends=(make.amends(due=30),)), breached=True)
        assert list(needs(row, make.at(4))) == []


def test_what_only_silence_can_close_needs_nobody(make: Any) -> None:
    assert list(needs(Row(make.silent()), make.at(31))) == []


def test_all_is_well(make: Any) -> None:
    quiet = make.snapshot(make.touch(1, "memo", "accepted"), amends=(make.amends(due=30),))
    assert rank_needs([Row(quiet), Row(make.silent(stage="closed"))], make.at(4)) == ()
    assert rank_needs([], make.at(4)) == ()
