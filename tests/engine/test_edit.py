"""A person corrects a case; what follows is asked anew, and what was sent stays."""

from __future__ import annotations

from datetime import UTC, date, timedelta

import pytest

from tests.engine.house import House, dana, due
from tests.engine.test_reach import FULL, NOBODY, unreached
from tests.engine.world import (
    START,
    Clock,
    case_of,
    history,
    release,
    states,
    take,
    told,
    touches_of,
    typed,
)
from voicenote.engine.case import consent, promises
from voicenote.engine.case.case_edit import edit, editable
from voicenote.engine.case.undo_command import undo_last
from voicenote.engine.memo.compose_cases import compose_cases
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, RuleSaysNo
from voicenote.intake.case_text import facts_of
from voicenote.ledger import optouts
from voicenote.model.case import Case, Stage
from voicenote.model.promise import AmendsKind, Promise
from voicenote.model.touch import TouchState

#: Each field, and another value of it.
VALUES = {
    "customer": "Dana Levi",
    "say_as": "DAH-na",
    "language": "et",
    "time_zone": "Europe/Tallinn",
    "channel": "email",
    "greet_as": "Dear Dana",
    "title": "Dr",
    "gender": "woman",
    "how_many": "one",
    "formality": "formal",
    "email": "dana@here.ee; dana@there.ee",
    "phone": "+37255512345",
    "whatsapp": "+37255512346",
    "telegram": "@danalevi",
    "addresses.slack": "U123",
    "opened_at": "2026-03-01 09:30",
    "what_happened": "The ribbon was red.\n\nAnd torn.",
    "bothered_most": "the colour",
    "feeling": "sad",
    "at_stake": "a wedding",
    "expected": "a blue one",
    "identity": "you don't listen",
    "product": "ribbon",
    "failure": "wrong",
    "cause": "mixed up",
    "harm": "12.30 EUR",
    "severity": "serious",
    "finding": "partly",
    "finding_reason": "she chose it",
    "abusive": "yes",
    "said_back": "You asked for blue.",
    "our_fault": "We took red.",
    "meant": "You had no ribbon.",
    "owner": "Ben",
    "involved": "Ann; Bob",
    "amends.1.kind": "refund",
    "amends.1.text": "give the money back",
    "amends.1.value": "12.30 EUR",
    "amends.1.target": "2026-03-07",
    "amends.1.promised_by": "2026-03-10",
    "amends.1.deed": "You get your money back.",
    "amends.1.owner": "Ben",
}


def test_every_field_can_be_edited() -> None:
    case = Case(number=1, complaint=told(), stage=Stage.OPENED)
    assert set(facts_of(case, UTC)) <= set(VALUES)


@pytest.mark.parametrize("field", VALUES)
def test_a_field_takes_another_value_and_the_history_tells_it(ws: Workspace, field: str) -> None:
    """And undo gives back what was."""
    take(ws, told())
    before = editable(ws, 1)
    with typed(ws, "edit"):
        done = edit(ws, 1, {field: VALUES[field]})
    after = editable(ws, 1)
    assert after[field] == VALUES[field]
    assert {name for name in after if after[name] != before.get(name, "")} == {field}
    assert [one.field for one in done.changed] == [field]
    name = field.rpartition(".")[2] if field.startswith("amends") else field
    [line] = [row for row in history(ws) if row.get("field") == name]
    assert (line["was"], line["now"], line["actor"]) == (
        before.get(field, ""), VALUES[field], "tester"
    )  # fmt: skip
    assert undo_last(ws) is not None
    assert {n: v for n, v in editable(ws, 1).items() if v} == {n: v for n, v in before.items() if v}
    assert undo_last(ws) is None


def test_every_wrong_value_is_told_and_nothing_is_changed(ws: Workspace) -> None:
    take(ws, told())
    before = editable(ws, 1)
    wrong = {
        "email": "dana",
        "language": "klingonx",
        "customer": "Dana Levi",
        "time_zone": "Mars/North",
        "severity": "very",
        "amends.1.value": "lots",
        "amends.1.promised_by": "1999-13-44",
    }
    with pytest.raises(BadData) as bad:
        edit(ws, 1, wrong)
    assert {one.field for one in bad.value.problems} == set(wrong) - {"customer"}
    assert all(one.advice for one in bad.value.problems)
    assert editable(ws, 1) == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nonsense", "x"),
        ("ref", "x"),
        ("amends.7.text", "x"),
        ("what_happened", " "),
        ("amends.1.text", ""),
        ("amends.1.target", "2026-03-20"),
        ("amends.1.promised_by", "2026-02-20"),
        ("opened_at", "2027-01-01"),
        ("finding", "unfounded"),
    ],
)
def test_what_can_not_be_is_refused(ws: Workspace, field: str, value: str) -> None:
    take(ws, told())
    with pytest.raises(BadData):
        edit(ws, 1, {field: value})


