"""Money as people write it in files."""

from __future__ import annotations

import pytest

from voicenote.errors import BadData
from voicenote.intake.amounts import read_money


@pytest.mark.parametrize(
    ("text", "named", "made"),
    [
        ("1\u202f234,50 €", "EUR", "1234.50 EUR"),
        ("120,-", "EUR", "120 EUR"),
        ("120;-", "EUR", "120 EUR"),
        ("€120;—", "", "120 EUR"),
        ("120.—", "EUR", "120 EUR"),
        ("120,–", "", "120 CHF"),
        ("Fr. 120.—", "", "120 CHF"),
        ("120.--", "EUR", "120 EUR"),
        ("199:-", "SEK", "199 SEK"),
        ("Rs. 1,499.00", "INR", "1499.00 INR"),
        ("Rs 500/-", "PKR", "500 PKR"),
        ("₱500", "PHP", "500 PHP"),
        ("₫250.000", "", "250000 VND"),
        ("20 US dollars", "USD", "20 USD"),
        ("20 dollars", "", "20 USD"),
        ("20 Swedish kronor", "", "20 SEK"),
        ("5 złotych polskich", "", "5 PLN"),
        ("199.00 kr.", "DKK", "199.00 DKK"),
        ("49.99 incl. VAT", "EUR", "49.99 EUR"),
        ("49,99 € inkl. MwSt.", "", "49.99 EUR"),
        ("49.99 (excl. tax)", "EUR", "49.99 EUR"),
        ("120 zł brutto", "", "120 PLN"),
        ("ca. 50 €", "EUR", "50 EUR"),
        ("~50 EUR", "", "50 EUR"),
        ("about $50", "", "50 USD"),
        ("ok. 50 zł", "", "50 PLN"),
        ("$1.5k", "USD", "1500 USD"),
        ("1.5M", "EUR", "1500000 EUR"),
        ("2 mln zł", "", "2000000 PLN"),
        ("3 tys. zł", "", "3000 PLN"),
        ("€2,5k", "", "2500 EUR"),
        ("12.345", "KWD", "12.345 KWD"),
        ("12.345 KWD", "", "12.345 KWD"),
        ("12.345", "EUR", "12345 EUR"),
        ("$20½", "", "20.5 USD"),
        ("75p", "GBP", "0.75 GBP"),
        ("5 pence", "", "0.05 GBP"),
        ("80 cents", "EUR", "0.8 EUR"),
        ("50 ¢", "USD", "0.5 USD"),
        ("50 öre", "SEK", "0.5 SEK"),
        ("99 gr", "", "0.99 PLN"),
        ("25 bani", "", "0.25 RON"),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, named: str, made: str) -> None:
    assert str(read_money(text, named, "CHF")) == made


@pytest.mark.parametrize(
    "text",
    ["100-200", "100–200 €", "€100 - €200", "100 to 200", "100 do 200 zł", "from 5 to 9"],
)
def test_a_range_is_called_a_range(text: str) -> None:
    with pytest.raises(BadData, match="range"):
        read_money(text, "", "EUR")


@pytest.mark.parametrize("text", ["-5", "€-5", "(5.00)", "−5 €", "5- EUR"])
def test_what_is_below_nothing_is_called_negative(text: str) -> None:
    with pytest.raises(BadData, match="negative"):
        read_money(text, "", "EUR")
