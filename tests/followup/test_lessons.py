"""Causes ranked, repeats shown, preventions checked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.followup.causes import (
    CauseSeen,
    came_back,
    cause_of,
    count_customers,
    count_outcomes,
    normalise_cause,
    prevented,
    rank_causes,
)
from voicenote.model.case import Lesson, Outcome
from voicenote.model.money import Money, add_up

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DAY = timedelta(days=1)


def row(case: int, cause: str, opened: int = 0, **lesson: datetime) -> CauseSeen:
    made = Lesson(cause=cause, prevention="p", owner="o", **lesson) if lesson else None
    return CauseSeen(case=case, cause=cause, opened_at=NOW + opened * DAY, lesson=made)


def test_causes_that_people_mean_as_one_are_one() -> None:
    one, two = rank_causes([row(2, "Late parcel!"), row(1, "late  PARCEL"), row(3, "ribbon")], NOW)
    assert (one.cause, one.cases, one.count, one.repeated) == ("late parcel", (1, 2), 2, True)
    assert (two.cause, two.repeated) == ("ribbon", False)


def test_a_cause_that_nobody_named_is_unknown() -> None:
    assert [one.cause for one in rank_causes([row(1, ""), row(2, " ? ")], NOW)] == ["unknown"]


def test_letters_of_all_six_languages_stay() -> None:
    for cause in (
        "משלוח מאוחר",
        "livrare întârziată",
        "późna dostawa",
        "تأخیر در ارسال",
        "hilinemine",
    ):
        assert normalise_cause(cause) == cause


def test_prevention_in_time_late_and_overdue() -> None:
    (cause,) = rank_causes(
        [
            row(1, "x", due=NOW - 2 * DAY, done_at=NOW - 3 * DAY),
            row(2, "x", due=NOW - 2 * DAY, done_at=NOW - DAY),
            row(3, "x", due=NOW - DAY),
            row(4, "x", due=NOW + DAY),
            row(5, "x", done_at=NOW),
        ],
        NOW,
    )
    assert (cause.in_time, cause.late, cause.overdue) == ((1, 5), (2,), (3,))


def test_a_cause_that_returns_after_its_prevention_is_shown() -> None:
    (cause,) = rank_causes(
        [row(1, "x", -9, done_at=NOW - 5 * DAY), row(2, "x", -7), row(3, "x")], NOW
    )
    assert cause.returned == (3,)


def test_the_cause_of_a_case_is_its_lessons_else_its_complaints(make: Any) -> None:
    lesson = Lesson(cause="courier", prevention="p", owner="o")
    assert cause_of(make.snapshot(lesson=lesson).case).cause == "courier"
    assert cause_of(make.snapshot().case).cause == ""


@given(st.lists(st.text(max_size=8)))
def test_every_case_is_counted_once_and_the_order_is_by_count(causes: list[str]) -> None:
    rows = [row(number, cause) for number, cause in enumerate(causes)]
    found = rank_causes(rows, NOW)
    assert sorted(case for cause in found for case in cause.cases) == list(range(len(causes)))
    assert [cause.count for cause in found] == sorted((c.count for c in found), reverse=True)
    assert all(normalise_cause(cause.cause) == cause.cause for cause in found)


def learnt(case: int, cause: str, opened: int, done: int | None = None) -> CauseSeen:
    at = NOW + timedelta(days=done) if done is not None else None
    lesson = Lesson(cause=cause, prevention="a second courier", owner="Ana", done_at=at)
    opened_at = NOW + timedelta(days=opened)
    return CauseSeen(case=case, cause=cause, opened_at=opened_at, lesson=lesson if done else None)


@pytest.mark.parametrize(
    ("cause", "opened", "warned"),
    [
        ("late parcels", 9, True),
        ("Late  Parcels!", 9, True),
        ("late parcels", 3, False),
        ("wrong size", 9, False),
        ("", 9, False),
    ],
)
def test_a_cause_that_comes_back_after_its_prevention_warns(
    cause: str,
    opened: int,
    warned: bool,
) -> None:
    known = prevented([learnt(1, "late parcels", 0, 5), learnt(2, "late parcels", 1, 8)])
    told = came_back(learnt(7, cause, opened), known)
    assert bool(told) == warned
    assert ("case 1" in told and "a second courier" in told) == warned


def test_what_was_done_first_prevents_and_not_what_was_opened_first() -> None:
    known = prevented([learnt(1, "late parcels", 0, 8), learnt(2, "late parcels", 1, 5)])
    assert [one.case for one in known.values()] == [2]


def test_a_lesson_that_is_only_written_prevents_nothing() -> None:
    assert prevented([learnt(1, "late parcels", 0)]) == {}


def test_outcomes_are_counted_apart_with_those_still_open() -> None:
    assert count_outcomes([(Outcome.ALLY, 2), (None, 3)]) == {
        "ally": 2, "satisfied": 0, "neutral": 0, "lost": 0, "no-answer": 0, "opted-out": 0,
        "withdrawn": 0, "merged": 0, "open": 3,
    }  # fmt: skip


def test_what_was_paid_is_exact_and_never_mixes_currencies() -> None:
    pennies = [Money(Decimal("0.10"), "USD")] * 3
    large = [Money(Decimal(999999999999999), "EUR"), Money(Decimal("0.000000000000001"), "EUR")]
    assert {name: str(amount) for name, amount in add_up([*pennies, *large]).items()} == {
        "EUR": "999999999999999.000000000000001",
        "USD": "0.30",
    }


def test_customers_kept_are_counted_by_their_last_outcome() -> None:
    rows = [(1, Outcome.LOST), (2, Outcome.SATISFIED), (3, Outcome.NO_ANSWER), (1, Outcome.ALLY)]
    rows += [(4, Outcome.NEUTRAL), (5, Outcome.SATISFIED), (5, Outcome.LOST)]
    rows += [(6, Outcome.OPTED_OUT)]
    found = {"kept": 3, "lost": 1, "no-answer": 1, "opted-out": 1}
    assert count_customers(rows) == found