def test_an_address_lets_a_case_go_on_that_nothing_reached(house: House) -> None:
    """“1 has no address” names the way, and it is enough: no approval is asked again."""
    ws = house.open(**FULL)
    due(ws, NOBODY)
    one_pass(ws)
    [(_, cure)] = unreached(ws)
    assert "voicenote edit N --set email=" in cure
    done = edit(ws, 1, {"email": "late@here.ee"})
    assert "can be reached now" in done.notes[0]
    assert unreached(ws) == []
    assert one_pass(ws).sent == 1
    assert house.left == ["late@here.ee"]


def test_an_address_also_frees_what_was_booked_while_there_was_none(house: House) -> None:
    ws = house.open(**FULL)
    due(ws, NOBODY)
    one_pass(ws)
    promise = Promise(kind=AmendsKind.REFUND, text="money back", promised_by=date(2026, 3, 20))
    promises.add(ws, 1, promise)
    edit(ws, 1, {"email": "late@here.ee"})
    one_pass(ws)
    assert [one for one in states(ws, 1) if one.endswith("held")] == []


def test_without_the_last_address_it_waits_again(house: House) -> None:
    ws = house.open(**FULL)
    due(ws, dana(telegram=""))
    done = edit(ws, 1, {"email": ""})
    assert "can't be reached" in done.notes[0]
    assert one_pass(ws).sent == 0
    assert len(unreached(ws)) == 1


def test_another_address_is_the_one_it_goes_to(house: House) -> None:
    ws = house.open()
    due(ws, dana(telegram=""))
    edit(ws, 1, {"email": "right@here.ee"})
    one_pass(ws)
    assert house.left == ["right@here.ee"]


def test_a_corrected_name_asks_for_words_and_approval_again(ws: Workspace) -> None:
    take(ws, told())
    release(ws, 1)
    done = edit(ws, 1, {"customer": "Dina"})
    assert case_of(ws).stage is Stage.RENDERED
    assert "voicenote script 1, then voicenote render 1" in done.notes[0]
    assert one_pass(ws).sent == 0
    assert "customer" in touches_of(ws, 1)[0].reason
    release(ws, 1)
    assert one_pass(ws).sent == 1


def test_words_that_are_not_approved_are_said_to_be_old(ws: Workspace) -> None:
    take(ws, told())
    list(compose_cases(ws, [1]))
    [note] = edit(ws, 1, {"customer": "Dina"}).notes
    assert "voicenote script 1" in note


def test_another_zone_gives_waiting_messages_another_hour(ws: Workspace) -> None:
    take(ws, told())
    release(ws, 1)
    edit(ws, 1, {"time_zone": "America/New_York"})
    [memo] = [one for one in touches_of(ws, 1) if one.kind.value == "memo"]
    local = memo.due_at.astimezone(ws.zone_of(case_of(ws)))
    assert (local.hour, str(local.tzinfo)) == (9, "America/New_York")


def test_a_finding_that_asks_for_another_plan_says_so(ws: Workspace) -> None:
    take(ws, told(days=None))
    release(ws, 1)
    notes = edit(ws, 1, {"finding": "unfounded", "finding_reason": "never ours"}).notes
    assert any("--plan few-words" in one for one in notes)


def test_what_was_sent_stays_and_its_promise_too(ws: Workspace) -> None:
    take(ws, told())
    release(ws, 1)
    assert one_pass(ws).sent == 1
    before = [row for row in history(ws) if row["event"].startswith("touch")]
    with pytest.raises(BadData) as bad:
        edit(ws, 1, {"amends.1.promised_by": "2026-03-20"})
    assert "amends again 1.1" in bad.value.advice
    [note] = edit(ws, 1, {"customer": "Dina", "feeling": "calm"}).notes
    assert "stays as it was said" in note
    assert case_of(ws).stage is Stage.FOLLOWING
    assert [row for row in history(ws) if row["event"].startswith("touch")] == before


