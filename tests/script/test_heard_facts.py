"""Names and sums that ears misheard are written as in the case; what sounds otherwise stays."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.script.test_outline import PROMISE, case_with
from voicenote.model.money import Money
from voicenote.script.heard_facts import KnownFacts, Rewritten, facts_of, write_as_known

FACTS = KnownFacts(
    "Anna Saar",
    ("Anna", "Saar", "Dana", "Whitlock"),
    (Money(Decimal(240), "USD"), Money(Decimal("89.50"), "USD"), Money(Decimal(150), "USD")),
    ("Friday", "December"),
)


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("Hi Donna, it's Anna Saar.", "Hi Dana, it's Anna Saar."),
        ("Mr Witlock, Donna's dog is well.", "Mr Whitlock, Dana's dog is well."),
        ("Hello, it's Anasar.", "Hello, it's Anna Saar."),
        ("Hello, it's on a star.", "Hello, it's Anna Saar."),
        ("Hello. You get $214 back.", "Hello. You get $240 back."),
        ("You get two hundred fourteen dollars.", "You get $240."),
        ("You get two hundred, and forty dollars.", "You get $240."),
        ("You get $200, and $40.", "You get $240."),
        ("You get 200, and for the dollars.", "You get $240."),
        ("I'm sending the hundred, and fifty dollars.", "I'm sending the $150."),
    ],
)
def test_what_sounds_like_the_case_is_written_as_there(heard: str, written: str) -> None:
    assert write_as_known(heard, FACTS, "en")[0] == written


@pytest.mark.parametrize(
    "heard",
    [
        "You get $250 back.",
        "You get $240 back, and $89.50.",
        "You get two hundred forty dollars.",
        "You get three hundred, and forty dollars.",
        "We waited 14 days for 214 people.",
        "And I am sorry. Please don't ride it.",
        "I came down and I sat there with Monday's paper.",
        "By the eighth, you get back $240.",
        "The alarm went off, and you lay on the floor for an hour, and nobody came.",
        "I'm sorry for the six weeks, and even more for that answer.",
    ],
)
def test_what_sounds_otherwise_stays_as_it_was_heard(heard: str) -> None:
    assert write_as_known(heard, FACTS, "en") == (heard, ())


def test_what_was_changed_is_told() -> None:
    _, told = write_as_known("Donna, Anna Saar. Donna, $214.", FACTS, "en")
    assert told == (Rewritten("$214", "$240"), Rewritten("Donna", "Dana"))


@pytest.mark.parametrize("said", ["Our driver has been fired.", "It was a fried day."])
def test_no_word_is_taken_for_a_day(said: str) -> None:
    """A driver who has been fired isn't Friday's."""
    assert write_as_known(said, FACTS, "en") == (said, ())


def test_a_language_without_tables_is_left_alone() -> None:
    assert write_as_known("Donna, $214.", FACTS, "ja") == ("Donna, $214.", ())


def test_the_facts_are_names_sums_and_promised_days() -> None:
    facts = facts_of(case_with(PROMISE, involved=("Mia Ek",)), "Anna Saar", "Saar & Co", "en")
    assert facts.names == ("Dana", "Anna", "Saar", "Co", "Mia", "Ek")
    assert facts.sums == (Money(Decimal(240), "USD"),)
    assert facts.days == ("Friday", "December")
    assert PROMISE.promised_by == date(2026, 12, 4)
