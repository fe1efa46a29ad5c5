"""Cases are taken out and joined without losing anything, and undo takes that back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from tests.engine.test_edit import VALUES
from tests.engine.world import (
    START,
    Clock,
    Died,
    case_of,
    history,
    person,
    release,
    states,
    take,
    told,
    touches_of,
    typed,
)
from tests.fakes.databases import own_database
from voicenote.engine.case import batches, case_triage, closing, consent, promises
from voicenote.engine.case.approval import hold
from voicenote.engine.case.attention import what_needs_me
from voicenote.engine.case.case_edit import edit
from voicenote.engine.case.case_merge import merge
from voicenote.engine.case.case_withdraw import withdraw
from voicenote.engine.case.cause_history import causes, outcomes
from voicenote.engine.case.closing import write_lesson
from voicenote.engine.case.duplicates import find_doubles
from voicenote.engine.case.undo_command import undo_last
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, RuleSaysNo, WrongUse
from voicenote.followup.memo_steps import Urgency
from voicenote.ledger import case_store, optouts, tables, touches
from voicenote.ledger.store import open_ledger
from voicenote.model.case import Lesson, Outcome, Severity, Stage
from voicenote.model.promise import AmendsKind, Promise
from voicenote.model.receipt import Answer, Verdict
from voicenote.model.touch import TouchState


def twin(**changes: Any) -> Any:
    """A second complaint of Dana, who can be reached by a telephone and by the same email."""
    who = person(
        name="Dana L", email="dana@example.com", phone="+37255512345", time_zone="Asia/Jerusalem"
    )
    return told("A-2", **{"customer": who, **changes})


def answers_of(ws: Workspace, number: int) -> list[str]:
    with ws.ledger.read() as tx:
        return [one.text for _, one in touches.answers_of(tx, [number]).get(number, [])]


def test_a_withdrawn_case_sends_nothing_and_needs_no_lesson(ws: Workspace) -> None:
    take(ws, told())
    release(ws, 1)
    done = withdraw(ws, 1, "typed twice by mistake")
    assert (done.cancelled, done.sent, done.notes) == (len(states(ws, 1)), 0, ())
    assert one_pass(ws).sent == 0
    case = case_of(ws)
    assert (case.stage, case.outcome) == (Stage.CLOSED, Outcome.WITHDRAWN)
    [line] = [row for row in history(ws) if row["event"] == "case_withdrawn"]
    assert line["reason"] == "typed twice by mistake"
    with pytest.raises(RuleSaysNo):
        withdraw(ws, 1, "typed twice by mistake")


def test_it_counts_in_no_report_and_doubles_nothing(ws: Workspace) -> None:
    take(ws, told(cause="mixed up"), told("A-2", cause="mixed up"))
    closing.write_lesson(ws, 1, Lesson(cause="mixed up", prevention="label", owner="Ada"))
    with ws.ledger.read() as tx:
        assert find_doubles(tx, [2]) == [(2, 1)]
    withdraw(ws, 1, "typed twice by mistake")
    assert [one.count for one in causes(ws)] == [1]
    assert outcomes(ws).customers == {"kept": 0, "lost": 0, "no-answer": 0, "opted-out": 0}
    assert outcomes(ws).cases["withdrawn"] == 1
    with ws.ledger.read() as tx:
        assert find_doubles(tx, [2]) == []
    assert take(ws, told(cause="mixed up")) == [1], "the same row stays the same case"


def test_a_promise_that_was_heard_is_not_withdrawn(ws: Workspace) -> None:
    take(ws, told())
    release(ws, 1)
    one_pass(ws)
    with pytest.raises(RuleSaysNo) as no:
        withdraw(ws, 1, "solved elsewhere")
    assert "amends 1.1" in no.value.what
    promises.done(ws, 1, 1, "parcel 7")
    done = withdraw(ws, 1, "solved elsewhere")
    assert done.sent == 1
    assert "isn't told" in done.notes[0]


def test_a_promise_that_was_heard_and_got_another_day_is_not_withdrawn(
    ws: Workspace, clock: Clock
) -> None:
    """The new day is noted after the message that told of the promise."""
    take(ws, told())
    release(ws, 1)
    one_pass(ws)
    clock.move(minutes=5)
    promises.promise_again(ws, 1, 1, (START + timedelta(days=20)).date())
    with pytest.raises(RuleSaysNo, match="has been promised amends"):
        withdraw(ws, 1, "solved elsewhere")


@pytest.mark.parametrize("step", ["opened", "approved", "held", "following"])
def test_undo_takes_a_withdrawal_back_at_each_step(ws: Workspace, step: str) -> None:
    take(ws, told(days=None))
    if step != "opened":
        release(ws, 1)
    if step == "held":
        hold(ws, 1)
    if step == "following":
        one_pass(ws)
    before = (case_of(ws), [replace_reason(t) for t in touches_of(ws, 1)])
    with typed(ws, "withdraw"):
        withdraw(ws, 1, "solved elsewhere")
    done = undo_last(ws)
    assert done is not None
    assert done.undone == "withdraw"
    assert (case_of(ws), [replace_reason(t) for t in touches_of(ws, 1)]) == before
    assert undo_last(ws) is None
    if step == "approved":
        assert one_pass(ws).sent == 1


def test_what_became_due_before_undo_goes_one_a_day(ws: Workspace, clock: Clock) -> None:
    """A week in which it was withdrawn doesn't use its plan up, nor send it all at once."""
    take(ws, told(days=None))
    release(ws, 1)
    with typed(ws, "withdraw"):
        withdraw(ws, 1, "solved elsewhere")
    clock.move(days=30)
    assert undo_last(ws) is not None
    waiting = [one.due_at.date() for one in touches_of(ws, 1) if one.state is TouchState.DUE]
    assert len(set(waiting)) == len(waiting) > 1
    assert one_pass(ws).sent == 1


