"""A small workspace with touches that are due, a channel that counts, and passes that are killed.

Run by test_kills.py as a program of its own, so that it may fork and be killed. Reads one JSON
order from standard input, writes one JSON report to standard output.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.fakes.databases import compiled_once, own_database
from voicenote.delivery.port import ChannelInfo, NotFound
from voicenote.engine.case.approval import approve_cases
from voicenote.engine.memo.compose_cases import compose_cases
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import TryAgain, Unavailable
from voicenote.ledger import case_reports, case_store, memos, scripts, touches
from voicenote.ledger.changes import change_case
from voicenote.ledger.store import Ledger, open_ledger
from voicenote.model.address import Address
from voicenote.model.case import Complaint, Customer
from voicenote.model.memo import Memo, Synthetic
from voicenote.model.receipt import Parcel, Receipt, ReceiptKind
from voicenote.model.touch import TouchState
from voicenote.schedule.plans import builtin_plans
from voicenote.settings import load
from voicenote.wiring import describe_voices, make_voice

START = datetime(2026, 3, 2, 10, tzinfo=UTC)
ENV = {
    "VOICENOTE_OWNER__NAME": "Ada",
    "VOICENOTE_VOICE__ENGINE": "silent",
    "VOICENOTE_SCHEDULE__PLAN": "few-words",
}


class Fuse:
    """Kills the process at its n-th tick; 0 never burns."""

    def __init__(self, left: int) -> None:
        self.left, self.ticks = left, 0

    def tick(self) -> None:
        self.ticks += 1
        if self.ticks == self.left:
            os.kill(os.getpid(), signal.SIGKILL)


class World:
    """A channel whose one act is a rename: each file in the folder is one time that it was sent."""

    def __init__(self, folder: Path, *, can_ask: bool, fuse: Fuse) -> None:
        self.name, self.folder, self.can_ask, self.fuse = "world", folder, can_ask, fuse

    @property
    def info(self) -> ChannelInfo:
        return ChannelInfo(name="world", about="a folder that counts", can_ask=self.can_ask)

    def address(self, customer: Customer) -> str:
        return customer.name

    def send(self, parcel: Parcel, commit: Callable[[], None]) -> Receipt:
        draft = self.folder / f".{uuid.uuid4().hex}"
        draft.write_text(parcel.text)
        self.fuse.tick()
        commit()
        self.fuse.tick()
        draft.rename(self.folder / f"{parcel.key}.{uuid.uuid4().hex}")
        self.fuse.tick()
        return Receipt(kind=ReceiptKind.ACCEPTED, at=parcel.made_at)

    def ask(self, key: str, message_id: str) -> Receipt | NotFound:
        del message_id
        if not self.can_ask:
            return NotFound.CANNOT_TELL
        there = any(self.folder.glob(f"{key}.*"))
        receipt = Receipt(kind=ReceiptKind.ACCEPTED, at=START)
        return receipt if there else NotFound.ABSENT

    def close(self) -> None:
        return


def workspace(
    order: Mapping[str, Any], home: Path, url: str, now: datetime, fuse: Fuse
) -> Workspace:
    """Open the workspace of an order; every commit of it is two ticks of the fuse."""
    settings = load(home, ENV)
    ledger = open_ledger(url, clock=lambda: now, actor="tester", new_id=lambda: uuid.uuid4().hex)
    plain = ledger.write

    @contextlib.contextmanager
    def write(actor: str | None = None, *, lasting: bool = True) -> Iterator[Any]:
        with plain(actor, lasting=lasting) as tx:
            yield tx
            fuse.tick()
        fuse.tick()

    ledger.write = write  # type: ignore[method-assign]
    world = World(home / "world", can_ask=order["can_ask"], fuse=fuse)
    return Workspace(
        home=home,
        settings=settings,
        ledger=ledger,
        clock=lambda: now,
        new_id=lambda: uuid.uuid4().hex,
        chance=random.Random(1),  # noqa: S311 - not a secret
        who=f"here:{os.getpid()}",
        plans=builtin_plans(),
        make_voice=make_voice,
        describe_voices=describe_voices,
        make_channel=lambda _name: world,
    )


def seed(ws: Workspace, count: int, *, reachable: bool = False) -> None:
    """Make cases whose approved memos are due now. The sound is a stand-in: nobody listens here.

    With `reachable`, each customer has an address on every channel.
    """
    told = [
        Complaint(
            source="storm",
            ref=str(number),
            opened_at=ws.clock(),
            customer=customer(number)
            if reachable
            else Customer(name=f"Customer {number}", time_zone="UTC"),
            what_happened="the parcel never came",
        )
        for number in range(count)
    ]
    with ws.ledger.write() as tx:
        numbers = [added.case for added in case_store.add(tx, told)]
    for drafted in compose_cases(ws, numbers):
        sound = ws.home / "memos" / f"{drafted.case}.ogg"
        sound.parent.mkdir(exist_ok=True)
        sound.write_text(f"OggS: sound of case {drafted.case}")
        mp3 = sound.with_suffix(".mp3")
        mp3.write_text(f"ID3: sound of case {drafted.case}")
        memo = Memo(
            files={file.suffix[1:]: file.relative_to(ws.home).as_posix() for file in (sound, mp3)},
            duration_s=30.0,
            loudness_lufs=-16.0,
            synthetic=Synthetic.YES,
            voice="stand-in",
            sha256=hashlib.sha256(sound.read_bytes()).hexdigest(),
            script_sha256=drafted.script.sha256,
        )
        with ws.ledger.write() as tx:
            found = scripts.drafts(tx, [drafted.case])[drafted.case, 1]
            memos.keep_memo(tx, drafted.case, found.script_number, memo)
            change_case(tx, drafted.case, "render")
    for _ in approve_cases(ws, numbers):
        pass


def customer(number: int) -> Customer:
    """Make a customer who can be reached by every channel."""
    return Customer(
        name=f"Customer {number}",
        time_zone="UTC",
        channel="way",
        addresses=(
            Address("email", f"customer{number}@tamm.example"),
            Address("telegram", str(55_000 + number)),
            Address("whatsapp", f"+3725{number:07}"),
        ),
    )


def in_child(work: Callable[[], int]) -> int:
    """Fork, do `work` in the child, and return its exit code, or minus the signal that ended it."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            code = work()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def turn(order: Mapping[str, Any], home: Path, url: str, hours: float, fuse: int) -> int:
    """Make one pass; return how many ticks it had, or 75 when another one holds the lock."""
    burning = Fuse(fuse)
    ws = workspace(order, home, url, START + timedelta(hours=hours), burning)
    burning.ticks = 0
    try:
        one_pass(ws)
    except (TryAgain, Unavailable):
        return 75
    finally:
        ws.close()
    return min(burning.ticks, 250)