def test_a_message_that_left_since_keeps_an_edit_from_being_undone(ws: Workspace) -> None:
    take(ws, told())
    with typed(ws, "edit"):
        edit(ws, 1, {"feeling": "sad"})
    release(ws, 1)
    one_pass(ws)
    with pytest.raises(RuleSaysNo) as no:
        undo_last(ws)
    assert "message 1 of case 1 left at" in no.value.what
    assert case_of(ws).complaint.feeling == "sad"


def test_the_other_cases_of_the_customer_follow(ws: Workspace) -> None:
    take(ws, told("A-1"), told("A-2", what_happened="The cake was late"))
    release(ws, 2)
    done = edit(ws, 1, {"customer": "Dina"})
    assert done.cases == (2,)
    assert case_of(ws, 2).customer.name == "Dina"
    assert case_of(ws, 2).stage is Stage.RENDERED


def is_out(ws: Workspace) -> bool:
    with ws.ledger.read() as tx:
        return optouts.has_opted_out(tx, 1)


@pytest.mark.parametrize(
    ("field", "gone", "typed", "right"),
    [
        ("email", "dena@example.com", "dena@example.com", "dina@example.com"),
        ("phone", "5555 0142", "+372 5555 0142", "+372 5555 0143"),
    ],
)
def test_an_opt_out_goes_with_the_address_that_was_mistyped(
    ws: Workspace, clock: Clock, field: str, gone: str, typed: str, right: str
) -> None:
    """Also where only the digits without a country had opted out."""
    take(ws, told())
    consent.opt_out(ws, gone)
    clock.move(minutes=5)
    edit(ws, 1, {field: typed})
    assert is_out(ws)
    clock.move(minutes=5)
    edit(ws, 1, {"customer": "Dana Lee"})
    edit(ws, 1, {field: right})
    assert not is_out(ws)


def test_who_opted_out_by_an_address_of_theirs_stays_so_with_another(
    ws: Workspace, clock: Clock
) -> None:
    take(ws, told())
    clock.move(minutes=5)
    with ws.ledger.write() as tx:
        optouts.opt_out_address(tx, "dana@example.com")
    clock.move(minutes=5)
    edit(ws, 1, {"email": "dina@example.com"})
    assert is_out(ws)


def test_who_says_stop_by_an_address_that_had_opted_out_before_stays_so(
    ws: Workspace, clock: Clock
) -> None:
    """The address was somebody's earlier opt-out; the stop that came since is theirs."""
    take(ws, told())
    consent.opt_out(ws, "dena@example.com")
    clock.move(minutes=5)
    edit(ws, 1, {"email": "dena@example.com"})
    clock.move(minutes=5)
    with ws.ledger.write() as tx:
        optouts.opt_out_address(tx, "dena@example.com")
    edit(ws, 1, {"email": "dina@example.com"})
    assert is_out(ws)


def test_who_opted_out_stays_so_without_the_address(ws: Workspace) -> None:
    take(ws, told())
    release(ws, 1)
    consent.opt_out(ws, "dana@example.com")
    edit(ws, 1, {"email": "new@example.com"})
    assert one_pass(ws).sent == 0
    with pytest.raises(RuleSaysNo):
        release(ws, 1)


def test_a_field_changed_meanwhile_is_not_overwritten(ws: Workspace) -> None:
    take(ws, told())
    seen = editable(ws, 1)
    edit(ws, 1, {"feeling": "sad"})
    with pytest.raises(BadData) as bad:
        edit(ws, 1, {"feeling": "angry"}, seen)
    assert "meanwhile" in bad.value.what
    edit(ws, 1, {"cause": "mixed up"}, seen)
    assert case_of(ws).complaint.feeling == "sad"


def test_a_later_import_leaves_what_a_person_has_corrected(ws: Workspace) -> None:
    take(ws, told(our_fault="We took red."))
    edit(ws, 1, {"our_fault": "We took blue.", "email": "new@example.com"})
    assert take(ws, told(our_fault="We took red.")) == [1]
    assert case_of(ws).complaint.our_fault == "We took blue."
    assert case_of(ws).customer.address("email") == "new@example.com"


def test_a_date_moves_the_messages_about_a_promise(ws: Workspace) -> None:
    take(ws, told())
    release(ws, 1)
    day = (START + timedelta(days=14)).date()
    edit(ws, 1, {"amends.1.promised_by": day.isoformat()})
    about = [t for t in touches_of(ws, 1) if t.kind.value == "status" and t.state is TouchState.DUE]
    assert about
    assert all(one.due_at.date() >= day for one in about)
    assert "memo due" in states(ws, 1)
