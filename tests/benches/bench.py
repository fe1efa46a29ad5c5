"""What a bench is, and what the benches of channels that speak HTTP have in common."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from hypothesis import strategies as st

from tests.fakes.made import make_channel
from tests.fakes.web import Reply, Request, Web
from voicenote.delivery.port import Channel
from voicenote.model.address import Address
from voicenote.model.case import Customer

NOW = datetime(2026, 3, 2, 9, 31, 4, tzinfo=UTC)
#: Stands for every secret in the settings of a bench.
SECRET = "sesame"  # noqa: S105  of fakes
CUSTOMER = Customer(
    name="Mari",
    addresses=(
        Address("email", "mari@tamm.example"),
        Address("telegram", "5512345"),
        Address("whatsapp", "+37255512345"),
    ),
)


@dataclass(frozen=True)
class Arrival:
    """What came out at the far end. `words` is None where a channel cannot carry words and sound
    together, `name` where it shows no name."""

    key: str
    to: str
    words: str | None
    sound: bytes | None
    name: str | None = None


class Bench(Protocol):
    """A channel on trial, and a way to see what came out at its far end.

    A class of it is called with a folder of its own and, where another process serves, the port on
    which that one does. `to` is the address of `customer` there; `rendition` the one that it
    carries, of `takes` bytes at most; `addresses` makes more addresses. `secrets` are the settings
    that hold the word SECRET. `served`: whether its far end is a server, and `server_kills` how
    often that may be killed in a storm without losing what it has taken in; `tells_how_far` is
    False where the channel cannot say how far a message came. `settled` waits until the far end
    has done all that it was told; `stop` ends it. One whose channel fetches files from its far end
    may have `offer`, which lets a customer send one, and returns its source.
    """

    kind: str
    settings: dict[str, Any]
    customer: Customer
    to: str
    rendition: str
    takes: int
    addresses: st.SearchStrategy[str]
    secrets: tuple[str, ...]
    served: bool
    server_kills: int
    tells_how_far: bool

    def make(self) -> Channel: ...

    def arrived(self) -> list[Arrival]: ...

    def settled(self) -> None: ...

    def stop(self) -> None: ...


def make_bench_channel(maker: Any, name: str, settings: Mapping[str, Any]) -> Channel:
    """Make a channel as the wiring does."""
    channel: Channel = make_channel(maker, name, settings, lambda: NOW)
    return channel


class WebBench:
    """A bench of a channel to a server on loopback.

    A class of it says `channel`, `to` and what its far end is like: `set_up` returns the settings
    for a server at `url`, and `read` what has arrived with a request, if anything.
    """

    channel: type[Channel]
    customer = CUSTOMER
    to = CUSTOMER.address("email")
    rendition = "mp3"
    takes = 10 * 2**20
    addresses: st.SearchStrategy[str] = st.emails()
    secrets: tuple[str, ...] = ()
    served = True
    server_kills = 2
    tells_how_far = True
    #: What its server says to each request.
    reply = Reply()

    def __init__(self, folder: Path, port: int = 0) -> None:
        del folder
        self.kept: list[Arrival] = []
        self.made: list[Channel] = []
        self.web = None if port else Web(self.answer)
        self.settings = self.set_up(f"http://127.0.0.1:{port or (self.web and self.web.port)}")

    @property
    def kind(self) -> str:
        """Where its class is, as an entry point says it."""
        return f"{self.channel.__module__}:{self.channel.__qualname__}"

    def set_up(self, url: str) -> dict[str, Any]:
        """Return the settings of the channel for a server at `url`."""
        raise NotImplementedError

    def read(self, request: Request) -> Arrival | None:
        """Return what has arrived with a request, which a good server would take."""
        raise NotImplementedError

    def answer(self, request: Request) -> Reply:
        """Keep what has arrived, and answer."""
        arrival = self.read(request)
        if arrival is not None:
            self.kept.append(arrival)
        return self.reply

    def arrived(self) -> list[Arrival]:
        """Return all that has arrived, in order."""
        return list(self.kept)

    def make(self) -> Channel:
        """Make the channel anew."""
        self.made.append(make_bench_channel(self.channel, "tried", self.settings))
        return self.made[-1]

    def settled(self) -> None:
        """Wait until nobody is talking to its server."""
        if self.web:
            self.web.settled()

    def stop(self) -> None:
        """End the channels and the server."""
        for channel in self.made:
            channel.close()
        if self.web:
            self.web.stop()


def settings_table(
    bench: Bench, secret: Callable[[str, str], str], more: Mapping[str, Any] | None = None
) -> str:
    """Return the settings of a bench as TOML; `secret(setting, value)` writes those that hold one.

    Raises KeyError for a secret that is not among the settings.
    """
    values = {**bench.settings, **(more or {})}
    lines = [f"{key} = {json.dumps(values[key])}" for key in values if key not in bench.secrets]
    lines += [f"{key} = {secret(key, str(values[key]))}" for key in bench.secrets]
    return "\n".join(lines) + "\n"