@pytest.mark.parametrize("edited", [False, True])
def test_undo_leaves_nothing_held_by_a_batch_that_goes_on(ws: Workspace, edited: bool) -> None:
    """Also a memo whose approval was asked for again; a batch that is on hold holds it still."""
    with ws.ledger.write() as tx:
        case_store.add(tx, [told(days=None)], "june")
    release(ws, 1)
    list(batches.hold_batch(ws, "june"))
    if edited:
        edit(ws, 1, {"customer": "Dina"})
    with typed(ws, "withdraw"):
        withdraw(ws, 1, "solved elsewhere")
    assert undo_last(ws) is not None
    if edited:
        release(ws, 1)
    assert one_pass(ws).sent == 0
    list(batches.resume_batch(ws, "june"))
    assert one_pass(ws).sent == 1
    assert [one for one in states(ws, 1) if one.endswith("held")] == []


def replace_reason(touch: Any) -> Any:
    return touch.number, touch.state, touch.channel, touch.due_at, touch.reason


def test_undo_opens_a_case_that_was_closed(ws: Workspace) -> None:
    take(ws, told(days=None))
    release(ws, 1)
    one_pass(ws)
    closing.answer(ws, 1, Verdict.PUT_RIGHT, "fine", "call")
    closing.write_lesson(ws, 1, Lesson(cause="c", prevention="p", owner="Ada"))
    with typed(ws, "close"):
        closing.close(ws, 1)
    done = undo_last(ws)
    assert done is not None
    assert (done.undone, case_of(ws).stage) == ("close", Stage.FOLLOWING)


def test_another_command_since_is_taken_back_first(ws: Workspace) -> None:
    take(ws, told())
    with typed(ws, "edit"):
        edit(ws, 1, {"feeling": "sad"})
    before = case_of(ws)
    with typed(ws, "amends waive"):
        promises.waive(ws, 1, 1, "she says: forget it")
    assert case_of(ws) != before
    done = undo_last(ws)
    assert done is not None
    assert (done.undone, case_of(ws)) == ("amends waive", before)


def test_undo_again_takes_back_the_one_before(ws: Workspace) -> None:
    take(ws, told())
    with typed(ws, "edit"):
        edit(ws, 1, {"feeling": "sad"})
    with typed(ws, "edit"):
        edit(ws, 1, {"feeling": "angry"})
    with typed(ws, "withdraw"):
        withdraw(ws, 1, "solved elsewhere")
    for name in ("withdraw", "edit", "edit"):
        done = undo_last(ws)
        assert done is not None
        assert done.undone == name
    assert case_of(ws).complaint.feeling == ""


