"""Receipts (what a channel reports), answers (what the customer says), and parcels to send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

#: The key of `Receipt.detail` for an undelivered address.
UNDELIVERED = "undelivered"
#: The key of `Receipt.detail` for the addresses, with spaces between, that a channel knows whom it
#: wrote to by. They are certainly the customer's.
KNOWN_AS = "known_as"


class ReceiptKind(StrEnum):
    """What happened, as far as the channel knows. *Uncertain* is a value too (R16)."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    HEARD = "heard"
    ANSWERED = "answered"
    AUTO_REPLY = "auto-reply"
    BOUNCED = "bounced"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One report from a channel about a touch. `at` is UTC; `detail` holds facts for JSON.

    After a bounce, `UNDELIVERED` in `detail` is the address that certainly got nothing. It is left
    out when there is any doubt.
    """

    kind: ReceiptKind
    at: datetime
    provider_id: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)


class Verdict(StrEnum):
    """What the customer says about whether it was put right; `unclear` if the words don't tell."""

    PUT_RIGHT = "put-right"
    NOT_YET = "not-yet"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the customer said, written by a person and never by an autoresponder.

    `writer` is the address it came from if that isn't the customer's own: someone else may have
    written, or the customer from another address. `settled`: the case's owner closed it, or took it
    out, knowing the answer. `sounds` counts the files with it in which one may speak, and `heard`
    is what the ears heard in them: not what was said for sure.
    """

    verdict: Verdict
    at: datetime
    text: str = ""
    via: str = ""
    writer: str = ""
    settled: bool = field(default=False, compare=False)
    sounds: int = field(default=0, compare=False)
    heard: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """Everything a channel needs to send one message, so it needn't look anything up.

    `key` is the idempotency key, and `message_id` the RFC 5322 identifier made from it (with angle
    brackets). `to` and `sender` are addresses of the channel's own kind; the outbox takes any.
    `files` maps a rendition (``ogg``, ``mp3``, ``m4a``, ``vtt``, ``txt``) to an absolute path.
    `text` is the words without the line about a synthetic voice: the channel adds that when
    `synthetic` is set; `partly` means only some sentences. `made_at` (UTC) is the date of the
    message. `thread` is the Message-IDs of earlier messages. `heard_at` (UTC) is when the customer
    last wrote through this channel, if known.
    """

    key: str
    message_id: str
    case: int
    kind: str
    customer: str
    to: str
    sender: str
    sender_name: str
    language: str
    subject: str
    text: str
    files: Mapping[str, str]
    duration_s: float
    synthetic: bool
    made_at: datetime
    thread: tuple[str, ...] = ()
    heard_at: datetime | None = None
    partly: bool = False

    @property
    def synthetic_part(self) -> str:
        """How much of the voice is synthetic: ``no``, ``partly`` or ``yes``."""
        if not self.synthetic:
            return "no"
        return "partly" if self.partly else "yes"
