"""An hour that is decent wherever somebody may be."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from phonenumbers.tzdata import TIMEZONE_DATA

from voicenote.errors import RuleSaysNo
from voicenote.schedule.clock import Decency
from voicenote.schedule.hours import NIGHT, Hours, next_decent

USUAL = Decency()
#: West and east, north and south, half hours, and three kinds of summer time.
ZONES = [
    ZoneInfo(name)
    for name in (
        *("Pacific/Honolulu", "America/Los_Angeles", "America/New_York", "America/St_Johns"),
        *("Europe/London", "Europe/Kaliningrad", "Asia/Kolkata", "Australia/Lord_Howe"),
        *("Asia/Kamchatka", "Africa/Casablanca", "America/Santiago"),
    )
]
STEP = timedelta(minutes=15)


@st.composite
def decencies(draw: st.DrawFn) -> Decency:
    quarter = st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15))
    start, end = draw(quarter), draw(quarter)
    assume(start != end)
    days = draw(st.frozensets(st.integers(0, 6), min_size=1))
    return Decency(quiet_hours=draw(st.sampled_from([(start, end), None])), working_days=days)


def everywhere(moment: datetime, zones: list[ZoneInfo], decency: Decency) -> bool:
    return all(decency.decent(moment, zone) for zone in zones)


@given(
    st.integers(0, 4 * 24 * 365 * 2),
    st.lists(st.sampled_from(ZONES), min_size=2, max_size=4, unique=True),
    decencies(),
)
@example(0, ZONES, USUAL)
def test_it_is_decent_in_every_zone_and_no_earlier_one_is(
    quarters: int, zones: list[ZoneInfo], decency: Decency
) -> None:
    """Looked for by hand, a quarter of an hour at a time: all borders fall on one."""
    start = datetime(2026, 1, 1, tzinfo=UTC) + quarters * STEP
    last = next_decent(start, zones[0], decency) + timedelta(days=7)
    steps = (start + n * STEP for n in range((last - start) // STEP + 1))
    wanted = next((at for at in steps if everywhere(at, zones, decency)), None)
    hours = Hours(zones[0], decency, tuple(zones))
    if wanted is not None:
        assert hours.next(start) == wanted
        return
    try:
        found = hours.next(start)
    except RuleSaysNo:
        return
    assert decency.decent(found, zones[0])
    assert everywhere(found, zones, NIGHT)
    assert found >= start


@pytest.mark.parametrize(
    ("month", "wanted"),
    [(1, "2027-01-15T19:00"), (7, "2027-07-15T19:00")],
)
def test_from_hawaii_to_newfoundland_it_is_the_afternoon(month: int, wanted: str) -> None:
    zones = (ZoneInfo("America/St_Johns"), ZoneInfo("Pacific/Honolulu"))
    night = datetime(2027, month, 15, 6, tzinfo=UTC)
    assert Hours(zones[0], USUAL, zones).next(night).isoformat().startswith(wanted)


def test_the_night_of_a_change_of_clocks_is_taken_by_the_second() -> None:
    """London's hour 01 to 02 is left out; nine there is 08:00 UTC from that morning on."""
    decency = Decency(working_days=frozenset(range(7)))
    zones = (ZoneInfo("Europe/London"), ZoneInfo("Europe/Paris"))
    assert Hours(zones[0], decency, zones).next(datetime(2026, 3, 28, 20, tzinfo=UTC)) == datetime(
        2026, 3, 29, 8, tzinfo=UTC
    )


def test_where_no_hour_is_decent_everywhere_it_is_night_nowhere() -> None:
    zones = tuple(map(ZoneInfo, ("America/New_York", "America/St_Johns", "Pacific/Guam")))
    found = Hours(zones[0], USUAL, zones).next(datetime(2027, 7, 15, 3, tzinfo=UTC))
    assert found == datetime(2027, 7, 15, 21, tzinfo=UTC)
    assert [found.astimezone(zone).hour for zone in zones] == [17, 18, 7]


def test_where_it_is_night_always_somewhere_a_person_is_asked() -> None:
    zones = tuple(map(ZoneInfo, ("Europe/London", "Pacific/Auckland", "America/Los_Angeles")))
    hours = Hours(zones[0], Decency(quiet_hours=(time(12), time(9))), zones)
    with pytest.raises(RuleSaysNo, match="3 time zones") as caught:
        hours.next(datetime(2027, 1, 15, tzinfo=UTC))
    assert "time zone" in caught.value.advice


@pytest.mark.parametrize("month", [1, 3, 7, 10])
def test_every_number_of_the_world_has_its_hour_within_a_week(month: int) -> None:
    """With the quiet hours that are usual: no customer waits for good because of their number."""
    start = datetime(2027, month, 15, 3, tzinfo=UTC)
    for names in set(TIMEZONE_DATA.values()):
        zones = tuple(map(ZoneInfo, names))
        assert Hours(zones[0], USUAL, zones).next(start) - start < timedelta(days=7)


def test_one_zone_is_the_same_as_ever() -> None:
    zone = ZoneInfo("Europe/Tallinn")
    night = datetime(2027, 1, 15, 2, tzinfo=UTC)
    assert Hours(zone, USUAL, (zone,)).next(night) == Hours(zone, USUAL).next(night)