def test_merged_twins_keep_everything(ws: Workspace, clock: Clock) -> None:
    """Addresses, promises, answers, files, what only one knew, and the lesson."""
    refund = Promise(kind=AmendsKind.REFUND, text="money back")
    take(
        ws,
        told(),
        twin(feeling="sad", opened_at=START - timedelta(days=1), severity=Severity.SERIOUS),
    )
    promises.add(ws, 2, refund)
    closing.answer(ws, 2, Verdict.UNCLEAR, "where is it?", "call")
    arrived(ws, 2)
    closing.write_lesson(ws, 2, Lesson(cause="c", prevention="p", owner="Ada"))
    release(ws, 2)
    done = merge(ws, 1, 2)
    case, gone = case_of(ws, 1), case_of(ws, 2)
    assert (gone.stage, gone.outcome, gone.merged_into) == (Stage.CLOSED, Outcome.MERGED, 1)
    assert [(one.k, one.promise.text) for one in case.amends] == [
        (1, "bake it again"), (2, "money back")
    ]  # fmt: skip
    assert (done.promises, done.twins, done.answers) == (("1.2",), ("2.1",), 1)
    assert case.customer.address("phone") == "+37255512345"
    assert (case.complaint.feeling, case.complaint.severity) == ("sad", "serious")
    assert case.complaint.opened_at == START - timedelta(days=1)
    assert answers_of(ws, 1) == ["where is it?"]
    assert arrivals_of(ws) == [1]
    assert case.lesson is not None
    assert one_pass(ws).sent == 0, "the other's memo is stopped"
    clock.move(minutes=5)
    release(ws, 1)
    assert one_pass(ws).sent == 1


def test_parted_again_each_has_what_was_its_own(ws: Workspace, clock: Clock) -> None:
    take(ws, told(), twin(feeling="sad"))
    promises.add(ws, 2, Promise(kind=AmendsKind.REFUND, text="money back"))
    closing.answer(ws, 2, Verdict.UNCLEAR, "where is it?", "call")
    arrived(ws, 2)
    closing.write_lesson(ws, 2, Lesson(cause="c", prevention="p", owner="Ada"))
    clock.move(minutes=5)
    release(ws, 2)
    before = (case_of(ws, 1), case_of(ws, 2), states(ws, 2), answers_of(ws, 2), arrivals_of(ws))
    with typed(ws, "merge"):
        merge(ws, 1, 2)
    done = undo_last(ws)
    assert done is not None
    assert (done.undone, done.cases) == ("merge", (1, 2))
    after = (case_of(ws, 1), case_of(ws, 2), states(ws, 2), answers_of(ws, 2), arrivals_of(ws))
    assert after == before


def test_the_case_of_which_something_was_heard_goes_on(ws: Workspace) -> None:
    take(ws, told(), twin())
    release(ws, 2)
    one_pass(ws)
    with pytest.raises(RuleSaysNo) as no:
        merge(ws, 1, 2)
    assert no.value.advice.endswith("voicenote merge 2 1")
    sent = [one.key for one in touches_of(ws, 2) if one.sent_at]
    merge(ws, 2, 1)
    assert [one.key for one in touches_of(ws, 2) if one.sent_at] == sent
    assert case_of(ws, 2).stage is Stage.FOLLOWING


def test_an_answer_to_the_merged_case_goes_on_with_the_other(ws: Workspace, clock: Clock) -> None:
    """One that came in; by hand it is said which case to name."""
    take(ws, told(), twin())
    release(ws, 1, 2)
    one_pass(ws)
    clock.move(days=1)
    one_pass(ws)
    merge(ws, 1, 2)
    with ws.ledger.write() as tx:
        closing.answer_in(ws, tx, 2, Answer(verdict=Verdict.NOT_YET, at=tx.now, text="still red"))
    assert case_of(ws, 2).stage is Stage.CLOSED
    assert answers_of(ws, 1) == ["still red"]
    deeds: tuple[Callable[[], object], ...] = (
        lambda: closing.reopen(ws, 2, "again"),
        lambda: closing.answer(ws, 2, Verdict.NOT_YET, "still red", "call"),
    )
    for deed in deeds:
        with pytest.raises(RuleSaysNo) as no:
            deed()
        assert "merged into case 1" in no.value.what


