"""Nobody is woken: where no time zone is given, a customer's number says where they may be."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from tests.engine.world import Clock, World, release, states, take, told
from voicenote.engine.case.case_view import case_view
from voicenote.engine.case.plan_view import plan_view
from voicenote.engine.customer_clock import KnownBy, clock_of
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace

OWNER = "Europe/Tallinn"


@pytest.mark.parametrize(
    ("number", "zone", "many"),
    [
        ("+37251234567", "Europe/Tallinn", 1),
        ("+972501234567", "Asia/Jerusalem", 1),
        ("+12125550123", "America/New_York", 1),
        ("+442079460123", "Europe/London", 1),
        ("+447911123456", "Europe/London", 4),
        ("+61412345678", "Australia/Sydney", 8),
        ("+79161234567", "Europe/Moscow", 16),
        ("+628123456789", "Asia/Jakarta", 3),
        ("+18005550123", "America/Toronto", 42),
    ],
)
def test_a_number_tells_its_zones(number: str, zone: str, many: int) -> None:
    """A mobile telephone may be anywhere in its country, a fixed line is where it is."""
    for phone, whatsapp in ((number, ""), ("", number)):
        clock = clock_of("", phone, whatsapp, OWNER)
        assert (clock.zone.key, len(clock.zones), clock.known_by) == (zone, many, KnownBy.NUMBER)


@pytest.mark.parametrize("number", ["", "ann", "+87077200000", "+80012345678"])
def test_where_no_number_tells_it_is_the_owners(number: str) -> None:
    clock = clock_of("", number, "", OWNER)
    assert (clock.zone.key, clock.zones) == (OWNER, (ZoneInfo(OWNER),))
    assert clock.note == "yours, as theirs is not known"


def test_a_zone_that_is_given_is_stronger_than_a_number() -> None:
    clock = clock_of("Asia/Tokyo", "+12125550123", "", OWNER)
    assert (clock.zone.key, clock.note) == ("Asia/Tokyo", "")


def test_two_numbers_have_both_their_say() -> None:
    clock = clock_of("", "+12125550123", "+37251234567", OWNER)
    assert {zone.key for zone in clock.zones} == {"America/New_York", "Europe/Tallinn"}
    assert clock.zone.key == OWNER


def test_several_zones_with_one_clock_are_not_worth_a_word() -> None:
    assert clock_of("", "+447911123456", "", OWNER).note == "by their number"
    note = clock_of("", "+61412345678", "", OWNER).note
    assert note == "by their number, which can be in 8 time zones"


def test_a_message_waits_for_the_morning_of_the_number(
    ws: Workspace, clock: Clock, world: World
) -> None:
    """At noon in Tallinn it is five in New York; the channel is email, the person the same."""
    (number,) = take(ws, told(time_zone="", phone="+12125550123"))
    release(ws, number)
    assert one_pass(ws).sent == 0
    clock.move(hours=3, minutes=59)
    assert one_pass(ws).sent == 0
    clock.move(minutes=1)
    assert one_pass(ws).sent == 1
    assert states(ws, number)[0] == "memo accepted"


def test_a_number_of_many_zones_waits_for_the_last_of_them(ws: Workspace, clock: Clock) -> None:
    """It is ten in Sydney when Perth is seven."""
    clock.now = clock.now.replace(hour=22)
    (number,) = take(ws, told(time_zone="", phone="+61412345678"))
    release(ws, number)
    due = plan_view(ws, number).messages[0].due_at
    assert due.astimezone(ZoneInfo("Asia/Jakarta")).hour == 9  # as on Christmas Island
    assert due.astimezone(ZoneInfo("Indian/Cocos")).hour >= 8


def test_what_is_shown_says_by_what_it_goes(ws: Workspace) -> None:
    (number,) = take(ws, told(time_zone="", phone="+61412345678"))
    plan, page = plan_view(ws, number), case_view(ws, number)
    assert plan.zone == page.local_zone == ZoneInfo("Australia/Sydney")
    assert plan.time_zone_by == "number"
    assert plan.zone_note == page.zone_note
