"""Sums, ranges, fractions and days as people write them, said in six languages or told."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.script.hearing import hear_numbers
from voicenote.model.money import Money
from voicenote.script import numbers
from voicenote.script.check.rules import check
from voicenote.script.figures import find_unsure
from voicenote.script.languages import language
from voicenote.script.numbers import say_money, spell_number, write_date, write_money
from voicenote.script.spoken import spell_out


@pytest.mark.parametrize(
    ("code", "written", "said"),
    [
        ("en", "$5k", "five thousand dollars"),
        ("en", "$1.5M", "one million five hundred thousand dollars"),
        ("en", "$2 million", "two million dollars"),
        ("en", "€0.005", "zero point zero zero five euros"),
        ("en", "₱500", "five hundred Philippine pesos"),
        ("en", "250 KWD", "two hundred fifty Kuwaiti dinars"),
        ("en", "120,- €", "one hundred twenty euros"),
        ("en", "A$20", "twenty Australian dollars"),
        ("en", "100-200 €", "one hundred to two hundred euros"),
        ("en", "5–7 days", "five to seven days"),
        ("en", "1½ hours", "one and a half hours"),
        ("en", "¾ of it", "three quarters of it"),
        ("en", "on 21.12.2026", "on Monday, the twenty-first of December, two thousand twenty-six"),
        ("en", "on 12/21/2026", "on Monday, the twenty-first of December, two thousand twenty-six"),
        ("en", "2026/12/21", "Monday, the twenty-first of December, two thousand twenty-six"),
        ("en", "TOP 10", "TOP ten"),
        ("en", "555-0143", "five five five, zero one four three"),
        ("en", "(555) 123-4567", "five five five, one two three, four five six seven"),
        ("en", "+372 5555 1234", "plus three seven two, five five five five, one two three four"),
        ("en", "-5 degrees", "minus five degrees"),
        ("en", "−5 °C", "minus five degrees C"),
        ("en", "-$50", "minus fifty dollars"),
        ("en", "3.5/5", "three point five out of five"),
        ("en", "4/5 stars", "four out of five stars"),
        (
            "en",
            "$1,299.50-$1,400",
            (
                "one thousand two hundred ninety-nine dollars and fifty cents to "
                "one thousand four hundred dollars"
            ),
        ),
        ("en", "4-6 weeks", "four to six weeks"),
        ("en", "2.5-3 kg", "two point five to three kg"),
        ("en", "9:30-11", "nine thirty to eleven"),
        ("en", "at 9:05", "at nine zero five"),
        ("en", "version 2.10.1", "version two point ten point one"),
        ("en", "order #A-10045", "order number A one zero zero four five"),
        ("en", "row #7", "row number seven"),
        ("en", "agent 007", "agent zero zero seven"),
        ("en", "24/7", "twenty-four seven"),
        ("en", "50/50", "fifty fifty"),
        ("en", "on the 1st", "on the first"),
        ("en", "€5k", "five thousand euros"),
        (
            "et",
            "1 299,500 KWD",
            "üks tuhat kakssada üheksakümmend üheksa koma viis Kuveidi dinaari",
        ),
        ("en", "CN¥1,299", "one thousand two hundred ninety-nine Chinese yuan"),
        ("en", "1'000 CHF", "one thousand Swiss francs"),
        ("en", "a B2B deal, 20 MP3s", "a B two B deal, twenty MP three s"),
        ("en", "a 5-day trip", "a five day trip"),
        ("en", "€100-200", "one hundred to two hundred euros"),
        ("et", "24. novembril", "kahekümne neljandal novembril"),
        ("et", "1. märtsiks", "esimeseks märtsiks"),
        ("et", "22. mail", "kahekümne teisel mail"),
        ("et", "21. detsember", "kahekümne esimene detsember"),
        ("et", "kell 9.30", "kell üheksa kolmkümmend"),
        ("pl", "24 listopada", "dwudziestego czwartego listopada"),
        ("pl", "o 9:30", "o dziewiątej trzydzieści"),
        ("pl", "9:30-11", "dziewiąta trzydzieści do jedenastej"),
        ("pl", "12 345 osób", "dwanaście tysięcy trzysta czterdzieści pięć osób"),
        ("pl", "3,5/5", "trzy przecinek pięć na pięć"),
        ("ro", "1.500 de ori", "o mie cinci sute de ori"),
        ("ro", "la -16", "la minus șaisprezece"),
        ("fa", "۹:۳۰", "نه سی"),
        ("fa", "۳٫۵/۵", "سه ممیز پنج از پنج"),
        ("he", "ב-15:30", "בחמש עשרה שלושים"),
        ("he", "מ-5-7 ימים", "מחמש עד שבע ימים"),
        ("pl", "o 17.50", "o siedemnastej pięćdziesiąt"),
        ("ro", "la 7.30", "la șapte treizeci"),
        ("et", "3. korrus", "kolm korrus"),
        ("he", "ב-5 ימים", "בחמש ימים"),
        ("he", "-5 מעלות", "מינוס חמש מעלות"),
        ("et", "5-7 päeva", "viis kuni seitse päeva"),
        ("et", "2½ tundi", "kaks ja pool tundi"),
        ("pl", "od 5-7 dni", "od pięć do siedem dni"),
        ("pl", "5 tys. zł", "pięć tysięcy złotych"),
        ("ro", "100-200 lei", "o sută până la două sute de lei"),
        ("fa", "۵-۷ روز", "پنج تا هفت روز"),
        ("he", "5-7 ימים", "חמש עד שבע ימים"),
    ],
)
def test_figures_are_said_as_they_are_meant(code: str, written: str, said: str) -> None:
    assert spell_out(written, language(code)) == said


@pytest.mark.parametrize("code", ["he", "ro", "pl", "fa", "et"])
def test_a_day_with_slashes_begins_with_the_day_where_people_write_so(code: str) -> None:
    tongue = language(code)
    assert spell_out("03/04/2026", tongue) == spell_out("2026-04-03", tongue)
    assert spell_out("3.4.2026", tongue) == spell_out("2026-04-03", tongue)


@pytest.mark.parametrize(
    ("code", "text", "unsure"),
    [
        ("en", "We met on 03/04/2026.", ["03/04/2026"]),
        ("et", "Kohtusime 03/04/2026.", []),
        ("en", "Come on 3/4 then.", ["3/4"]),
        ("en", "We are here 24/7.", []),
        ("en", "Split it 1/2.", ["1/2"]),
        ("en", "Rated 10/10.", ["10/10"]),
        ("en", "Paid 5,- for it.", ["5,-"]),
        ("en", "Charged 2x, twice.", ["2x"]),
        ("en", "Charged x2.", ["x2"]),
        ("en", "Of ⅓ cup.", ["⅓"]),
        ("en", "In the 1980s.", ["1980s"]),
        ("en", "It is ~5 or ±6 or 7★.", ["~5", "±6", "7★"]),
        ("en", "It was 50¢, not ₿5.", ["50¢", "₿5"]),
        ("en", "Sent 2026-12-04T15:00.", ["2026-12-04T15:00"]),
        ("en", "Won 10-5, in 2026-27.", ["10-5", "2026-27"]),
        ("en", "A 16:9 picture at 9:75.", ["16:9", "9:75"]),
        ("en", "He is 5'10\" tall.", ["5'10"]),
        ("en", "Call 600 123 456 or 5551234.", ["600 123 456"]),
        ("en", "Some 3,5 and 1.299 and 12 345.", ["3,5", "1.299", "12 345"]),
        ("en", "Paid $5-10k.", ["$5-10k"]),
        ("en", "My card 4111 1111 1111 1111.", ["4111 1111 1111 1111"]),
        ("en", "Version 12.04.26 of 04-05-2026.", ["04-05-2026"]),
        ("et", "Ostsin 3.4. kell 9.30.", ["3.4."]),
        ("et", "5. korrusel, 7-aastane, 3.-5. mai.", ["5.", "7-aastane", "3.-5."]),
        ("pl", "Kupiłem 3.4. o 9.30, 1-szy raz.", ["3.4.", "1-szy"]),
        ("pl", "Waży 2.5 kg, kosztuje 2.50 zł.", []),
        ("pl", "Było 5 tys. osób i 2 mln.", ["5 tys.", "2 mln."]),
        ("ro", "A 3-a oară, 12/3.", ["3-a", "12/3"]),
        ("he", "ב-3.4 קניתי, 2.5 שעות", ["3.4"]),
        ("fa", "۱/۲ آن", ["۱/۲"]),
        ("en", "You lost 199 kr.", ["199 kr"]),
        ("en", "You lost Rs. 500.", ["Rs. 500"]),
        ("en", "It was 12.345 KWD.", ["12.345 KWD"]),
        ("en", "You lost 5k.", ["5k"]),
        ("en", "You lost $5k.", []),
        ("en", "You lost $12.345.", ["$12.345"]),
        ("en", "You lost $12,345.", []),
        ("pl", "Strata 12,345 zł.", ["12,345 zł"]),
        ("pl", "Strata 12 345 zł.", []),
        ("pl", "Strata 50 ZWG.", ["50 ZWG"]),
        ("en", "You lost 50 ZWG, on 21.12.2026.", []),
    ],
)
def test_what_may_be_meant_in_two_ways_is_told(code: str, text: str, unsure: list[str]) -> None:
    assert [text[start:end] for start, end in find_unsure(text, language(code))] == unsure
    told = [one.text for one in check(text, code) if one.rule == "R21"]
    assert told == unsure


def test_the_listener_hears_every_number() -> None:
    """What the tests below hear with is right."""
    numbers = [*range(1000), *random.Random(1).sample(range(1000, 10**6), 300)]  # noqa: S311
    for code in CODES:
        tongue = language(code)
        heard = {n: hear_numbers(spell_number(n, code, tongue.gender), code) for n in numbers}
        assert {n: one for n, one in heard.items() if one != [n]} == {}


#: The marks of decimals and of thousands that people of a language write, and such of others.
MARKS = ((".", ","), (",", "."), (",", " "), (".", "'"))
CODES = ("en", "et", "he", "ro", "pl", "fa")


def figures(chance: random.Random) -> Iterator[tuple[str, list[Decimal]]]:
    """Yield figures as people write them, with the numbers that they mean.

    An empty meaning is one that nobody can be sure of.
    """
    point, group = chance.choice(MARKS)
    small, large = Decimal(chance.randint(1, 59)), Decimal(chance.randint(60, 999))
    tenth, cents = Decimal(chance.randint(1, 9)), Decimal(chance.randint(10, 99))
    thousands, rest = chance.randint(1, 99), chance.randint(0, 999)
    digits = [Decimal(chance.randint(0, 9)) for _ in range(5)]
    run = "".join(map(str, digits))
    decimal, grouped = small + tenth / 10, Decimal(thousands * 1000 + rest)
    short, long = f"{small}{point}{tenth}", f"{thousands}{group}{rest:03}"
    dash = chance.choice(["-", "–", " - "])
    yield f"-{small}", [-small]
    yield f"−{small}%", [-small]
    yield short, [decimal]
    yield f"{short}/{large}", [decimal, large]
    yield f"{short}/5", [decimal, Decimal(5)]
    yield long, [grouped]
    yield f"{long}{point}{cents}", [grouped + cents / 100]
    yield f"{small}{dash}{large}", [small, large]
    yield f"{short}{dash}{large}", [decimal, large]
    yield f"{long}{dash}{large}{group}000", [grouped, large * 1000]
    yield f"{small}:{cents}", [small, cents]
    yield f"{tenth}:0{tenth}", [tenth, Decimal(0), tenth]
    yield f"{small}.{tenth}.{large}", [small, tenth, large]
    yield f"#A-{run}", digits
    yield f"PL{run}", digits
    yield f"+372 {run}{run[:3]}", [*map(Decimal, (3, 7, 2)), *digits, *digits[:3]]
    yield f"0{run}", [Decimal(0), *digits]
    yield f"{short}.", [decimal]
    for odd in (
        "{}k",
        "{}x",
        "x{}",
        "{},-",
        "{}M",
        "{}⅓",
        "~{}",
        "{}/{}/x",
        "{}★",
        "{}^{}",
    ):
        yield odd.format(small, tenth), []
    yield f"{large}{dash}{small}", []


@pytest.mark.parametrize("code", CODES)
def test_a_figure_is_heard_as_it_is_meant_or_told(code: str) -> None:
    chance, tongue, wrong = random.Random(code), language(code), {}  # noqa: S311
    for _ in range(60):
        for written, meant in figures(chance):
            text = f"( {written} )"
            heard = hear_numbers(
                spell_out(text, tongue),
                code,
                versions=written.count(".") == 2 and written[-1] != ".",
            )
            if list(find_unsure(text, tongue)):
                continue
            if heard != meant:
                wrong[written] = (heard, meant, spell_out(text, tongue))
    assert wrong == {}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("amount", ["1", "240", "240.5", "1299.50", "1299", "1000000", "0.80"])
def test_what_the_script_writes_itself_is_heard_and_not_told(code: str, amount: str) -> None:
    tongue = language(code)
    money = Money(Decimal(amount), "EUR")
    day = date(2026, 1, 1) + timedelta(days=int(Decimal(amount)) % 365)
    for text in (write_money(money, tongue), write_date(day, day, tongue)):
        assert list(find_unsure(text, tongue)) == [], text
    assert spell_out(write_money(money, tongue), tongue) == say_money(money, tongue)


@pytest.mark.parametrize("code", CODES)
def test_usual_figures_are_not_told(code: str) -> None:
    """A warning for everything would help nobody."""
    mark = "." if code in ("en", "he", "fa") else ","
    for text in (
        f"2{mark}75 kg",
        "5-7",
        "12",
        "2026",
        "9:30",
        "20%",
        "$20",
        "50 EUR",
        "#A-10045",
        "MP3",
    ):
        assert list(find_unsure(text, language(code))) == [], text


def test_plural_forms_are_those_of_the_number_whatever_was_said_before() -> None:
    """Equal numbers share the memory of plural forms: with 200.00 first, 200 had its form."""
    numbers._category.cache_clear()
    forms = [numbers._category(one, "ro") for one in (Decimal("200.00"), Decimal(200), 200)]
    assert forms == ["other"] * 3
    assert numbers._category(Decimal("1.50"), "pl") == numbers._category(Decimal("1.5"), "pl")
