"""What a freely spoken letter leaves out: responsibility, promise, sum, day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.script.test_outline import PROMISE, TODAY, case_with
from voicenote.model.money import Money
from voicenote.model.promise import AmendsKind, Promise
from voicenote.model.sentences import Script
from voicenote.script.left_out import Left, Unsaid, find_left_out
from voicenote.script.own_letter import read_letter

HEARD = "Hi Dana, it's Anna Saar. Your cake fell over, and nobody called you."
OURS = "That was our mistake, and I'm sorry."
OFFER = "You get $240 back by Friday, the 4th of December."
ASKED = "What else would help?"


def left_out(*texts: str, promises: tuple[Promise, ...] = (PROMISE,)) -> list[Unsaid]:
    empty = Script(language="en", template="memo", sentences=())
    script = read_letter(" ".join(texts), empty)
    return list(find_left_out(script, case_with(*promises), TODAY))


def test_a_whole_letter_leaves_nothing_out() -> None:
    assert left_out(HEARD, OURS, OFFER, ASKED) == []


@pytest.mark.parametrize(
    "ours",
    ["I'm sorry for the trouble.", "That must be a horrible feeling.", "Was it our fault?"],
)
def test_sorry_alone_takes_no_responsibility(ours: str) -> None:
    assert Unsaid(Left.RESPONSIBILITY) in left_out(HEARD, ours, OFFER, ASKED)


def test_a_letter_without_an_offer_lacks_the_promise_and_not_its_day_as_well() -> None:
    assert left_out(HEARD, OURS, "I hope that we can talk soon.", ASKED) == [
        Unsaid(Left.PROMISE, "your money back")
    ]


def test_it_names_the_sum_that_is_missing() -> None:
    said = "You get your money back by Friday, the 4th of December."
    assert left_out(HEARD, OURS, said, ASKED) == [Unsaid(Left.SUM, "$240")]


def test_it_names_the_day_that_is_missing() -> None:
    assert left_out(HEARD, OURS, "You get $240 back.", ASKED) == [
        Unsaid(Left.DATE, "by Friday, 4 December")
    ]


def test_a_sum_and_a_day_of_what_happened_are_none_of_the_promise() -> None:
    told = "Hi Dana. On Friday you paid $240 for a cake that fell over."
    found = left_out(told, OURS, "You get your money back.", ASKED)
    assert [one.what for one in found] == [Left.SUM, Left.DATE]


@pytest.mark.parametrize(
    "said",
    ["by Friday", "on December 4th", "on the fourth of December", "in three days", "this Friday"],
)
def test_a_day_may_be_said_in_many_ways(said: str) -> None:
    assert left_out(HEARD, OURS, f"You get $240 back {said}.", ASKED) == []


def test_tomorrow_is_a_day_too() -> None:
    soon = replace(PROMISE, promised_by=date(2026, 12, 2))
    assert left_out(HEARD, OURS, "You get $240 back tomorrow.", ASKED, promises=(soon,)) == []


@pytest.mark.parametrize("said", ["$89.50", "eighty-nine fifty", "89 dollars"])
def test_a_sum_may_be_said_in_many_ways(said: str) -> None:
    cents = replace(PROMISE, value=Money(Decimal("89.50"), "USD"))
    assert left_out(HEARD, OURS, f"You get {said} back by Friday.", promises=(cents,)) == []


def test_each_of_several_promises_is_asked_for() -> None:
    visit = Promise(kind=AmendsKind.FIX, text="the boiler mended by an engineer")
    assert left_out(HEARD, OURS, OFFER, promises=(PROMISE, visit)) == [
        Unsaid(Left.PROMISE, "the boiler mended by an engineer")
    ]


def test_a_language_without_tables_is_not_judged() -> None:
    empty = Script(language="ja", template="memo", sentences=())
    assert find_left_out(read_letter("Hello there.", empty), case_with(PROMISE), TODAY) == ()
