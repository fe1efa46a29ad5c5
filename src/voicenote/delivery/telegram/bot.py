"""The Telegram channel: voice messages from a bot with two buttons, and customers' answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from voicenote.delivery.content import AUDIO, form, sound_of
from voicenote.delivery.http_client import HttpClient, HttpOptions, Request
from voicenote.delivery.inbound import Arrival
from voicenote.delivery.json_values import as_count, as_object
from voicenote.delivery.parcel_checks import validate_parcel
from voicenote.delivery.port import ChannelInfo, Dialled, NotFound
from voicenote.delivery.telegram.bot_payload import LARGEST, PERSON, fields_of, result_of
from voicenote.delivery.telegram.telegram_files import explain_download, path_of, why_not
from voicenote.delivery.telegram.updates import (
    WANTED,
    UpdateOffset,
    arrival_of,
    read_update,
    start_link,
)
from voicenote.errors import Postponed, Refused, Unknown, VoicenoteError
from voicenote.model.attachment import FileKind, OfferedFile
from voicenote.model.case import Customer
from voicenote.model.receipt import Parcel, Receipt, ReceiptKind
from voicenote.options import Secret, option, validators
from voicenote.options.secret import reveal

#: Renditions that it takes, the best first.
FORMATS = ("ogg", "m4a", "mp3")


@dataclass(frozen=True, kw_only=True)
class TelegramOptions(HttpOptions):
    """The settings of a Telegram bot."""

    token: Secret | None = option(
        None,
        validators.secret,
        "a reference to the bot's token, as BotFather gave it",
        required=True,
    )
    buttons: bool = option(True, validators.switch, "ask by two buttons whether it is put right")
    url: str = option(
        "https://api.telegram.org",
        validators.server,
        "the server; another one for a server of your own",
    )


class Telegram:
    """A channel that sends through one bot."""

    Options = TelegramOptions
    field = "telegram"
    is_mailbox = False  # Telegram forgets what was read

    def __init__(self, name: str, options: TelegramOptions, clock: Callable[[], datetime]) -> None:
        self.name = name
        self._options = options
        self._line = HttpClient(options.timeout, options.ca_file)
        self._clock = clock

    @property
    def info(self) -> ChannelInfo:
        """Describe the channel: it reports what was taken and who answers, never what was heard."""
        kinds = {ReceiptKind.ACCEPTED, ReceiptKind.UNCERTAIN, ReceiptKind.REFUSED}
        return ChannelInfo(
            name=self.name,
            about="a bot of Telegram",
            tells=frozenset(kinds | {ReceiptKind.ANSWERED}),
            formats=FORMATS,
        )

    def address(self, customer: Customer) -> str:
        """Return the number of the customer's chat with the bot."""
        return customer.address("telegram")

    def send(self, parcel: Parcel, commit: Callable[[], None]) -> Receipt:
        """Send a voice message with its words below, or words alone if there is no sound.

        `commit` is called just before the last byte. A customer who accepts no voice messages gets
        the sound as music. Raises Refused or Postponed, or Unknown after the last byte.
        """
        validate_parcel(parcel)
        sound = sound_of(parcel, FORMATS)
        if sound and len(sound[1]) > LARGEST:
            raise Refused("the memo is over 50 MB", "make the memo shorter")
        fields = fields_of(parcel, voiced=sound is not None, buttons=self._options.buttons)
        method = "sendVoice" if sound else "sendMessage"
        try:
            result = self._post(method, fields, sound, commit)
        except Refused as refused:
            if "VOICE_MESSAGES_FORBIDDEN" not in refused.what:  # the customer's settings block them
                raise
            method = "sendAudio"
            result = self._send_as_music(parcel, fields, refused)
        number = result.get("message_id") if isinstance(result, dict) else None
        if not isinstance(number, int):
            raise Unknown("Telegram accepted the message, but gave no number for it", PERSON)
        return Receipt(
            kind=ReceiptKind.ACCEPTED,
            at=self._clock().astimezone(UTC),
            provider_id=f"{parcel.to}:{number}",
            detail={"method": method},
        )

    def ask(self, key: str, message_id: str) -> NotFound:
        """Return `CANNOT_TELL`: a bot cannot read what it has sent."""
        return NotFound.CANNOT_TELL

    def poll(self, after: str, since: date) -> Iterator[Arrival]:
        """Yield the updates after an `UpdateOffset`, oldest first; without a valid one, all unread.

        Telegram deletes an update when a later one is requested, so keep each before you take the
        next. Raises Postponed when Telegram cannot be asked.
        """
        bot, now = self._token().partition(":")[0], self._clock().astimezone(UTC)
        place = UpdateOffset.read(after)
        order = {"offset": place.number + 1} if place and place.counts(bot, now) else {}
        seen: set[int] = set()
        while True:
            wanted = {**order, "timeout": 0, "allowed_updates": list(WANTED)}
            batch = self._request("getUpdates", wanted)
            before, now = len(seen), self._clock().astimezone(UTC)
            for raw in batch if isinstance(batch, list) else ():
                update = read_update(raw, now)
                if update is None or update.number in seen:
                    continue
                seen.add(update.number)
                order = {"offset": update.number + 1}
                yield arrival_of(update, now, bot)
                if update.query:
                    self._thank(update.query)
            if len(seen) == before:
                return

    def fetch(self, source: str, most: int) -> Iterator[tuple[OfferedFile, Iterator[bytes]]]:
        """Yield the file with the id `source`; see `inbound.Fetches`."""
        try:
            told = as_object(self._post("getFile", {"file_id": source}))
        except Unknown as unknown:
            raise Postponed(unknown.what, "a later run will try again") from unknown
        except Refused as refused:
            raise why_not(refused) from refused
        path, secret = path_of(told, most), self._token()
        call = Request(f"{self._options.url}/file/bot{secret}/{path}")
        pieces = self._line.download(call, most, lambda said: explain_download(said, secret))
        size = as_count(told.get("file_size"))
        yield OfferedFile(kind=FileKind.FILE, source=source, size=size), pieces

    def make_link(self, secret: str) -> str:
        """Return the link that opens the bot with `secret`. Raises Postponed."""
        return start_link(self._name_of_bot(), secret)

    def dial(self, seconds: float) -> Iterator[Dialled]:
        """Ask Telegram who the bot is; see `port.Dials`."""
        options = replace(self._options, timeout=min(seconds, self._options.timeout))
        with closing(Telegram(self.name, options, self._clock)) as bot:
            line, url = bot._line, options.url
            yield line.dial(url, "sending and reading", lambda: f"the bot @{bot._name_of_bot()}")

    def _name_of_bot(self) -> str:
        told = self._request("getMe", {})
        name = told.get("username") if isinstance(told, dict) else None
        if not isinstance(name, str) or not name:
            raise Postponed("Telegram does not say what the bot is called", "try again later")
        return name

    def close(self) -> None:
        """Close the connection."""
        self._line.close()

    def _send_as_music(self, parcel: Parcel, fields: dict[str, str], refused: Refused) -> object:
        """Send the sound as music, which the customer's privacy settings do not block."""
        sound = sound_of(parcel, ("mp3", "m4a"))
        if sound is None:
            raise Refused(
                refused.what, "the customer takes no voice messages: make an mp3 of the memo too"
            ) from refused
        music = {**fields, "title": parcel.subject, "performer": parcel.sender_name}
        return self._post("sendAudio", music, sound)

    def _post(
        self,
        method: str,
        fields: Mapping[str, Any],
        sound: tuple[str, bytes] | None = None,
        commit: Callable[[], None] | None = None,
    ) -> object:
        headers, body = {"Content-Type": "application/json"}, json.dumps(fields).encode()
        if sound:
            kind, raw = sound
            file = (f"voice-memo.{kind}", raw, AUDIO[kind])
            headers, body = form(fields, "audio" if method == "sendAudio" else "voice", file)
        secret = self._token()
        call = Request(f"{self._options.url}/bot{secret}/{method}", body, headers)
        return result_of(self._line.post(call, PERSON, commit), secret)

    def _request(self, method: str, order: Mapping[str, object]) -> object:
        """Make a request that is safe to repeat, so every failure is Postponed."""
        try:
            return self._post(method, order)
        except (Unknown, Refused) as failed:
            raise Postponed(failed.what, "a later run will ask again") from failed

    def _thank(self, query: str) -> None:
        """Stop the progress sign on a pressed button. A courtesy: the answer is already kept."""
        try:
            self._request("answerCallbackQuery", {"callback_query_id": query})
        except VoicenoteError:
            return

    def _token(self) -> str:
        secret = reveal(self._options.token)
        if not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", secret):
            raise Postponed(
                "what token refers to isn't a bot's token",
                "BotFather gives it: a number, a colon, and letters",
            )
        return secret
