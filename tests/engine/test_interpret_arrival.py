"""What an arrival means is a value: told without a ledger, and before anything is changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from voicenote.delivery.inbound import Arrival, Inbound
from voicenote.engine.run.correlate import Located, Matched, Source
from voicenote.engine.run.interpret_arrival import (
    AddressOptOut,
    CaseNews,
    SetApart,
    interpret_arrival,
    matters,
)
from voicenote.followup.interpret import Way
from voicenote.model.address import Address
from voicenote.model.case import Case, Complaint, Customer, Stage
from voicenote.model.receipt import Answer, Receipt, ReceiptKind, Verdict
from voicenote.model.touch import PlannedTouch, Touch, TouchKind, TouchState

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
MAILBOX = Source(name="mail", field="email", is_mailbox=True)
CHAT = Source(name="chat", field="telegram", is_mailbox=False)
CASE = Case(
    number=7,
    complaint=Complaint(
        source="shop",
        ref="A-1",
        customer=Customer(name="Dana", addresses=(Address("email", "dana@example.com"),)),
        opened_at=NOW,
        what_happened="It was late.",
    ),
    stage=Stage.FOLLOWING,
)
MEMO = Touch(
    number=3,
    case=7,
    key="c7r1-memo-000000000003",
    planned=PlannedTouch(kind=TouchKind.MEMO, step=0, wanted_at=NOW, due_at=NOW),
    round=1,
    channel="mail",
    state=TouchState.ACCEPTED,
    sent_at=NOW,
)
LOCATED = Located(way=Way.KEY, case=CASE, touch=MEMO, sent_to="dana@example.com")
MATCHED = Matched(way=Way.KEY, case=CASE, touch=MEMO, ours=True)


def receipt(kind: ReceiptKind, **told: Any) -> Arrival:
    inbound = Inbound(sender="x", subject="s", receipt=Receipt(kind=kind, at=NOW), **told)
    return Arrival(mark="a", at=NOW, inbound=inbound)


def words(address: str = "dana@example.com", **told: Any) -> Arrival:
    answer = Answer(verdict=Verdict.UNCLEAR, at=NOW, text="Well.", via="email")
    inbound = Inbound(
        sender="Dana",
        subject="Re: cake",
        receipt=Receipt(kind=ReceiptKind.ANSWERED, at=NOW),
        answer=answer,
        address=address,
        **told,
    )
    return Arrival(mark="a", at=NOW, inbound=inbound, sender="Dana", address=address)


UNREAD = Arrival(mark="a", at=NOW, inbound=Inbound(sender="x", subject="s", unread="odd"))


@pytest.mark.parametrize(
    ("source", "arrival", "matched", "does"),
    [
        (MAILBOX, words(), MATCHED, True),
        (MAILBOX, words(), Matched(), False),
        (MAILBOX, words(), Matched(ours=True), True),
        (CHAT, words(), Matched(), True),
        (CHAT, receipt(ReceiptKind.AUTO_REPLY), Matched(ours=True), False),
        (MAILBOX, receipt(ReceiptKind.AUTO_REPLY), MATCHED, True),
        (MAILBOX, receipt(ReceiptKind.AUTO_REPLY, opt_out=True), Matched(ours=True), True),
        (MAILBOX, receipt(ReceiptKind.AUTO_REPLY, opt_out=True), Matched(), False),
        (MAILBOX, UNREAD, MATCHED, True),
        (MAILBOX, UNREAD, Matched(), False),
        (MAILBOX, Arrival(mark="a", at=NOW), Matched(), False),
        (MAILBOX, Arrival(mark="a", at=NOW, broken="cut off"), Matched(), True),
        (CHAT, Arrival(mark="a", at=NOW, joins=True), Matched(), True),
    ],
)
def test_only_what_can_change_something_is_looked_at(
    source: Source, arrival: Arrival, matched: Matched, does: bool
) -> None:
    """A mailbox holds the letters of strangers; a chat holds only what was written to us."""
    assert matters(source, arrival, matched) is does


def test_words_of_the_customer_are_news_of_their_case() -> None:
    outcome = interpret_arrival(MAILBOX, words(), MATCHED, LOCATED)
    assert isinstance(outcome, CaseNews)
    assert outcome.kind == "answered"
    assert outcome.meaning.answer is not None
    assert (outcome.meaning.answer.text, outcome.meaning.answer.writer) == ("Well.", "")


@pytest.mark.parametrize(("source", "writer"), [(MAILBOX, "bo@example.org"), (CHAT, "")])
def test_a_letter_from_another_address_names_its_writer(source: Source, writer: str) -> None:
    """Elsewhere one person may have a name and a number."""
    outcome = interpret_arrival(source, words("bo@example.org"), MATCHED, LOCATED)
    assert isinstance(outcome, CaseNews)
    assert outcome.meaning.answer is not None
    assert outcome.meaning.answer.writer == writer


def test_an_opt_out_is_kept_under_its_own_kind_and_is_not_asked_about() -> None:
    outcome = interpret_arrival(MAILBOX, words(opt_out=True, may_opt_out=True), MATCHED, LOCATED)
    assert isinstance(outcome, CaseNews)
    assert (outcome.kind, outcome.may_opt_out) == ("opt-out", False)


@pytest.mark.parametrize("kind", [ReceiptKind.AUTO_REPLY, ReceiptKind.BOUNCED])
def test_an_opt_out_counts_whatever_its_letter_is_classed_as(kind: ReceiptKind) -> None:
    outcome = interpret_arrival(MAILBOX, receipt(kind, opt_out=True), MATCHED, LOCATED)
    assert isinstance(outcome, CaseNews)
    assert (outcome.kind, outcome.meaning.opt_out) == ("opt-out", True)


def test_a_report_that_nobody_understands_is_shown_and_holds_nothing() -> None:
    outcome = interpret_arrival(MAILBOX, UNREAD, MATCHED, LOCATED)
    assert outcome == SetApart(why="case 7: odd")


def test_an_answer_by_a_group_is_the_customers_own() -> None:
    arrival = words("support@bakery.example", aliases=("dana@example.com",))
    outcome = interpret_arrival(MAILBOX, arrival, MATCHED, LOCATED)
    assert isinstance(outcome, CaseNews)
    assert outcome.meaning.answer is not None
    assert outcome.meaning.answer.writer == ""


def test_what_may_be_an_opt_out_is_asked_about() -> None:
    outcome = interpret_arrival(MAILBOX, words(may_opt_out=True), MATCHED, LOCATED)
    assert isinstance(outcome, CaseNews)
    assert (outcome.kind, outcome.may_opt_out) == ("answered", True)


@pytest.mark.parametrize(
    ("kind", "apart"),
    [(ReceiptKind.BOUNCED, True), (ReceiptKind.DELIVERED, True), (ReceiptKind.AUTO_REPLY, False)],
)
def test_a_machine_that_speaks_of_a_way_that_was_left_is_set_apart(
    kind: ReceiptKind, apart: bool
) -> None:
    outcome = interpret_arrival(MAILBOX, receipt(kind), MATCHED, replace(LOCATED, rerouted=True))
    assert isinstance(outcome, SetApart) is apart


def test_a_person_may_answer_by_a_way_that_was_left() -> None:
    outcome = interpret_arrival(MAILBOX, words(), MATCHED, replace(LOCATED, rerouted=True))
    assert isinstance(outcome, CaseNews)


def test_words_that_may_be_of_several_cases_hold_all_of_them() -> None:
    matched = Matched(ours=True, candidates=(1, 2), why="it may be about any of the cases 1, 2")
    outcome = interpret_arrival(MAILBOX, words(), matched, None)
    assert isinstance(outcome, SetApart)
    assert outcome.hold == (1, 2)
    assert outcome.told.startswith('Dana has written: "Well."; it may be about any of the cases')


def test_a_machine_that_fits_no_case_holds_nothing() -> None:
    matched = Matched(ours=True, candidates=(1, 2))
    outcome = interpret_arrival(MAILBOX, receipt(ReceiptKind.BOUNCED), matched, None)
    assert outcome == SetApart(why=matched.why)


def test_an_address_that_nobody_has_here_may_opt_out_too() -> None:
    outcome = interpret_arrival(MAILBOX, words("new@example.org", opt_out=True), Matched(), None)
    assert isinstance(outcome, AddressOptOut)
    assert "they want no more messages" in outcome.nobody.why


@pytest.mark.parametrize(
    ("matched", "held"),
    [(MATCHED, (7,)), (Matched(candidates=(1, 2)), (1, 2)), (Matched(), ())],
)
def test_what_could_not_be_read_holds_all_that_it_may_concern(
    matched: Matched, held: tuple[int, ...]
) -> None:
    arrival = replace(receipt(ReceiptKind.ANSWERED), broken="it takes too long", sender="Dana")
    outcome = interpret_arrival(MAILBOX, arrival, matched, None)
    assert isinstance(outcome, SetApart)
    assert (outcome.why, outcome.hold) == ("it takes too long", held)
