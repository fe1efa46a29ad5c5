"""The outline of a case for somebody who speaks freely: five points, with the case's own words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from voicenote.model.case import Case, Complaint, Customer, Finding, Lesson, Stage
from voicenote.model.money import Money
from voicenote.model.promise import Amends, AmendsKind, AmendsState, Promise
from voicenote.script.outline import outline_of

TODAY = date(2026, 12, 1)
LANGUAGES = ("en", "he", "ro", "pl", "fa", "et")
PROMISE = Promise(
    kind=AmendsKind.REFUND,
    text="your money back",
    value=Money(Decimal(240), "USD"),
    promised_by=date(2026, 12, 4),
)


def case_with(*promises: Promise, **more: Any) -> Case:
    given: dict[str, Any] = {"what_happened": "The cake fell over. Nobody called me.", **more}
    complaint = Complaint(
        source="test", ref="1", opened_at=datetime(2026, 11, 30, tzinfo=UTC),
        customer=Customer(name="Dana"), **given,
    )  # fmt: skip
    amends = tuple(
        Amends(case=1, k=k, promise=one, state=AmendsState.PROMISED)
        for k, one in enumerate(promises, start=1)
    )
    return Case(number=1, complaint=complaint, stage=Stage.OPENED, amends=amends)


def words(case: Case, code: str = "en") -> dict[str, tuple[str, ...]]:
    return {one.point: one.words for one in outline_of(case, code, TODAY)}


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_its_own_five_headings(code: str) -> None:
    points = outline_of(case_with(), code, TODAY)
    assert [one.point for one in points] == ["happened", "meant", "ours", "promise", "question"]
    assert len({one.heading for one in points}) == 5
    if code != "en":
        english = outline_of(case_with(), "en", TODAY)
        assert not {one.heading for one in points} & {one.heading for one in english}


def test_another_language_has_the_english_headings() -> None:
    assert outline_of(case_with(), "ja", TODAY)[0].heading == "What happened to them"


def test_a_point_has_the_words_of_the_case_or_says_what_it_asks_for() -> None:
    points = {
        one.point: one for one in outline_of(case_with(cause="We packed it badly."), "en", TODAY)
    }
    assert points["ours"].words == ("We packed it badly.",)
    assert points["ours"].hint == ""
    assert points["meant"].words == ()
    assert "what it cost them" in points["meant"].hint


def test_the_owners_own_words_come_before_the_customers() -> None:
    case = case_with(
        said_back="Your cake fell over.", our_fault="We drove too fast.", cause="haste"
    )
    found = words(case)
    assert found["happened"] == ("Your cake fell over.",)
    assert found["ours"] == ("We drove too fast.",)


def test_what_bothered_them_most_is_said_once() -> None:
    case = case_with(bothered_most="Nobody called me.")
    assert words(case)["happened"] == ("The cake fell over. Nobody called me.",)
    other = case_with(bothered_most="My son cried.")
    assert words(other)["happened"][1] == "My son cried."


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("en", "your money back, $240, by Friday, 4 December"),
        ("pl", "your money back, 240 USD, najpóźniej w piątek, 4 grudnia"),
    ],
)
def test_a_promise_has_its_sum_and_its_day(code: str, line: str) -> None:
    assert words(case_with(PROMISE), code)["promise"] == (line,)


def test_a_sum_that_the_promise_names_is_not_said_twice() -> None:
    promise = replace(PROMISE, text="240 dollars back")
    assert words(case_with(promise))["promise"] == ("240 dollars back, by Friday, 4 December",)


def test_a_long_story_is_cut_to_what_one_sees_at_a_glance() -> None:
    (story,) = words(case_with(what_happened="It was late. " * 200))["happened"]
    assert len(story.split()) <= 46
    (story,) = words(case_with(what_happened="late " * 200))["happened"]
    assert story.endswith("…")


def test_an_unfounded_complaint_asks_for_what_was_found_and_no_promise() -> None:
    lesson = Lesson(cause="", prevention="We ring first.", owner="")
    case = case_with(finding=Finding.UNFOUNDED, finding_reason="It was delivered.")
    found = words(replace(case, lesson=lesson))
    assert list(found) == ["happened", "meant", "found", "next", "question"]
    assert found["found"] == ("It was delivered.",)
    assert found["next"] == ("We ring first.",)
