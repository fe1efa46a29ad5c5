"""One person with two open cases: shown, one message a day, one plan asks, one apology each."""

from __future__ import annotations

import pytest

from tests.engine.house import House, dana, due
from tests.engine.world import Clock, release, states, take, told
from voicenote.engine.case import promises
from voicenote.engine.case.attention import what_needs_me
from voicenote.engine.case.case_list import list_cases
from voicenote.engine.case.case_view import case_view
from voicenote.engine.case.decisions import close_in
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.ledger import persons
from voicenote.model.case import Customer, Outcome

FULL = {
    "schedule__plan": "make-it-right",
    "policy__auto_approve": '["check-in", "status", "confirm", "acknowledge"]',
}


def two(ws: Workspace, one: Customer, other: Customer, *, days: int | None = 60) -> None:
    """Take in a case of each, with another story; with a promise for so many days."""
    first = told("R-1", customer=one, days=days)
    second = told("R-2", customer=other, days=days, what_happened="The candles were missing")
    take(ws, first, second)


def left_on_days(house: House, ws: Workspace, clock: Clock, days: int) -> list[tuple[str, str]]:
    """Run twice a day; return (day, key) of what has left."""
    found = []
    for _ in range(days):
        for hours in (6, 18):
            before = len(house.mail.left)
            one_pass(ws)
            found += [(f"{clock.now:%m-%d}", one.key) for one in house.mail.left[before:]]
            clock.move(hours=hours)
    return found


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (dana(), dana(), True),
        (dana(), dana(name="D. Levi", telegram=""), True),
        (dana(), dana(email="", telegram=""), True),
        (dana(), dana(email="other@here.ee", telegram=""), False),
        (dana(), dana(name="Ron", email="ron@here.ee", telegram="78"), False),
        (dana(name="customer"), dana(name="customer", email="", telegram=""), False),
    ],
)
def test_one_person_is_one_address_or_one_name_without_another(
    house: House, one: Customer, other: Customer, same: bool
) -> None:
    ws = house.open()
    two(ws, one, other)
    with ws.ledger.read() as tx:
        found = persons.also_open(tx, [1, 2])
        assert found == persons.all_open(tx)
    assert found == ({1: (2,), 2: (1,)} if same else {})


def test_it_is_shown_in_the_case_the_list_and_next(house: House) -> None:
    ws = house.open()
    two(ws, dana(), dana())
    view = case_view(ws, 2)
    assert view.also_open == (1,)
    assert any("case 1 leads" in one for one in view.warnings)
    remarks = list_cases(ws.ledger, ws.settings).remarks
    assert remarks is not None
    assert dict(remarks.also_open) == {1: (2,), 2: (1,)}
    assert any("(case 2 is theirs too)" in one.sentence for one in what_needs_me(ws).needs)


def test_a_closed_case_is_none_of_them(house: House) -> None:
    ws = house.open()
    two(ws, dana(), dana())
    with ws.ledger.write() as tx:
        close_in(tx, 1, Outcome.LOST)
        assert persons.also_open(tx, [1, 2]) == persons.all_open(tx) == {}


def test_two_memos_to_one_person_go_on_two_days(house: House, clock: Clock) -> None:
    ws = house.open(**FULL)
    two(ws, dana(), dana(name="D. Levi", telegram=""))
    release(ws, 1, 2)
    turn = one_pass(ws)
    assert (turn.sent, len(house.mail.left)) == (1, 1)
    clock.move(days=1)
    assert one_pass(ws).sent == 1
    assert "memo accepted" in states(ws, 2)


def test_a_whole_month_has_no_two_messages_on_one_day(house: House, clock: Clock) -> None:
    """And nothing is lost by it: each case is asked as often as if it were alone."""
    ws = house.open(**FULL)
    two(ws, dana(), dana())
    release(ws, 1, 2)
    left = left_on_days(house, ws, clock, 3)
    for number in (1, 2):
        promises.done(ws, number, 1, "payment 7")
    left += left_on_days(house, ws, clock, 100)
    days = [day for day, _ in left]
    assert len(days) == len(set(days)), left
    for number in (1, 2):
        assert states(ws, number).count("confirm accepted") == 3
        assert states(ws, number).count("check-in accepted") == 1


def test_the_questions_of_the_second_wait_for_the_first(house: House, clock: Clock) -> None:
    ws = house.open(**FULL)
    two(ws, dana(), dana())
    release(ws, 1, 2)
    left = left_on_days(house, ws, clock, 100)
    asked = [key.partition("r")[0] for _, key in left if "check-in" in key or "confirm" in key]
    assert asked == sorted(asked)


def test_an_answer_to_the_first_lets_the_second_ask(house: House, clock: Clock) -> None:
    ws = house.open(**FULL)
    two(ws, dana(), dana())
    release(ws, 1, 2)
    left_on_days(house, ws, clock, 2)
    with ws.ledger.write() as tx:
        close_in(tx, 1, Outcome.LOST)
    left = left_on_days(house, ws, clock, 10)
    assert any("check-in" in key and key.startswith("c2") for _, key in left)


def test_a_second_apology_to_one_person_needs_something_new(house: House, clock: Clock) -> None:
    ws = house.open()
    two(ws, dana(), dana(), days=None)
    release(ws, 1)
    one_pass(ws)
    clock.move(days=2)
    with pytest.raises(RuleSaysNo, match="Dana had an apology for another case"):
        release(ws, 2)


def test_a_second_apology_with_its_own_deed_may_go(house: House, clock: Clock) -> None:
    ws = house.open()
    two(ws, dana(), dana())
    release(ws, 1)
    one_pass(ws)
    clock.move(days=2)
    release(ws, 2)
    assert one_pass(ws).sent == 1


def test_people_who_are_two_go_on_one_day(house: House) -> None:
    ws = house.open()
    due(ws, dana(), dana(name="Ron", email="ron@here.ee", telegram=""))
    assert one_pass(ws).sent == 2