def report(ledger: Ledger, home: Path) -> dict[str, Any]:
    """Return what the ledger believes and what the world saw."""
    with ledger.read() as tx:
        every = touches.of_cases(tx, case_store.numbers_of(tx))
        states = {touch.key: touch.state.value for touch in every}
        told = case_reports.history(tx)
    sent: dict[str, int] = dict.fromkeys(states, 0)
    for file in (home / "world").glob("[!.]*"):
        sent[file.name.partition(".")[0]] += 1
    lost = [key for key, state in states.items() if state not in ("accepted", "uncertain")]
    return {
        "touches": len(states),
        "twice": [key for key, times in sent.items() if times > 1],
        "lost": lost,
        "uncertain": [key for key, state in states.items() if state == "uncertain"],
        "said_sent_but_not": [
            key for key, state in states.items() if state == "accepted" and not sent[key]
        ],
        "history": len(told),
    }


def storm(order: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Kill a pass at each tick of `order["ticks"]`, let the next ones finish, and report.

    Each tick has a copy of one workspace: making it takes longer than all of its passes. One pass
    is made here first, so that those who are killed do not begin with importing and compiling.
    """
    reports = []
    first = Path(order["home"]) / "first"
    with compiled_once(), database(order, first) as made:
        (first / "world").mkdir(parents=True)
        ws = workspace(order, first, made, START, Fuse(0))
        seed(ws, order["cases"])
        ws.close()
        with copied(order, first, made, "warm") as (home, url):
            turn(order, home, url, 0, 0)
        for tick in order["ticks"]:
            with copied(order, first, made, f"at-{tick}") as (home, url):
                killed = crowd(order, home, url, tick)
                for hours in (1.0, 2.0):
                    in_child(lambda h=hours, u=url, p=home: turn(order, p, u, h, 0))  # type: ignore[misc]
                ws = workspace(order, home, url, START, Fuse(0))
                reports.append({"tick": tick, "killed": killed, **report(ws.ledger, home)})
                ws.close()
    return reports


@contextlib.contextmanager
def copied(
    order: Mapping[str, Any], first: Path, made: str, name: str
) -> Iterator[tuple[Path, str]]:
    """Give the folder and the ledger's URL of a copy of a workspace."""
    home = first.with_name(name)
    shutil.copytree(first, home)
    with database(order, home, made) as url:
        yield home, url


def crowd(order: Mapping[str, Any], home: Path, url: str, tick: int) -> int:
    """Start `order["at_once"]` passes together, each with the same fuse; return how many died."""
    children = []
    for _ in range(order["at_once"]):
        child = os.fork()
        if child == 0:
            code = 99
            try:
                code = turn(order, home, url, 0, tick)
            finally:
                os._exit(code)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert 99 not in codes, "a pass failed instead of being killed"
    return codes.count(-signal.SIGKILL)


@contextlib.contextmanager
def database(order: Mapping[str, Any], home: Path, template: str = "") -> Iterator[str]:
    """Give a ledger's URL: a file, or a database on the PostgreSQL of the order.

    It is a fresh one, or a copy of that of the URL `template`; a file is copied with its folder.
    """
    if not order["postgres"]:
        yield f"sqlite:///{home / 'ledger.db'}"
        return
    with own_database(order["postgres"], template) as url:
        yield url


if __name__ == "__main__":
    json.dump(storm(json.load(sys.stdin)), sys.stdout)
    assert TouchState.DUE  # the states above are spelled as the model spells them
