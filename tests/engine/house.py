"""A workspace of two channels, for tests of what may leave and by which way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.engine.world import Clock, World, person, release, take, told, workspace
from voicenote.engine.workspace import Workspace
from voicenote.model.case import Customer

CHANNELS = {
    "VOICENOTE_CHANNELS__MAIL__KIND": "email",
    "VOICENOTE_CHANNELS__TELEGRAM__KIND": "telegram",
    "VOICENOTE_SCHEDULE__PLAN": "few-words",
}


@dataclass
class Way(World):
    """A channel for the addresses of one kind."""

    kind: str = "email"

    def address(self, customer: Customer) -> str:
        return customer.address(self.kind)


@dataclass
class House:
    """A workspace with the channels mail and telegram; it can be opened again, as after a crash."""

    home: Path
    clock: Clock
    mail: Way = field(default_factory=lambda: Way(name="mail"))
    telegram: Way = field(default_factory=lambda: Way(name="telegram", kind="telegram"))
    opened: list[Workspace] = field(default_factory=list)

    def open(self, **env: str) -> Workspace:
        settings = {f"VOICENOTE_{name.upper()}": value for name, value in env.items()}
        ws = workspace(self.home, self.clock, self.mail, {**CHANNELS, **settings})
        outbox = World(name="outbox")
        known: Mapping[str, World] = {"mail": self.mail, "telegram": self.telegram}
        ws.make_channel = lambda name: known.get(name, outbox)
        self.mail.now = self.telegram.now = outbox.now = self.clock
        self.opened.append(ws)
        return ws

    @property
    def left(self) -> list[str]:
        return [p.to for way in (self.mail, self.telegram) for p in way.left]


def dana(**changes: Any) -> Customer:
    dana = {"name": "Dana", "email": "dana@here.ee", "telegram": "77", "time_zone": "UTC"}
    return person(**{**dana, **changes})


def due(ws: Workspace, *people: Customer) -> list[int]:
    """Take in a case of each, and release its memo."""
    taken = [told(f"R-{one.name}-{n}", customer=one, days=None) for n, one in enumerate(people)]
    numbers = take(ws, *taken)
    release(ws, *numbers)
    return numbers
