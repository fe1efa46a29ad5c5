"""A message that takes too long to read is kept as unread and shown; the pass goes on behind it."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.engine.listening import Listening, key_of, listening, send_one, states_now
from tests.engine.world import Clock
from tests.fakes.made import make_channel
from voicenote.delivery.email.mail import Mail
from voicenote.delivery.inbound import Arrival, Inbound
from voicenote.engine.run.poll import receive, unmatched
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.run.scheduler import Daemon
from voicenote.engine.workspace import Workspace
from voicenote.errors import TookTooLong
from voicenote.ledger import arrivals
from voicenote.worker import Worker

ENDLESS = ("(a|a)*b", "a" * 90)
#: One of the forms of `re.fullmatch`, which has several.
FULLMATCH: Callable[[str, str], object] = re.fullmatch


class Slow(Listening):
    """A channel of which some letters take for ever; a process that can be ended reads them."""

    begun: Callable[[], object] = staticmethod(lambda: None)

    def __init__(self) -> None:
        super().__init__()
        self.endless: set[str] = set()

    def poll(self, after: str, since: date) -> Iterator[Arrival]:
        with Worker(0.3) as worker:
            for arrival in super().poll(after, since):
                if arrival.mark not in self.endless:
                    yield arrival
                    continue
                worker.run(len, "")
                self.begun()
                try:
                    worker.run(FULLMATCH, *ENDLESS)
                except TookTooLong as error:
                    inbound = arrival.inbound and replace(
                        arrival.inbound, receipt=None, answer=None
                    )
                    yield replace(arrival, inbound=inbound, broken=error.what)


@pytest.fixture
def world() -> Slow:
    return Slow()


@pytest.fixture
def ws(tmp_path: Path, clock: Clock, world: Slow) -> Iterator[Workspace]:
    with listening(tmp_path, clock, world) as opened:
        yield opened


@pytest.fixture
def sent(ws: Workspace, clock: Clock) -> int:
    return send_one(ws, clock)


def place_of(ws: Workspace) -> str:
    with ws.ledger.read() as tx:
        return arrivals.place(tx, "world")


def test_it_is_passed_over_and_those_behind_it_are_read(
    ws: Workspace, world: Slow, sent: int
) -> None:
    world.comes("slow", address="stranger@example.com", sender="A stranger")
    world.comes("a", keys=(key_of(ws, sent),), text="It is good now.")
    world.endless = {"slow"}
    received = receive(ws)
    assert received.kinds == {"unmatched": 1, "answered": 1}
    assert place_of(ws) == "2"
    (shown,) = unmatched(ws)
    assert (shown.sender, shown.reason) == ("A stranger", "it takes longer than 0.3 seconds")
    assert receive(ws).kinds == {}


def test_one_of_a_customer_holds_what_waits_for_them(ws: Workspace, world: Slow, sent: int) -> None:
    """It may say stop."""
    world.comes("slow", keys=(key_of(ws, sent),))
    world.endless = {"slow"}
    received = receive(ws)
    assert received.kinds == {"unmatched": 1}
    assert "held" in states_now(ws, sent)
    ((case, text),) = received.nudges
    assert case == sent
    assert "read it yourself" in text
    assert "voicenote plan N --resume" in text


def test_a_stop_that_the_channel_has_told_needs_no_words(
    ws: Workspace, world: Slow, sent: int
) -> None:
    """Such as the command /stop with a thousand words behind it."""
    world.comes("w", keys=(key_of(ws, sent),), text="/stop and so on", opt_out=True)
    assert receive(ws).kinds == {"opt-out": 1}
    assert "cancelled" in states_now(ws, sent)


def test_a_message_whose_words_cannot_be_told_is_kept_with_its_words(
    ws: Workspace, world: Slow, sent: int
) -> None:
    world.comes("w", keys=(key_of(ws, sent),), text="stop stop")
    world.post = [replace(each, broken="its words cannot be read") for each in world.post]
    assert receive(ws).kinds == {"unmatched": 1}
    (shown,) = unmatched(ws)
    assert shown.text == "stop stop"
    assert "held" in states_now(ws, sent)


@pytest.mark.parametrize("head", [True, False])
def test_a_letter_past_the_limit_tells_at_least_who_wrote_it(clock: Clock, head: bool) -> None:
    class Late(Worker):
        def run(self, work: Any, *given: Any, **named: Any) -> Any:
            if work.__name__ == "read_head" and head:
                return work(*given, **named)
            raise TookTooLong("it takes longer than 5 seconds")

    mail = make_channel(Mail, "email", {"host": "mail.example"}, clock)
    raw = b"From: Mari <mari@tamm.example>\r\nSubject: Re: cake\r\n\r\nhello"
    arrival = mail._read(Late(), raw, clock(), "1:7")
    assert arrival.broken == "the letter cannot be read (it takes longer than 5 seconds)"
    assert arrival.place == "1:7"
    assert arrival.address == ("mari@tamm.example" if head else "")
    assert isinstance(arrival.inbound, Inbound) == head
    assert arrival.inbound is None or arrival.inbound.answer is None


def test_a_daemon_obeys_in_the_midst_of_it(ws: Workspace, world: Slow, sent: int) -> None:
    """It reads no further than the message it is at, and sends nothing then."""
    for number in range(50):
        world.comes(f"slow {number}", address="stranger@example.com")
    world.endless = {arrival.mark for arrival in world.post}
    world.begun = lambda: os.kill(os.getpid(), signal.SIGTERM)
    told_of: list[object] = []
    watchdog = threading.Timer(60, os._exit, [1])
    watchdog.start()
    Daemon(ws, every_s=3600, tell=told_of.append).run()
    watchdog.cancel()
    assert place_of(ws) == "1"
    assert len(world.left) == 1


@pytest.mark.parametrize("many", [15, 30, 1000])
@pytest.mark.parametrize("end", ["", "this nonsense"])
def test_a_letter_of_stops_holds_no_pass(
    ws: Workspace, world: Slow, sent: int, many: int, end: str
) -> None:
    """The letter is read as it comes from a mailbox, by the pass, and so is the one behind it."""
    mail = make_channel(Mail, "email", {"host": "mail.example"}, ws.clock)
    raw = f"From: dana@example.com\r\nIn-Reply-To: <x@y>\r\n\r\n{'stop ' * many}{end}".encode()
    behind = b"From: Dana <dana@example.com>\r\nMessage-ID: <2@y>\r\n\r\nIt is good now."
    with Worker() as worker:
        world.post = [mail._read(worker, each, ws.clock(), "") for each in (raw, behind)]
    turn = one_pass(ws)
    assert (turn.received, place_of(ws)) == (2, "2")
    assert bool(states_now(ws, sent) & {"held", "cancelled"})
    kinds = " ".join(text for _, text in turn.nudges)
    assert ("may want no more messages" if end else "wants no more messages") in kinds
