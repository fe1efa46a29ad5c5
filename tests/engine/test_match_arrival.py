"""A person says which case a message is from that fits none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.engine.listening import Listening, key_of, listening
from tests.engine.world import Clock, person, release, states, take, told, touches_of, typed
from voicenote.delivery.inbound import Arrival
from voicenote.engine.case.case_edit import edit
from voicenote.engine.case.case_view import case_view
from voicenote.engine.case.closing import reopen
from voicenote.engine.case.consent import let_go
from voicenote.engine.case.decisions import close_in
from voicenote.engine.case.undo_command import undo_last
from voicenote.engine.run.match_arrival import match_by_hand
from voicenote.engine.run.match_undo import undo_match
from voicenote.engine.run.poll import receive, unmatched
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo, WrongUse
from voicenote.ledger import case_store, optouts
from voicenote.model.case import Customer, Outcome
from voicenote.model.receipt import ReceiptKind, Verdict

MARI, JAAN, NEW = "+37255512345", "+37251112222", "EE.12345"
SAID = {"address": NEW, "sender": "Mari T.", "text": "It is still blue"}


class Chat(Listening):
    """A channel like WhatsApp."""

    field = "whatsapp"
    is_mailbox = False

    def address(self, customer: Customer) -> str:
        return customer.address(self.field)


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Listening:
    return getattr(request, "param", Chat)()


@pytest.fixture
def ws(tmp_path: Path, clock: Clock, world: Listening) -> Iterator[Workspace]:
    with listening(tmp_path, clock, world) as opened:
        yield opened


@pytest.fixture
def cases(ws: Workspace, clock: Clock) -> tuple[int, int]:
    """The cases of Mari and Jaan, whose memos have left."""
    zone = {"time_zone": "Europe/Tallinn"}
    mari = person(name="Mari Tamm", whatsapp=MARI, email="mari@tamm.example", **zone)
    jaan = person(name="Jaan Kask", whatsapp=JAAN, email="jaan@kask.example", **zone)
    first, second = take(ws, told("A", customer=mari), told("B", customer=jaan))
    release(ws, first, second)
    assert one_pass(ws).sent == 2
    clock.move(hours=1)
    return first, second


def came(ws: Workspace, world: Listening, **more: Any) -> int:
    """Let a message come that fits nobody; return its number."""
    told = SAID | more
    if "kind" in more:
        del told["text"]
    world.comes(f"m{len(world.post)}", **told)
    receive(ws)
    return unmatched(ws)[-1].number


def whole(ws: Workspace, *numbers: int) -> list[object]:
    """All that a match can change, but for the history."""
    found: list[object] = []
    for number in numbers:
        view = case_view(ws, number)
        found.append((view.case.stage, view.case.round, view.answers, view.opted_out))
        found.append(view.case.customer.marks)
        found.append([(one.state, one.due_at, one.reason) for one in touches_of(ws, number)])
    return [*found, [replace(one, shown_at=None) for one in unmatched(ws)]]


def test_it_becomes_the_answer_of_its_case(
    ws: Workspace, world: Chat, cases: tuple[int, int]
) -> None:
    number = came(ws, world)
    done = match_by_hand(ws, number, cases[0])
    assert (done.kind, done.customer, done.learned) == ("answered", "Mari Tamm", (NEW,))
    view = case_view(ws, cases[0])
    assert [one.text for one in view.answers] == ["It is still blue"]
    assert "check-in due" not in states(ws, cases[0])
    assert "check-in held" not in states(ws, cases[0])
    assert "check-in due" in states(ws, cases[1])
    assert unmatched(ws) == []
    events = [line for line in view.history if line["event"] == "arrival_matched"]
    assert [line["actor"] for line in events] == [ws.ledger.actor]


def test_the_next_one_from_there_fits_and_messages_go_where_they_went(
    ws: Workspace, world: Chat, cases: tuple[int, int]
) -> None:
    match_by_hand(ws, came(ws, world), cases[0])
    world.comes("next", **SAID | {"text": "Hello?"})
    assert receive(ws).kinds == {"answered": 1}
    view = case_view(ws, cases[0])
    assert [one.text for one in view.answers] == ["It is still blue", "Hello?"]
    assert view.case.customer.address("whatsapp") == MARI
    assert NEW in [one.value for one in view.case.customer.addresses]


def test_it_is_recognised_in_the_same_way_as_by_its_address(
    ws: Workspace, world: Chat, cases: tuple[int, int]
) -> None:
    """What is matched by hand leaves the case as the same message from a known address."""
    match_by_hand(ws, came(ws, world), cases[0])
    world.comes("known", **SAID | {"address": JAAN})
    receive(ws)
    first, second = (case_view(ws, one) for one in cases)
    assert states(ws, cases[0]) == states(ws, cases[1])
    assert first.case.stage == second.case.stage
    assert [(a.verdict, a.text) for a in first.answers] == [
        (a.verdict, a.text) for a in second.answers
    ]


@pytest.mark.parametrize("world", [Chat, Listening], indirect=True)
def test_an_opt_out_is_honoured_at_once(
    ws: Workspace, world: Listening, cases: tuple[int, int]
) -> None:
    more = {"text": "stop", "opt_out": True}
    if world.is_mailbox:
        more |= {"address": "mari.tamm@home.example", "sender": "Mari Tamm"}
    done = match_by_hand(ws, came(ws, world, **more), cases[0])
    assert done.kind == "opt-out"
    with ws.ledger.read() as tx:
        assert optouts.find_gone(tx, cases) == {cases[0]}
    assert not {"check-in due", "check-in held"} & set(states(ws, cases[0]))
    assert "check-in due" in states(ws, cases[1])
    with pytest.raises(RuleSaysNo, match="an opt-out is never taken back"):
        undo_match(ws)


def test_words_that_may_be_an_opt_out_hold_her_case(
    ws: Workspace, world: Chat, cases: tuple[int, int]
) -> None:
    text = "I thought I had unsubscribed"
    done = match_by_hand(ws, came(ws, world, text=text, may_opt_out=True), cases[0])
    assert [note for note in done.notes if "may want no more messages" in note]


def test_whom_it_was_not_goes_on(ws: Workspace, world: Chat, clock: Clock) -> None:
    """Two customers are called Mari; it was the second."""
    people = [person(name=name, whatsapp=to, time_zone="Europe/Tallinn")
              for name, to in (("Mari Tamm", MARI), ("Mari Kask", JAAN))]  # fmt: skip
    first, second = take(ws, *(told(one.name, customer=one) for one in people))
    release(ws, first, second)
    one_pass(ws)
    number = came(ws, world, sender="Mari")
    assert "check-in held" in states(ws, first)
    done = match_by_hand(ws, number, second)
    assert done.let_go == (first, second)
    assert "check-in due" in states(ws, first)
    assert "check-in due" not in states(ws, second)


def test_a_button_keeps_its_verdict(ws: Workspace, world: Chat, cases: tuple[int, int]) -> None:
    number = came(ws, world, verdict=Verdict.NOT_YET, text="")
    match_by_hand(ws, number, cases[0])
    assert case_view(ws, cases[0]).case.round == 2
    with pytest.raises(RuleSaysNo, match="new round"):
        undo_match(ws)


def test_our_own_words_in_it_are_not_hers(
    ws: Workspace, world: Chat, cases: tuple[int, int]
) -> None:
    view = case_view(ws, cases[0])
    assert view.script is not None
    number = came(ws, world, text=f"No!\n{view.script.text}")
    match_by_hand(ws, number, cases[0])
    assert [one.text for one in case_view(ws, cases[0]).answers] == ["No!"]


def test_a_letter_that_cannot_be_read_is_hers_too(
    ws: Workspace, world: Chat, cases: tuple[int, int]
) -> None:
    world.post.append(Arrival(mark="b", at=world.now(), broken="it is torn", address=NEW))
    receive(ws)
    match_by_hand(ws, unmatched(ws)[0].number, cases[0])
    assert [one.text for one in case_view(ws, cases[0]).answers] == ["[it is torn]"]


def test_who_has_joined_without_a_link_can_be_reached(
    ws: Workspace, world: Chat, cases: tuple[int, int]
) -> None:
    world.post.append(Arrival(mark="j", at=world.now(), joins=True, address=NEW, sender="Mari"))
    receive(ws)
    done = match_by_hand(ws, unmatched(ws)[0].number, cases[0])
    assert (done.kind, done.learned) == ("joined", (NEW,))
    assert not case_view(ws, cases[0]).answers


def test_what_cannot_be_is_refused(ws: Workspace, world: Chat, cases: tuple[int, int]) -> None:
    number = came(ws, world)
    with pytest.raises(WrongUse, match="there is no case 99"):
        match_by_hand(ws, number, 99)
    with pytest.raises(WrongUse, match="there is no message 99"):
        match_by_hand(ws, 99, cases[0])
    with ws.ledger.write() as tx:
        close_in(tx, cases[0], Outcome.LOST)
    with pytest.raises(RuleSaysNo, match=f"case {cases[0]} is closed"):
        match_by_hand(ws, number, cases[0])
    reopen(ws, cases[0], "she wrote")
    match_by_hand(ws, number, cases[0])
    with pytest.raises(RuleSaysNo, match=f"belongs to case {cases[0]} already"):
        match_by_hand(ws, number, cases[1])
    gone = came(ws, world, address="EE.777", sender="Mari Tamm")
    let_go(ws, gone)
    with pytest.raises(RuleSaysNo, match="was let go"):
        match_by_hand(ws, gone, cases[0])


def test_a_machines_report_is_nobodys_answer(
    ws: Workspace, world: Chat, cases: tuple[int, int]
) -> None:
    number = came(ws, world, kind=ReceiptKind.BOUNCED, address="", sender="")
    with pytest.raises(RuleSaysNo, match="machine's report"):
        match_by_hand(ws, number, cases[0])


def test_another_customers_address_is_crossed_only_when_told(
    ws: Workspace, world: Chat, cases: tuple[int, int]
) -> None:
    """Jaan's telephone presses the button below what Mari was sent."""
    key = key_of(ws, cases[0])
    number = came(ws, world, address=JAAN, keys=(key,), text="It is Mari", sender="Jaan")
    with pytest.raises(RuleSaysNo, match="an address of Jaan Kask"):
        match_by_hand(ws, number, cases[0])
    assert not case_view(ws, cases[0]).answers
    done = match_by_hand(ws, number, cases[0], anyway=True)
    assert (done.learned, done.kind) == ((), "answered")
    assert JAAN not in [one.value for one in case_view(ws, cases[0]).case.customer.addresses]
    with ws.ledger.read() as tx:
        assert JAAN in case_store.get(tx, cases[1]).customer.marks


