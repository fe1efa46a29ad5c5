"""Messages that come in, and the optional ports of channels that can receive them.

Beside the methods of `port.Channel`, a channel may have `poll` (it can be asked for new messages),
`read_upload` (someone else brings them), `fetch` (it can fetch their files), `watch` (it can wait
for news) and `make_link` (customers have to join it first).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from voicenote.model.attachment import OfferedFile
from voicenote.model.receipt import Answer, Receipt

#: The beginning of the source of a file that is in an upload; its SHA-256 follows.
UPLOAD = "upload:"
#: Shown for an answer without any words or files.
EMPTY = "[an empty message]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """An incoming message after parsing.

    `keys`, `tokens` and `message_ids` point to the message that it belongs to, the most reliable
    first. `receipt` is None when there is no news, such as for a delay or a copy of our own
    message. `answer` is set for messages from people only. `opt_out`: they want no more messages.
    `may_opt_out`: they may want none, so a person has to read it. `texts` are all texts in it, of
    people and machines, without what they quote (subject, parts, captions, buttons): an opt-out is
    looked for in each. `whole` are the writer's words with what they quote without any mark:
    whoever knows what was quoted finds answers in between. `wrapped` are lines directly below a
    marked quotation, which may still be of it. `unread` says why a machine's report
    could not be understood. `mark` is its own id at its source, or "". `address` is the writer's
    address, as it would be in the customer's record, and `aliases` are others that they may have
    there; outside of mailboxes they are certainly theirs. `moved_to`: instead of all these they
    have other addresses now, the one to write to first.
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
    texts: tuple[str, ...] = ()
    whole: str = ""
    wrapped: tuple[str, ...] = ()
    unread: str = ""
    mark: str = ""
    address: str = ""
    aliases: tuple[str, ...] = ()
    moved_to: tuple[str, ...] = ()
    files: tuple[OfferedFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One incoming message as a channel delivers it.

    `mark` stays the same if the same message is delivered again. `place` is where to continue after
    it, or "" if the channel keeps none. `at` (UTC) is when it came. `inbound` is None when there is
    no news. `broken` says why a message could not be read, and `sender` who it is from. `join` is
    what an invitation link carried; `joins` means that someone joined.
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
    """A channel that can be asked for new messages."""

    @property
    def field(self) -> str:
        """The name of the customer's field that holds their address here, such as ``email``."""
        ...

    @property
    def is_mailbox(self) -> bool:
        """Whether it reads a mailbox of the owner.

        Messages stay in a mailbox, so strangers' text need not be stored. Other people's mail
        arrives there too, and anyone, the owner included, may write from any address.
        """
        ...

    def poll(self, after: str, since: date) -> Iterator[Arrival]:
        """Yield messages that came after the place `after`, oldest first.

        With `after` "", all from the day `since` are yielded. The channel may forget a message as
        soon as the next one is requested. Raises Postponed when it cannot be read now.
        """
        ...


@runtime_checkable
class AcceptsUpload(Protocol):
    """A channel whose messages someone else receives and hands over."""

    def recognizes(self, raw: bytes) -> bool:
        """Return whether `raw` looks like one of its messages."""
        ...

    def read_upload(self, raw: bytes, proof: str) -> Iterator[Arrival]:
        """Yield the messages in `raw`. Raises BadData if `proof` does not show that it is real."""
        ...


@runtime_checkable
class Fetches(Protocol):
    """A channel that can fetch the files of its messages."""

    def fetch(self, source: str, most: int) -> Iterator[tuple[OfferedFile, Iterator[bytes]]]:
        """Yield each file at the `source` of an `OfferedFile`, and its bytes, at most `most`.

        Take the bytes of one before you ask for the next; they are never decoded. Raises Postponed
        when it cannot be fetched now, TooLarge, and Refused when it is there no more; the bytes may
        raise the same.
        """
        ...


@runtime_checkable
class Unpacks(Protocol):
    """A channel whose uploads hold the files themselves, as a letter does."""

    def unpack(self, raw: bytes) -> Iterator[tuple[OfferedFile, Iterator[bytes]]]:
        """Yield the files in an upload, as `Fetches.fetch` does."""
        ...


@runtime_checkable
class Notifies(Protocol):
    """A channel that can wait for news."""

    def watch(self, stopped: Callable[[], bool]) -> Iterator[None]:
        """Yield once when listening, then whenever something may have come, until `stopped()`.

        Raises Postponed when it cannot listen now.
        """
        ...


@runtime_checkable
class Invites(Protocol):
    """A channel that customers have to join before they can get messages."""

    def make_link(self, secret: str) -> str:
        """Return a link that carries `secret` when a customer opens it. Raises Postponed."""
        ...
