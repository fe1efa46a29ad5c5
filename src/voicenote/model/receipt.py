"""Receipts: what a channel says happened. Answers: what the customer says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

#: See `Receipt`.
UNDELIVERED = "undelivered"


class ReceiptKind(StrEnum):
    """What happened, as far as the channel can know. *Unknown* is a value (R16)."""

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
    """One thing a channel said about a touch. `at` is UTC; `detail` holds JSON-able facts.

    In the detail of what bounced, `UNDELIVERED` is the address that surely got nothing of it; it is
    not there where a doubt is left.
    """

    kind: ReceiptKind
    at: datetime
    provider_id: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)


class Verdict(StrEnum):
    """The customer's word on whether it was put right. Words without a verdict are `unclear`."""

    PUT_RIGHT = "put-right"
    NOT_YET = "not-yet"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the customer said, in a person's words; an autoresponder never makes one.

    `writer` is the address it came from, where that is not the customer's own: another person may
    have written, or the customer from elsewhere.
    """

    verdict: Verdict
    at: datetime
    text: str = ""
    via: str = ""
    writer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """All that a channel needs to carry one touch, and nothing it has to look up.

    `key` is the idempotency key and `message_id` the RFC 5322 identifier made from it (with angle
    brackets). `to` and `sender` are addresses of the channel's own kind; the outbox takes any.
    `files` maps a rendition (``ogg``, ``mp3``, ``m4a``, ``vtt``, ``txt``) to an absolute path.
    `text` are the words, without the line on a machine's voice: that one is the channel's to write
    where `synthetic` is set, which `partly` narrows to some sentences.
    `made_at` UTC is the date written on it. `thread` are the Message-IDs of earlier touches.
    `heard_at` (UTC) is when the customer last wrote by this channel, as far as is known.
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
        """How much of the voice is a machine's: ``no``, ``partly`` or ``yes``."""
        if not self.synthetic:
            return "no"
        return "partly" if self.partly else "yes"
