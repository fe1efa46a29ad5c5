"""Days that are still to come, as people write and say them."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.errors import BadData
from voicenote.intake.coming_day import find_day, read_coming_day, tell_day

MONDAY = date(2026, 11, 30)
FRIDAY = date(2026, 12, 4)


def read(text: str, language: str = "en", region: str = "") -> date:
    return read_coming_day(text, today=MONDAY, language=language, region=region)


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        (
            "en",
            "friday|Fri|by Friday|next friday|in 4 days|4 December|December 4th|4th of december",
        ),
        (
            "en",
            "Friday, 4 December|4 Dec|04.12.2026|4.12.|4.12|2026-12-04|friday 4 december",
        ),
        ("en-US", "12/4|12/04/2026|December 4"),
        ("pl", "w piątek|do piątku|piatek|4 grudnia|do 4 grudnia|4/12|04-12-2026|za 4 dni|friday"),
        ("et", "reede|reedeks|4. detsember|4. detsembriks|4. detsembril|4.12"),
        ("he", "יום שישי|ביום שישי|עד יום שישי|4 בדצמבר|עד 4 בדצמבר"),
        ("ro", "vineri|până vineri|4 decembrie|până pe 4 decembrie"),
        ("fa", "جمعه|تا جمعه|4 دسامبر|۴ دسامبر|۱۳ آذر|۱۴۰۵/۰۹/۱۳"),
        ("de", "Freitag|bis Freitag|nächsten Freitag|4. Dezember"),
        ("pt", "sexta|sexta-feira"),
        ("xx", "friday"),
    ],
)
def test_a_day_is_read_as_people_of_a_language_write_it(language: str, texts: str) -> None:
    for text in texts.split("|"):
        assert read(text, language) == FRIDAY, text


@pytest.mark.parametrize(
    ("language", "text", "days"),
    [
        ("en", "today", 0),
        ("en", "tonight", 0),
        ("en", "tomorrow", 1),
        ("en", "the day after tomorrow", 2),
        ("en", "in two weeks", 14),
        ("en", "monday", 7),
        ("pl", "jutro", 1),
        ("pl", "we wtorek", 1),
        ("pl", "sroda", 2),
        ("pl", "za tydzień", 7),
        ("et", "homme", 1),
        ("et", "ülehomme", 2),
        ("et", "nädala pärast", 7),
        ("ro", "mâine", 1),
        ("ro", "marti", 1),
        ("ro", "peste o săptămână", 7),
        ("he", "מחר", 1),
        ("he", "בעוד שבוע", 7),
        ("fa", "فردا", 1),
        ("fa", "یکشنبه", 6),
    ],
)
def test_a_day_is_counted_from_today(language: str, text: str, days: int) -> None:
    assert (read(text, language) - MONDAY).days == days


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "asap",
            "nonsense",
            "may",
            "12",
            "4",
            "the 4th",
            "2026",
            "31 June",
            "31.6.",
            "x" * 500,
        ),
        *("friday and monday", "friday night dinner party time", "in 400 years", "\x00"),
    ],
)
def test_what_is_no_single_day_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(BadData) as refused:
        read(text)
    assert refused.value.advice


def test_a_day_that_may_be_two_is_refused() -> None:
    with pytest.raises(BadData, match="two"):
        read("4/12")
    with pytest.raises(BadData, match="two"):
        read("4/12/2026")
    assert read("4/12", region="EE") == FRIDAY


@pytest.mark.parametrize("text", ["yesterday", "2 days ago", "1.6.2026", "2020-05-04"])
def test_a_day_that_has_passed_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(BadData, match=r"(yesterday|ago)\) has passed"):
        read(text)
    assert find_day(text, today=MONDAY, language="en") < MONDAY


def test_a_weekday_that_the_date_is_not_is_refused() -> None:
    with pytest.raises(BadData, match="that day is a Saturday"):
        read("Friday 5 December")


def test_a_day_and_month_that_have_passed_this_year_are_next_years() -> None:
    assert read("4 June") == read("4.6.") == date(2027, 6, 4)
    assert read("29.2.") == date(2028, 2, 29)


def test_a_day_is_told_in_words_with_how_far_it_is() -> None:
    assert tell_day(FRIDAY, MONDAY) == "Friday, 4 December 2026 (in 4 days)"


@given(
    st.text(max_size=30) | st.from_regex(r"[0-9./ -]{1,12}", fullmatch=True),
    st.sampled_from(["en", "pl", "he", "fa", "et", "ro"]),
)
def test_any_text_is_a_day_to_come_or_refused(text: str, language: str) -> None:
    with contextlib.suppress(BadData):
        assert read(text, language) >= MONDAY
