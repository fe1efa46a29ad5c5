"""Durations: days by the calendar, hours as they elapse."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.schedule.offset import Offset, parse

ZONES = sorted(available_timezones() - {"localtime"})
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT0S", Offset()),
        ("P3D", Offset(days=3)),
        ("p2w", Offset(days=14)),
        ("PT24H", Offset(time=timedelta(hours=24))),
        ("P1DT2H", Offset(days=1, time=timedelta(hours=2))),
        ("P1Y2M", Offset(months=14)),
        ("-P1D", Offset(days=1, back=True)),
    ],
)
def test_a_duration_is_read(text: str, expected: Offset) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "3D", "P1.5M", "P0,5D", "P-1D", "three days", "P99999D", "PT99999999H"]
)
def test_what_is_no_duration_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|whole|longer"):
        parse(text)


@given(st.text(alphabet="PTYMWDHS0123456789.-+", max_size=12))
def test_anything_else_is_a_value_error_or_an_offset(text: str) -> None:
    with suppress(ValueError):
        assert isinstance(parse(text), Offset)


def test_three_days_are_the_same_hour_across_summer_time() -> None:
    friday = datetime(2026, 3, 27, 10, tzinfo=BERLIN)
    assert parse("P3D").after(friday, BERLIN) == datetime(2026, 3, 30, 10, tzinfo=BERLIN)


def test_seventy_two_hours_are_elapsed_hours() -> None:
    friday = datetime(2026, 3, 27, 10, tzinfo=BERLIN)
    assert parse("PT72H").after(friday, BERLIN) == datetime(2026, 3, 30, 11, tzinfo=BERLIN)


def test_an_hour_that_is_skipped_is_later_by_what_was_skipped() -> None:
    before = datetime(2026, 3, 28, 2, 30, tzinfo=BERLIN)
    assert parse("P1D").after(before, BERLIN) == datetime(2026, 3, 29, 3, 30, tzinfo=BERLIN)


def test_a_month_after_the_31st_is_the_last_day_of_the_next() -> None:
    assert parse("P1M").on(date(2027, 1, 31)) == date(2027, 2, 28)
    assert parse("-P1M").on(date(2027, 3, 31)) == date(2027, 2, 28)


@given(
    st.datetimes(
        min_value=datetime(1970, 1, 1),  # noqa: DTZ001
        max_value=datetime(2100, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    st.sampled_from(ZONES).map(ZoneInfo),
    st.integers(1, 400),
)
def test_days_keep_the_wall_clock_or_jump_over_what_is_not_there(
    moment: datetime, zone: ZoneInfo, days: int
) -> None:
    local = moment.astimezone(zone)
    later = Offset(days=days).after(moment, zone).astimezone(zone)
    wanted = local.replace(tzinfo=None) + timedelta(days=days)
    there = later.replace(tzinfo=None)
    exists = wanted.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    assert there == wanted or exists.replace(tzinfo=None) != wanted
    assert there >= wanted
