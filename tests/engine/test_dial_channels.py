"""All channels are tried at once, within a limit; whatever one does, the others are told of."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.engine.world import START, World
from voicenote.delivery.port import Dialled
from voicenote.engine.admin.dial_channels import dial_channels
from voicenote.engine.workspace import Workspace
from voicenote.errors import Postponed
from voicenote.settings.schema import ChannelTable


class Dialler(World):
    """A channel whose servers say what the test wants."""

    says: Callable[[], Iterator[Dialled]]

    def dial(self, _seconds: float) -> Iterator[Dialled]:
        yield from self.says()


def told(ws: Workspace, *says: Callable[[], Iterator[Dialled]], limit: float = 20) -> list[str]:
    """Return what is said of these channels: ``about ok what``."""
    made = {f"c{number}": Dialler() for number in range(len(says))}
    for channel, said in zip(made.values(), says, strict=True):
        channel.says = said
    tables = {name: ChannelTable(kind="x") for name in made}
    ws.settings = replace(ws.settings, channels=tables)
    ws.make_channel = lambda name: made[name]
    return [f"{one.about} {one.ok} {one.what}" for one in dial_channels(ws, limit)]


def well() -> Iterator[Dialled]:
    yield Dialled("mx:25", "sending", "logged in as me")


def test_each_server_is_told(ws: Workspace) -> None:
    def half() -> Iterator[Dialled]:
        yield from well()
        yield Dialled("mx:143", "reading", error=Postponed("mx:143 took too long", "wait"))

    assert told(ws, half) == [
        "channels True c0, sending (mx:25): logged in as me",
        "channels False c0, reading (mx:143): mx:143 took too long",
    ]


def test_one_that_never_comes_back_holds_up_nobody(ws: Workspace) -> None:
    """As a name server does that doesn't answer: nothing can stop the question."""
    over = threading.Event()

    def hang() -> Iterator[Dialled]:
        yield from well()
        over.wait(60)

    found = told(ws, hang, well, limit=0.5)
    over.set()
    assert found == [
        "channels True c0, sending (mx:25): logged in as me",
        "channels False c0 did not answer within 0.5 seconds",
        "channels True c1, sending (mx:25): logged in as me",
    ]


def test_a_broken_one_is_told_and_the_others_are_tried(ws: Workspace) -> None:
    def broken() -> Iterator[Dialled]:
        yield from map(int, ["no number"])

    assert told(ws, broken, well) == [
        "channels False c0: it has failed (ValueError)",
        "channels True c1, sending (mx:25): logged in as me",
    ]


@pytest.mark.parametrize(
    ("shows", "newest", "said"),
    [
        (2, None, "clock True it agrees with mx:25"),
        (-2, 1, "clock True it agrees with mx:25"),
        (20, None, "clock False this machine's clock is 20 minutes behind that of mx:25"),
        (-180, None, "clock False this machine's clock is 3 hours ahead of that of mx:25"),
        (None, 20, "clock False this machine's clock is 20 minutes behind that of mx:25"),
        (None, -9999, None),
        (None, None, None),
    ],
)
def test_the_clock_is_held_against_the_servers(
    ws: Workspace, shows: int | None, newest: int | None, said: str | None
) -> None:
    """A message that came long ago tells nothing; one from the future does."""

    def at(minutes: int | None) -> timedelta | None:
        return None if minutes is None else timedelta(minutes=minutes)

    def tell() -> Iterator[Dialled]:
        times = [None if (by := at(one)) is None else START + by for one in (shows, newest)]
        yield Dialled("mx:25", "sending", "yes", clock=times[0], newest=times[1])

    assert told(ws, tell)[1:] == ([said] if said else [])
