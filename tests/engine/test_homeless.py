"""What fits no customer holds whom it may be from, until a person has looked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, insert

from tests.engine.listening import Listening, listening
from tests.engine.world import Clock, person, release, states, take, told, touches_of
from voicenote.engine.case.approval import resume
from voicenote.engine.case.attention import post_problems, what_needs_me
from voicenote.engine.case.consent import UNPLACED, hold_in, let_go, let_go_in
from voicenote.engine.run.poll import receive, unmatched
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import WrongUse
from voicenote.ledger import case_store, doubts, optouts, tables, touches
from voicenote.model.case import Customer

MARI, JAAN = "+37255512345", "+37251112222"


class Chat(Listening):
    """A channel like WhatsApp."""

    field = "whatsapp"
    is_mailbox = False

    def address(self, customer: Customer) -> str:
        return customer.address(self.field)


@pytest.fixture
def world() -> Chat:
    return Chat()


@pytest.fixture
def ws(tmp_path: Path, clock: Clock, world: Chat) -> Iterator[Workspace]:
    with listening(tmp_path, clock, world) as opened:
        yield opened


@pytest.fixture
def cases(ws: Workspace, clock: Clock) -> tuple[int, int]:
    """The cases of Mari and Jaan, whose memos have left."""
    zone = {"time_zone": "Europe/Tallinn"}
    mari = person(name="Mari Tamm", whatsapp=MARI, **zone)
    jaan = person(name="Jaan Kask", whatsapp=JAAN, **zone)
    first, second = take(ws, told("A", customer=mari), told("B", customer=jaan))
    release(ws, first, second)
    assert one_pass(ws).sent == 2
    clock.move(hours=1)
    return first, second


STOP = {"address": "EE.12345", "sender": "Mari T. EE.12345", "text": "stop", "opt_out": True}


def test_an_opt_out_of_nobody_holds_the_likely_ones_and_is_shown(
    ws: Workspace, world: Chat, cases: tuple[int, int]
) -> None:
    world.comes("a", **STOP)
    received = receive(ws)
    assert received.kinds == {"unmatched": 1}
    (one,) = received.unmatched
    assert (one.held, one.whom) == ((cases[0],), f"Mari Tamm (case {cases[0]})")
    assert "want no more messages" in one.reason
    assert "check-in held" in states(ws, cases[0])
    assert "check-in due" in states(ws, cases[1])
    need = what_needs_me(ws).apart[0]
    assert (need.urgency, "Mari Tamm" in need.what) == ("unmatched", True)
    assert f"receive --let-go {one.number}" in need.do
    with ws.ledger.read() as tx:
        assert optouts.find_gone(tx, cases) == set()


@pytest.mark.parametrize("way", ["let go", "resume"])
def test_a_person_lets_it_go_on(
    ws: Workspace, world: Chat, clock: Clock, cases: tuple[int, int], way: str
) -> None:
    world.comes("a", **STOP)
    receive(ws)
    clock.move(days=3)
    assert one_pass(ws).sent == 1  # Jaan's
    let_go(ws, unmatched(ws)[0].number) if way == "let go" else resume(ws, cases[0])
    assert "check-in due" in states(ws, cases[0])
    clock.move(days=1)
    assert one_pass(ws).sent >= 1
    left = [one.what for one in what_needs_me(ws).apart if "let-go" in one.do]
    assert len(left) == (way == "resume")  # it is still nobody's, and holds nothing
    assert not any("nothing goes" in one for one in left)


def test_what_two_messages_hold_goes_on_after_both(
    ws: Workspace, world: Chat, cases: tuple[int, int]
) -> None:
    world.comes("a", **STOP)
    world.comes("b", **STOP)
    receive(ws)
    first, second = (one.number for one in unmatched(ws))
    let_go(ws, first)
    assert "check-in held" in states(ws, cases[0])
    let_go(ws, second)
    assert "check-in due" in states(ws, cases[0])
    with pytest.raises(WrongUse, match="was put away already"):
        let_go(ws, second)


def test_what_holds_nobody_is_shown_until_it_is_put_away(
    ws: Workspace, world: Chat, cases: tuple[int, int]
) -> None:
    """Listing it is not enough: whoever wrote still waits for an answer."""
    world.comes("a", address="+4915112345678", sender="Uwe Seiler", text="Who are you?")
    (one,) = receive(ws).unmatched
    assert (one.held, unmatched(ws)[0].number) == ((), one.number)
    (need,) = what_needs_me(ws).apart
    assert "Uwe Seiler has written" in need.what
    assert f"receive --let-go {one.number}" in need.do
    assert dict(post_problems(ws)) == {
        "1 message matched to no case": "voicenote receive --unmatched"
    }
    assert let_go(ws, one.number) == ()
    assert (what_needs_me(ws).apart, list(post_problems(ws)), unmatched(ws)) == ((), [], [])
    with pytest.raises(WrongUse, match="there is no message 99"):
        let_go(ws, 99)


def test_thousands_are_held_and_let_go_in_few_statements(
    ws: Workspace, world: Chat, clock: Clock, cases: tuple[int, int]
) -> None:
    """One at a time, 50,000 take minutes, during which nobody else can write."""
    world.comes("a", address="+4915112345678", sender="Uwe Seiler", text="Who are you?")
    (came,) = receive(ws).unmatched
    count, later = 1200, clock() + timedelta(days=3)
    with ws.ledger.write() as tx:
        told_ = [told(str(n), customer=person(name=f"P{n}", email="")) for n in range(count)]
        numbers = [one.case for one in case_store.add(tx, told_)]
        due = [
            {"key": f"k{one}", "case": one, "round": 1, "plan": "standard", "step": 2,
             "kind": "check-in", "channel": "world", "wanted_at": later, "due_at": later,
             "state": "due"}
            for one in numbers
        ]  # fmt: skip
        tx.connection.execute(insert(tables.touches), due)
        statements: list[str] = []
        event.listen(
            tx.connection, "before_cursor_execute", lambda *seen: statements.append(seen[2])
        )
        doubts.add(tx, came.number, numbers, "")
        assert hold_in(tx, numbers, "", UNPLACED) == count
        assert {one.state.value for one in touches.of_cases(tx, numbers)} == {"held"}
        assert len(let_go_in(ws, tx, came.number)) == count
        assert {one.state.value for one in touches.of_cases(tx, numbers)} == {"due"}
    assert len(statements) < 80


def test_many_that_hold_nobody_are_counted(
    ws: Workspace, world: Chat, cases: tuple[int, int]
) -> None:
    for number in range(9):
        world.comes(f"a{number}", address=f"+4915112345{number:03}", sender="Uwe", text="Who?")
    receive(ws)
    told = [one.what for one in what_needs_me(ws).apart]
    assert told[-1] == f"{9 - len(told) + 1} messages matched to no case"


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_what_her_own_words_hold_stays_held(
    ws: Workspace, world: Chat, cases: tuple[int, int], order: str
) -> None:
    """The owner has looked at the stranger's message, and not yet at Mari's question."""
    mari = person(name="Mari Tamm", whatsapp=MARI, time_zone="Europe/Tallinn")
    (second,) = take(ws, told("C", customer=mari))
    release(ws, second)
    key = touches_of(ws, cases[0])[0].key
    question = {"address": MARI, "text": "I thought I unsubscribed?", "may_opt_out": True}
    for mark in order:
        world.comes(mark, **(STOP if mark == "a" else question | {"keys": (key,)}))
        receive(ws)
    assert "memo held" in states(ws, second)
    let_go(ws, unmatched(ws)[0].number)
    assert "memo held" in states(ws, second)
    resume(ws, second)
    assert "memo due" in states(ws, second)


def test_what_is_booked_later_is_held_too(ws: Workspace, world: Chat, clock: Clock) -> None:
    """The memo was approved after the stop that nobody could place."""
    mari = person(name="Mari Tamm", whatsapp=MARI, time_zone="Europe/Tallinn")
    (number,) = take(ws, told(customer=mari))
    world.comes("a", **STOP)
    receive(ws)
    release(ws, number)
    assert one_pass(ws).sent == 0
    assert "memo held" in states(ws, number)


def test_a_message_of_nobody_holds_its_channel_only(
    ws: Workspace, world: Chat, cases: tuple[int, int]
) -> None:
    world.comes("a", **STOP | {"opt_out": False, "text": "It is still blue"})
    receive(ws)
    assert "check-in held" in states(ws, cases[0])
    (one,) = unmatched(ws)
    assert "want no more" not in one.reason


def test_a_stranger_holds_nobody(ws: Workspace, world: Chat, cases: tuple[int, int]) -> None:
    world.comes("a", address="+37250000000", sender="Peeter", text="Hi", opt_out=False)
    receive(ws)
    assert [one.held for one in unmatched(ws)] == [()]
    assert "check-in due" in states(ws, cases[0])


def test_an_opt_out_about_two_cases_of_one_customer_is_told_of_her(
    ws: Workspace, world: Chat, cases: tuple[int, int]
) -> None:
    mari = person(name="Mari Tamm", whatsapp=MARI, time_zone="Europe/Tallinn")
    take(ws, told("C", customer=mari))
    world.comes("a", **STOP | {"address": MARI})
    received = receive(ws)
    assert received.kinds == {"opt-out": 1}
    assert [text for _, text in received.nudges if "Mari Tamm wants no more messages" in text]


@pytest.mark.parametrize("said", ["stop", "hello"])
def test_an_id_is_learnt_though_it_may_be_about_several_cases(
    ws: Workspace, world: Chat, cases: tuple[int, int], said: str
) -> None:
    """Mari has two cases; her id alone must be known from now on."""
    mari = person(name="Mari Tamm", whatsapp=MARI, time_zone="Europe/Tallinn")
    (second,) = take(ws, told("C", customer=mari))
    stops = said == "stop"
    world.comes("a", address=MARI, aliases=("EE.12345",), text=said, opt_out=stops, sender="M.")
    receive(ws)
    world.comes("b", address="EE.12345", sender="M. EE.12345", text="stop", opt_out=True)
    assert receive(ws).kinds == {"opt-out": 1}
    with ws.ledger.read() as tx:
        assert optouts.find_gone(tx, [*cases, second]) == {cases[0], second}


def test_a_stop_whose_replies_go_to_a_customer_of_several_cases_is_theirs(
    tmp_path: Path, clock: Clock
) -> None:
    """From a telephone's own address, with the usual one in Reply-To."""
    world = Listening()
    with listening(tmp_path, clock, world) as ws:
        cases = take(ws, told("A"), told("B"), told("C", name="Jaan", email="jaan@t.example"))
        at = {"address": "d@phone.example", "aliases": ("dana@example.com",), "sender": "d@phone"}
        world.comes("a", text="stop", opt_out=True, **at)
        assert receive(ws).kinds == {"opt-out": 1}
        with ws.ledger.read() as tx:
            assert optouts.find_gone(tx, cases) == set(cases[:2])


