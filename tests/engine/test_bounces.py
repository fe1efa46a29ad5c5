"""What comes back takes its next way, where it is sure that nobody has it; else it is shown."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.engine.world import (
    START,
    Clock,
    World,
    person,
    release,
    states,
    take,
    told,
    touches_of,
    without_sound,
)
from tests.engine.world import workspace as plain_workspace
from voicenote.delivery.inbound import Arrival, Inbound
from voicenote.engine.case import closing, consent
from voicenote.engine.case.approval import approve_cases, change_plan, hold
from voicenote.engine.case.attention import what_needs_me
from voicenote.engine.case.case_view import case_view
from voicenote.engine.run import recovery
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.ledger import arrivals, case_reports, case_store
from voicenote.model.address import Address
from voicenote.model.case import Customer
from voicenote.model.receipt import UNDELIVERED, Receipt, ReceiptKind, Verdict
from voicenote.model.touch import Touch

ENV = {
    "VOICENOTE_CHANNELS__MAIL__KIND": "email",
    "VOICENOTE_CHANNELS__OTHER__KIND": "email",
    "VOICENOTE_CHANNELS__WHATSAPP__KIND": "whatsapp",
    "VOICENOTE_CHANNELS__TELEGRAM__KIND": "telegram",
    "VOICENOTE_CHANNELS__TELEGRAM__PER_HOUR": "1",
    "VOICENOTE_SCHEDULE__PLAN": "few-words",
}
MAIL, CHAT = "dana@here.ee", "77"


@dataclass
class Way(World):
    """A channel for the addresses of one kind, which hears what is in its post."""

    post: list[Arrival] = dataclasses.field(default_factory=list)
    field: str = "email"
    is_mailbox = True

    def address(self, customer: Customer) -> str:
        return customer.address(self.field)

    def poll(self, after: str, since: date) -> Iterator[Arrival]:
        del after, since
        yield from self.post


@dataclass
class House:
    """A workspace whose customers can be reached by two mailboxes and a chat."""

    ws: Workspace
    clock: Clock
    ways: dict[str, Way]

    @property
    def left(self) -> list[tuple[str, str]]:
        return [(name, parcel.to) for name, way in self.ways.items() for parcel in way.left]

    def sent(self, **changes: Any) -> Touch:
        """The memo of a new case, which has left by mail."""
        dana = {"name": "Dana", "email": MAIL, "telegram": CHAT, "time_zone": "UTC", **changes}
        ref = f"A-{len(self.left)}"
        [number] = take(self.ws, told(ref, customer=person(**dana), days=None))
        release(self.ws, number)
        assert one_pass(self.ws).sent == 1
        self.clock.move(minutes=5)
        return touches_of(self.ws, number)[0]

    def comes_back(self, touch: Touch, mark: str = "1", by: str = "mail", to: str = MAIL) -> None:
        """Put the report of a server for which this address takes nothing into the post."""
        detail = {"status": "5.1.1", "reason": "no such user", UNDELIVERED: to}
        receipt = Receipt(kind=ReceiptKind.BOUNCED, at=self.clock(), detail=detail)
        inbound = Inbound(sender="mx", subject="", keys=(touch.key,), receipt=receipt, address=to)
        self.ways[by].post.append(Arrival(mark=mark, at=self.clock(), inbound=inbound, address=to))

    def events(self, name: str) -> list[dict[str, Any]]:
        with self.ws.ledger.read() as tx:
            return [row for row in case_reports.history(tx) if row["event"] == name]


@pytest.fixture
def house(tmp_path: Path, clock: Clock) -> Iterator[House]:
    ways = {
        "mail": Way(name="mail"),
        "other": Way(name="other"),
        "whatsapp": Way(name="whatsapp", field="whatsapp"),
        "telegram": Way(name="telegram", field="telegram"),
    }
    with without_sound():
        ws = plain_workspace(tmp_path, clock, ways["mail"], ENV)
        outbox = Way(name="outbox", folder=tmp_path)
        ws.make_channel = lambda name: ways.get(name, outbox)
        for way in (*ways.values(), outbox):
            way.now = clock
        yield House(ws, clock, ways)
        ws.close()


def test_what_came_back_goes_by_the_next_way_to_another_address(house: House) -> None:
    """The other mailbox would write to the same address, so it is passed over."""
    memo = house.sent()
    house.comes_back(memo)
    turn = one_pass(house.ws)
    assert (turn.received, turn.sent, turn.failed) == (1, 1, 0)
    assert house.left == [("mail", MAIL), ("telegram", CHAT)]
    [touch] = touches_of(house.ws, memo.case)
    assert (touch.state.value, touch.channel, touch.attempt) == ("accepted", "telegram", 1)
    assert touch.key == memo.key
    [event] = house.events("touch_took_another_way")
    assert (event["from"], event["to"], event["bounced"]) == ("mail", "telegram", True)


def test_the_owner_is_told_where_it_goes_and_sees_who_brought_it_back(house: House) -> None:
    house.clock.move(hours=9)  # it leaves in the evening, and waits for the morning then
    memo = house.sent()
    house.clock.move(hours=1)
    house.comes_back(memo)
    turn = one_pass(house.ws)
    assert turn.sent == 0
    [(case, text)] = turn.nudges
    assert case == memo.case
    assert "the memo to Dana came back (5.1.1 no such user); it goes by telegram now" in text
    [shown] = case_view(house.ws, memo.case).messages
    assert (shown.state, shown.channel, shown.refused_by) == ("due", "telegram", ["mail"])
    assert "it came back from mail, so it goes by telegram" in shown.reason
    assert shown.due_at == START.replace(hour=9) + timedelta(days=1)
    house.clock.move(hours=14)
    assert one_pass(house.ws).sent == 1


def test_it_comes_back_from_every_way_and_then_no_more(house: House) -> None:
    memo = house.sent(whatsapp="+3725")
    house.comes_back(memo, "1")
    one_pass(house.ws)
    house.comes_back(memo, "2", "telegram", CHAT)
    one_pass(house.ws)
    house.comes_back(memo, "3", "whatsapp", "+3725")
    one_pass(house.ws)
    assert house.left == [("mail", MAIL), ("whatsapp", "+3725"), ("telegram", CHAT)]
    assert states(house.ws, memo.case) == ["memo bounced"]


def test_what_the_next_way_refuses_does_not_go_back_to_the_first(house: House) -> None:
    memo = house.sent()
    house.comes_back(memo)
    house.ways["telegram"].fates = ["refused"]
    assert one_pass(house.ws).failed == 1
    assert house.left == [("mail", MAIL)]
    assert states(house.ws, memo.case) == ["memo refused"]


def test_a_folder_that_an_order_names_takes_what_came_back(house: House) -> None:
    """It has the dead address for a note, and a person to look at it."""
    memo = house.sent(channel="mail, other, outbox")
    house.comes_back(memo)
    one_pass(house.ws)
    assert touches_of(house.ws, memo.case)[0].channel == "outbox"


def test_a_report_that_comes_twice_changes_nothing_the_second_time(house: House) -> None:
    memo = house.sent()
    house.comes_back(memo, "1")
    one_pass(house.ws)
    house.comes_back(memo, "2")
    house.clock.move(minutes=5)
    turn = one_pass(house.ws)
    assert ["another way since" in one.reason for one in turn.unmatched] == [True]
    assert states(house.ws, memo.case) == ["memo accepted"]
    assert len(house.left) == 2


def without_another(house: House) -> Touch:
    return house.sent(telegram="")


def of_one_channel(house: House) -> Touch:
    return house.sent(channel="mail")


def held(house: House) -> Touch:
    memo = house.sent()
    change_plan(house.ws, memo.case, "make-it-right")
    hold(house.ws, memo.case)
    return memo


def answered(house: House) -> Touch:
    memo = house.sent()
    closing.answer(house.ws, memo.case, Verdict.UNCLEAR, "I have heard of it", "")
    return memo


def gone(house: House) -> Touch:
    memo = house.sent()
    consent.opt_out(house.ws, str(memo.case))
    return memo


def sent_again(house: House) -> Touch:
    """A person has sent it again by the same way: of which letter a report speaks nobody knows."""
    memo = without_another(house)
    house.comes_back(memo, "0")
    one_pass(house.ws)
    house.clock.move(minutes=5)
    recovery.settle_again(house.ws, memo.case, "mail")
    assert one_pass(house.ws).sent == 1
    with house.ws.ledger.write() as tx:
        case = case_store.get(tx, memo.case)
        arrivals.join(tx, case, Address("telegram", CHAT))
    return memo


@pytest.mark.parametrize(
    "case_of", [without_another, of_one_channel, held, answered, gone, sent_again]
)
def test_where_there_is_no_way_or_a_person_decides_it_stays_bounced(
    house: House, case_of: Callable[[House], Touch]
) -> None:
    memo = case_of(house)
    before = house.left
    house.clock.move(minutes=5)
    house.comes_back(memo)
    one_pass(house.ws)
    assert "memo bounced" in states(house.ws, memo.case)
    assert house.left == before
    assert house.events("touch_took_another_way") == []


def test_what_a_person_sent_by_another_way_is_theirs_when_it_comes_back(house: House) -> None:
    """Whether the letter before it arrived was uncertain: their word of then is not for ever."""
    house.ways["mail"].can_ask = False
    house.ways["mail"].fates = ["unknown, sent"]
    dana = person(name="Dana", email=MAIL, telegram=CHAT, whatsapp="+3725", time_zone="UTC")
    [number] = take(house.ws, told(customer=dana, days=None))
    release(house.ws, number)
    assert one_pass(house.ws).uncertain == 1
    house.clock.move(minutes=5)
    recovery.settle_again(house.ws, number, "whatsapp")
    assert one_pass(house.ws).sent == 1
    house.clock.move(minutes=5)
    house.comes_back(touches_of(house.ws, number)[0], "1", "whatsapp", "+3725")
    one_pass(house.ws)
    assert states(house.ws, number) == ["memo bounced"]
    assert house.left == [("mail", MAIL), ("whatsapp", "+3725")]


def test_what_stays_bounced_needs_the_owner(house: House) -> None:
    memo = house.sent(telegram="")
    house.comes_back(memo)
    one_pass(house.ws)
    [need] = what_needs_me(house.ws).needs
    assert "was bounced (5.1.1 no such user)" in need.sentence
    assert need.command == f"voicenote resend {memo.case}"


def test_what_would_be_too_late_by_the_next_way_stays_bounced(house: House) -> None:
    memo = house.sent()
    house.clock.move(days=60)
    house.comes_back(memo)
    one_pass(house.ws)
    assert states(house.ws, memo.case) == ["memo bounced"]


def test_a_limit_holds_it_like_everything_else(house: House) -> None:
    first, second = house.sent(), house.sent(name="Jon", email="jon@here.ee", telegram="78")
    house.comes_back(first, "1")
    house.comes_back(second, "2", to="jon@here.ee")
    turn = one_pass(house.ws)
    assert (turn.sent, [one.why for one in turn.held]) == (1, ["limit of 1 an hour by telegram"])
    house.clock.move(hours=1)
    assert one_pass(house.ws).sent == 1


@pytest.mark.parametrize("to", [MAIL, ""])
def test_a_memo_that_came_back_is_booked_again_only_by_resend(house: House, to: str) -> None:
    """A report may be wrong about it: `approve` and another plan don't make a second apology."""
    touch = house.sent(telegram="")
    house.comes_back(touch, to=to or "somebody@else.ee")
    one_pass(house.ws)
    assert states(house.ws, 1)[0] == "memo bounced"
    with pytest.raises(RuleSaysNo) as no:
        list(approve_cases(house.ws, [1]))
    assert "voicenote resend 1" in no.value.advice
    change_plan(house.ws, 1, "make-it-right")
    assert one_pass(house.ws).sent == 0
    assert [one for one in states(house.ws, 1) if one.startswith("memo")] == ["memo bounced"]
    recovery.settle_again(house.ws, 1)
    assert one_pass(house.ws).sent == 1
