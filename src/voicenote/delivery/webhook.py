"""The webhook channel: each message is one signed JSON document with an idempotency key.

The signature is HMAC-SHA256 over the time stamp, a dot, and the bytes of the body. The receiver
computes it again with the shared secret, and refuses an old time stamp. `signature` is public so
that a receiver can use it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from voicenote.delivery.content import sound_of
from voicenote.delivery.http_client import HttpClient, HttpOptions, Request
from voicenote.delivery.http_status import judge_status
from voicenote.delivery.parcel_checks import ReservedOptions, refuse_reserved, validate_parcel
from voicenote.delivery.port import ChannelInfo, Dialled, NotFound
from voicenote.delivery.server_text import AGAIN
from voicenote.errors import Unknown
from voicenote.model.case import Customer
from voicenote.model.receipt import Parcel, Receipt, ReceiptKind
from voicenote.options import Secret, option, validators
from voicenote.options.secret import reveal

_PERSON = "ask the receiver for the key of the message, then say mark-sent or resend"
_CHECK_BOTH = "check that the receiver has the same secret"
#: What the document holds of a parcel as it is.
_TOLD = (
    *("key", "message_id", "case", "kind", "customer", "to", "sender", "sender_name", "language"),
    *("subject", "text", "duration_s", "synthetic", "synthetic_part"),
)
_ABOUT_US = {401: _CHECK_BOTH, 403: f"{_CHECK_BOTH}, and lets this machine in"}


@dataclass(frozen=True, kw_only=True)
class WebhookOptions(HttpOptions, ReservedOptions):
    """The settings of a webhook."""

    url: str = option(
        "", validators.server, "the https address that takes the messages", required=True
    )
    secret: Secret | None = option(
        None, validators.secret, "a reference to the secret that signs them", required=True
    )
    rendition: str = option(
        "mp3",
        validators.choice("ogg", "m4a", "mp3", "none"),
        "the sound that goes along: ogg, m4a, mp3, or none",
    )
    idempotent: bool = option(
        False, validators.switch, "the receiver does nothing the second time it gets a key"
    )


class Webhook:
    """A channel that posts every customer's messages to one URL."""

    Options = WebhookOptions

    def __init__(self, name: str, options: WebhookOptions, clock: Callable[[], datetime]) -> None:
        self.name = name
        self._options = options
        self._formats = () if options.rendition == "none" else (options.rendition,)
        self._line = HttpClient(options.timeout, options.ca_file)
        self._clock = clock

    @property
    def info(self) -> ChannelInfo:
        """Describe the channel: it reports that the receiver took a message, and no more."""
        kinds = {ReceiptKind.ACCEPTED, ReceiptKind.UNCERTAIN, ReceiptKind.REFUSED}
        return ChannelInfo(
            name=self.name,
            about="a webhook",
            tells=frozenset(kinds),
            formats=self._formats,
            hands_on=True,
        )

    def address(self, customer: Customer) -> str:
        """Return the customer's best address, or else their name: the receiver decides."""
        return customer.address() or customer.name

    def send(self, parcel: Parcel, commit: Callable[[], None]) -> Receipt:
        """Post `parcel`; `commit` is called just before the last byte.

        Raises Refused or Postponed, or Unknown after the last byte. With `idempotent`, Unknown is
        marked `again`: the key makes a second attempt harmless.
        """
        validate_parcel(parcel)
        refuse_reserved(parcel.to, allowed=self._options.allow_reserved)
        now = self._clock().astimezone(UTC)
        body = document(parcel, sound_of(parcel, self._formats))
        try:
            said = self._line.post(self._call(parcel.key, body, now), _PERSON, commit)
            if verdict := judge_status(said, now, _PERSON, _ABOUT_US):
                raise verdict
        except Unknown as unknown:
            if self._options.idempotent:
                raise Unknown(unknown.what, AGAIN, again=True) from unknown
            raise
        return Receipt(
            kind=ReceiptKind.ACCEPTED,
            at=now,
            provider_id=parcel.key,
            detail={"answer": str(said.status)},
        )

    def ask(self, key: str, message_id: str) -> NotFound:
        """Return `CANNOT_TELL`: a webhook cannot be asked."""
        return NotFound.CANNOT_TELL

    def dial(self, seconds: float) -> Iterator[Dialled]:
        """Connect to the receiver with a GET, which it may refuse; see `port.Dials`."""
        line = HttpClient(min(seconds, self._options.timeout), self._options.ca_file)

        def ask() -> str:
            said = line.get(Request(self._options.url))
            gone = said.status in (404, 410) or said.status >= 500
            if gone and (verdict := judge_status(said, self._clock(), _PERSON)):
                raise verdict
            return "it answers; whether it takes the secret shows when something is sent"

        with closing(line):
            yield line.dial(self._options.url, "sending", ask)

    def close(self) -> None:
        """Close the connection."""
        self._line.close()

    def _call(self, key: str, body: bytes, now: datetime) -> Request:
        stamp = str(int(now.timestamp()))
        signed = signature(reveal(self._options.secret), stamp, body)
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "X-Voicenote-Timestamp": stamp,
            "X-Voicenote-Signature": f"sha256={signed}",
        }
        return Request(self._options.url, body, headers)


def signature(secret: str, stamp: str, body: bytes) -> str:
    """Return the signature of `body` at `stamp` (seconds since 1970, as text): 64 hex digits."""
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def document(parcel: Parcel, sound: tuple[str, bytes] | None) -> bytes:
    """Return the JSON body of a request: the parcel without its paths, the sound in Base64."""
    facts: dict[str, object] = {
        "version": 1,
        **{name: getattr(parcel, name) for name in _TOLD},
        "made_at": parcel.made_at.astimezone(UTC).isoformat(),
        "thread": list(parcel.thread),
        "sound": None,
    }
    if sound:
        facts["sound"] = {"format": sound[0], "base64": base64.b64encode(sound[1]).decode("ascii")}
    return json.dumps(facts, ensure_ascii=False).encode()