@pytest.mark.parametrize("world", [Chat, Listening], indirect=True)
def test_it_is_taken_back_whole(
    ws: Workspace, world: Listening, clock: Clock, cases: tuple[int, int]
) -> None:
    key = key_of(ws, cases[0])
    world.comes("d", kind=ReceiptKind.DELIVERED, keys=(key,), address="", sender="")
    more: dict[str, Any] = {}
    if world.is_mailbox:
        more = {"keys": ("c1r1-memo-000000000000",), "address": "mari.tamm@home.example"}
    number = came(ws, world, **more)
    before = whole(ws, *cases)
    done = match_by_hand(ws, number, cases[0])
    assert whole(ws, *cases) != before
    back = undo_match(ws)
    assert back is not None
    assert (back.message, back.case) == (number, cases[0])
    assert whole(ws, *cases) == before
    assert undo_match(ws) is None
    again = match_by_hand(ws, number, cases[1])
    assert again.learned == done.learned


def test_what_has_followed_keeps_it(ws: Workspace, world: Chat, cases: tuple[int, int]) -> None:
    match_by_hand(ws, came(ws, world), cases[0])
    world.comes("next", **SAID)
    receive(ws)
    with pytest.raises(RuleSaysNo, match="something has followed"):
        undo_match(ws)


def test_what_was_undone_itself_is_no_obstacle(
    ws: Workspace, world: Chat, cases: tuple[int, int]
) -> None:
    match_by_hand(ws, came(ws, world), cases[0])
    with typed(ws, "edit"):
        edit(ws, cases[0], {"feeling": "sad"})
    assert undo_last(ws) is not None
    assert undo_match(ws) is not None


def test_what_was_kept_before_has_its_words(
    ws: Workspace, world: Chat, cases: tuple[int, int]
) -> None:
    """A ledger from before schema 0012 keeps no address in plain, but the words and the reason."""
    number = came(ws, world, text="stop", opt_out=True)
    with ws.ledger.engine.begin() as raw:
        raw.exec_driver_sql("UPDATE arrivals SET heard = '{}'")
    done = match_by_hand(ws, number, cases[0])
    assert (done.kind, done.learned) == ("opt-out", ())
    with ws.ledger.read() as tx:
        assert optouts.find_gone(tx, cases) == {cases[0]}
