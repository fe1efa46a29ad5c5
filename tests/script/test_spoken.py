"""What a voice says for what is written."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.model.money import Money
from voicenote.script.languages import language, language_for
from voicenote.script.numbers import say_date, say_money, write_date, write_money
from voicenote.script.spoken import spell_out

EN = language("en")
TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("5 times a day", "five times a day"),
        ("$240", "two hundred forty dollars"),
        ("$1,299.50", "one thousand two hundred ninety-nine dollars and fifty cents"),
        ("€0.01", "one cent"),
        ("50 PLN", "fifty Polish zlotys"),
        ("£1", "one pound"),
        ("77.1 %", "seventy-seven point one percent"),
        ("the 21st", "the twenty-first"),
        ("2019-03-18", "Monday, the eighteenth of March, two thousand nineteen"),
        ("1,000 times", "one thousand times"),
        ("Berg & Daughters", "Berg and Daughters"),
        ("a/b_c <d> \"e\" 'f'", "a b c d e 'f'"),
        ("call me 😀 now", "call me now"),
        ("٣ items", "three items"),
        ("flat A12B", "flat A twelve B"),
        ("1" * 40, ""),
        ("plain words", "plain words"),
    ],
)
def test_numbers_and_symbols_become_words(written: Any, said: Any) -> None:
    assert spell_out(written, EN) == said


@given(st.text())
def test_nothing_is_left_to_the_voice(text: Any) -> None:
    said = spell_out(text, EN)
    assert not any(unicodedata.category(char)[0] in "NSC" for char in said if char not in "‌‍")


@given(st.text(alphabet="0123456789.,-/$€ %abc", max_size=40))
def test_number_soup_never_fails(text: Any) -> None:
    assert not any(char.isdigit() for char in spell_out(text, EN))


@pytest.mark.parametrize(
    ("amount", "currency", "written", "said"),
    [
        ("240.00", "USD", "$240", "two hundred forty dollars"),
        ("1", "USD", "$1", "one dollar"),
        ("240.5", "USD", "$240.50", "two hundred forty dollars and fifty cents"),
        ("0.50", "GBP", "£0.50", "fifty pence"),
        ("30", "JPY", "¥30", "thirty Japanese yen"),
    ],
)
def test_money_has_two_forms(amount: Any, currency: Any, written: Any, said: Any) -> None:
    money = Money(Decimal(amount), currency)
    assert write_money(money, EN) == written
    assert say_money(money, EN) == said


def test_a_date_far_off_has_its_year() -> None:
    assert say_date(date(2026, 12, 4), TODAY, EN) == "Friday, the fourth of December"
    assert write_date(date(2026, 12, 4), TODAY, EN) == "Friday, 4 December"
    assert write_date(date(2028, 1, 1), TODAY, EN) == "Saturday, 1 January 2028"
    assert say_date(date(2028, 1, 1), TODAY, EN).endswith("two thousand twenty-eight")


@pytest.mark.parametrize(
    ("wanted", "language_", "fell_back"),
    [
        ("", "en", False),
        ("en-GB", "en", False),
        ("he_IL", "he", False),
        ("iw", "he", False),
        ("tlh", "en", True),
        ("not a tag!", "en", True),
    ],
)
def test_the_nearest_language_is_chosen(wanted: Any, language_: Any, fell_back: Any) -> None:
    choice = language_for(wanted, {"en", "he"})
    assert (choice.language, choice.fell_back) == (language_, fell_back)
