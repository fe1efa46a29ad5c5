"""Causes ranked, repeats shown, preventions checked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from voicenote.followup.lessons import Seen, normalised, ranked, seen
from voicenote.model.case import Lesson

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DAY = timedelta(days=1)


def row(case: int, cause: str, opened: int = 0, **lesson: datetime) -> Seen:
    made = Lesson(cause=cause, prevention="p", owner="o", **lesson) if lesson else None
    return Seen(case=case, cause=cause, opened_at=NOW + opened * DAY, lesson=made)


def test_causes_that_people_mean_as_one_are_one() -> None:
    one, two = ranked([row(2, "Late parcel!"), row(1, "late  PARCEL"), row(3, "ribbon")], NOW)
    assert (one.name, one.cases, one.count, one.repeats) == ("late parcel", (1, 2), 2, True)
    assert (two.name, two.repeats) == ("ribbon", False)


def test_a_cause_that_nobody_named_is_unknown() -> None:
    assert [cause.name for cause in ranked([row(1, ""), row(2, " ? ")], NOW)] == ["unknown"]


def test_letters_of_all_six_languages_stay() -> None:
    for cause in (
        "משלוח מאוחר",
        "livrare întârziată",
        "późna dostawa",
        "تأخیر در ارسال",
        "hilinemine",
    ):
        assert normalised(cause) == cause


def test_prevention_in_time_late_and_overdue() -> None:
    (cause,) = ranked(
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
    (cause,) = ranked([row(1, "x", -9, done_at=NOW - 5 * DAY), row(2, "x", -7), row(3, "x")], NOW)
    assert cause.returned == (3,)


def test_the_cause_of_a_case_is_its_lessons_else_its_complaints(make: Any) -> None:
    lesson = Lesson(cause="courier", prevention="p", owner="o")
    assert seen(make.snapshot(lesson=lesson).case).cause == "courier"
    assert seen(make.snapshot().case).cause == ""


@given(st.lists(st.text(max_size=8)))
def test_every_case_is_counted_once_and_the_order_is_by_count(causes: list[str]) -> None:
    rows = [row(number, cause) for number, cause in enumerate(causes)]
    found = ranked(rows, NOW)
    assert sorted(case for cause in found for case in cause.cases) == list(range(len(causes)))
    assert [cause.count for cause in found] == sorted((c.count for c in found), reverse=True)
    assert all(normalised(cause.name) == cause.name for cause in found)
