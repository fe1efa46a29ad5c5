"""A promise that says *tomorrow* is true for a day; in every language of the product."""

from __future__ import annotations

from datetime import date

import pytest

from voicenote.model.sentences import Script, Section, Sentence
from voicenote.script.outdating import find_outdated
from voicenote.script.templating import Templates

#: A Wednesday.
ON = date(2026, 12, 2)


def script(text: str, language: str = "en", section: Section = Section.AMENDS) -> Script:
    said = (Sentence(section, text, personal=True),)
    return Script(language=language, template="justified", sentences=said)


@pytest.mark.parametrize(
    ("language", "text", "last_day"),
    [
        ("en", "I will call you tomorrow.", 2),
        ("en", "You have it by Friday.", 4),
        ("en", "You have it next week.", 6),
        ("en", "You have it by Friday, 4 December.", 31),
        ("en", "You have it within two days.", 31),
        ("en", "You wrote “it will come tomorrow”; I mend it.", 31),
        ("he", "אתקשר אליך מחר.", 2),
        ("ro", "Vă sun mâine.", 2),
        ("pl", "Zadzwonię jutro.", 2),
        ("pl", "Oddam pieniądze do piątku.", 4),
        ("fa", "فردا به شما زنگ می‌زنم.", 2),
        ("et", "Helistan teile homme.", 2),
        ("et", "Saate selle reedeks.", 4),
    ],
)
def test_a_word_of_its_day_is_seen_from_the_next_one_on(
    language: str, text: str, last_day: int
) -> None:
    found = {
        day
        for day in range(2, 32)
        if find_outdated(script(text, language), ON, ON.replace(day=day))
    }
    assert found == set(range(last_day + 1, 32))


def test_what_the_customer_is_told_back_may_say_what_they_said() -> None:
    said = script("It was to come tomorrow, you told us.", section=Section.MIRROR)
    assert find_outdated(said, ON, ON.replace(day=9)) == ""


@pytest.mark.parametrize("language", ["en", "he", "ro", "pl", "fa", "et"])
@pytest.mark.parametrize("name", ["justified", "partly", "reopened", "unfounded", "abusive"])
def test_no_template_of_a_memo_grows_old(language: str, name: str) -> None:
    text = Templates().source(language, name)
    assert find_outdated(script(text, language), ON, ON.replace(day=20)) == ""
