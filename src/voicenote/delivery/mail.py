"""Email: one connection for a whole pass, and the commit just before the final dot."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from voicenote.delivery.mail_settings import MailSettings, read_settings
from voicenote.delivery.message import one_line, valid_address, written
from voicenote.delivery.port import CANNOT_TELL, Facts, Found
from voicenote.delivery.smtp import Conversation, Dropped, Envelope
from voicenote.delivery.tokens import filled
from voicenote.errors import Postponed, Refused
from voicenote.model.case import Customer
from voicenote.model.receipt import Parcel, Receipt, ReceiptKind

if TYPE_CHECKING:
    from voicenote.delivery.inbound import Inbound
    from voicenote.delivery.mailbox import Place

#: Domains that belong to nobody (RFC 2606, RFC 6761): mail to them is a mistake.
_RESERVED = ("example", "invalid", "localhost", "test", "example.com", "example.net", "example.org")

#: After a failed connection, touches are postponed for so many seconds without knocking again:
#: a pass of hundreds neither waits each time, nor locks the account by wrong passwords.
_REST = 60.0


class Mail:
    """A channel to one SMTP server. The settings are in `mail_settings.KNOWN`."""

    def __init__(
        self, name: str, settings: Mapping[str, object], clock: Callable[[], datetime]
    ) -> None:
        self.name = name
        self._settings = read_settings(name, settings)
        self._clock = clock
        self._line: Conversation | None = None
        self._failed: tuple[float, Postponed] | None = None
        self._next = 0.0

    @property
    def facts(self) -> Facts:
        """What the server is; delivery and answers are told by the mailbox only."""
        kinds = {ReceiptKind.ACCEPTED, ReceiptKind.UNCERTAIN, ReceiptKind.REFUSED}
        told = {ReceiptKind.DELIVERED, ReceiptKind.BOUNCED, ReceiptKind.ANSWERED}
        server, mailbox = self._settings.server, self._settings.imap
        return Facts(
            name=self.name,
            about=f"email through {server.host}:{server.port}",
            tells=frozenset(kinds | told | {ReceiptKind.AUTO_REPLY} if mailbox else kinds),
            can_ask=mailbox is not None,
        )

    def address(self, customer: Customer) -> str:
        """The customer's email address."""
        return customer.email

    def send(self, parcel: Parcel, commit: Callable[[], None]) -> Receipt:
        """Hand `parcel` to the server; `commit` is called when all but the final dot is there.

        Raises Refused, Postponed, or after the dot Unknown. A key that was sent before is sent
        again: the server cannot be asked here, so the caller asks first.
        """
        sender, to = self._addresses(parcel)
        raw = written(
            parcel,
            self._sounds(parcel),
            addressed=True,
            headers=mail_headers(self._settings, parcel.key),
        )
        self._pace()
        line = self._offered(
            Envelope(sender=sender, to=to, key=parcel.key, dsn=self._settings.dsn), raw
        )
        try:
            commit()
        except BaseException:
            line.withdraw()
            raise
        answer = line.finish()
        return Receipt(
            kind=ReceiptKind.ACCEPTED,
            at=self._clock().astimezone(UTC),
            provider_id=parcel.message_id,
            detail={"server": self._settings.server.host, "answer": answer},
        )

    def ask(self, key: str, message_id: str) -> Found:
        """Whether the mailbox's Sent folder has it. Not found proves nothing: `CANNOT_TELL`.

        Raises Postponed when the mailbox cannot be opened.
        """
        if self._settings.imap is None:
            return CANNOT_TELL
        from voicenote.delivery.mailbox import in_sent

        return in_sent(
            self._settings.imap, self._settings.sent_folder, key, message_id, self._clock
        )

    def receive(self, after: Place | None, since: date) -> Iterator[tuple[Place, Inbound]]:
        """Yield what came into the mailbox after a place, oldest first, read and understood.

        Keep the last place, and give it the next time; without one, all from the day `since` is
        read. Raises Postponed when the mailbox cannot be opened; a channel without one has no post.
        """
        if self._settings.imap is None:
            return
        from voicenote.delivery.inbound import read_mail
        from voicenote.delivery.mailbox import new_mail

        ways = (self._settings.verp, self._settings.reply_to)
        for place, raw in new_mail(self._settings.imap, "INBOX", after, since):
            yield place, read_mail(raw, self._clock().astimezone(UTC), ways)

    def close(self) -> None:
        """Say goodbye to the server."""
        line, self._line = self._line, None
        if line:
            line.close()

    def _addresses(self, parcel: Parcel) -> tuple[str, str]:
        sender = valid_address("the sender", parcel.sender)
        to = valid_address("the customer", parcel.to)
        domain = to.rpartition("@")[2].lower()
        if not self._settings.allow_reserved and reserved(domain):
            raise Refused(
                f"{to} is at a domain that belongs to nobody", "correct the address on the case"
            )
        verp = self._settings.verp
        return (filled(verp, parcel.key) if verp else sender), to

    def _sounds(self, parcel: Parcel) -> dict[str, bytes]:
        """Read what is attached. A rendition that the touch does not have is left out."""
        sounds = {}
        for kind in self._settings.attach:
            if kind in parcel.files:
                try:
                    sounds[kind] = Path(parcel.files[kind]).read_bytes()
                except (OSError, ValueError) as error:
                    why = getattr(error, "strerror", None) or error
                    raise Refused(
                        f"the memo's {kind} file cannot be read: {why}: {parcel.files[kind]}",
                        "render the case again, then resend",
                    ) from error
        return sounds

    def _pace(self) -> None:
        """Keep the distance between two messages that the settings ask for."""
        if self._settings.per_minute:
            now = time.monotonic()
            time.sleep(max(0.0, self._next - now))
            self._next = max(now, self._next) + 60 / self._settings.per_minute

    def _offered(self, envelope: Envelope, raw: bytes) -> Conversation:
        """Return a conversation that has all but the dot. A stale connection is replaced once."""
        line = self._line
        if line and line.open:
            with suppress(Dropped):
                line.offer(envelope, raw)
                return line
        self._line = line = self._connected()
        line.offer(envelope, raw)
        return line

    def _connected(self) -> Conversation:
        if self._failed and time.monotonic() < self._failed[0]:
            raise self._failed[1]
        try:
            return Conversation(self._settings.server)
        except Postponed as postponed:
            self._failed = (time.monotonic() + _REST, postponed)
            raise


def mail_headers(settings: MailSettings, key: str) -> dict[str, str]:
    """Return the headers that lead answers and opt-outs back to the touch of `key`. Pure."""
    headers = {}
    ways = []
    if settings.reply_to:
        headers["Reply-To"] = filled(settings.reply_to, key)
    if settings.unsubscribe_url:
        ways.append(f"<{filled(settings.unsubscribe_url, key)}>")
    if settings.reply_to:
        ways.append(f"<mailto:{filled(settings.reply_to, key)}?subject=unsubscribe>")
    if ways:
        headers["List-Unsubscribe"] = ", ".join(ways)
    if settings.unsubscribe_url:
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return {name: one_line(name, value) for name, value in headers.items()}


def reserved(domain: str) -> bool:
    """Whether `domain` is one that belongs to nobody."""
    return any(domain == each or domain.endswith(f".{each}") for each in _RESERVED)
