"""The port of every channel: what a channel promises, and what it can be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol, runtime_checkable

from voicenote.model.case import Customer
from voicenote.model.receipt import Parcel, Receipt, ReceiptKind


class Trace(StrEnum):
    """Whether a channel knows a touch."""

    FOUND = "found"
    ABSENT = "absent"
    CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True, slots=True)
class TraceResult:
    """A channel's word on one touch. `receipt` comes with `FOUND`, and only with it.

    `ABSENT` is proof that it has not left, and that no earlier attempt can still make it leave.
    `CANNOT_TELL` is the honest answer of a channel that finds nothing, or cannot look.
    """

    trace: Trace
    receipt: Receipt | None = None

    def __post_init__(self) -> None:
        if (self.trace is Trace.FOUND) != (self.receipt is not None):
            raise ValueError("what was found comes with its receipt, and nothing else does")


ABSENT = TraceResult(Trace.ABSENT)
CANNOT_TELL = TraceResult(Trace.CANNOT_TELL)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelInfo:
    """What the `channels` listing says about one channel.

    `missing` are the things it still needs, one plain sentence each; `tells` the kinds of receipt
    that it can ever give; `can_ask` whether `ask` ever says more than `CANNOT_TELL`; `formats` the
    renditions of a memo that it carries, the best first.

    `hands_on`: it gives a message to somebody of the owner's, with the customer's address as a
    note, so that an address from which another channel's message came back is no reason against
    it. `folder` is where it keeps messages on this machine, if it sends them nowhere: such a
    channel is no way to a customer unless somebody asks for it, and has no limits.
    """

    name: str
    about: str
    missing: tuple[str, ...] = field(default=())
    tells: frozenset[ReceiptKind] = field(default=frozenset())
    can_ask: bool = False
    formats: tuple[str, ...] = ()
    hands_on: bool = False
    folder: Path | None = None

    @property
    def ready(self) -> bool:
        """Whether it can send as it is."""
        return not self.missing


class Channel(Protocol):
    """What carries a touch.

    A class behind an entry point of the group ``voicenote.channels.v2`` is called as
    ``(name: str, options: Options, clock: Callable[[], datetime])``, where `clock` gives UTC. Its
    attribute `Options`, a frozen dataclass, declares what can be set (`voicenote.options`); without
    one nothing can. It connects to nothing yet.
    """

    @property
    def name(self) -> str:
        """The channel's name in the settings."""
        ...

    @property
    def info(self) -> ChannelInfo:
        """What it is, what it needs, and what it can tell. Connects to nothing."""
        ...

    def address(self, customer: Customer) -> str:
        """The address of `customer` that this channel uses, or "" when there is none."""
        ...

    def send(self, parcel: Parcel, commit: Callable[[], None]) -> Receipt:
        """Carry `parcel`, and return what the channel said.

        All that can fail is done first; then `commit` is called exactly once; then comes the one
        act that cannot be taken back. What `commit` raises stops the send and goes up as it is.
        Postponed and Refused mean that surely nothing has left, and may come before or after
        `commit`; Unknown, that nobody can say, and comes only after it. Unknown with `again` is of
        a channel where the same key twice is once: a later run sends the same again. A key that
        this channel knows to have left is not sent again: `commit` is called, and the first
        receipt returned.
        """
        ...

    def ask(self, key: str, message_id: str) -> TraceResult:
        """Whether the touch of `key` has left. Raises Postponed when nobody can be asked now."""
        ...

    def close(self) -> None:
        """End what is open, such as a connection. May be called more than once."""
        ...


@runtime_checkable
class Sweeps(Protocol):
    """A channel on which an attempt that is killed leaves something behind."""

    def sweep(self, is_dead: Callable[[str], bool]) -> None:
        """Remove what killed attempts left. Raises Postponed.

        `is_dead` tells of a key whether surely no attempt with it is under way; it tells nothing of
        keys that it does not know, such as another ledger's.
        """
        ...


@runtime_checkable
class Recalls(Protocol):
    """A channel that keeps what it has sent, where all of it can be looked through at once."""

    def sent_since(self, day: date) -> Mapping[str, datetime]:
        """Return when each touch has left, by its key, from `day` on; more does no harm.

        Raises Postponed when nobody can be asked now.
        """
        ...
