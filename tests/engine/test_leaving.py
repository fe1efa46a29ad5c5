"""What may leave and when not: the order of channels, limits, and pauses."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.engine.house import House, dana, due
from tests.engine.world import (
    START,
    Clock,
    release,
    states,
    told,
    touches_of,
)
from voicenote.engine.case.routing import way_for
from voicenote.engine.run import recovery
from voicenote.engine.run.rate_limits import RateLimits, limits_of, must_pause, worst
from voicenote.engine.run.rate_limits import resume_channels as let_go_on
from voicenote.engine.run.rehearsal import rehearse
from voicenote.engine.run.run_once import Turn, one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.ledger import case_reports, case_store, optouts, pauses, touches
from voicenote.model.case import Customer
from voicenote.model.receipt import Receipt, ReceiptKind
from voicenote.settings import load


def crowd(count: int, domain: str = "here.ee") -> list[Customer]:
    return [dana(name=f"D{n}", email=f"d{n}@{domain}", telegram="") for n in range(count)]


def whys(turn: Turn) -> list[str]:
    return [f"{count} wait: {one.why}" for one, count in turn.held.items()]


def events(ws: Workspace, name: str) -> list[dict[str, Any]]:
    with ws.ledger.read() as tx:
        return [row for row in case_reports.history(tx) if row["event"] == name]


# -- the order of channels ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("customer", "env", "wanted", "first"),
    [
        (dana(), {}, (), "mail"),
        (dana(email=""), {}, (), "telegram"),
        (dana(email="", telegram=""), {}, (), "outbox"),
        (dana(channel="telegram, mail"), {}, (), "telegram"),
        (dana(channel="telegram, mail", telegram=""), {}, (), "mail"),
        (dana(channel="telegram", telegram=""), {}, (), "telegram"),
        (dana(channel="pigeon, mail"), {}, (), "mail"),
        (dana(), {"schedule__channels": '["telegram", "mail"]'}, (), "telegram"),
        (dana(channel="mail"), {"schedule__channels": '["telegram"]'}, (), "mail"),
        (dana(channel="mail"), {}, ("telegram", "mail"), "telegram"),
        (dana(channel="telegram", telegram=""), {}, ("telegram", "mail"), "mail"),
        (dana(), {}, ("outbox",), "outbox"),
    ],
)
def test_the_first_way_is_the_first_of_the_order_that_has_an_address(
    house: House, customer: Customer, env: dict[str, str], wanted: tuple[str, ...], first: str
) -> None:
    assert way_for(house.open(**env), customer, wanted) == first


def test_a_customer_whose_channels_are_all_unknown_here_is_a_matter_for_a_person(
    house: House,
) -> None:
    with pytest.raises(RuleSaysNo, match="'pigeon' or 'smoke'"):
        way_for(house.open(), dana(channel="pigeon, smoke"))


@pytest.mark.parametrize("fate", ["refused", "refused after commit"])
def test_what_one_channel_refuses_goes_by_the_next_in_the_same_pass(
    house: House, fate: str
) -> None:
    ws = house.open()
    house.mail.fates = [fate]
    [number] = due(ws, dana())
    turn = one_pass(ws)
    assert (turn.sent, turn.failed, house.left) == (1, 0, ["77"])
    [touch] = touches_of(ws, number)
    assert (touch.state.value, touch.channel, touch.attempt) == ("accepted", "telegram", 1)
    [event] = events(ws, "touch_took_another_way")
    assert (event["from"], event["to"]) == ("mail", "telegram")
    assert house.telegram.left[0].key == touch.key


def test_what_the_last_channel_refuses_is_refused_and_shown(house: House, clock: Clock) -> None:
    ws = house.open()
    house.mail.fates, house.telegram.fates = ["refused"], ["refused"]
    [number] = due(ws, dana())
    assert one_pass(ws).failed == 1
    clock.move(hours=1)
    assert one_pass(ws).sent == 0
    assert (states(ws, number), house.left) == (["memo refused"], [])


@pytest.mark.parametrize(
    "fate", ["postponed", "unavailable", "unknown, not sent", "bug after the act"]
)
def test_only_a_refusal_opens_the_next_way(house: House, fate: str) -> None:
    ws = house.open()
    house.mail.can_ask = False
    house.mail.fates = [fate]
    due(ws, dana())
    one_pass(ws)
    assert house.telegram.left == []


def test_a_customer_who_names_one_channel_is_written_to_by_no_other(house: House) -> None:
    ws = house.open()
    house.mail.fates = ["refused"]
    [number] = due(ws, dana(channel="mail"))
    one_pass(ws)
    assert (states(ws, number), house.left) == (["memo refused"], [])


def test_the_outbox_is_no_way_to_a_customer_unless_it_is_asked_for(house: House) -> None:
    ws = house.open()
    house.mail.fates = ["refused", "refused"]
    first, second = due(ws, dana(telegram=""), dana(name="B", channel="mail, outbox", telegram=""))
    one_pass(ws)
    assert [touches_of(ws, one)[0].channel for one in (first, second)] == ["mail", "outbox"]
    assert states(ws, second) == ["memo uncertain"], "it is in the folder, and not sent"


def test_a_step_has_its_own_order(house: House) -> None:
    steps = '[{kind = "memo", channels = ["telegram", "mail"]}]'
    (house.home / "voicenote.toml").write_text(f"[plans.ours]\nsteps = {steps}\n")
    ws = house.open(schedule__plan="ours")
    from voicenote.wiring import plans

    ws.plans = plans(ws.settings)
    house.telegram.fates = ["refused"]
    [number] = due(ws, dana(channel="telegram"))
    one_pass(ws)
    assert (states(ws, number), house.left) == (["memo accepted"], ["dana@here.ee"])


def test_who_opts_out_while_one_channel_refuses_is_not_written_to_by_the_next(
    house: House,
) -> None:
    ws = house.open()
    [number] = due(ws, dana())
    house.mail.fates = ["refused"]
    before = house.mail._before

    def opting_out(fate: str) -> None:
        with ws.ledger.write() as tx:
            optouts.opt_out(tx, case_store.get(tx, number))
        before(fate)

    house.mail._before = opting_out  # type: ignore[method-assign]
    one_pass(ws)
    assert (states(ws, number), house.left) == (["memo cancelled"], [])


def test_a_person_sends_again_by_a_way_of_their_choice(house: House) -> None:
    ws = house.open()
    house.mail.fates = ["refused"]
    [number] = due(ws, dana(channel="mail"))
    one_pass(ws)
    recovery.settle_again(ws, number, "telegram")
    one_pass(ws)
    assert "77" in house.left


def test_a_way_without_an_address_is_no_way_to_send_again(house: House) -> None:
    ws = house.open()
    house.mail.fates = ["refused"]
    [number] = due(ws, dana(telegram=""))
    one_pass(ws)
    with pytest.raises(RuleSaysNo, match="no address for telegram"):
        recovery.settle_again(ws, number, "telegram")


# -- limits ---------------------------------------------------------------------------------------


def test_what_a_limit_holds_back_stays_due_and_goes_in_the_next_hour(
    house: House, clock: Clock
) -> None:
    ws = house.open(policy__per_hour="3")
    due(ws, *crowd(5))
    turn = one_pass(ws)
    assert (turn.sent, whys(turn)) == (3, ["2 wait: limit of 3 an hour by mail"])
    clock.move(minutes=59)
    assert one_pass(ws).sent == 0
    clock.move(minutes=1)
    assert one_pass(ws).sent == 2
    assert len(set(house.left)) == 5


def test_a_restart_does_not_forget_what_has_left(house: House, clock: Clock) -> None:
    due(house.open(policy__per_hour="3"), *crowd(5))
    for _ in range(3):
        one_pass(house.open(policy__per_hour="3"))
    assert len(house.left) == 3
    clock.move(minutes=30)
    one_pass(house.open(channels__mail__per_hour="4"))
    assert len(house.left) == 4


def test_a_domain_has_a_limit_of_its_own_and_does_not_hold_up_the_others(house: House) -> None:
    ws = house.open(policy__per_domain="2")
    due(ws, *crowd(4, "big.ee"), *crowd(1, "small.ee"))
    turn = one_pass(ws)
    assert (turn.sent, whys(turn)) == (3, ["2 wait: limit of 2 an hour to big.ee by mail"])


def test_a_pass_has_a_limit_and_the_next_goes_on(house: House) -> None:
    ws = house.open(policy__per_run="2")
    due(ws, *crowd(3))
    turn = one_pass(ws)
    assert (turn.sent, whys(turn)) == (2, ["1 wait: limit of 2 a run by mail"])
    assert one_pass(ws).sent == 1


def test_what_may_have_left_counts_and_what_has_not_does_not(house: House) -> None:
    ws = house.open(policy__per_hour="3")
    house.mail.can_ask = False
    house.mail.fates = ["postponed", "unknown, not sent", "refused"]
    due(ws, *crowd(6))
    turn = one_pass(ws)
    assert (turn.sent, turn.uncertain, sum(turn.held.values())) == (2, 1, 1)


def test_a_rehearsal_keeps_the_limits_and_goes_on_when_they_let_it(
    house: House, clock: Clock
) -> None:
    ws = house.open(policy__per_hour="4", schedule__quiet_hours="off")
    due(ws, *crowd(10))
    made = [one for one in rehearse(ws, clock, START + timedelta(days=1)) if one.turn.sent]  # type: ignore[arg-type]
    assert [one.turn.sent for one in made] == [4, 4, 2]
    assert [one.at - START for one in made] == [timedelta(hours=n) for n in range(3)]


def test_a_clock_that_is_put_back_lets_no_more_leave(house: House, clock: Clock) -> None:
    ws = house.open(policy__per_hour="3", schedule__quiet_hours="off")
    due(ws, *crowd(5))
    one_pass(ws)
    clock.move(minutes=-30)
    release(ws, *due(ws, dana(name="Z", email="z@here.ee", telegram="")))
    assert one_pass(ws).sent == 0


def test_what_a_shut_channel_holds_counts_as_progress(house: House) -> None:
    ws = house.open(policy__per_run="1")
    due(ws, *crowd(4))
    steps: list[tuple[int, int]] = []
    assert one_pass(ws, lambda done, total: steps.append((done, total))).sent == 1
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]


def paused(ws: Workspace) -> list[str]:
    with ws.ledger.read() as tx:
        return [one.channel for one in pauses.list_paused(tx)]


def test_a_clock_that_was_far_ahead_for_one_pass_stops_nothing(house: House, clock: Clock) -> None:
    ws = house.open(policy__per_hour="3", schedule__quiet_hours="off")
    due(ws, *crowd(5))
    clock.move(days=1)
    assert one_pass(ws).sent == 3
    clock.move(days=-1)
    assert one_pass(ws).sent == 2


def test_a_pause_ends_whatever_the_clock_said_when_it_began(house: House, clock: Clock) -> None:
    ws = house.open(policy__pause_after="3", schedule__quiet_hours="off")
    due(ws, *crowd(5))
    house.mail.fates = ["refused"] * 3
    clock.move(days=1)
    one_pass(ws)
    assert paused(ws) == ["mail"]
    clock.move(days=-1, hours=1)
    assert let_go_on(ws, ("mail",))
    assert paused(ws) == []
    for hours in (0, 22, 4):  # also when the clock comes to that day again
        clock.move(hours=hours)
        one_pass(ws)
        assert paused(ws) == []
    assert len(house.mail.left) == 2


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("[channels.a]\nkind = 'email'", RateLimits(per_run=500, per_hour=200, per_domain=100)),
        ("[channels.a]\nkind = 'email'\nper_hour = 0", RateLimits(per_run=500, per_domain=100)),
        ("[channels.a]\nkind = 'outbox'", RateLimits()),
        ("[channels.a]\nkind = 'outbox'\nper_hour = 7", RateLimits(per_hour=7)),
        ("", RateLimits()),
        (
            "[policy]\nper_hour = 9\n[channels.a]\nkind = 'email'\nper_run = 1",
            RateLimits(per_run=1, per_hour=9, per_domain=100),
        ),
    ],
)
def test_a_channel_has_its_own_limits_or_those_of_the_policy(
    tmp_path: Path, lines: str, expected: RateLimits
) -> None:
    (tmp_path / "voicenote.toml").write_text(lines)
    assert limits_of(load(tmp_path, {}), "a", in_folder="outbox" in lines) == expected


# -- pauses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tried", "failed", "pulled"),
    [
        (19, 19, False),
        (20, 1, False),
        (20, 2, True),
        (100, 5, False),
        (100, 6, True),
        (0, 0, False),
    ],
)
def test_a_channel_is_paused_above_its_share_of_enough(
    tried: int, failed: int, pulled: bool
) -> None:
    assert must_pause(tried, failed, 5.0, 20) is pulled


def test_a_share_of_a_hundred_pauses_nothing() -> None:
    assert not must_pause(100, 100, 100.0, 20)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"": (20, 2)}, ("", 20, 2)),
        ({"": (500, 0), "list": (20, 2)}, ("list", 20, 2)),
        ({"": (500, 0), "list": (19, 19)}, None),
        ({"": (20, 2), "good": (980, 0)}, ("", 20, 2)),
        ({"a": (15, 3), "b": (15, 0)}, ("", 30, 3)),
        ({"a": (100, 6), "b": (100, 30), "c": (100, 0)}, ("b", 100, 30)),
        ({"a": (100, 5), "b": (100, 5)}, None),
        ({}, None),
    ],
    ids=[
        "one by one", "a bad list in a good day", "too few to tell", "bad ones beside a good list",
        "small lists together", "the worst is named", "all within the share", "nothing",
    ],
)  # fmt: skip
def test_a_batch_is_judged_by_itself_and_then_all_of_the_channel(
    found: dict[str, tuple[int, int]], expected: tuple[str, int, int] | None
) -> None:
    assert worst(found, 5.0, 20) == expected


def test_a_bad_import_is_stopped_and_named_in_a_day_of_good_letters(house: House) -> None:
    ws = house.open(policy__pause_after="10")
    due(ws, *crowd(95, "good.ee"))
    assert one_pass(ws).sent == 95
    house.mail.fates = ["sent", "refused"] * 5
    taken = [told(f"N-{n}", customer=one, days=None) for n, one in enumerate(crowd(20, "bad.ee"))]
    with ws.ledger.write() as tx:
        numbers = [added.case for added in case_store.add(tx, taken, batch="november")]
    release(ws, *numbers)
    turn = one_pass(ws)
    assert (turn.sent, turn.failed, turn.paused) == (5, 5, True)
    [why] = whys(turn)
    assert why.startswith("10 wait: mail is paused: 5 of 10 messages of the batch november were")
    [event] = events(ws, "channel_paused")
    assert event["batch"] == "november"


def with_pause(house: House, clock: Clock, count: int = 14) -> Workspace:
    """A channel that refuses two of the first ten, and then would take all."""
    ws = house.open(policy__pause_after="10")
    house.mail.fates = [*["sent"] * 8, "refused", "refused"]
    due(ws, *crowd(count))
    del clock
    return ws


def test_a_batch_that_comes_back_pauses_its_channel_and_says_so(house: House, clock: Clock) -> None:
    ws = with_pause(house, clock)
    turn = one_pass(ws)
    assert (turn.sent, turn.failed, turn.paused) == (8, 2, True)
    [why] = whys(turn)
    assert why.startswith("4 wait: mail is paused: 2 of 10 messages were refused or bounced")
    clock.move(days=3)
    assert one_pass(house.open()).sent == 0
    assert [one["channel"] for one in events(ws, "channel_paused")] == ["mail"]


def test_released_it_goes_on_and_counts_anew(house: House, clock: Clock) -> None:
    ws = with_pause(house, clock)
    one_pass(ws)
    clock.move(minutes=10)
    assert [one.channel for one in let_go_on(ws, ("mail",))] == ["mail"]
    turn = one_pass(ws)
    assert (turn.sent, turn.paused) == (4, False)
    assert [one["channel"] for one in events(ws, "channel_resumed")] == ["mail"]
    with ws.ledger.read() as tx:
        assert pauses.list_paused(tx) == []


def test_bounces_pause_a_channel_too(house: House, clock: Clock) -> None:
    ws = house.open(policy__pause_after="10")
    numbers = due(ws, *crowd(10))
    one_pass(ws)
    with ws.ledger.write() as tx:
        for number in numbers[:2]:
            [touch] = touches.of_cases(tx, [number])
            touches.receive(tx, touch.number, Receipt(kind=ReceiptKind.BOUNCED, at=START))
    clock.move(minutes=10)
    late = due(ws, dana(name="Late", email="late@here.ee", telegram=""))
    turn = one_pass(ws)
    assert (turn.sent, turn.paused, states(ws, late[0])) == (0, True, ["memo due"])


def test_a_refusal_that_found_another_way_counts_against_the_first(house: House) -> None:
    ws = house.open(policy__pause_after="3")
    house.mail.fates = ["refused"] * 9
    due(ws, *(dana(name=f"D{n}", email=f"d{n}@here.ee", telegram=str(n)) for n in range(1, 6)))
    turn = one_pass(ws)
    assert (len(house.telegram.left), turn.paused) == (3, True)
