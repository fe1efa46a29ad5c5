"""The WhatsApp channel by Meta's Cloud API: a voice message, or a template with a link."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime

from voicenote.delivery.content import form, sound_of
from voicenote.delivery.http_client import HttpClient, HttpOptions, Request
from voicenote.delivery.inbound import Arrival
from voicenote.delivery.json_values import parse_object
from voicenote.delivery.parcel_checks import validate_parcel
from voicenote.delivery.port import ChannelInfo, Dialled, NotFound
from voicenote.delivery.tokens import token_link
from voicenote.delivery.whatsapp.cloud_payload import (
    LARGEST,
    PERSON,
    message,
    open_window,
    read_answer,
    recipient_of,
    refusal_in,
    template_message,
)
from voicenote.delivery.whatsapp.notifications import arrivals_of, genuine
from voicenote.delivery.whatsapp.whatsapp_files import download, read_link
from voicenote.errors import BadData, OutsideWindow, Postponed, Problem, Refused, Unknown
from voicenote.model.attachment import OfferedFile
from voicenote.model.case import Customer
from voicenote.model.receipt import KNOWN_AS, Parcel, Receipt, ReceiptKind
from voicenote.options import Secret, option, validators
from voicenote.options.secret import reveal

FORMATS = ("ogg",)
_JSON = {"Content-Type": "application/json"}
#: What is missing when no message could ever be sent.
NEITHER = "app_secret, to hear who has written within a day; or template and listen_url for others"


@dataclass(frozen=True, kw_only=True)
class WhatsAppOptions(HttpOptions):
    """The settings of a WhatsApp number."""

    token: Secret | None = option(
        None, validators.secret, "a reference to the access token of the system user", required=True
    )
    phone_id: str = option(
        "",
        validators.pattern(re.compile(r"\d+"), "an id", "digits, not the number itself"),
        "the id of your number in the Cloud API: digits, not the number itself",
        required=True,
    )
    template: str = option(
        "", validators.text, "an approved template for customers who have not written for 24 hours"
    )
    template_language: str = option(
        "", validators.text, "its language, such as en_US; that of the case by default"
    )
    listen_url: str = option(
        "", token_link, "the https address to listen at, with {token}; {{2}} in the template"
    )
    app_secret: Secret | None = option(
        None, validators.secret, "a reference to the app's secret, which signs what comes in"
    )
    version: str = option(
        "v23.0",
        validators.pattern(re.compile(r"v\d+(\.\d+)*"), "a version", "such as v23.0"),
        "the version of the Cloud API",
    )
    url: str = option("https://graph.facebook.com", validators.server, "the server")

    def problems(self) -> Iterator[Problem]:
        """Yield the settings that conflict."""
        if bool(self.template) != bool(self.listen_url):
            advice = "set both, or neither: a template can carry no sound"
            yield Problem("template and listen_url go together", advice, field="template")


class WhatsApp:
    """A channel that sends from one number."""

    Options = WhatsAppOptions
    field = "whatsapp"
    is_mailbox = False  # Meta delivers everything once

    def __init__(self, name: str, options: WhatsAppOptions, clock: Callable[[], datetime]) -> None:
        self.name = name
        self._options = options
        self._place = f"{options.url}/{options.version}/{options.phone_id}"
        self._line = HttpClient(options.timeout, options.ca_file)
        self._clock = clock

    @property
    def info(self) -> ChannelInfo:
        """Describe the channel: its webhook reports up to `played` (see `notifications`)."""
        kinds = {ReceiptKind.ACCEPTED, ReceiptKind.UNCERTAIN, ReceiptKind.REFUSED}
        told = {ReceiptKind.DELIVERED, ReceiptKind.HEARD, ReceiptKind.ANSWERED}
        deaf = self._options.app_secret is None
        mute = deaf and not self._options.template
        return ChannelInfo(
            name=self.name,
            about="WhatsApp (Cloud API)",
            missing=(NEITHER,) if mute else (),
            tells=frozenset(kinds if deaf else kinds | told | {ReceiptKind.BOUNCED}),
            formats=FORMATS,
            deaf="app_secret is missing, which proves that they come from Meta" if deaf else "",
        )

    def address(self, customer: Customer) -> str:
        """Return the customer's number on WhatsApp, or the id of their account."""
        return customer.address("whatsapp")

    def send(self, parcel: Parcel, commit: Callable[[], None]) -> Receipt:
        """Upload the sound, then send a message with it; words alone if there is no sound.

        `commit` is called just before the last byte of the message; no customer sees an upload.
        Unless the customer has written within 24 hours, the template is sent instead: outside of
        them Meta accepts a voice message, and discards it. Raises Refused or Postponed, or Unknown
        after the last byte: there is no idempotency key that makes a second message harmless.
        """
        validate_parcel(parcel)
        recipient_of(parcel)
        if not open_window(parcel.heard_at, self._clock()):
            return self._send_template(parcel, commit)
        sound = _voice(parcel)
        media = self._upload(sound) if sound is not None else ""
        kind = "audio" if media else "text"
        try:
            answer = self._post("messages", _JSON, message(parcel, media), commit)
        except OutsideWindow:
            if not self._options.template:
                raise
            return self._send_template(parcel)
        return self._receipt(answer, kind)

    def recognizes(self, raw: bytes) -> bool:
        """Return whether `raw` looks like JSON, as calls of the webhook do."""
        return raw.lstrip()[:1] in (b"{", b"[")

    def read_upload(self, raw: bytes, proof: str) -> Iterator[Arrival]:
        """Read one call of the webhook; `proof` is its header ``X-Hub-Signature-256``.

        Raises BadData without an `app_secret`, or if it has not signed exactly these bytes.
        """
        if self._options.app_secret is None:
            raise BadData(
                f"the channel {self.name!r} has no app_secret, so nothing proves who sent this",
                f"set app_secret in [channels.{self.name}]: Meta shows it in the app's settings",
            )
        if not genuine(self._options.app_secret.reveal().strip(), raw, proof):
            raise BadData(
                "the signature does not fit the body: this is not from Meta, or was changed",
                "give the header X-Hub-Signature-256 as it came; check app_secret",
            )
        yield from arrivals_of(raw, self._clock().astimezone(UTC))

    def poll(self, after: str, since: date) -> Iterator[Arrival]:
        """Yield nothing: the Cloud API cannot be asked, its messages come through `read_upload`."""
        return iter(())

    def fetch(self, source: str, most: int) -> Iterator[tuple[OfferedFile, Iterator[bytes]]]:
        """Yield the file with the id `source`; see `inbound.Fetches`."""
        secret, server = self._token(), f"{self._options.url}/{self._options.version}"
        call = Request(f"{server}/{source}", headers={"Authorization": f"Bearer {secret}"})
        said = self._line.get(call)
        if said.status != 200:
            failed = refusal_in(said, secret, self._clock())
            if isinstance(failed, Unknown):
                raise Postponed(failed.what, "a later run will try again")
            raise failed
        link = read_link(said, server, most)
        yield download(self._line, link, source, secret, most)

    def dial(self, seconds: float) -> Iterator[Dialled]:
        """Ask Meta for the number that it sends from; see `port.Dials`."""
        line = HttpClient(min(seconds, self._options.timeout), self._options.ca_file)

        def ask() -> str:
            secret = self._token()
            headers = {"Authorization": f"Bearer {secret}"}
            said = line.get(Request(f"{self._place}?fields=display_phone_number", headers=headers))
            if said.status != 200:
                raise refusal_in(said, secret, self._clock())
            number = parse_object(said.body).get("display_phone_number")
            return f"the number {number}" if isinstance(number, str) else "it knows the number"

        with closing(line):
            yield line.dial(self._options.url, "sending", ask)

    def _send_template(self, parcel: Parcel, commit: Callable[[], None] | None = None) -> Receipt:
        options = self._options
        if not options.template:
            raise Refused(
                "the customer has not written for 24 hours, so WhatsApp takes only a template",
                f"set template and listen_url in [channels.{self.name}], or choose another channel",
            )
        body = template_message(
            parcel, options.template, options.template_language, options.listen_url
        )
        return self._receipt(self._post("messages", _JSON, body, commit), "template")

    def _receipt(self, answer: tuple[str, str], kind: str) -> Receipt:
        return Receipt(
            kind=ReceiptKind.ACCEPTED,
            at=self._clock().astimezone(UTC),
            provider_id=answer[0],
            detail={"type": kind, KNOWN_AS: answer[1]},
        )

    def ask(self, key: str, message_id: str) -> NotFound:
        """Return `CANNOT_TELL`: the Cloud API cannot be asked. Its webhook may report later."""
        return NotFound.CANNOT_TELL

    def close(self) -> None:
        """Close the connection."""
        self._line.close()

    def _upload(self, sound: bytes) -> str:
        """Upload a sound and return its id. Unknown becomes Postponed: no customer sees it."""
        fields = {"messaging_product": "whatsapp", "type": "audio/ogg"}
        headers, body = form(fields, "file", ("voice-memo.ogg", sound, "audio/ogg"))
        try:
            return self._post("media", headers, body)[0]
        except Unknown as unknown:
            raise Postponed(unknown.what, "a later run will try again") from unknown

    def _post(
        self,
        end: str,
        headers: Mapping[str, str],
        body: bytes,
        commit: Callable[[], None] | None = None,
    ) -> tuple[str, str]:
        secret = self._token()
        more = {**headers, "Authorization": f"Bearer {secret}"}
        said = self._line.post(Request(f"{self._place}/{end}", body, more), PERSON, commit)
        return read_answer(said, secret, self._clock())

    def _token(self) -> str:
        secret = reveal(self._options.token)
        if not (secret.isascii() and secret.isprintable() and secret.strip()):
            raise Postponed(
                "what token refers to isn't a token", "make one in Meta's Business suite"
            )
        return secret.strip()


def _voice(parcel: Parcel) -> bytes | None:
    """Return the sound as WhatsApp takes it, or None if there is none. Raises Refused."""
    sound = sound_of(parcel, FORMATS)
    if sound is None:
        if {"mp3", "m4a"} & set(parcel.files):
            raise Refused(
                "WhatsApp takes Ogg Opus alone, and the memo has no ogg", "render the case again"
            )
        return None
    if len(sound[1]) > LARGEST:
        raise Refused(
            f"the memo has {len(sound[1]) // 1024} KB; over 512 it isn't shown as a voice message",
            "make it shorter: at 24 kb/s two minutes fit well",
        )
    return sound[1]
