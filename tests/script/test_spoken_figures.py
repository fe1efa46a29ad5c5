"""Sums, ranges, fractions and days as people write them, said in six languages or told."""

from __future__ import annotations

import pytest

from voicenote.script.check.rules import check
from voicenote.script.figures import find_unsure
from voicenote.script.languages import language
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
        ("en", "555-0143", "five hundred fifty-five one hundred forty-three"),
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
