"""The port of every channel: sending, tracing, and what a channel says about itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Protocol, runtime_checkable

from voicenote.errors import VoicenoteError
from voicenote.model.case import Customer
from voicenote.model.receipt import Parcel, Receipt, ReceiptKind


class NotFound(Enum):
    """What a channel says about a message that it does not find.

    `ABSENT` proves that the message has not been sent, and that no earlier attempt can still send
    it. `CANNOT_TELL` proves nothing, or the channel cannot check.
    """

    ABSENT = "absent"
    CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelInfo:
    """What the `channels` listing shows about one channel.

    `missing`: what it still needs, one plain sentence each. `tells`: the kinds of receipt that it
    can give. `can_ask`: whether `ask` ever returns more than `CANNOT_TELL`. `formats`: the
    renditions of a memo that it carries, the best first.

    `hands_on`: it gives the message to someone on the owner's side, with the customer's address as
    a note. So an address that bounced on another channel does not rule it out. `folder`: where it
    keeps messages on this machine if it sends them nowhere. Such a channel is used to reach a
    customer only on request, and has no limits. `deaf`: what it lacks to take in customers'
    answers, which it could; "" when it takes them in, or never can. `warning`: what will stop it
    soon, and what to do.
    """

    name: str
    about: str
    missing: tuple[str, ...] = field(default=())
    tells: frozenset[ReceiptKind] = field(default=frozenset())
    can_ask: bool = False
    formats: tuple[str, ...] = ()
    hands_on: bool = False
    folder: Path | None = None
    deaf: str = ""
    warning: tuple[str, str] | None = None

    @property
    def ready(self) -> bool:
        """Whether it can send as it is."""
        return not self.missing


class Channel(Protocol):
    """What sends a message.

    A class behind an entry point of the group ``voicenote.channels.v2`` is called as ``(name: str,
    options: Options, clock: Callable[[], datetime])``, where `clock` gives UTC. Its attribute
    `Options`, a frozen dataclass, declares its settings (`voicenote.options`); without it there are
    none. Creating a channel connects to nothing.
    """

    @property
    def name(self) -> str:
        """The channel's name in the settings."""
        ...

    @property
    def info(self) -> ChannelInfo:
        """What it is, what it needs, and what it can report. Connects to nothing."""
        ...

    def address(self, customer: Customer) -> str:
        """Return the customer's address for this channel, or "" if there is none."""
        ...

    def send(self, parcel: Parcel, commit: Callable[[], None]) -> Receipt:
        """Send `parcel`, and return the channel's receipt.

        Everything that can fail comes first; then `commit` is called exactly once; then comes the
        one act that cannot be undone. An error from `commit` stops the send and propagates
        unchanged. Postponed and Refused mean that nothing has been sent, and may come before or
        after `commit`. Unknown means that no one can say, and comes only after it. Unknown with
        `again` is for channels that ignore a second message with the same key: a later run sends it
        again. If the channel knows that the key has been sent, it does not send it again: it calls
        `commit` and returns the first receipt.
        """
        ...

    def ask(self, key: str, message_id: str) -> Receipt | NotFound:
        """Return the receipt of the message of `key`, if it was sent.

        Raises Postponed when it cannot ask now.
        """
        ...

    def close(self) -> None:
        """Close what is open, such as a connection. May be called more than once."""
        ...


@runtime_checkable
class Sweeps(Protocol):
    """A channel where a killed attempt leaves something behind."""

    def sweep(self, is_dead: Callable[[str], bool]) -> None:
        """Remove what killed attempts left. Raises Postponed.

        `is_dead` returns whether an attempt with this key is certainly not running. It returns
        False for keys that it does not know, such as those of another ledger.
        """
        ...


@runtime_checkable
class Recalls(Protocol):
    """A channel that keeps what it has sent, and can list it in one go."""

    def sent_since(self, day: date) -> Mapping[str, datetime]:
        """Return key → time sent for messages since `day`; earlier ones may be included.

        Raises Postponed when it cannot ask now.
        """
        ...


@dataclass(frozen=True, slots=True)
class Dialled:
    """One server that a channel tried to log in to: what it is there for, and how it went.

    `error` says why not; without one, `answer` says as whom, or what is there. `clock` is the
    server's time, and `newest` when it received its newest message, if it told (UTC). `limit` is
    the largest message that it takes, in bytes; 0 if it doesn't say.
    """

    server: str
    purpose: str
    answer: str = ""
    error: VoicenoteError | None = None
    clock: datetime | None = None
    newest: datetime | None = None
    limit: int = 0


@runtime_checkable
class Dials(Protocol):
    """A channel whose servers can be tried without sending anything."""

    def dial(self, seconds: float) -> Iterator[Dialled]:
        """Log in to each server, and yield how it went; each has `seconds` for every step."""
        ...


@dataclass(frozen=True, slots=True)
class InboxCheck:
    """One thing that stands between a letter and the inbox, or doesn't.

    `ok` is None where it can't be told, or where it is only worth knowing.
    """

    about: str
    ok: bool | None
    what: str
    cure: str = ""


@dataclass(frozen=True, slots=True)
class LoginPage:
    """A page to log in at: with `code`, on any device, and the code is typed there."""

    url: str
    code: str = ""
    minutes: int = 10
    note: str = ""


class LoginSteps(Protocol):
    """What a person does for a log-in in the browser."""

    def show(self, page: LoginPage) -> bool:
        """Show where to log in; return whether a browser of this machine has opened it."""
        ...

    def paste(self) -> str:
        """Return the address at which a browser of another machine has ended."""
        ...


@runtime_checkable
class LogsIn(Protocol):
    """A channel that may log in with a person's help, in a browser."""

    def log_in(self, steps: LoginSteps) -> None:
        """Log in anew, and keep it. Raises RuleSaysNo, also when its settings ask for none."""
        ...
