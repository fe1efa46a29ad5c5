"""A workspace for tests of the engine: a real ledger, a moved clock, a channel that counts.

The sound is a stand-in of a few bytes: nobody listens here, and a memo is made in no time.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import random
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from voicenote.delivery.port import ChannelInfo, NotFound
from voicenote.engine.case.approval import approve_cases
from voicenote.engine.ledger_identity import MachineRecords
from voicenote.engine.memo.compose_cases import compose_cases
from voicenote.engine.memo.render_case import render_cases
from voicenote.engine.workspace import Workspace
from voicenote.errors import Postponed, Refused, Unavailable, Unknown
from voicenote.ledger import case_reports, case_store, touches
from voicenote.ledger.store import Ledger, open_ledger
from voicenote.model.address import KINDS, Address
from voicenote.model.case import Case, Complaint, Customer
from voicenote.model.memo import Memo, Synthetic
from voicenote.model.promise import AmendsKind, Promise
from voicenote.model.receipt import Parcel, Receipt, ReceiptKind
from voicenote.model.sentences import Script
from voicenote.model.touch import Touch
from voicenote.schedule.plans import builtin_plans
from voicenote.settings import load
from voicenote.sound.formats import Tags
from voicenote.wiring import describe_voices, make_voice

#: A Monday.
START = datetime(2026, 3, 2, 10, tzinfo=UTC)
ENV = {
    "VOICENOTE_OWNER__NAME": "Ada",
    "VOICENOTE_OWNER__TIME_ZONE": "Europe/Tallinn",
    "VOICENOTE_VOICE__ENGINE": "silent",
}


class Died(BaseException):
    """A pass that ends here as if it had been killed: nothing after this line is done."""


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, **delta: float) -> None:
        self.now += timedelta(**delta)


#: What the channel may do with one touch, and whether it has left then.
FATES: Mapping[str, bool] = {
    "sent": True,
    "postponed": False,
    "postponed after commit": False,
    "refused": False,
    "refused after commit": False,
    "unavailable": False,
    "unknown, not sent": False,
    "unknown, sent": True,
    "unavailable after commit, sent": True,
    "died before commit": False,
    "died before the act": False,
    "died after the act": True,
    "bug before commit": False,
    "bug after the act": True,
    "stopped by Ctrl-C": False,
}


@dataclass
class World:
    """A channel. `fates` are what it does with the next touches; then it sends them all.

    `left` holds every parcel that has left, in order. `look` is called just before one leaves.
    """

    can_ask: bool = True
    fates: list[str] = field(default_factory=list)
    left: list[Parcel] = field(default_factory=list)
    look: Callable[[Parcel], None] = field(default=lambda _parcel: None)
    now: Callable[[], datetime] = field(default=lambda: START)
    name: str = "world"
    folder: Path | None = None

    @property
    def info(self) -> ChannelInfo:
        return ChannelInfo(
            name=self.name,
            about="it counts",
            can_ask=self.can_ask,
            tells=frozenset({ReceiptKind.ANSWERED}) if self.folder is None else frozenset(),
            hands_on=self.folder is not None,
            folder=self.folder,
        )

    def address(self, customer: Customer) -> str:
        return customer.address("email") or customer.name

    def send(self, parcel: Parcel, commit: Callable[[], None]) -> Receipt:
        fate = self.fates.pop(0) if self.fates else "sent"
        self._before(fate)
        commit()
        if fate == "died before the act":
            raise Died
        if FATES[fate]:
            self.look(parcel)
            self.left.append(parcel)
        self._after(fate)
        return Receipt(kind=ReceiptKind.ACCEPTED, at=self.now(), provider_id="250 kept")

    def _before(self, fate: str) -> None:
        failures: dict[str, BaseException] = {
            "postponed": Postponed("busy", "wait"),
            "refused": Refused("no such person", "ask them"),
            "unavailable": Unavailable("no net", "look at the cable"),
            "died before commit": Died(),
            "bug before commit": ValueError("a slip of the channel"),
            "stopped by Ctrl-C": KeyboardInterrupt(),
        }
        if fate in failures:
            raise failures[fate]

    def _after(self, fate: str) -> None:
        failures: dict[str, BaseException] = {
            "postponed after commit": Postponed("busy at the end", "wait", retry_after=120),
            "refused after commit": Refused("too large", "make it shorter"),
            "unknown, not sent": Unknown("the line broke", "look"),
            "unknown, sent": Unknown("the line broke", "look"),
            "unavailable after commit, sent": Unavailable("the line broke", "look"),
            "died after the act": Died(),
            "bug after the act": ValueError("a slip of the channel"),
        }
        if fate in failures:
            raise failures[fate]

    def ask(self, key: str, message_id: str) -> Receipt | NotFound:
        del message_id
        if not self.can_ask:
            return NotFound.CANNOT_TELL
        if any(parcel.key == key for parcel in self.left):
            return Receipt(kind=ReceiptKind.ACCEPTED, at=self.now())
        return NotFound.ABSENT

    def close(self) -> None:
        return

    @property
    def keys(self) -> list[str]:
        return [parcel.key for parcel in self.left]


def tiny_memo(
    script: Script, clips: object, *, folder: Path, root: Path, tags: Tags, **_others: object
) -> Memo:
    """Stands in for `make_memo` where the engine speaks."""
    del clips
    folder.mkdir(parents=True, exist_ok=True)
    files = {"ogg": folder / "memo.ogg", "txt": folder / "transcript.txt"}
    for file in files.values():
        file.write_text(script.text, encoding="utf-8")
    digest = hashlib.sha256(files["ogg"].read_bytes()).hexdigest()
    return Memo(
        files={name: file.relative_to(root).as_posix() for name, file in files.items()},
        duration_s=30.0,
        loudness_lufs=-16.0,
        synthetic=Synthetic.YES,
        voice=tags.voice,
        sha256=digest,
        script_sha256=script.sha256,
        digests=dict.fromkeys(files, digest),
    )


def quick(ledger: Ledger) -> None:
    """Spare the disk: a test that kills no process needs no `fsync`."""

    def relaxed(raw: Any, _record: object) -> None:
        raw.execute("PRAGMA synchronous=OFF")

    ledger.engine.dispose()
    event.listen(ledger.engine, "connect", relaxed)


def workspace(
    home: Path,
    clock: Callable[[], datetime],
    world: World,
    env: Mapping[str, str] | None = None,
    whereabouts: MachineRecords | None = None,
) -> Workspace:
    """Open a workspace in `home` whose every channel is `world`."""
    ids = itertools.count(1)
    ledger = open_ledger(
        f"sqlite:///{home / 'ledger.db'}",
        clock=clock,
        actor="tester",
        new_id=lambda: f"{next(ids):08x}{0:024x}",
    )
    quick(ledger)
    world.now = clock
    return Workspace(
        home=home,
        settings=load(home, {**ENV, **(env or {})}),
        ledger=ledger,
        clock=clock,
        new_id=lambda: f"{next(ids):08x}{0:024x}",
        chance=random.Random(1),  # noqa: S311 - not a secret
        who="here:1",
        plans=builtin_plans(),
        make_voice=make_voice,
        describe_voices=describe_voices,
        make_channel=lambda _name: world,
        whereabouts=whereabouts,
    )


@contextlib.contextmanager
def without_sound() -> Iterator[None]:
    """Make memos of a few bytes for as long as this lasts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("voicenote.engine.memo.render_job.make_memo", tiny_memo)
        yield


