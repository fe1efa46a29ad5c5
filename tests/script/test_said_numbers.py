"""A number is heard in each of the ways in which people say it, and in no other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.script.heard_words import words_of
from voicenote.script.languages import language
from voicenote.script.said_numbers import runs_of, take_numbers
from voicenote.script.spoken import spell_out


def is_heard(text: str, heard: str, code: str = "en") -> bool:
    tongue = language(code)
    said = words_of(spell_out(text, tongue), tongue)
    return take_numbers(text, said, runs_of(words_of(heard, tongue), tongue), tongue)


@pytest.mark.parametrize(
    ("text", "code", "heard"),
    [
        ("€89.50", "en", "eighty-nine euros and fifty cents"),
        ("€89.50", "en", "eighty-nine euros fifty"),
        ("€89.50", "en", "eighty-nine fifty"),
        ("€89.50", "en", "eighty-nine and a half euros"),
        ("€89.50", "en", "89.5 euros"),
        ("€89.50", "en", "89 euros, 50"),
        ("$240", "en", "two hundred and forty dollars"),
        ("$240", "en", "two forty"),
        ("$240", "en", "$240.00"),
        ("$115", "en", "a hundred and fifteen dollars"),
        ("$1,299", "en", "twelve hundred ninety-nine dollars"),
        ("$1,299", "en", "twelve ninety-nine"),
        ("$1,000", "en", "a thousand dollars"),
        ("£0.80", "en", "eighty pence"),
        ("in 2026", "en", "in twenty twenty-six"),
        ("at 14:30", "en", "at half past two"),
        ("at 14:30", "en", "at 2:30 p.m."),
        ("at 2:30 pm", "en", "at two thirty"),
        ("at 9 am", "en", "at nine"),
        ("at 9:45", "en", "at quarter to ten"),
        ("at 9:50", "en", "at ten to ten"),
        ("at 9:10", "en", "at ten past nine"),
        ("240 zł", "pl", "dwieście czterdzieści złotych"),
        ("89,50 zł", "pl", "osiemdziesiąt dziewięć złotych i pięćdziesiąt groszy"),
        ("89,50 zł", "pl", "osiemdziesiąt dziewięć pięćdziesiąt"),
        ("89,50 zł", "pl", "osiemdziesiąt dziewięć i pół złotego"),
        ("89,50 lei", "ro", "optzeci și nouă de lei și cincizeci de bani"),
        ("89,50 lei", "ro", "optzeci și nouă cincizeci"),
        ("89,50 €", "et", "kaheksakümmend üheksa eurot ja viiskümmend senti"),
        ("89,50 €", "et", "kaheksakümmend üheksa viiskümmend"),
        ("₪89.50", "he", "שמונים ותשעה שקלים וחמישים אגורות"),
        ("₪240", "he", "מאתיים וארבעים שקלים"),
        ("۲۴۰ یورو", "fa", "دویست و چهل یورو"),
    ],
)  # fmt: skip
def test_as_people_say_it(text: str, code: str, heard: str) -> None:
    assert is_heard(text, heard, code)


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("€89.50", "eighty-nine euros"),
        ("€89.50", "eighty-nine euros and fifteen cents"),
        ("€89.50", "ninety-nine euros and fifty cents"),
        ("€89.50", "fifty-eight ninety"),
        ("$240", "two hundred and fourteen dollars"),
        ("$240", "forty dollars"),
        ("$1,299", "twelve hundred dollars"),
        ("$1,299", "one thousand two hundred and ninety dollars"),
        ("at 14:30", "at half past three"),
        ("at 9:45", "at quarter past ten"),
        ("at 9 am", "at ten"),
    ],
)
def test_another_number_is_not_heard(text: str, heard: str) -> None:
    assert not is_heard(text, heard)


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(["en", "pl", "fa", "he"]))
def test_any_text_is_judged(text: str, heard: str, code: str) -> None:
    is_heard(text, heard, code)
