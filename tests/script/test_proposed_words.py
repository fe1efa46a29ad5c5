"""What is proposed for the owner to say of a case, and where nothing is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from voicenote.model.money import Money
from voicenote.model.promise import AmendsKind, Promise
from voicenote.script.proposed_words import propose_deed

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("kind", "text", "worth", "by", "said"),
    [
        ("refund", "your fee", "38", 4, "You'll have your fee, €38, by Friday, 4 December."),
        ("refund", "Your money back.", "", 0, "You'll have your money back."),
        ("refund", "the €38 that you paid", "38", 0, "You'll have the €38 that you paid."),
        ("exchange", "a new cake", "", 4, "You'll have a new cake by Friday, 4 December."),
        ("gift", "two nights with us", "", 0, "You'll have two nights with us."),
        ("call", "a call from me", "", 4, ""),  # nobody has a call
        ("redo", "the cake, baked again", "", 4, ""),
        ("refund", "I will pay you back", "38", 4, ""),  # a sentence already
        ("refund", "your money back; I promise", "38", 4, ""),
        ("exchange", "new cakes", "", 0, ""),
    ],
)  # fmt: skip
def test_a_thing_to_be_had_is_said_with_its_sum_and_day(
    kind: str, text: str, worth: str, by: int, said: str
) -> None:
    promise = Promise(
        kind=AmendsKind(kind),
        text=text,
        value=Money(Decimal(worth), "EUR") if worth else None,
        promised_by=date(2026, 12, by) if by else None,
    )
    assert propose_deed(promise, TODAY) == said