def person(**fields: str) -> Customer:
    """A customer whose addresses are given by their kinds."""
    known = [Address(kind, fields.pop(kind)) for kind in list(fields) if kind in KINDS]
    return Customer(**fields, addresses=tuple(one for one in known if one.value))


def told(ref: str = "A-1", *, days: int | None = 7, **changes: Any) -> Complaint:
    """A complaint with one promise for so many days from the start; with None, without."""
    day = START.date() + timedelta(days=days or 0)
    promise = Promise(kind=AmendsKind.REDO, text="bake it again", promised_by=day)
    who = {"name": "Dana", "email": "dana@example.com", "time_zone": "Asia/Jerusalem"}
    who["phone"] = ""
    who |= {name: changes.pop(name) for name in list(changes) if name in who}
    values: dict[str, Any] = {
        "source": "csv",
        "ref": ref,
        "opened_at": START,
        "customer": person(**who),
        "what_happened": "The ribbon was blue",
        "promises": () if days is None else (promise,),
    }
    return Complaint(**{**values, **changes})


def take(ws: Workspace, *complaints: Complaint) -> list[int]:
    """Take complaints in; return the numbers of their cases."""
    with ws.ledger.write() as tx:
        return [added.case for added in case_store.add(tx, complaints)]


def release(ws: Workspace, *numbers: int) -> None:
    """Compose, render and approve."""
    for _ in compose_cases(ws, numbers):
        pass
    for _ in render_cases(ws, numbers):
        pass
    for _ in approve_cases(ws, numbers):
        pass


@contextlib.contextmanager
def typed(ws: Workspace, command: str) -> Iterator[None]:
    """Let what the block changes be the work of a command, as at a terminal."""
    ws.ledger.record(command)
    yield
    ws.ledger.stop_recording()


def touches_of(ws: Workspace, number: int) -> Sequence[Touch]:
    with ws.ledger.read() as tx:
        return touches.of_cases(tx, [number])


def states(ws: Workspace, number: int) -> list[str]:
    """``kind state`` of each touch that goes to the customer, in order of due time."""
    return [
        f"{one.kind.value} {one.state.value}"
        for one in touches_of(ws, number)
        if one.kind.value != "nudge"
    ]


def case_of(ws: Workspace, number: int = 1) -> Case:
    with ws.ledger.read() as tx:
        return case_store.get(tx, number)


def history(ws: Workspace, number: int = 1) -> list[dict[str, Any]]:
    with ws.ledger.read() as tx:
        return case_reports.history(tx, number)


def events(ws: Workspace, number: int, name: str) -> list[dict[str, Any]]:
    """The lines of a case's history that tell of one kind of event."""
    return [row for row in history(ws, number) if row["event"] == name]


def copied_ledger(template: Path, home: Path) -> None:
    """Begin with a copy of an empty ledger instead of migrating a new one."""
    shutil.copy(template, home / "ledger.db")
