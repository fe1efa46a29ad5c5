"""Decent hours, against a slow search minute by minute, over every zone there is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from voicenote.errors import BadSettings
from voicenote.schedule.clock import Decency, working_day_before
from voicenote.schedule.hours import Hours, next_decent

ZONES = sorted(available_timezones() - {"localtime"})
EVERY_DAY = frozenset(range(7))
QUIET_NIGHT = Decency(working_days=EVERY_DAY)
BERLIN = ZoneInfo("Europe/Berlin")

zones = st.sampled_from(ZONES).map(ZoneInfo)
moments = st.datetimes(
    min_value=datetime(1920, 1, 2),  # noqa: DTZ001 - Hypothesis wants it naive
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
walls = st.times().map(lambda wall: wall.replace(second=0, microsecond=0))
quiet = st.none() | st.tuples(walls, walls).filter(lambda pair: pair[0] != pair[1])
decencies = st.builds(
    Decency,
    quiet_hours=quiet,
    working_days=st.frozensets(st.integers(0, 6), min_size=1),
    holidays=st.sampled_from([None, None, "DE", "IL", "IR"]),
)


@settings(max_examples=300, deadline=None)
@given(moments, zones, decencies)
def test_the_next_decent_moment_is_decent_not_earlier_and_stays_where_it_is(
    moment: datetime, zone: ZoneInfo, decency: Decency
) -> None:
    found = next_decent(moment, zone, decency)
    assert found >= moment
    assert found.tzinfo is UTC
    local = found.astimezone(zone)
    assert not decency.quiet(local.time())
    assert decency.works(local.date())
    assert next_decent(found, zone, decency) == found


@settings(max_examples=60, deadline=None)
@given(moments, zones, decencies)
@example(datetime(2026, 10, 3, 15, 20, tzinfo=UTC), ZoneInfo("Australia/Lord_Howe"), QUIET_NIGHT)
@example(datetime(2011, 12, 30, 9, 0, tzinfo=UTC), ZoneInfo("Pacific/Apia"), QUIET_NIGHT)
@example(datetime(2026, 3, 22, 1, 0, tzinfo=UTC), ZoneInfo("Africa/Casablanca"), QUIET_NIGHT)
@example(datetime(2026, 3, 22, 1, 0, tzinfo=UTC), ZoneInfo("Asia/Kathmandu"), QUIET_NIGHT)
def test_no_whole_minute_before_it_is_decent(
    moment: datetime, zone: ZoneInfo, decency: Decency
) -> None:
    found = next_decent(moment, zone, decency)
    minute = max(moment, found - timedelta(days=3))
    while minute < found:
        assert not decency.decent(minute, zone), minute
        minute += timedelta(minutes=1)


@settings(max_examples=150, deadline=None)
@given(moments, st.timedeltas(timedelta(0), timedelta(days=9)), zones, decencies)
def test_what_comes_later_never_overtakes(
    moment: datetime, later: timedelta, zone: ZoneInfo, decency: Decency
) -> None:
    assert next_decent(moment, zone, decency) <= next_decent(moment + later, zone, decency)


@pytest.mark.parametrize(
    ("zone", "quiet_hours", "moment", "expected"),
    [
        # the end of the quiet hours is skipped by summer time: 02:30 does not exist that day
        ("Europe/Berlin", (time(20), time(2, 30)), "2026-03-29T00:00Z", "2026-03-29T01:00Z"),
        # 02:30 comes twice: the first one ends the night
        ("Europe/Berlin", (time(20), time(2, 30)), "2026-10-24T22:00Z", "2026-10-25T00:30Z"),
        # the night begins at 02:30, then the clock goes back to 02:00: an hour that is decent again
        ("Europe/Berlin", (time(2, 30), time(9)), "2026-10-25T00:30Z", "2026-10-25T01:00Z"),
        # half an hour of summer time
        ("Australia/Lord_Howe", (time(20), time(2, 15)), "2026-10-03T14:00Z", "2026-10-03T15:30Z"),
        # Samoa had no 30 December 2011
        ("Pacific/Apia", (time(20), time(9)), "2011-12-30T06:30Z", "2011-12-30T19:00Z"),
        ("Asia/Kathmandu", (time(20), time(9)), "2026-11-22T20:00Z", "2026-11-23T03:15Z"),
        ("Africa/Casablanca", (time(20), time(9)), "2026-02-15T00:00Z", "2026-02-15T09:00Z"),
    ],
)
def test_odd_clocks(zone: str, quiet_hours: tuple[time, time], moment: str, expected: str) -> None:
    decency = Decency(quiet_hours=quiet_hours, working_days=EVERY_DAY)
    found = next_decent(datetime.fromisoformat(moment), ZoneInfo(zone), decency)
    assert found == datetime.fromisoformat(expected)


def test_a_decent_moment_is_taken_as_it_is_to_the_microsecond() -> None:
    moment = datetime(2026, 11, 23, 10, 0, 0, 7, tzinfo=UTC)
    assert next_decent(moment, BERLIN, Decency()) == moment


def test_a_public_holiday_is_no_working_day() -> None:
    christmas = datetime(2026, 12, 25, 10, tzinfo=UTC)
    decency = Decency(holidays="DE")
    assert next_decent(christmas, BERLIN, decency) == datetime(2026, 12, 28, 8, tzinfo=UTC)


def test_a_year_without_a_decent_hour_is_a_bad_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Decency, "works", lambda *_: False)
    # hours of no other test, as what is decent is remembered
    odd = Decency(quiet_hours=(time(1, 23), time(2, 34)))
    with pytest.raises(BadSettings, match="no decent hour"):
        next_decent(datetime(2026, 1, 1, tzinfo=UTC), BERLIN, odd)
    with pytest.raises(BadSettings, match="no working day"):
        working_day_before(date(2026, 1, 1), Decency())


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        next_decent(datetime(2026, 1, 1), BERLIN, Decency())  # noqa: DTZ001


def test_hours_are_a_zone_and_its_decency() -> None:
    night = datetime(2026, 11, 23, 3, tzinfo=UTC)
    assert Hours(BERLIN, Decency()).next(night) == next_decent(night, BERLIN, Decency())


def test_the_working_day_before_a_monday_holiday_is_friday() -> None:
    easter_monday = date(2026, 4, 6)
    assert working_day_before(easter_monday, Decency(holidays="DE")) == date(2026, 4, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("off", None),
        ("20:00-09:00", (time(20), time(9))),
        (" 1:30 - 6:05 ", (time(1, 30), time(6, 5))),
    ],
)
def test_quiet_hours_are_read(text: str, expected: tuple[time, time] | None) -> None:
    assert Decency.from_settings(quiet_hours=text).quiet_hours == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("all", {0, 1, 2, 3, 4, 5, 6}),
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("Sun-Thu", {6, 0, 1, 2, 3}),
        ("mon, wed", {0, 2}),
        ("mon-tue,sat", {0, 1, 5}),
    ],
)
def test_working_days_are_read(text: str, expected: set[int]) -> None:
    assert Decency.from_settings(working_days=text).working_days == expected


@pytest.mark.parametrize(("text", "expected"), [("off", None), ("de", "DE"), ("DE-BY", "DE-BY")])
def test_holidays_are_read(text: str, expected: str | None) -> None:
    assert Decency.from_settings(holidays=text).holidays == expected


def test_every_wrong_setting_is_named_at_once() -> None:
    with pytest.raises(BadSettings) as caught:
        Decency.from_settings("25:00-09:00", "monday", "Atlantis")
    assert [problem.field for problem in caught.value.problems] == [
        "schedule.quiet_hours",
        "schedule.working_days",
        "schedule.holidays",
    ]
    assert all(problem.advice for problem in caught.value.problems)


@pytest.mark.parametrize("text", ["", "20-9", "20:00", "09:00-09:00", "20:61-09:00", "always"])
def test_quiet_hours_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(BadSettings):
        Decency.from_settings(quiet_hours=text)


@pytest.mark.parametrize("text", ["", "mon-", "-fri", "mon,,fri", "fridays"])
def test_working_days_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(BadSettings):
        Decency.from_settings(working_days=text)
