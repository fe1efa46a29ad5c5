"""Money in running text is read in every currency and language that the product speaks."""

from __future__ import annotations

import time

import pytest

from voicenote.model.currencies import currency_codes
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
        ("20 US dollars", ["20 USD"]),
        ("20 Canadian dollars", ["20 CAD"]),
        ("oddam 20 dolarów kanadyjskich", ["20 CAD"]),
        ("500 koron szwedzkich", ["500 SEK"]),
        ("saadan 50 Rootsi krooni", ["50 SEK"]),
        ("500 South African rand", ["500 ZAR"]),
        ("500 Brazilian reals", ["500 BRL"]),
        ("50000 Vietnamese dong", ["50000 VND"]),
        ("₦500 and ₡20", ["500 NGN", "20 CRC"]),
        ("R$ 50", ["50 BRL"]),
        ("5000 Ft", ["5000 HUF"]),
        ("500 pesos", ["500 MXN"]),
        ("20 pounds of credit", ["20 GBP"]),
        ("MAD 200", ["200 MAD"]),
        ("300 ALL", ["300 ALL"]),
        ("3 real problems, 2 rand, 5 won, a dong", []),
        ("5 pounds of flour, 3 pounds overweight", []),
        ("he lost 5 pounds, it weighs 12 pounds", []),
        ("a table 6 ft long", []),
        ("I ASKED 3 ALL WRONG TIMES, TOP 10, AMD 5600", []),
        ("2 korony porcelanowe, 3 leki", []),
        ("we try 3 times, all 5 of us", []),
        ("order 12345 is sent again by 4 December", []),
        ("bake it again", []),
    ],
)
def test_sums_are_read(text: str, found: list[str]) -> None:
    assert [str(money) for money in sums_in(text)] == found


def test_every_currency_of_today_is_read_by_its_code() -> None:
    texts = {code: f"we send you 250 {code}." for code in currency_codes()}
    assert len(texts) > 150
    assert {
        c for c, text in texts.items() if [str(one) for one in sums_in(text)] != [f"250 {c}"]
    } == set()


@pytest.mark.parametrize("language", ["en", "he", "ro", "pl", "fa", "et"])
def test_every_currency_is_read_by_its_full_name(language: str) -> None:
    """A name of one word may be another word: only the usual ones are read."""
    from babel.numbers import get_currency_name

    names = {code: get_currency_name(code, 20, language) for code in currency_codes()}
    wrong = {
        name: sums_in(f"20 {name}.")
        for code, name in names.items()
        if " " in name and [one.currency for one in sums_in(f"20 {name}.")] != [code]
    }
    assert wrong == {}


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
        ("five hundred Canadian dollars", True),
        ("five hundred pesos", True),
        ("a real problem, sterling work, we won", False),
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
