"""A kind of failure is guessed only from words that tell it clearly."""

from __future__ import annotations

from typing import Any

import pytest

from voicenote.model.case import Customer
from voicenote.script.failure import guess_failure


@pytest.mark.parametrize(
    ("language", "text", "worst", "kind"),
    [
        ("en", "The lamp came broken, and I spent an hour in the chat.", "", "faulty"),
        (
            "en",
            "The glass shade came in pieces. I want my money back.",
            "An hour in chat.",
            "faulty",
        ),
        ("en", "I spent an hour in the chat.", "", None),
        ("en", "I told your waiter.", "An hour in the chat.", None),
        ("en", "It was broken, and it was the wrong size.", "", None),
        ("en", "The toast was burnt, and smoke came out of it.", "", "danger"),
        ("en", "It came late.", "", "late"),
        ("et", "Lamp oli katki, ja ma olin vestluses kaks tundi.", "", "faulty"),
        ("pl", "Byłam na czacie dwie godziny.", "", None),
        ("ro", "Am stat pe chat ore întregi.", "", None),
    ],
)
def test_a_weak_word_or_two_near_kinds_tell_nothing(
    case: Any, language: str, text: str, worst: str, kind: str | None
) -> None:
    """A wrong guess is said as a confession; a danger is never overlooked."""
    who = Customer(name="Dana", language=language)
    assert guess_failure(case(customer=who, what_happened=text, bothered_most=worst)) == kind
