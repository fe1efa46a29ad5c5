"""`scripts/bench intelligibility` compares words, not their spelling; and its samples are whole."""

from __future__ import annotations

import csv
from collections import Counter

import pytest

import intelligibility_measures as measures


@pytest.mark.parametrize(
    ("said", "heard", "language"),
    [
        ("It comes to two hundred forty dollars.", "It comes to $240", "en"),
        ("eighty-nine dollars and fifty cents", "$89.50", "en"),
        ("Friday, the fourth of December", "Friday, 4th of December", "en"),
        ("dwieście czterdzieści złotych", "Dwieście czterdzieści złotych.", "pl"),
        ("i\u0219i", "I\u0219i!", "ro"),
        ("می\u200cخواهم", "می خواهم", "fa"),
    ],
)
def test_the_same_words_are_the_same_however_they_are_written(
    said: str, heard: str, language: str
) -> None:
    assert measures.plain(said, language) == measures.plain(heard, language)


def test_other_words_are_not_the_same() -> None:
    assert measures.plain("two hundred forty dollars", "en") != measures.plain("$204", "en")


def test_there_are_complaints_in_every_language() -> None:
    with measures.COMPLAINTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    count = Counter(row["language"] for row in rows)
    assert set(count) == set(measures.LANGUAGES)
    assert count["en"] == 12
    assert all(row["customer"] and row["bothered_most"] and row["amends_value"] for row in rows)
