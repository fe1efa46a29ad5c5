"""The linter, in English: each rule finds its own, and leaves good words alone."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest

from voicenote.model.amends import Amends, AmendsState
from voicenote.model.case import Finding, Lesson
from voicenote.model.script import Script, Section, Sentence
from voicenote.script.check import Level, check_script, check_text
from voicenote.script.compose import compose
from voicenote.script.templates import Templates

BAD = [
    ("R18", "I am sorry if you were offended."),
    ("R18", "We apologise for any inconvenience."),
    ("R18", "I am sorry you feel that way."),
    ("R18", "I am sorry, but you should have called."),
    ("R18", "If you had read the label, it would have worked."),
    ("R18", "Mistakes were made."),
    ("R18", "As per our policy we cannot help."),
    ("R18", "It was only a small delay."),
    ("R18", "These things happen."),
    ("R17", "While we have you, look at our autumn range."),
    ("R17", "Please leave us a five-star review."),
    ("S24", "Thank you so much!"),
    ("S24", "We value your business."),
]
GOOD = [
    "I am sorry that the cake came late.",
    "This was our mistake, and I answer for it.",
    "You asked if the parcel had left, and nobody answered.",
    "Please tell me if something is still missing.",
    "We are changing how we check the orders.",
]


def script(*sentences: tuple[Section, str], template: str = "own") -> Script:
    said = tuple(Sentence(section, text, personal=False) for section, text in sentences)
    return Script(language="en", template=template, sentences=said)


def codes(remarks, level: Level | None = None) -> list[str]:
    return [remark.rule for remark in remarks if level is None or remark.level is level]


@pytest.mark.parametrize(("rule", "text"), BAD)
def test_each_bad_sentence_breaks_its_rule(rule, text):
    remarks = check_text(text, "en")
    assert rule in codes(remarks)
    assert all(text[remark.start : remark.end] == remark.text for remark in remarks)


@pytest.mark.parametrize("text", GOOD)
def test_good_sentences_are_left_alone(text):
    assert check_text(text, "en") == ()


@pytest.mark.parametrize("name", Templates().names("en"))
def test_the_packaged_templates_have_no_errors(case, facts, refund, name):
    finding = Finding.UNFOUNDED if name in ("unfounded", "abusive") else Finding.JUSTIFIED
    made = case(
        finding=finding,
        bothered_most="You should have called me! No big deal, they said",
        promises=() if finding is Finding.UNFOUNDED else (refund,),
        amends=(Amends(case=1, k=1, promise=refund, state=AmendsState.PROMISED),),
    )
    composed = compose(made, facts(template=name))
    assert check_script(composed, made, "Mia Berg") == ()


def test_places_are_those_of_the_whole_text():
    made = script((Section.THANKS, "Hello."), (Section.OWN, "Oh. Mistakes were made, sadly."))
    (remark,) = (r for r in check_script(made) if r.rule == "R18")
    assert made.text[remark.start : remark.end] == "Mistakes were made"


def test_the_owner_must_be_named():
    assert "S1" in codes(check_script(script((Section.THANKS, "Hello.")), owner="Mia Berg"))


def test_sorry_before_the_mirror_is_an_error():
    made = script((Section.THANKS, "I am sorry."), (Section.MIRROR, "You told us what happened."))
    assert "R2" in codes(check_script(made), Level.ERROR)


def test_sections_out_of_order_are_an_error():
    made = script((Section.AMENDS, "Here is your refund."), (Section.MIRROR, "You told us."))
    assert "S21" in codes(check_script(made), Level.ERROR)


def test_an_apology_without_responsibility_or_repair_is_an_error():
    made = script((Section.MIRROR, "You told us."), (Section.OWN, "I am sorry."))
    assert codes(check_script(made), Level.ERROR) == ["R1", "R1"]


def test_unfounded_allows_no_apology_and_no_money(case):
    made = script((Section.MIRROR, "You told us."), (Section.OWN, "Sorry, here are ten dollars."))
    remarks = check_script(made, case(finding=Finding.UNFOUNDED))
    assert codes(remarks).count("S9") == 2


def test_a_second_apology_needs_a_new_deed(case, refund):
    made = script((Section.MIRROR, "You told us."), (Section.OWN, "I am sorry."))
    new = Amends(case=1, k=2, promise=refund, state=AmendsState.PROMISED, round=2)
    old = dataclasses.replace(new, round=1)
    assert "R6" in codes(check_script(made, case(round=2, amends=(old,))))
    assert "R6" not in codes(check_script(made, case(round=2, amends=(new,))))
    assert "R6" not in codes(check_script(made, case()))


def test_never_again_needs_a_lesson(case):
    made = script((Section.PREVENT, "It will not happen again."))
    lesson = Lesson(cause="x", prevention="y", owner="Ruth", due=datetime(2026, 12, 1, tzinfo=UTC))
    assert "R7" in codes(check_script(made, case()))
    assert "R7" not in codes(check_script(made, case(lesson=lesson)))
    assert "R7" not in codes(check_script(made))


def test_length_is_a_warning_and_then_an_error():
    sentence = (Section.OWN, "We were late again on that day.")
    assert not check_script(script(*[sentence] * 10))
    assert codes(check_script(script(*[sentence] * 25)), Level.WARNING) == ["R15"]
    assert codes(check_script(script(*[sentence] * 60)), Level.ERROR) == ["R15"]


def test_a_sentence_that_is_too_long_to_say_is_a_warning():
    made = script((Section.OWN, "and then " * 30 + "it ended."))
    assert "R15" in codes(check_script(made), Level.WARNING)


def test_a_language_without_a_table_is_checked_for_order_and_length_only():
    made = dataclasses.replace(script((Section.OWN, "mistakes were made")), language="pl")
    assert check_script(made) == ()
