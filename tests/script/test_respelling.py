"""A fact that is misheard is said in other ways: spelt as it sounds, or in other words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.script.respelling import MOST, respell
from voicenote.script.said_facts import Fact

SUM = Fact("$240", "two hundred forty dollars", ("two", "hundred", "forty", "dollars"))
DAY = Fact("eleven", "eleven", ("eleven",))
DATE = "By Friday, the eleventh of December."


def ways(said: str, fact: Fact, heard: str = "", code: str = "en") -> list[str]:
    return [one.said for one in respell(said, fact, heard, code)]


@pytest.mark.parametrize(
    ("name", "heard", "other"),
    [
        ("Dana", "Donna", "Dayna"),
        ("Tomasz", "Thomas", "Tomash"),
        ("Wojciech", "watch", "Voy"),
        ("Sören", "Sirin", "Ser"),
        ("Mihai", "Mithai", "Mih"),
    ],
)
def test_an_english_voice_tries_other_spellings(name: str, heard: str, other: str) -> None:
    assert any(other in one for one in ways(f"Hi {name}.", Fact(name, name), heard))


def test_a_pause_before_the_name_comes_first() -> None:
    assert ways("Hi Denise.", Fact("Denise", "Denise"), "Hide in eyes")[0] == "Hi, Denise."


def test_sums_and_days_are_said_in_other_words() -> None:
    assert "A full refund, two hundred and forty dollars." in ways(
        "A full refund, two hundred forty dollars.", SUM
    )
    assert "By Friday, December eleventh." in ways(DATE, DAY)
    back = "By Friday, December eleventh."
    assert "By Friday, the eleventh of December." in ways(back, DAY)


def test_in_other_languages_only_a_pause_is_tried() -> None:
    assert ways("Cześć Dana.", Fact("Dana", "Dana"), "", "pl") == ["Cześć, Dana."]


def test_a_name_that_is_said_otherwise_altogether_has_no_other_way() -> None:
    assert ways("Hi there.", Fact("Dana", "")) == []


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_name_gives_a_few_ways_each_once(name: str, heard: str) -> None:
    found = ways(f"Hi {name}.", Fact(name, name), heard)
    assert len(found) == len(set(found)) <= MOST
    assert f"Hi {name}." not in found
