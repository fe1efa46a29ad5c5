"""A machine that is put back, ledger and memory together: who keeps what was sent is asked first.

The Sent folder is that of a real Dovecot. A channel that nobody can ask sends again.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.engine.world import (
    World,
    release,
    states,
    take,
    told,
    touches_of,
    without_sound,
    workspace,
)
from tests.fakes.made import make_channel
from tests.faults.mail_pair import MailPair
from voicenote.delivery.email.mail import Mail
from voicenote.delivery.outbox import Outbox
from voicenote.engine.ledger_identity import MachineRecords
from voicenote.engine.run.run_once import Turn, one_pass
from voicenote.errors import Postponed
from voicenote.model.receipt import Parcel, Receipt

ENV = {
    "VOICENOTE_SCHEDULE__QUIET_HOURS": "off",
    "VOICENOTE_SCHEDULE__WORKING_DAYS": "all",
    "VOICENOTE_OWNER__EMAIL": "anna@bakery.example",
    "VOICENOTE_CHANNELS__WORLD__KIND": "outbox",
}


class Now:
    """The clock of the servers, moved on."""

    def __init__(self) -> None:
        self.more = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.more


class Machine:
    """A workspace with one memo that is due, by `channel`; all that it knows can be put back."""

    def __init__(self, folder: Path, make: Callable[[Now], Any]) -> None:
        self.folder, self.now = folder, Now()
        self.channel = make(self.now)
        self.sent = 0
        plain = self.channel.send

        def send(parcel: Parcel, commit: Callable[[], None]) -> Receipt:
            receipt: Receipt = plain(parcel, commit)
            self.sent += 1
            return receipt

        self.channel.send = send
        (folder / "disk" / "home").mkdir(parents=True)

    def run(self, *, first: bool = False) -> Turn:
        """Make a pass; the first one takes a complaint in and releases its memo before."""
        there = MachineRecords(self.folder / "disk" / "state", "desk")
        home = self.folder / "disk" / "home"
        ws = workspace(home, self.now, World(), ENV, there)
        ws.make_channel = lambda _name: self.channel
        try:
            one_pass(ws)
            if first:
                person = told(
                    opened_at=self.now(), days=None, email="mari@tamm.example", time_zone="UTC"
                )
                release(ws, *take(ws, person))
                return Turn()
            turn = one_pass(ws)
            self.states = states(ws, 1)
            self.sent_at = touches_of(ws, 1)[0].sent_at
            return turn
        finally:
            ws.close()

    def snapshot(self) -> None:
        shutil.copytree(self.folder / "disk", self.folder / "snapshot")

    def put_back(self) -> None:
        """Put the very files back: a snapshot of a whole disk keeps their inodes."""
        for file in (self.folder / "snapshot").rglob("*"):
            if file.is_file():
                there = self.folder / "disk" / file.relative_to(self.folder / "snapshot")
                there.write_bytes(file.read_bytes())
        for file in (self.folder / "disk").rglob("ledger.db-*"):
            file.unlink()


@pytest.fixture(autouse=True)
def quietly() -> Iterator[None]:
    with without_sound():
        yield


def twice(machine: Machine, minutes: float = 30) -> None:
    """Send, put the machine back, and let it go on half an hour later."""
    machine.run(first=True)
    machine.snapshot()
    machine.now.more += timedelta(minutes=5)
    machine.run()
    assert machine.states[0] == "memo accepted"
    machine.put_back()
    machine.now.more += timedelta(minutes=minutes)
    machine.run()


def mail(pair: MailPair, **more: object) -> Callable[[Now], Mail]:
    return lambda now: make_channel(Mail, "world", pair.settings(**more), now)


def test_what_the_sent_folder_has_is_not_sent_again(pair: MailPair, tmp_path: Path) -> None:
    machine = Machine(tmp_path, mail(pair, copy_to_sent=True))
    twice(machine)
    assert machine.sent == 1
    assert machine.states[0] == "memo accepted"


def test_a_mailbox_that_cannot_be_asked_keeps_it_in_for_a_day(
    pair: MailPair, tmp_path: Path
) -> None:
    machine = Machine(tmp_path, mail(pair, copy_to_sent=True))
    plain, silent = machine.channel.sent_since, True

    def asked(day: Any) -> Any:
        if silent and machine.sent:
            raise Postponed("the mailbox does not answer", "look")
        return plain(day)

    machine.channel.sent_since = asked
    twice(machine)
    assert machine.sent == 1
    assert machine.states[0] == "memo due"
    silent = False
    machine.now.more += timedelta(minutes=5)
    machine.run()
    assert machine.sent == 1
    assert machine.states[0] == "memo accepted"


def test_after_a_day_without_an_answer_it_goes_and_that_is_told(
    pair: MailPair, tmp_path: Path
) -> None:
    machine = Machine(tmp_path, mail(pair, copy_to_sent=True))

    def silent(_day: Any) -> Any:
        raise Postponed("the mailbox does not answer", "look")

    machine.run(first=True)
    machine.channel.sent_since = silent
    machine.now.more += timedelta(hours=1)
    machine.run()
    assert machine.sent == 0
    machine.now.more += timedelta(hours=25)
    machine.run()
    assert machine.sent == 1


def test_and_what_becomes_due_after_that_waits_no_day_again(pair: MailPair, tmp_path: Path) -> None:
    """A pass every half an hour, and a mailbox that never answers: each pass would ask anew."""
    machine = Machine(tmp_path, mail(pair, copy_to_sent=True))

    def silent(_day: Any) -> Any:
        raise Postponed("the mailbox does not answer", "look")

    machine.channel.sent_since = silent
    machine.run(first=True)
    for hours in (1, 25, 1, 24, 24):  # the memo goes with the second, the check-in with the last
        machine.now.more += timedelta(hours=hours)
        machine.run()
    assert machine.sent == 2


def test_a_channel_whose_memory_is_broken_keeps_in_what_is_its_own_and_stops_no_pass(
    tmp_path: Path,
) -> None:
    machine = Machine(tmp_path, lambda _now: World())
    slipped: dict[str, int] = {}
    machine.channel.sent_since = lambda _day: slipped["a slip"]
    machine.run(first=True)
    machine.now.more += timedelta(hours=1)
    assert [waits.why for waits in machine.run().held] == [
        "the channel 'world' has failed (KeyError), so it isn't known what was already sent"
    ]
    assert machine.sent == 0


@pytest.mark.parametrize("year", [1, 2999])
def test_a_mailbox_that_tells_no_sane_time_is_believed_that_it_left(
    tmp_path: Path, year: int
) -> None:
    """Else the follow-ups would count their days from the year 1."""
    machine = Machine(tmp_path, lambda _now: World())
    left, at = machine.channel.left, datetime(year, 1, 1, tzinfo=UTC)
    machine.channel.sent_since = lambda _day: {one.key: at for one in left}
    twice(machine)
    assert machine.sent == 1
    assert machine.sent_at is not None
    assert timedelta() <= machine.now() - machine.sent_at < timedelta(minutes=1)


def test_the_outbox_has_it_once(tmp_path: Path) -> None:
    machine = Machine(
        tmp_path, lambda now: make_channel(Outbox, "world", {"folder": str(tmp_path / "out")}, now)
    )
    twice(machine)
    assert machine.states[0] == "memo accepted"
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_a_channel_that_nobody_can_ask_sends_again_as_the_guide_says(tmp_path: Path) -> None:
    machine = Machine(tmp_path, lambda _now: World())
    twice(machine)
    assert machine.sent == 2
