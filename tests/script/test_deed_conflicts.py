"""A deed as the owner says it agrees with the sum and the day of its promise (R22)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from voicenote.model.money import Money
from voicenote.model.promise import AmendsKind, Promise
from voicenote.script.deed_conflicts import deed_notes, find_deed_conflicts, find_passing_day

FRIDAY = date(2026, 12, 4)
RIGHT = {
    "en": "Your thirty-eight dollars are back on your card by Friday, 4 December.",
    "pl": "Trzydzieści osiem dolarów wróci na Pani kartę do piątku, 4 grudnia.",
    "ro": "Cei treizeci și opt de dolari se întorc pe card până vineri, 4 decembrie.",
    "et": "Teie 38 dollarit on kaardil tagasi reedeks, 4. detsembriks.",
    "he": "38 דולר חוזרים לכרטיס שלך עד יום שישי, 4 בדצמבר.",
    "fa": "۳۸ دلار شما تا جمعه به کارت شما برمی‌گردد.",
}
OTHER_SUM = {
    "en": "Your thirty dollars are back on your card by Friday.",
    "pl": "30 dolarów wróci na Pani kartę do piątku.",
    "ro": "Cei treizeci de dolari se întorc pe card până vineri.",
    "et": "Teie 30 dollarit on kaardil tagasi reedeks.",
    "he": "30 דולר חוזרים לכרטיס שלך עד יום שישי.",
    "fa": "۳۰ دلار شما تا جمعه به کارت شما برمی‌گردد.",
}
OTHER_DAY = {
    "en": "Your thirty-eight dollars are back by Thursday.",
    "pl": "38 dolarów wróci do czwartku.",
    "ro": "Cei 38 de dolari se întorc până joi.",
    "et": "Teie 38 dollarit on tagasi neljapäevaks.",
    "he": "38 דולר חוזרים עד יום חמישי.",
    "fa": "۳۸ دلار شما تا پنجشنبه برمی‌گردد.",
}
TOMORROW = {
    "en": "The money is back tomorrow.", "pl": "Pieniądze wrócą jutro.",
    "ro": "Banii se întorc mâine.", "et": "Raha on homme tagasi.",
    "he": "הכסף חוזר מחר.", "fa": "پول فردا برمی‌گردد.",
}  # fmt: skip


def promised(deed: str) -> Promise:
    return Promise(
        kind=AmendsKind.REFUND,
        text="refund",
        value=Money(Decimal("38.00"), "USD"),
        promised_by=FRIDAY,
        deed=deed,
    )


@pytest.mark.parametrize("code", RIGHT)
def test_a_deed_that_says_the_promise_is_fine(code: str) -> None:
    assert deed_notes(promised(RIGHT[code]), code) == ()


@pytest.mark.parametrize("code", RIGHT)
def test_another_sum_is_told(code: str) -> None:
    (told,) = find_deed_conflicts(promised(OTHER_SUM[code]), code)
    assert "30" in told
    assert "38" in told


@pytest.mark.parametrize("code", RIGHT)
def test_another_weekday_is_told(code: str) -> None:
    (told,) = find_deed_conflicts(promised(OTHER_DAY[code]), code)
    assert "2026-12-04" in told


@pytest.mark.parametrize("code", RIGHT)
def test_tomorrow_is_another_day_when_it_is_heard(code: str) -> None:
    promise = promised(TOMORROW[code])
    assert find_passing_day(promise, code)
    assert find_passing_day(promise, code, date(2026, 12, 1))
    assert find_passing_day(promise, code, date(2026, 12, 3)) == ""


def test_what_was_done_was_done_on_another_day() -> None:
    assert find_deed_conflicts(promised("I sent the thirty-eight dollars on Monday."), "en") == ()


@pytest.mark.parametrize("said", ["by the 5th of December", "by December 5", "by 4 November"])
def test_another_day_of_the_month_is_told(said: str) -> None:
    (told,) = find_deed_conflicts(promised(f"The money comes back {said}."), "en")
    assert "2026-12-04" in told
