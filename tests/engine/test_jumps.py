"""A clock that jumps, and the days on which it is meant to: nobody is woken, nothing is lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.world import Clock, World, release, states, take, told, without_sound
from tests.engine.world import workspace as plain_workspace
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.model.receipt import Parcel

ENV = {
    "VOICENOTE_SCHEDULE__PLAN": "few-words",
    "VOICENOTE_SCHEDULE__WORKING_DAYS": "all",
    "VOICENOTE_SCHEDULE__TOO_LATE": "P60D",
}
ZONES = [
    *("Europe/Tallinn", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"),
    *("Africa/Casablanca", "America/St_Johns", "Pacific/Kiritimati", "UTC"),
]


class Watch(World):
    """A channel that writes down at which hour of each customer's day something has left."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.hours: list[int] = []
        self.zones: dict[int, str] = {}
        self.clock = clock
        self.look = self.note

    def note(self, parcel: Parcel) -> None:
        zone = ZoneInfo(self.zones[parcel.case])
        self.hours.append(self.clock.now.astimezone(zone).hour)


def opened(home: Path, clock: Clock, channel: World) -> Workspace:
    return plain_workspace(home, clock, channel, ENV)


def one_in_each_zone(ws: Workspace, channel: Watch) -> list[int]:
    people = [
        told(zone, days=None, name=zone, email=f"{place}@example.com", time_zone=zone)
        for place, zone in enumerate(ZONES)
    ]
    numbers = take(ws, *people)
    channel.zones = dict(zip(numbers, ZONES, strict=True))
    release(ws, *numbers)
    return numbers


@pytest.fixture(autouse=True)
def quietly() -> Iterator[None]:
    with without_sound():
        yield


def all_is_well(ws: Workspace, channel: Watch, numbers: list[int]) -> None:
    assert len(channel.keys) == len(set(channel.keys)), "twice"
    assert all(9 <= hour < 20 for hour in channel.hours), "in quiet hours"
    assert {states(ws, number)[0] for number in numbers} == {"memo accepted"}, "lost"


@pytest.mark.parametrize(
    "start",
    [
        datetime(2026, 3, 7, 12, tzinfo=UTC),  # New York and St John's spring forward
        datetime(2026, 3, 28, 12, tzinfo=UTC),  # Tallinn springs forward
        datetime(2026, 4, 4, 6, tzinfo=UTC),  # Lord Howe falls back, by half an hour
        datetime(2026, 10, 3, 6, tzinfo=UTC),  # Lord Howe springs forward
        datetime(2026, 10, 24, 12, tzinfo=UTC),  # Tallinn falls back
        datetime(2026, 10, 31, 12, tzinfo=UTC),  # New York falls back
    ],
    ids=str,
)
def test_on_the_days_on_which_clocks_change(tmp_path: Path, start: datetime) -> None:
    clock = Clock()
    clock.now = start
    channel = Watch(clock)
    ws = opened(tmp_path, clock, channel)
    numbers = one_in_each_zone(ws, channel)
    for _ in range(45):
        one_pass(ws)
        clock.move(minutes=40)
    all_is_well(ws, channel, numbers)
    ws.close()


JUMPS = st.sampled_from([-1440, -60, -1, 1, 30, 60, 540, 1440])


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(between=st.lists(JUMPS, max_size=8), within=st.lists(JUMPS, max_size=8))
def test_whatever_jumps_a_clock_makes(
    tmp_path: Path, between: list[int], within: list[int]
) -> None:
    """`between` two passes, and `within` one, while a touch is on its way out."""
    shutil.rmtree(tmp_path / "home", ignore_errors=True)
    (tmp_path / "home").mkdir()
    clock = Clock()
    channel = Watch(clock)
    plain, left = channel._before, list(within)

    def jumping(fate: str) -> None:
        plain(fate)
        if left:
            clock.move(minutes=left.pop())

    channel._before = jumping  # type: ignore[method-assign]
    ws = opened(tmp_path / "home", clock, channel)
    numbers = one_in_each_zone(ws, channel)
    for minutes in between:
        one_pass(ws)
        clock.move(minutes=minutes)
    for _ in range(14 * 6):
        one_pass(ws)
        clock.move(hours=4)
        if len(channel.keys) == len(numbers):
            break
    one_pass(ws)
    all_is_well(ws, channel, numbers)
    ws.close()


def test_a_lid_that_is_closed_while_a_touch_leaves_wakes_nobody(tmp_path: Path) -> None:
    clock = Clock()
    channel = Watch(clock)
    ws = opened(tmp_path, clock, channel)
    channel.zones = {1: "UTC"}
    [number] = take(ws, told(days=None, time_zone="UTC"))
    release(ws, number)
    plain = channel._before

    def asleep(fate: str) -> None:
        plain(fate)
        if clock.now.day == 2:
            clock.now = datetime(2026, 3, 3, 3, tzinfo=UTC)

    channel._before = asleep  # type: ignore[method-assign]
    one_pass(ws)
    assert (states(ws, number), channel.left) == (["memo due"], [])
    clock.now += timedelta(hours=6)
    one_pass(ws)
    assert (states(ws, number), channel.hours) == (["memo accepted"], [9])
    ws.close()


def test_what_became_too_late_while_it_was_leaving_is_shown_instead(tmp_path: Path) -> None:
    clock = Clock()
    channel = Watch(clock)
    ws = opened(tmp_path, clock, channel)
    [number] = take(ws, told(days=None, time_zone="UTC"))
    release(ws, number)
    plain = channel._before

    def away(fate: str) -> None:
        plain(fate)
        clock.move(days=100)

    channel._before = away  # type: ignore[method-assign]
    one_pass(ws)
    clock.move(hours=20)
    assert one_pass(ws).skipped == 1
    assert (states(ws, number), channel.left) == (["memo skipped"], [])
    ws.close()