class Post(Chat):
    """A channel like a mailbox, which holds unrelated letters too."""

    field = "email"
    is_mailbox = True


@pytest.mark.parametrize(
    ("sender", "address", "is_hers"),
    [
        ("Mari Tamm", "mt.new@gmail.com", True),
        ("Tamm, Mari", "someone@gmail.com", True),
        ("", "mari.tamm@gmail.com", True),
        ("Mari", "mari77@gmail.com", False),
        ("Weekly Offers", "news@offers.example", False),
    ],
)
def test_a_letter_from_a_customers_name_is_shown_and_one_from_a_first_name_is_not(
    tmp_path: Path, clock: Clock, sender: str, address: str, *, is_hers: bool
) -> None:
    post = Post()
    with listening(tmp_path, clock, post) as ws:
        mari = person(name="Mari Tamm", email="mari@shop.ee", time_zone="Europe/Tallinn")
        (number,) = take(ws, told("A", customer=mari))
        release(ws, number)
        assert one_pass(ws).sent == 1
        clock.move(hours=1)
        post.comes("a", address=address, sender=sender, text="The cake is still not here.")
        received = receive(ws)
        assert [one.held for one in received.unmatched] == ([(number,)] if is_hers else [])
        assert ("check-in held" in states(ws, number)) is is_hers
