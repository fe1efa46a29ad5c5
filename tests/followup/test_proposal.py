"""What triage proposes: the deed that matches the harm, its dates, and the plan (R9, S27, S7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.errors import BadSettings
from voicenote.followup.compensation import Bands
from voicenote.followup.proposal import (
    DAYS,
    House,
    Leads,
    Lost,
    Wishes,
    change_proposal,
    lost_most,
    propose,
    working_day_after,
)
from voicenote.model.case import Case, Failure, Severity
from voicenote.model.money import Money
from voicenote.model.promise import AmendsKind

FRIDAY = date(2026, 12, 18)
FORTY = Money(Decimal(40), "EUR")


def weekday(day: date) -> bool:
    return day.weekday() < 5


def house(**more: Any) -> House:
    values: dict[str, Any] = {
        "today": FRIDAY,
        "works": weekday,
        "bands": Bands(),
        "words": {kind: f"a {kind.value}" for kind in AmendsKind},
        "plan": "make-it-right",
        "owner": "Ada",
    }
    return House(**{**values, **more})


def case_of(make: Any, **complaint: Any) -> Case:
    told = {name: complaint.pop(name) for name in ("finding", "abusive") if name in complaint}
    more = {name: complaint.pop(name) for name in ("amends", "round") if name in complaint}
    case: Case = make.snapshot(stage="opened", **told, **more).case
    return replace(case, complaint=replace(case.complaint, **complaint))


@pytest.mark.parametrize(
    ("lost", "kind"),
    [("money", "refund"), ("product", "exchange"), ("service", "redo"), ("attention", "call")],
)
def test_the_kind_of_the_deed_matches_the_kind_of_the_harm(make: Any, lost: str, kind: str) -> None:
    found = propose(case_of(make), house(), Lost(lost)).promise
    assert found is not None
    assert (found.kind.value, found.text, found.owner) == (kind, f"a {kind}", "Ada")


@pytest.mark.parametrize(
    ("complaint", "lost"),
    [
        ({"harm": FORTY, "product": "kettle"}, Lost.MONEY),
        ({"harm": Money(Decimal(0), "EUR"), "product": "kettle"}, Lost.PRODUCT),
        ({"product": "kettle"}, Lost.PRODUCT),
        ({}, Lost.SERVICE),
        ({"severity": Severity.LOW}, Lost.ATTENTION),
    ],
)
def test_what_was_lost_is_guessed_from_what_is_known(
    make: Any, complaint: dict[str, Any], lost: Lost
) -> None:
    assert lost_most(case_of(make, **complaint).complaint) is lost


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        ("money", "refund"), ("late", "gift"), ("faulty", "exchange"), ("wrong", "exchange"),
        ("rude", "call"), ("silence", "call"), ("danger", "call"), ("broken", "redo"),
    ],
)  # fmt: skip
def test_the_deed_follows_the_kind_of_failure(make: Any, failure: str, kind: str) -> None:
    found = propose(case_of(make), house(leads=Leads(failure=Failure(failure)))).promise
    assert found is not None
    assert found.kind.value == kind


@pytest.mark.parametrize(
    ("failure", "deed", "says"),
    [("late", None, "own"), ("danger", "refund", "own"), ("broken", "fix", "a fix")],
)
def test_a_failure_has_words_of_its_own_for_its_deeds(
    make: Any, failure: str, deed: str | None, says: str
) -> None:
    kind = Failure(failure)
    asked = AmendsKind(deed) if deed else None
    there = house(leads=Leads(failure=kind, asked=asked), after={kind: "own"})
    found = propose(case_of(make), there).promise
    assert found is not None
    assert found.text == says


def test_what_they_ask_for_goes_before_the_failure(make: Any) -> None:
    asked = Leads(failure=Failure.RUDE, asked=AmendsKind.REFUND, asked_in="my money back")
    found = propose(case_of(make), house(leads=asked))
    assert found.promise is not None
    assert found.promise.kind is AmendsKind.REFUND
    assert "they ask for it: “my money back”" in found.why[0]


def test_the_owners_word_on_what_was_lost_goes_before_both(make: Any) -> None:
    asked = Leads(failure=Failure.RUDE, asked=AmendsKind.REFUND)
    found = propose(case_of(make), house(leads=asked), Lost.PRODUCT).promise
    assert found is not None
    assert found.kind is AmendsKind.EXCHANGE


def test_the_only_sum_they_name_is_proposed_to_be_checked(make: Any) -> None:
    leads = Leads(failure=Failure.MONEY, sum=FORTY)
    found = propose(case_of(make), house(leads=leads))
    assert found.promise is not None
    assert found.promise.value == FORTY
    assert "check that it is what it cost them" in found.why[1]


def test_money_is_proposed_within_the_band_only_for_money_lost(make: Any) -> None:
    case = case_of(make, harm=FORTY)
    refund, exchange = (propose(case, house(), lost).promise for lost in (None, Lost.PRODUCT))
    assert refund is not None
    assert exchange is not None
    assert refund.value == FORTY
    assert exchange.value is None


@pytest.mark.parametrize(
    ("complaint", "late", "plan"),
    [
        ({"bothered_most": "nobody called"}, False, "make-it-right"),
        ({"expected": "a call"}, False, "make-it-right"),
        ({}, False, "acknowledge"),
        ({}, True, "make-it-right"),
        ({"round": 2}, False, "make-it-right"),
        ({"finding": "partly", "expected": "a call"}, False, "make-it-right"),
        ({"finding": "unfounded"}, False, "few-words"),
        ({"abusive": True}, False, "last-word"),
        ({"finding": "unfounded", "abusive": True}, False, "last-word"),
    ],
)
def test_the_plan_follows_the_finding(
    make: Any,
    complaint: dict[str, Any],
    late: bool,
    plan: str,
) -> None:
    assert propose(case_of(make, **complaint), house(late=late)).plan == plan


@pytest.mark.parametrize("told", [{"finding": "unfounded"}, {"abusive": True}])
def test_nothing_is_promised_for_an_unfounded_or_abusive_one(
    make: Any, told: dict[str, Any]
) -> None:
    assert propose(case_of(make, harm=FORTY, **told), house()).promise is None


@pytest.mark.parametrize(
    ("lost", "says"), [(Lost.MONEY, "suits"), (Lost.PRODUCT, "suits"), (Lost.SERVICE, "redo would")]
)
def test_a_promise_that_stands_is_not_doubled_but_weighed(make: Any, lost: Lost, says: str) -> None:
    found = propose(case_of(make, amends=(make.amends(),)), house(), lost)
    assert found.promise is None
    assert says in found.why[0]


@pytest.mark.parametrize(("state", "round_"), [("waived", 1), ("done", 1)])
def test_a_new_round_or_a_waived_deed_asks_for_a_new_amends(
    make: Any, state: str, round_: int
) -> None:
    rounds = {"round": 2} if state == "done" else {}
    case = case_of(make, amends=(make.amends(state=state, round=round_),), **rounds)
    assert propose(case, house()).promise is not None


@pytest.mark.parametrize("kind", list(AmendsKind))
def test_the_target_is_earlier_than_the_promise(kind: AmendsKind) -> None:
    promised, aimed = DAYS[kind]
    assert 0 < aimed < promised <= 20


def test_dates_are_working_days_of_the_customer(make: Any) -> None:
    closed = {date(2026, 12, 24), date(2026, 12, 25)}
    calendar = house(works=lambda day: weekday(day) and day not in closed)
    found = propose(case_of(make), calendar, Lost.MONEY).promise
    assert found is not None
    assert (found.target, found.promised_by) == (date(2026, 12, 23), date(2026, 12, 31))


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(1, 15), st.sets(st.integers(0, 6)))
def test_so_many_working_days_lie_between(day: date, count: int, resting: set[int]) -> None:
    def works(one: date) -> bool:
        return one.weekday() not in resting

    if len(resting) == 7:
        with pytest.raises(BadSettings):
            working_day_after(day, count, works)
        return
    found = working_day_after(day, count, works)
    between = [day + timedelta(days=n) for n in range(1, (found - day).days + 1)]
    assert works(found)
    assert sum(map(works, between)) == count


def test_the_owner_changes_what_is_proposed(make: Any) -> None:
    found = propose(case_of(make, harm=FORTY), house())
    wishes = Wishes(text="all of it", value=Decimal(50), promised_by=date(2026, 12, 21), plan="own")
    new = change_proposal(found, wishes, house())
    assert new.promise is not None
    assert (new.promise.text, str(new.promise.value)) == ("all of it", "50 EUR")
    assert (new.promise.target, new.promise.promised_by) == (date(2026, 12, 21),) * 2
    assert new.plan == "own"


def test_another_kind_brings_its_own_dates_and_no_money(make: Any) -> None:
    found = propose(case_of(make, harm=FORTY), house())
    new = change_proposal(found, Wishes(kind=AmendsKind.CALL), house()).promise
    assert new is not None
    assert (new.kind, new.value, new.text) == (AmendsKind.CALL, None, "a call")
    assert new.promised_by == date(2026, 12, 22)


def test_no_wish_changes_nothing(make: Any) -> None:
    found = propose(case_of(make, harm=FORTY), house())
    assert change_proposal(found, Wishes(), house()) == found
