"""Names, sums, numbers and days of a sentence have to be heard as they are."""

from __future__ import annotations

import pytest

from voicenote.model.sentences import Section, Sentence
from voicenote.script.languages import language
from voicenote.script.said_facts import facts_of, find_misheard
from voicenote.script.spoken import spell_out

NAMES = {"Dana Levi": "Dana Levi", "Ada Founder": "Ayda Founder", "Ada's Cakes": "Ada's Cakes"}


FRIDAY = ("By Friday, 4 December.", "By Friday, the fourth of December.")


def sentence(text: str, spoken: str = "", code: str = "en") -> Sentence:
    aloud = spoken or spell_out(text, language(code))
    return Sentence(Section.AMENDS, text, personal=True, spoken="" if aloud == text else aloud)


def misheard(one: Sentence, heard: str, code: str = "en") -> list[str]:
    return [found.text for found in find_misheard(one, facts_of(one, NAMES, code), heard, code)]


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Hi Dana.", ["Dana"]),
        ("It's Ada Founder from Ada's Cakes.", ["Ada", "Founder", "Ada", "Cakes"]),
        ("A full refund, $240.", ["$240"]),
        ("Order 4471 arrived broken.", ["four thousand four hundred seventy one"]),
        ("It came on Sunday.", ["Sunday"]),
        ("I'm sorry for that.", []),
        ("You may call in May.", ["May"]),
    ],
)
def test_what_has_to_be_heard_is_found(text: str, facts: list[str]) -> None:
    assert [one.text for one in facts_of(sentence(text), NAMES, "en")] == facts


@pytest.mark.parametrize(
    ("text", "spoken", "heard"),
    [
        ("Hi Dana.", "", "Hi, Dana."),
        ("It's Ada Founder.", "It's Ayda Founder.", "It's Ada Founder."),
        ("A full refund, $240.", "", "A full refund, $240."),
        ("A full refund, $240.", "", "A full refund, two hundred and forty dollars."),
        ("You get €89.50.", "", "You get €89.50."),
        ("You get CA$85.", "", "You get $85 Canadian dollars."),
        (
            "By Friday, 4 December.",
            "By Friday, the fourth of December.",
            "By Friday, December 4th.",
        ),
    ],
)
def test_what_is_heard_right_is_no_doubt(text: str, spoken: str, heard: str) -> None:
    assert misheard(sentence(text, spoken), heard) == []


@pytest.mark.parametrize(
    ("text", "spoken", "heard", "lost"),
    [
        ("Hi Dana.", "", "Hi, Donna.", "Dana"),
        ("A full refund, $240.", "", "A full refund, $214.", "$240"),
        ("A full refund, $240.", "", "A full refund, $1,240.", "$240"),
        ("A full refund, $240.", "", "A full refund, €240.", "$240"),
        ("A full refund, $15.", "", "A full refund, $50.", "$15"),
        (*FRIDAY, "By Friday, the 5th of December.", "four"),
        (*FRIDAY, "By Sunday, the 4th of December.", "Friday"),
        (*FRIDAY, "By Friday, the 4th of November.", "December"),
        (*FRIDAY, "By Friday, the 24th of December.", "four"),
    ],
)  # fmt: skip
def test_another_name_sum_or_day_is_noticed(text: str, spoken: str, heard: str, lost: str) -> None:
    assert lost in misheard(sentence(text, spoken), heard)


def test_where_ears_mishear_all_of_another_language_nothing_is_judged() -> None:
    one = sentence(
        "Oddam całą kwotę, 240 zł.", "Oddam całą kwotę, dwieście czterdzieści złotych.", "pl"
    )
    assert misheard(one, "Od damca lą koty, 214 zł.", "pl") == []
    assert misheard(one, "Oddam całą kwotę, 214 zł.", "pl") != []
