"""One word turns a sentence round: a "not", or another currency."""

from __future__ import annotations

import pytest

from voicenote.script.heard_words import words_of
from voicenote.script.languages import language
from voicenote.script.opposite import count_negations, names_other_currency


@pytest.mark.parametrize(
    ("text", "code", "count"),
    [
        ("We didn't come, and never called.", "en", 2),
        ("We did not come.", "en", 1),
        ("It isn’t ours.", "en", 1),
        ("We came, and knew it.", "en", 0),
        ("You can't, can not, won't and will not lose it.", "en", 0),
        ("We shouldn't have, and we should not have.", "en", 0),
        ("To się nie powtórzy.", "pl", 1),
        ("Nu se va repeta niciodată.", "ro", 2),
        ("See ei kordu.", "et", 1),
        ("זה לא יקרה שוב.", "he", 1),
        ("این تکرار نمی‌شود.", "fa", 0),
    ],
)
def test_how_often_words_say_no(text: str, code: str, count: int) -> None:
    tongue = language(code)
    assert count_negations(words_of(text, tongue), tongue) == count


@pytest.mark.parametrize(
    ("said", "heard", "code", "other"),
    [
        ("240 dollars", "240 euros", "en", True),
        ("240 dollars", "240 dollars", "en", False),
        ("240 dollars", "two forty", "en", False),
        ("a whole cake", "240 euros", "en", False),
        ("240 dolarów", "240 złotych", "pl", True),
        ("240 złotych", "240 złote", "pl", False),
        ("240 de lei", "240 de dolari", "ro", True),
        ("240 eurot", "240 dollarit", "et", True),
        ("240 שקלים", "240 דולר", "he", True),
        ("۲۴۰ تومان", "۲۴۰ یورو", "fa", True),
    ],
)
def test_another_currency_is_noticed(said: str, heard: str, code: str, other: bool) -> None:
    tongue = language(code)
    told, given = words_of(said, tongue), words_of(heard, tongue)
    assert names_other_currency(told, given, tongue) is other
