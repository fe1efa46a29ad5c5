"""What something that came in means for its case: tables, and what holds for all of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.followup.interpret import (
    Heard,
    Meaning,
    Way,
    bounce_reason,
    meaning,
    never_left,
    quote_inline,
)
from voicenote.model.case import Case, Complaint, Customer, Stage
from voicenote.model.receipt import UNDELIVERED, Answer, Receipt, ReceiptKind, Verdict
from voicenote.model.touch import PlannedTouch, Touch, TouchKind, TouchState

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
CASE = Case(
    number=3,
    complaint=Complaint(
        source="csv", ref="3", opened_at=NOW, customer=Customer(name="Dana"), what_happened="x"
    ),
    stage=Stage.FOLLOWING,
    round=2,
)


def touch(state: TouchState = TouchState.ACCEPTED, **more: Any) -> Touch:
    planned = PlannedTouch(kind=TouchKind.MEMO, step=1, wanted_at=NOW, due_at=NOW)
    given = {"sent_at": NOW, "round": 2, **more}
    return Touch(number=1, key="k", case=3, planned=planned, state=state, channel="email", **given)


def heard(kind: ReceiptKind, verdict: Verdict = Verdict.UNCLEAR, **more: Any) -> Heard:
    answer = Answer(verdict=verdict, at=NOW) if kind is ReceiptKind.ANSWERED else None
    return Heard(way=Way.KEY, receipt=Receipt(kind=kind, at=NOW), answer=answer, **more)


MACHINES = [kind for kind in ReceiptKind if kind not in (ReceiptKind.ANSWERED, ReceiptKind.REFUSED)]


@pytest.mark.parametrize("kind", MACHINES)
def test_a_machine_tells_of_a_touch_and_answers_nothing(kind: ReceiptKind) -> None:
    means = meaning(heard(kind), CASE, touch())
    assert means == Meaning(receipt=Receipt(kind=kind, at=NOW))


DANA = "dana@here.ee"


def bounced(to: str = "Dana@Here.ee", way: Way = Way.TOKEN) -> Heard:
    detail = {UNDELIVERED: to} if to else {}
    return Heard(way=way, receipt=Receipt(kind=ReceiptKind.BOUNCED, at=NOW, detail=detail))


@pytest.mark.parametrize("way", [Way.KEY, Way.TOKEN, Way.MESSAGE])
def test_a_bounce_of_an_accepted_touch_that_names_its_address_has_lost_it(way: Way) -> None:
    means = meaning(bounced(way=way), CASE, touch(), DANA)
    assert means.lost
    assert means.receipt is not None


@pytest.mark.parametrize(
    ("heard_", "about", "address"),
    [
        (bounced(way=Way.ADDRESS), touch(), DANA),
        (bounced(""), touch(), DANA),
        (bounced("who@else.ee"), touch(), DANA),
        (bounced(""), touch(), ""),
        (bounced(), touch(TouchState.DELIVERED), DANA),
        (bounced(), touch(TouchState.UNCERTAIN), DANA),
        (bounced(), touch(TouchState.HEARD), DANA),
        (bounced(), touch(TouchState.BOUNCED), DANA),
        (bounced(), touch(round=1), DANA),
        (bounced(), touch(TouchState.DUE, sent_at=None), DANA),
        (bounced(), None, DANA),
    ],
    ids=[
        "anybody may name an address", "it says not for sure", "another address", "no address",
        "it was delivered", "it is uncertain", "it was heard", "it bounced before",
        "an earlier round", "it never left", "no touch",
    ],
)  # fmt: skip
def test_where_a_bounce_leaves_a_doubt_nothing_is_lost(
    heard_: Heard, about: Touch | None, address: str
) -> None:
    assert not meaning(heard_, CASE, about, address).lost


@pytest.mark.parametrize("kind", [kind for kind in MACHINES if kind is not ReceiptKind.AUTO_REPLY])
@pytest.mark.parametrize(
    "of", [None, touch(TouchState.DUE, sent_at=None), touch(TouchState.CANCELLED, sent_at=None)]
)
def test_a_machine_that_tells_of_what_never_left_is_set_apart(
    kind: ReceiptKind, of: Touch | None
) -> None:
    means = meaning(heard(kind), CASE, of)
    assert means.apart
    assert means == Meaning(apart=means.apart)


def test_an_autoresponder_without_a_touch_says_nothing() -> None:
    assert meaning(heard(ReceiptKind.AUTO_REPLY), CASE, None) == Meaning()


def test_a_person_answers_the_case_even_where_no_touch_is_known() -> None:
    means = meaning(heard(ReceiptKind.ANSWERED), CASE, None)
    assert (means.receipt, means.answer is not None) == (None, True)


@pytest.mark.parametrize(
    ("verdict", "round_", "answers"),
    [
        (Verdict.NOT_YET, 1, False),
        (Verdict.NOT_YET, 2, True),
        (Verdict.PUT_RIGHT, 1, True),
        (Verdict.UNCLEAR, 1, True),
    ],
)
def test_only_a_not_yet_below_an_earlier_memo_has_been_said_before(
    verdict: Verdict, round_: int, answers: bool
) -> None:
    means = meaning(heard(ReceiptKind.ANSWERED, verdict), CASE, touch(round=round_))
    assert (means.answer is not None) is answers
    assert means.receipt


@pytest.mark.parametrize(
    ("verdict", "more", "answers"),
    [
        (Verdict.UNCLEAR, False, False),
        (Verdict.UNCLEAR, True, True),
        (Verdict.NOT_YET, False, True),
        (Verdict.PUT_RIGHT, False, True),
    ],
)
def test_who_opts_out_is_obeyed_and_what_else_they_say_is_kept(
    verdict: Verdict, *, more: bool, answers: bool
) -> None:
    told = heard(ReceiptKind.ANSWERED, verdict, opt_out=True, says_more=more)
    means = meaning(told, CASE, touch())
    assert (means.opt_out, means.answer is not None) == (True, answers)


def test_a_stranger_stops_only_their_own_post() -> None:
    stops = heard(ReceiptKind.ANSWERED, opt_out=True, stranger=True)
    assert meaning(stops, CASE, touch()) == Meaning(opt_out_writer=True)
    means = meaning(heard(ReceiptKind.ANSWERED, stranger=True), CASE, touch())
    assert means == Meaning(apart=means.apart)
    assert "Dana" in means.apart


HEARD = st.builds(
    Heard,
    way=st.sampled_from(Way),
    receipt=st.none() | st.builds(Receipt, kind=st.sampled_from(ReceiptKind), at=st.just(NOW)),
    answer=st.none()
    | st.builds(Answer, verdict=st.sampled_from(Verdict), at=st.just(NOW), text=st.text()),
    opt_out=st.booleans(),
    stranger=st.booleans(),
)
TOUCH = st.none() | st.builds(
    touch,
    st.sampled_from(TouchState),
    sent_at=st.sampled_from([None, NOW]),
    round=st.integers(1, 3),
)


@given(HEARD, TOUCH)
def test_whatever_comes_the_rules_hold(told: Heard, of: Touch | None) -> None:
    means = meaning(told, CASE, of)
    kind = told.receipt.kind if told.receipt else None
    if means.answer:
        assert kind is ReceiptKind.ANSWERED, "only a person answers"
    if means.apart:
        assert means == Meaning(apart=means.apart), "what is set apart does nothing else"
    if means.receipt:
        assert of is not None
        assert kind is ReceiptKind.AUTO_REPLY or not never_left(of)
    if told.stranger:
        assert not means.answer
        assert not means.opt_out
    if means.answer:
        assert means.answer is told.answer, "no verdict is made up"


@given(st.dictionaries(st.sampled_from(["status", "reason", "advice", "x"]), st.text()))
def test_a_reason_is_one_short_line(detail: dict[str, str]) -> None:
    told = bounce_reason(Receipt(kind=ReceiptKind.BOUNCED, at=NOW, detail=detail))
    assert len(told) <= 300
    assert len(told.splitlines()) <= 1


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ({"status": "5.1.1", "reason": "550 5.1.1 User unknown"}, "550 5.1.1 User unknown"),
        ({"status": "5.2.2", "reason": "Quota exceeded"}, "5.2.2 Quota exceeded"),
        ({"status": "4.4.7", "reason": ""}, "4.4.7"),
        ({"reason": "Re-engagement message", "advice": "set template"},
         "Re-engagement message; set template"),
        ({}, ""),
    ],
)  # fmt: skip
def test_a_reason_says_the_status_once(detail: dict[str, str], told: str) -> None:
    assert bounce_reason(Receipt(kind=ReceiptKind.BOUNCED, at=NOW, detail=detail)) == told


@given(st.text())
def test_a_quotation_is_one_short_line(words: str) -> None:
    line = quote_inline(words)
    assert len(line) <= 124
    assert bool(line) == bool(words.split())
