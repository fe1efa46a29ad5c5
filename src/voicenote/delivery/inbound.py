"""What comes back by a channel, and the ports of the channels that can hear. Values only.

A channel that can be asked what came in has `poll` beside the methods of `port.Channel`; one that
others bring messages to has `read_upload`; one that can wait for news has `watch`; one that
customers have to join has `make_link`. Each of them is optional.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from voicenote.model.receipt import Answer, Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One message that came in, read.

    `keys`, `tokens` and `message_ids` are what it says of the touch that it belongs to, the surest
    first. `receipt` is None for what tells nothing, such as a delay, or a copy of our own letter.
    `answer` comes from people only; with `opt_out` they want no more letters, with `may_opt_out`
    they may want none, and somebody has to read it. `mark` is its own id
    where it came from, "" where it has none; `address` is that of who wrote, as a customer has it.
    """

    sender: str
    subject: str
    keys: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    receipt: Receipt | None = None
    answer: Answer | None = None
    opt_out: bool = field(default=False)
    may_opt_out: bool = False
    mark: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One message as a channel hands it over.

    `mark` is the same whenever the same message is handed over again. `place` is where to go on
    after it; "" where the channel keeps none. `at` (UTC) is when it came. `inbound` is None for
    what tells nothing; `broken` says why one could not be read, and `sender` who it is from. `join`
    is what a link brought with it, and `joins` that somebody joined at all.
    """

    mark: str
    at: datetime
    place: str = ""
    inbound: Inbound | None = None
    broken: str = ""
    sender: str = ""
    address: str = ""
    join: str = ""
    joins: bool = False


@runtime_checkable
class Polls(Protocol):
    """A channel that can be asked what came in."""

    @property
    def field(self) -> str:
        """The column of a customer that holds their address here: such as ``email``."""
        ...

    @property
    def is_mailbox(self) -> bool:
        """Whether it reads a mailbox of the owner's.

        What was read stays there, so that strangers' words need not be kept; others' mail comes to
        it too; and anybody may write from any address, the owner as well.
        """
        ...

    def poll(self, after: str, since: date) -> Iterator[Arrival]:
        """Yield what came after a place, oldest first; with "" all from the day `since`.

        What is yielded may be forgotten by the channel when the next one is asked for. Raises
        Postponed when it cannot be read now.
        """
        ...


@runtime_checkable
class AcceptsUpload(Protocol):
    """A channel whose messages somebody else receives, and hands over."""

    def recognizes(self, raw: bytes) -> bool:
        """Whether `raw` looks like one of its messages."""
        ...

    def read_upload(self, raw: bytes, proof: str) -> Iterator[Arrival]:
        """Read what was handed over. Raises BadData for what is not genuine by `proof`."""
        ...


@runtime_checkable
class Notifies(Protocol):
    """A channel that can wait for news."""

    def watch(self, stopped: Callable[[], bool]) -> Iterator[None]:
        """Yield once when it listens, then whenever something may have come, until `stopped`.

        Raises Postponed when it cannot listen now.
        """
        ...


@runtime_checkable
class Invites(Protocol):
    """A channel that customers have to join before they can be written to."""

    def make_link(self, secret: str) -> str:
        """Return the link that brings `secret` with whoever opens it. Raises Postponed."""
        ...
