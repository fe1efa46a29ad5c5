"""A customer is a set of addresses: a number in either form, an account's id, a user name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.listening import Listening, listening
from tests.engine.world import Clock, person, release, states, take, told, touches_of
from voicenote.delivery.inbound import Arrival, Inbound
from voicenote.engine.case.case_view import case_view
from voicenote.engine.run.lookahead import look
from voicenote.engine.run.poll import receive
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.ledger import case_store, optouts
from voicenote.model.case import Customer
from voicenote.model.receipt import KNOWN_AS, Receipt, ReceiptKind

NUMBER, ID = "+37255512345", "EE.1349120865530274"


class Chat(Listening):
    """A channel like WhatsApp: no mailbox, and it vouches for its addresses."""

    field = "whatsapp"
    is_mailbox = False
    known_as = ""

    def address(self, customer: Customer) -> str:
        return customer.address(self.field)

    def send(self, parcel, commit):  # type: ignore[no-untyped-def]  # as in World
        receipt = super().send(parcel, commit)
        return Receipt(kind=receipt.kind, at=receipt.at, detail={KNOWN_AS: self.known_as})


@pytest.fixture
def world() -> Chat:
    return Chat()


@pytest.fixture
def ws(tmp_path: Path, clock: Clock, world: Chat) -> Iterator[Workspace]:
    with listening(tmp_path, clock, world) as opened:
        yield opened


def sent_to(ws: Workspace, clock: Clock, **addresses: str) -> int:
    (number,) = take(
        ws, told(customer=person(name="Mari Tamm", time_zone="Europe/Tallinn", **addresses))
    )
    release(ws, number)
    assert one_pass(ws).sent == 1
    clock.move(hours=1)
    return number


def gone(ws: Workspace, number: int) -> bool:
    with ws.ledger.read() as tx:
        return optouts.has_opted_out(tx, number)


def customer(ws: Workspace, number: int) -> Customer:
    with ws.ledger.read() as tx:
        return case_store.get(tx, number).customer


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("+5511987654321", "+551187654321"),
        ("+551187654321", "+5511987654321"),
        ("+5491123456789", "+541123456789"),
        ("+541123456789", "+5491123456789"),
        ("+525512345678", "+5215512345678"),
        ("+525512345678", "5215512345678"),
        ("+2290197123456", "22997123456"),
        ("+2250707123456", "+22507123456"),
        ("+2250545123456", "+22545123456"),
        (NUMBER, NUMBER[1:]),
    ],
)
def test_either_number_of_one_telephone_is_heard(
    ws: Workspace, world: Chat, clock: Clock, ours: str, theirs: str
) -> None:
    number = sent_to(ws, clock, whatsapp=ours)
    world.comes("a", address=theirs, text="Stop", opt_out=True)
    receive(ws)
    assert gone(ws, number)


@pytest.mark.parametrize("other", ["+5511912345678", "+551131234567", "+5512987654321"])
def test_another_number_in_brazil_is_somebody_else(
    ws: Workspace, world: Chat, clock: Clock, other: str
) -> None:
    number = sent_to(ws, clock, whatsapp="+5511987654321")
    world.comes("a", address=other, sender=other, text="Stop", opt_out=True)
    receive(ws)
    assert not gone(ws, number)


@pytest.mark.parametrize("opt_out", [False, True])
def test_an_id_that_came_with_a_number_is_known_alone(
    ws: Workspace, world: Chat, clock: Clock, opt_out: bool
) -> None:
    number = sent_to(ws, clock, whatsapp=NUMBER)
    world.comes("a", address=NUMBER, aliases=(ID,), text="Thank you")
    receive(ws)
    assert ID.casefold() in customer(ws, number).marks
    assert customer(ws, number).address("whatsapp") == NUMBER
    world.comes("b", address=ID, sender="M", text="Stop", opt_out=opt_out)
    receive(ws)
    assert gone(ws, number) is opt_out
    assert len(case_view(ws, number).answers) == 2 - opt_out


def test_an_id_in_a_report_or_in_the_answer_to_a_send_is_learned(
    ws: Workspace, world: Chat, clock: Clock
) -> None:
    world.known_as = f"{NUMBER} {ID}"
    number = sent_to(ws, clock, whatsapp=NUMBER)
    assert ID.casefold() in customer(ws, number).marks
    assert customer(ws, number).address("whatsapp") == NUMBER
    key = world.left[0].key
    world.comes(
        "d", kind=ReceiptKind.DELIVERED, keys=(key,), address=NUMBER, aliases=("EE.777777",)
    )
    receive(ws)
    assert "ee.777777" in customer(ws, number).marks


def test_without_a_number_it_goes_to_the_id(ws: Workspace, world: Chat, clock: Clock) -> None:
    sent_to(ws, clock, whatsapp=ID)
    assert world.left[0].to == ID


def test_who_wrote_by_their_id_has_written_within_the_day(
    ws: Workspace, world: Chat, clock: Clock
) -> None:
    """The voice goes to the number, and the window was opened by the id."""
    number = sent_to(ws, clock, whatsapp=NUMBER)
    world.comes("a", address=NUMBER, aliases=(ID,), text="Hello")
    receive(ws)
    clock.move(hours=25)
    world.comes("b", address=ID, at=clock.now, text="Are you there?")
    receive(ws)
    with ws.ledger.read() as tx:
        touch = touches_of(ws, number)[0]
        view = look(ws, tx, [(touch.number, number)])[touch.number]
    assert (view.address, view.heard_at) == (NUMBER, clock.now)


def test_an_id_of_another_customer_is_not_learned(ws: Workspace, world: Chat, clock: Clock) -> None:
    first = sent_to(ws, clock, whatsapp=NUMBER)
    (second,) = take(ws, told("B", customer=person(name="Jaan", whatsapp=ID)))
    world.comes("a", address=NUMBER, aliases=(ID,), text="Stop", opt_out=True)
    receive(ws)
    assert (gone(ws, first), gone(ws, second)) == (True, True)
    assert ID.casefold() not in customer(ws, first).marks


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((NUMBER,), ("+37255599999",)),
        ((NUMBER, ID), ("+37255599999", "EE.22222")),
        ((ID,), ("EE.22222",)),
    ],
)
def test_who_moved_is_written_to_and_known_at_the_new_address(
    ws: Workspace, world: Chat, clock: Clock, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    number = sent_to(ws, clock, whatsapp=before[0])
    moved = Inbound(
        sender="", subject="", address=before[0], aliases=before[1:], moved_to=after, mark="m"
    )
    world.post.append(Arrival(mark="m", at=clock.now, inbound=moved, address=before[0]))
    received = receive(ws)
    assert received.kinds == {"moved": 1}
    assert any(after[0] in text for _, text in received.nudges)
    assert customer(ws, number).address("whatsapp") == after[0]
    assert not case_view(ws, number).answers
    assert "check-in due" in states(ws, number)
    world.comes("b", address=after[-1], text="Stop", opt_out=True)
    receive(ws)
    assert gone(ws, number)


def test_who_has_another_customers_address_now_is_held_and_shown(
    ws: Workspace, world: Chat, clock: Clock
) -> None:
    first = sent_to(ws, clock, whatsapp=NUMBER)
    take(ws, told("B", customer=person(name="Jaan", whatsapp="+37255599999")))
    moved = Inbound(sender="", subject="", address=NUMBER, moved_to=("+37255599999",), mark="m")
    world.post.append(Arrival(mark="m", at=clock.now, inbound=moved, address=NUMBER))
    assert receive(ws).kinds == {"unmatched": 1}
    assert customer(ws, first).address("whatsapp") == NUMBER
    assert "check-in held" in states(ws, first)


def test_nobody_who_moved_is_no_news(ws: Workspace, world: Chat, clock: Clock) -> None:
    sent_to(ws, clock, whatsapp=NUMBER)
    moved = Inbound(sender="", subject="", address="+37250000000", moved_to=(ID,), mark="m")
    world.post.append(Arrival(mark="m", at=clock.now, inbound=moved))
    assert receive(ws).kinds == {}
