"""Money in running text is read in every currency and language that the product speaks."""

from __future__ import annotations

import time

import pytest

from voicenote.model.sums import sum_unread, sums_in


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("we'll send you $500", ["500 USD"]),
        ("we send you US$ 500.", ["500 USD"]),
        ("a voucher of 1,299.50 EUR", ["1299.50 EUR"]),
        ("1.299,50 € zurück", ["1299.50 EUR"]),
        ("10€ now and €20 later", ["10 EUR", "20 EUR"]),
        ("500 dollars", ["500 USD"]),
        ("$5k", ["5000 USD"]),
        ("20 quid", ["20 GBP"]),
        ("oddam 1 200 zł", ["1200 PLN"]),
        ("oddam 2 tys. złotych", ["2000 PLN"]),
        ("vă dau 200 de lei", ["200 RON"]),
        ("vă dau 5 mii de lei", ["5000 RON"]),
        ('אחזיר לך 500 ש"ח', ["500 ILS"]),
        ("אחזיר לך ₪500", ["500 ILS"]),
        ("אחזיר לך 500 שקלים", ["500 ILS"]),
        ("۵۰۰ هزار تومان", ["5000000 IRR"]),
        ("۵۰۰ ریال", ["500 IRR"]),
        ("saadan 40 eurot", ["40 EUR"]),
        ("saadan 40€", ["40 EUR"]),
        ("CHF 40", ["40 CHF"]),
        ("40 NIS", ["40 ILS"]),
        ("we try 3 times, all 5 of us", []),
        ("order 12345 is sent again by 4 December", []),
        ("bake it again", []),
    ],
)
def test_sums_are_read(text: str, found: list[str]) -> None:
    assert [str(money) for money in sums_in(text)] == found


def test_a_shared_sign_means_the_currency_that_is_talked_about() -> None:
    assert [str(one) for one in sums_in("$5 and 5 dollars", "CAD")] == ["5 CAD", "5 CAD"]


@pytest.mark.parametrize(
    ("text", "preferred", "found"),
    [
        ("200 leva", "", "200 BGN"),
        ("200 лв", "", "200 BGN"),
        ("200 leva", "RON", "200 BGN"),
        ("200 lei", "MDL", "200 MDL"),
        ("500 kronor", "NOK", "500 SEK"),
        ("500 kroner", "", "500 NOK"),
        ("500 kroner", "DKK", "500 DKK"),
        ("500 krooni", "DKK", "500 DKK"),
        ("50 de lire", "TRY", "50 TRY"),
        ("50 לירות", "TRY", "50 TRY"),
        ("50 de lire", "", "50 GBP"),
        ("20 quid", "EGP", "20 GBP"),
        ("900 francs", "XOF", "900 XOF"),
        ("900 francs", "", "900 CHF"),
        ("70 rials", "OMR", "70 OMR"),
        ("300 rupees", "PKR", "300 PKR"),
        ("300 rubles", "BYN", "300 BYN"),
    ],
)
def test_a_word_of_two_countries_is_read_as_the_right_one(
    text: str, preferred: str, found: str
) -> None:
    """It names one currency where the languages differ, and what is talked about where not."""
    assert [str(one) for one in sums_in(text, preferred)] == [found]


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("five hundred dollars", True),
        ("sto złotych", True),
        ("חמש מאות שקלים", True),
        ("پانصد دلار", True),
        ("two pounds of coffee", False),
        ("500 dollars", False),
        ("your money back", False),
        ("it weighs on us", False),
    ],
)
def test_a_sum_in_words_is_noticed(text: str, unread: bool) -> None:
    assert sum_unread(text) is unread


@pytest.mark.parametrize("part", ["1", "1,", "1 ", "$", "$1", "1 000", "mii de ", "€ ", "12 de "])
def test_no_text_stops_the_reading(part: str) -> None:
    text = part * (100_000 // len(part))
    start = time.process_time()
    sums_in(text)
    sum_unread(text)
    assert time.process_time() - start < 5