def test_who_opted_out_in_the_merged_case_stays_so_with_another_address(
    ws: Workspace, clock: Clock
) -> None:
    take(ws, told(), told("A-2", name="Ron", email="ron@example.com"))
    clock.move(minutes=5)
    consent.opt_out(ws, "2")
    clock.move(minutes=5)
    merge(ws, 1, 2, anyway="married")
    edit(ws, 1, {"email": "dina@example.com"})
    with ws.ledger.read() as tx:
        assert optouts.has_opted_out(tx, 1)


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_not_yet_to_a_withdrawn_case_waits_for_its_owner(
    ws: Workspace, clock: Clock, *, by_hand: bool
) -> None:
    """Also one that was written before it was taken out, and read only afterwards."""
    take(ws, told(days=None))
    release(ws, 1)
    one_pass(ws)
    clock.move(days=1)
    withdraw(ws, 1, "solved elsewhere")
    clock.move(minutes=5)
    if by_hand:
        assert closing.answer(ws, 1, Verdict.NOT_YET, "still red", "call").stage is Stage.CLOSED
    else:
        before = clock.now - timedelta(hours=1)
        with ws.ledger.write() as tx:
            said = Answer(verdict=Verdict.NOT_YET, at=before, text="still red")
            closing.answer_in(ws, tx, 1, said)
    one_pass(ws)
    assert case_of(ws).outcome is Outcome.WITHDRAWN
    (need,) = what_needs_me(ws).needs
    assert (need.urgency, need.command) == (Urgency.ANSWER, "voicenote reopen 1")
    assert ("has written since you took it out" in need.sentence) is by_hand
    assert ("wrote before you took it out" in need.sentence) is not by_hand
    assert closing.reopen(ws, 1, "they are right") == 2
    assert not [one for one in what_needs_me(ws).needs if one.urgency is Urgency.ANSWER]


@pytest.mark.parametrize("verdict", [Verdict.NOT_YET, Verdict.UNCLEAR])
def test_an_answer_to_a_withdrawn_case_waits_until_its_owner_leaves_it_closed(
    ws: Workspace, clock: Clock, verdict: Verdict
) -> None:
    """Its time stays the one at which it was written; the next answer waits again."""
    take(ws, told(days=None))
    release(ws, 1)
    one_pass(ws)
    closing.answer(ws, 1, verdict, "the shop is far away", "call")
    clock.move(days=1)
    withdraw(ws, 1, "solved elsewhere")
    assert what_needs_me(ws).needs == ()
    before = clock.now - timedelta(days=2)
    with ws.ledger.write() as tx:
        closing.answer_in(ws, tx, 1, Answer(verdict=verdict, at=before, text="it is red"))
    (need,) = what_needs_me(ws).needs
    assert (need.since, "it is red" in need.sentence) == (before, True)
    assert "voicenote close 1" in need.sentence
    assert closing.close(ws, 1) is Outcome.WITHDRAWN
    assert what_needs_me(ws).needs == ()
    with pytest.raises(RuleSaysNo, match="already closed"):
        closing.close(ws, 1)
    closing.answer(ws, 1, verdict, "and it is torn", "call")
    assert len(what_needs_me(ws).needs) == 1


def test_a_not_yet_that_ended_a_case_is_not_told_for_ever(ws: Workspace, clock: Clock) -> None:
    """Its owner knew it when closing; a later one is told until it is closed again."""
    take(ws, told(days=None))
    case_triage.apply_triage(ws, 1, case_triage.Triage(abusive=True, reason="threats"))
    release(ws, 1)
    one_pass(ws)
    clock.move(days=1)
    closing.answer(ws, 1, Verdict.NOT_YET, "you crooks", "call")
    write_lesson(ws, 1, Lesson(cause="x", prevention="y", owner="Ada"))
    closing.close(ws, 1, Outcome.LOST)
    assert what_needs_me(ws).needs == ()
    clock.move(days=1)
    closing.answer(ws, 1, Verdict.NOT_YET, "crooks still", "call")
    assert len(what_needs_me(ws).needs) == 1
    closing.close(ws, 1)
    assert what_needs_me(ws).needs == ()


@pytest.mark.parametrize("told_there", [True, False])
def test_a_promise_from_the_merged_case_was_heard_if_it_was_told_there(
    ws: Workspace, clock: Clock, *, told_there: bool
) -> None:
    """What left in the case that goes on, before it had that promise, told nobody of it."""
    take(ws, told(days=None), twin(days=None))
    promises.add(ws, 2, Promise(kind=AmendsKind.REFUND, text="money back"))
    clock.move(minutes=5)
    release(ws, 1)
    one_pass(ws)
    clock.move(days=1)
    if told_there:
        release(ws, 2)
        one_pass(ws)
        clock.move(days=1)
    merge(ws, 1, 2)
    if told_there:
        with pytest.raises(BadData, match="has been promised to them"):
            edit(ws, 1, {"amends.1.value": "5 EUR"})
    else:
        assert edit(ws, 1, {"amends.1.value": "5 EUR"}).changed


