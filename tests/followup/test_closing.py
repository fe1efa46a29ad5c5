"""What keeps a loop open, and how it may be called when it closes (R14)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from voicenote.errors import RuleSaysNo
from voicenote.followup.case_status import mend_address
from voicenote.followup.closing_rules import closing_outcome, missing
from voicenote.model.address import Address
from voicenote.model.case import Lesson, Outcome
from voicenote.model.touch import BY_HAND, code_of

LESSON = Lesson(cause="late parcels", prevention="a second courier", owner="Ana")
NONE = "0 of 3 questions went unanswered"
MEND = "if their address is wrong, voicenote edit 3 --set email=…"


def full(make: Any, **more: Any) -> Any:
    """A case that may be closed: a memo that arrived, a deed with evidence, a yes, a lesson."""
    more.setdefault("amends", (make.amends(state="done", evidence="payment 7"),))
    more.setdefault("answers", (make.answer("put-right", 5),))
    more.setdefault("lesson", LESSON)
    memo = more.pop("memo", make.touch(1, "memo", "accepted"))
    return make.snapshot(*([memo] if memo else []), *more.pop("touches", ()), **more)


def test_evidence_a_yes_and_a_lesson_close_the_loop(make: Any) -> None:
    assert missing(full(make)) == ()


def test_a_fresh_case_names_everything_at_once(make: Any) -> None:
    assert missing(make.snapshot(stage="opened", amends=(make.amends(),))) == (
        "there is no script yet: voicenote script 3",
        'amends 3.1 (refund of 40 EUR) is not done: voicenote amends done 3.1 --evidence "…"',
        f"the customer has not said that it is put right ({NONE}): voicenote answer 3",
        "the lesson is not written: voicenote lesson 3",
    )


@pytest.mark.parametrize(
    ("stage", "command"),
    [("opened", "script"), ("scripted", "render"), ("rendered", "approve"), ("approved", "plan")],
)
def test_without_a_memo_the_next_step_is_named(make: Any, stage: str, command: str) -> None:
    one, yes = missing(full(make, memo=None, stage=stage, answers=()))
    assert NONE in yes
    assert one.endswith(f": voicenote {command} 3")


@pytest.mark.parametrize("state", ["accepted", "delivered", "heard", "answered"])
def test_a_memo_that_arrived_is_enough(make: Any, state: str) -> None:
    assert missing(full(make, memo=make.touch(1, "memo", state))) == ()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("due", "due 2026-11-02 10:00 (Europe/Berlin): voicenote run"),
        ("held", "voicenote plan 3 --resume"),
        ("sending", "on its way"),
        ("committing", "on its way"),
        ("uncertain", "the memo may or may not have been sent"),
        ("refused", f"was refused (no such user): {MEND}; then voicenote resend 3"),
        ("bounced", f"was bounced (no such user): {MEND}; then voicenote resend 3"),
        ("skipped", "was skipped"),
        ("cancelled", "was cancelled (no such user): voicenote resend 3"),
    ],
)
def test_a_memo_that_did_not_arrive_says_why(make: Any, state: str, words: str) -> None:
    memo = make.touch(1, "memo", state, reason="no such user")
    one, yes = missing(full(make, memo=memo, answers=()))
    assert NONE in yes
    assert words in one


@pytest.mark.parametrize(
    ("channel", "kinds", "fields"),
    [
        ("email", ("email", "whatsapp"), "email=…"),
        ("whatsapp", ("email", "phone", "whatsapp"), "whatsapp=…"),
        ("telegram", ("email", "telegram"), "telegram=…"),
        ("slack", ("email", "slack"), "addresses.slack=…"),
        ("shop-mail", ("phone", "email"), "email=…"),
        ("bot", ("email", "telegram"), "email=… (or telegram=…)"),
        ("bot", ("slack",), "addresses.slack=…"),
        ("bot", (), "email=…"),
    ],
)
def test_a_dead_address_is_mended_where_it_failed(
    make: Any, channel: str, kinds: tuple[str, ...], fields: str
) -> None:
    memo = make.touch(1, "memo", "refused", channel=channel)
    seen = make.snapshot(memo)
    customer = replace(
        seen.case.complaint.customer, addresses=tuple(Address(kind, "x") for kind in kinds)
    )
    case = replace(seen.case, complaint=replace(seen.case.complaint, customer=customer))
    told = mend_address(replace(seen, case=case), memo)
    assert told == f"if their address is wrong, voicenote edit 3 --set {fields}"


@pytest.mark.parametrize(
    ("state", "settled"),
    [
        *((state, True) for state in ("due", "held", "refused", "bounced", "skipped", "cancelled")),
        *((state, False) for state in ("sending", "committing", "uncertain")),
    ],
)
def test_after_a_yes_no_memo_is_asked_for_unless_it_may_be_on_its_way(
    make: Any, state: str, settled: bool
) -> None:
    memo = make.touch(1, "memo", state, reason="no such user")
    assert (missing(full(make, memo=memo)) == ()) is settled


def test_what_lies_in_the_outbox_is_not_asked_for_after_a_yes(make: Any) -> None:
    memo = make.touch(1, "memo", "uncertain", reason=BY_HAND, reason_code=code_of(BY_HAND))
    assert missing(full(make, memo=memo)) == ()
    assert "for you to send yourself" in missing(full(make, memo=memo, answers=()))[0]


def test_silence_where_nobody_can_answer_says_nothing(make: Any) -> None:
    touches = [make.touch(1, "memo", "accepted")]
    days = ((2, 14), (3, 21), (4, 30))
    touches += [make.touch(n, "confirm", "accepted", day, answerable=False) for n, day in days]
    amends = (make.amends(state="done", evidence="payment 7"),)
    [left] = missing(make.snapshot(*touches, amends=amends, lesson=LESSON))
    assert "0 of 3" in left
    assert "outbox brings no answers back" in left


def test_a_memo_of_an_earlier_round_does_not_count(make: Any) -> None:
    left = missing(full(make, round=2, answers=()))
    assert "no memo is booked: voicenote plan 3" in left


@pytest.mark.parametrize(
    ("finding", "abusive", "kind", "closes"),
    [
        ("unfounded", False, "acknowledge", True),
        ("unfounded", False, "memo", True),
        ("unfounded", True, "last-word", True),
        ("justified", True, "last-word", True),
        ("justified", False, "acknowledge", False),
        ("partly", False, "last-word", False),
        ("unfounded", False, "check-in", False),
    ],
)
def test_what_stands_for_the_memo_follows_the_finding(
    make: Any, finding: str, abusive: bool, kind: str, closes: bool
) -> None:
    memo = make.touch(1, kind, "accepted")
    snapshot = full(make, memo=memo, finding=finding, abusive=abusive, answers=())
    assert any("memo" in one for one in missing(snapshot)) is not closes


@pytest.mark.parametrize(
    ("state", "evidence", "closes"),
    [
        ("promised", "", False),
        ("broken", "", False),
        ("done", "", False),
        ("done", " ", False),
        ("done", "payment 7", True),
        ("confirmed", "", True),
        ("waived", "", True),
    ],
)
def test_every_deed_is_done_with_evidence_or_settled(
    make: Any, state: str, evidence: str, closes: bool
) -> None:
    amends = (make.amends(state="confirmed"), make.amends(2, state, evidence=evidence))
    left = missing(full(make, amends=amends))
    assert (left == ()) is closes
    assert all("amends done 3.2" in one for one in left)


@pytest.mark.parametrize(
    ("answers", "closes"),
    [
        ([("put-right", 5)], True),
        ([("not-yet", 4), ("put-right", 5)], True),
        ([("put-right", 4), ("not-yet", 5)], False),
        ([("put-right", 4), ("unclear", 5)], True),
        ([("unclear", 5)], False),
        ([("not-yet", 5)], False),
        ([], False),
    ],
)
def test_the_newest_clear_word_decides(
    make: Any, answers: list[tuple[str, int]], closes: bool
) -> None:
    said = tuple(make.answer(verdict, day) for verdict, day in answers)
    assert (missing(full(make, answers=said)) == ()) is closes


def test_three_silences_stand_for_a_word(make: Any) -> None:
    assert missing(make.silent()) == ()
    two = make.silent()
    two = make.snapshot(*two.touches[:-1], amends=two.case.amends, lesson=LESSON)
    assert "2 of 3 questions went unanswered" in missing(two)[0]


@pytest.mark.parametrize("state", ["bounced", "refused", "uncertain", "skipped", "due"])
def test_a_question_that_did_not_arrive_met_no_silence(make: Any, state: str) -> None:
    before = make.silent()
    touches = (*before.touches[:-1], make.touch(4, "confirm", state, 30))
    left = missing(make.snapshot(*touches, amends=before.case.amends, lesson=LESSON))
    assert "2 of 3" in left[0]


@pytest.mark.parametrize(("finding", "abusive"), [("unfounded", False), ("justified", True)])
def test_unfounded_and_abusive_need_no_yes(make: Any, finding: str, abusive: bool) -> None:
    memo = make.touch(1, "memo", "accepted")
    snapshot = full(make, memo=memo, finding=finding, abusive=abusive, answers=())
    assert missing(snapshot) == ()
    assert closing_outcome(snapshot) is Outcome.NEUTRAL


def test_abuse_is_settled_even_after_a_not_yet(make: Any) -> None:
    no = (make.answer("not-yet", 5),)
    assert missing(full(make, abusive=True, answers=no)) == ()
    assert missing(full(make, finding="unfounded", answers=no)) != ()


def test_a_lesson_without_a_prevention_is_none(make: Any) -> None:
    empty = Lesson(cause="late", prevention=" ", owner="Ana")
    for lesson in (None, empty):
        left = missing(full(make, lesson=lesson))
        assert left == ("the lesson is not written: voicenote lesson 3",)


def test_whoever_opted_out_is_owed_deeds_but_no_words(make: Any) -> None:
    out = full(make, memo=None, answers=(), opted_out=True)
    assert missing(out) == ()
    assert closing_outcome(out) is Outcome.OPTED_OUT
    assert len(missing(full(make, opted_out=True, amends=(make.amends(),)))) == 1


def test_an_opt_out_after_silence_is_told_as_one(make: Any) -> None:
    assert closing_outcome(replace(make.silent(), opted_out=True)) is Outcome.OPTED_OUT


@pytest.mark.parametrize(("said", "outcome"), [("put-right", "satisfied"), ("not-yet", "lost")])
def test_the_customers_word_outlives_their_opt_out(make: Any, said: str, outcome: str) -> None:
    assert closing_outcome(full(make, answers=(make.answer(said, 5),), opted_out=True)) == outcome


@pytest.mark.parametrize(
    ("opted_out", "wish", "why"),
    [
        (True, Outcome.NO_ANSWER, "wants no more messages"),
        (False, Outcome.OPTED_OUT, "has not opted out"),
    ],
)
def test_silence_and_an_opt_out_are_never_taken_for_each_other(
    make: Any, opted_out: bool, wish: Outcome, why: str
) -> None:
    with pytest.raises(RuleSaysNo, match=why):
        closing_outcome(full(make, answers=(), opted_out=opted_out), wish)


def test_a_lost_customer_needs_no_yes_but_the_deed(make: Any) -> None:
    no = (make.answer("not-yet", 5),)
    assert missing(full(make, answers=no), Outcome.LOST) == ()
    assert missing(full(make, answers=no, amends=(make.amends(),)), Outcome.LOST) != ()


@pytest.mark.parametrize(
    ("answers", "wish", "outcome"),
    [
        ([("put-right", 5)], None, "satisfied"),
        ([("put-right", 5)], "ally", "ally"),
        ([("put-right", 5)], "neutral", "neutral"),
        ([("not-yet", 5)], None, "lost"),
        ([], "neutral", "neutral"),
        ([], "lost", "lost"),
    ],
)
def test_the_outcome_is_the_wish_where_it_is_honest(
    make: Any, answers: list[tuple[str, int]], wish: str | None, outcome: str
) -> None:
    said = tuple(make.answer(verdict, day) for verdict, day in answers)
    snapshot = full(make, answers=said)
    assert closing_outcome(snapshot, Outcome(wish) if wish else None) == outcome


def test_silence_is_no_answer(make: Any) -> None:
    assert closing_outcome(make.silent()) is Outcome.NO_ANSWER


@pytest.mark.parametrize("wish", [Outcome.SATISFIED, Outcome.ALLY])
@pytest.mark.parametrize("answers", [[], [("not-yet", 5)], [("unclear", 5)]])
def test_nobody_is_satisfied_without_a_yes(
    make: Any, wish: Outcome, answers: list[tuple[str, int]]
) -> None:
    said = tuple(make.answer(verdict, day) for verdict, day in answers)
    with pytest.raises(RuleSaysNo, match="has not said so"):
        closing_outcome(full(make, answers=said), wish)


def test_a_yes_is_not_called_no_answer(make: Any) -> None:
    with pytest.raises(RuleSaysNo, match="did answer"):
        closing_outcome(full(make), Outcome.NO_ANSWER)


def test_a_round_that_was_put_right_needs_no_second_apology(make: Any) -> None:
    memo = make.touch(1, "memo", "accepted", round=1)
    again = full(make, memo=memo, round=2, rounds=(2,), answers=(make.answer("put-right", 5),))
    assert [one for one in missing(again) if "memo" in one or "script" in one] == []