def test_two_people_are_not_one_without_a_reason(ws: Workspace) -> None:
    other = told("B-1", customer=person(name="Ron", email="ron@example.com"))
    take(ws, told(), other)
    with pytest.raises(RuleSaysNo):
        merge(ws, 1, 2)
    with pytest.raises(WrongUse):
        merge(ws, 1, 1)
    merge(ws, 1, 2, anyway="Ron is her husband")
    marks = case_of(ws).customer.marks
    assert marks == {"dana@example.com", "ron@example.com"}
    assert case_of(ws).customer.address("email") == "dana@example.com"


def test_an_opt_out_of_one_is_an_opt_out_of_both(ws: Workspace) -> None:
    other = told("B-1", customer=person(name="Dana", phone="+37255512345"))
    take(ws, told(), other)
    consent.opt_out(ws, "2")
    release(ws, 1)
    merge(ws, 1, 2, anyway="it is her number")
    assert one_pass(ws).sent == 0


def arrived(ws: Workspace, case: int) -> None:
    with ws.ledger.write() as tx:
        values = {"channel": "mail", "mark": f"m{case}", "kind": "answer", "at": tx.now}
        tx.connection.execute(insert(tables.arrivals).values(case=case, **values))


def arrivals_of(ws: Workspace) -> list[int | None]:
    with ws.ledger.read() as tx:
        return list(tx.connection.execute(select(tables.arrivals.c.case)).scalars())


@pytest.mark.parametrize("deed", ["edit", "withdraw", "merge", "undo"])
def test_a_command_that_dies_halfway_has_changed_nothing(
    ws: Workspace, deed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One transaction has all of it: killed before its end, the ledger is as it was."""
    take(ws, told(), twin(feeling="sad"))
    release(ws, 1)
    if deed == "undo":
        with typed(ws, "withdraw"):
            withdraw(ws, 1, "solved elsewhere")
    before = (case_of(ws, 1), case_of(ws, 2), states(ws, 1), history(ws, 1), history(ws, 2))

    def dies(*_args: Any, **_more: Any) -> None:
        raise Died

    monkeypatch.setattr("voicenote.ledger.command_log.Recorder._finish", dies)
    if deed == "undo":
        monkeypatch.setattr("voicenote.ledger.store.Transaction.tell_all", dies)
    deeds: dict[str, Callable[[], object]] = {
        "edit": lambda: edit(ws, 1, {"customer": "Dina", "amends.1.text": "another cake"}),
        "withdraw": lambda: withdraw(ws, 1, "solved elsewhere"),
        "merge": lambda: merge(ws, 1, 2),
        "undo": lambda: undo_last(ws),
    }
    with pytest.raises(Died), typed(ws, deed):
        deeds[deed]()
    after = (case_of(ws, 1), case_of(ws, 2), states(ws, 1), history(ws, 1), history(ws, 2))
    assert after == before


def test_all_of_it_on_postgresql(ws: Workspace, postgres_url: str, clock: Clock) -> None:
    with own_database(postgres_url) as url:
        ws.ledger.close()
        ws.ledger = open_ledger(url, clock=clock, actor="tester", new_id=ws.new_id)
        take(ws, told(), twin(feeling="sad"), told("C-1", what_happened="The cake was late"))
        arrived(ws, 2)
        closing.answer(ws, 2, Verdict.UNCLEAR, "where is it?", "call")
        clock.move(minutes=5)
        release(ws, 1)
        with typed(ws, "edit"):
            edit(ws, 1, {name: VALUES[name] for name in ("customer", "title", "amends.1.value")})
        with typed(ws, "merge"):
            merge(ws, 1, 2)
        assert (answers_of(ws, 1), arrivals_of(ws)) == (["where is it?"], [1])
        with typed(ws, "withdraw"):
            withdraw(ws, 3, "solved elsewhere")
        for name in ("withdraw", "merge", "edit"):
            done = undo_last(ws)
            assert done is not None
            assert done.undone == name
        assert (answers_of(ws, 2), arrivals_of(ws)) == (["where is it?"], [2])
        assert case_of(ws).customer.marks == {"dana@example.com"}
        assert case_of(ws, 3).stage is Stage.OPENED
        ws.ledger.close()
