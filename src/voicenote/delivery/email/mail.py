"""The email channel: one connection for a whole run, and the commit just before the final dot."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from voicenote.delivery.content import sounds_of
from voicenote.delivery.email import mailbox
from voicenote.delivery.email.dialling import dial
from voicenote.delivery.email.server import Server
from voicenote.delivery.email.settings import EmailOptions
from voicenote.delivery.email.smtp import Conversation, Envelope
from voicenote.delivery.inbound import UPLOAD, Arrival, Inbound
from voicenote.delivery.letter import Letter
from voicenote.delivery.message import write_letter
from voicenote.delivery.parcel_checks import check_address, refuse_reserved
from voicenote.delivery.port import ChannelInfo, Dialled, LoginSteps, NotFound
from voicenote.delivery.tokens import fill_template
from voicenote.errors import (
    ConnectionDropped,
    Postponed,
    Refused,
    RuleSaysNo,
    TookTooLong,
    TooLarge,
    Unavailable,
)
from voicenote.model.attachment import OfferedFile
from voicenote.model.case import Customer
from voicenote.model.receipt import Parcel, Receipt, ReceiptKind
from voicenote.worker import Worker

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

#: After a failed connection, messages are postponed for this many seconds without a new try:
#: a run of hundreds neither waits each time, nor locks the account with wrong passwords.
_REST = 60.0
#: Bytes of a letter beside its files; and how many seconds its files may take to be unpacked.
MARGIN, UNPACKING_S = 1_000_000, 60.0


class Mail:
    """A channel that sends through one SMTP server, and may read one mailbox."""

    Options = EmailOptions
    field = "email"
    is_mailbox = True  # messages stay in it, and other people's mail comes to it too

    def __init__(self, name: str, options: EmailOptions, clock: Callable[[], datetime]) -> None:
        self.name = name
        self.options = options.with_session(name, clock)
        self._clock = clock
        self._line: Conversation | None = None
        self._failed: tuple[float, Postponed] | None = None
        self._next = 0.0
        self._mailbox: BaseMailBox | None = None
        self._open = ExitStack()

    @property
    def info(self) -> ChannelInfo:
        """Describe the server. Only a mailbox can report deliveries, bounces and answers."""
        kinds = {ReceiptKind.ACCEPTED, ReceiptKind.UNCERTAIN, ReceiptKind.REFUSED}
        told = {ReceiptKind.DELIVERED, ReceiptKind.BOUNCED, ReceiptKind.ANSWERED}
        server, reads = self.options.server, self.options.imap is not None
        session = self.options.session
        missing = session.missing if session else ""
        return ChannelInfo(
            name=self.name,
            about=f"email through {server.host}:{server.port}",
            tells=frozenset(kinds | told | {ReceiptKind.AUTO_REPLY} if reads else kinds),
            can_ask=reads,
            formats=self.options.attach,
            deaf="" if reads else "no mailbox is read, because imap_host is empty",
            missing=(missing,) if missing else (),
            warning=session.warning if session else None,
        )

    def log_in(self, steps: LoginSteps) -> None:
        """Log in anew in a browser, and keep it; see `port.LogsIn`."""
        if self.options.session is None:
            cure = f"to set it up so: voicenote channels add email --name {self.name}"
            raise RuleSaysNo(f"{self.name} does not log in by a browser", cure)
        self.options.session.log_in(steps)

    def address(self, customer: Customer) -> str:
        """Return the customer's email address."""
        return customer.address("email")

    def send(self, parcel: Parcel, commit: Callable[[], None]) -> Receipt:
        """Send `parcel`; `commit` is called when the server has all of it but the final dot.

        Raises Refused or Postponed, or Unknown after the dot. A key that was sent before is sent
        again: SMTP cannot be asked, so the caller checks first.
        """
        sender, to = self._addresses(parcel)
        sounds = sounds_of(parcel, self.options.attach)
        letter = write_letter(parcel, sounds, self.options.headers(parcel.key))
        self._pace()
        line = self._offer(
            Envelope(sender=sender, to=to, key=parcel.key, dsn=self.options.dsn), letter
        )
        try:
            commit()
        except BaseException:
            line.withdraw()
            raise
        answer = line.finish()
        detail = {"server": self.options.server.host, "answer": answer}
        if self.options.copy_to_sent and self.options.imap:
            detail["copy"] = self._keep_copy(self.options.imap, bytes(letter))
        return Receipt(
            kind=ReceiptKind.ACCEPTED,
            at=self._clock().astimezone(UTC),
            provider_id=parcel.message_id,
            detail=detail,
        )

    def ask(self, key: str, message_id: str) -> Receipt | NotFound:
        """Return whether the mailbox's Sent folder has it. Not found proves nothing: `CANNOT_TELL`.

        Raises Postponed when the mailbox cannot be opened.
        """
        if self.options.imap is None:
            return NotFound.CANNOT_TELL
        return mailbox.in_sent(
            self.options.imap, self.options.sent_folder, key, message_id, self._clock
        )

    def sent_since(self, day: date) -> Mapping[str, datetime]:
        """Return key → time sent for each message since `day` in the mailbox's Sent folder."""
        if self.options.imap is None:
            return {}
        return mailbox.keys_sent(self.options.imap, self.options.sent_folder, day)

    def poll(self, after: str, since: date) -> Iterator[Arrival]:
        """Yield parsed messages that came into the mailbox after the place `after`, oldest first.

        Without a place, all from the day `since` are read. Raises Postponed when the mailbox cannot
        be opened. Without a mailbox in the settings, it yields nothing.
        """
        if self.options.imap is None:
            if session := self.options.session:  # each run renews it, whatever is to be sent
                session.access_token()
            return
        known = mailbox.MailboxPosition.read(after)
        with Worker() as worker:
            for place, at, raw in mailbox.new_mail(self.options.imap, known, since):
                yield self._read(worker, raw, at, str(place))

    def recognizes(self, raw: bytes) -> bool:
        """Return whether `raw` may be an email: anything that isn't JSON."""
        return raw.lstrip()[:1] not in (b"{", b"[")

    def read_upload(self, raw: bytes, proof: str) -> Iterator[Arrival]:
        """Read one message that was handed over (an .eml file). `proof` is ignored."""
        with Worker() as worker:
            yield self._read(worker, raw, datetime.min.replace(tzinfo=UTC), "")

    def fetch(self, source: str, most: int) -> Iterator[tuple[OfferedFile, Iterator[bytes]]]:
        """Yield the files of a letter in the mailbox; see `inbound.Fetches`.

        Of a very large letter, only the files in its beginning are whole.
        """
        place, server = mailbox.MailboxPosition.read(source), self.options.imap
        if place is None or server is None:
            raise Refused("the letter is in no mailbox that is set up here", "look for it there")
        limit = 2 * most + MARGIN
        with mailbox.open_mailbox(server) as box:
            raw = mailbox.fetch_letter(box, place, limit)
        found = list(self.unpack(raw))
        for number, (file, pieces) in enumerate(found, start=1):
            cut = len(raw) >= limit and number == len(found)
            yield file, map(_refuse_rest, pieces) if cut else pieces

    def unpack(self, raw: bytes) -> Iterator[tuple[OfferedFile, Iterator[bytes]]]:
        """Yield the files in a letter that was handed over."""
        from voicenote.delivery.email.mail_parser import read_files

        with Worker(UNPACKING_S) as worker:
            files = worker.run(read_files, raw)
        for file, content in files:
            yield file, iter((content,))

    def dial(self, seconds: float) -> Iterator[Dialled]:
        """Try the server for sending, then the one for reading; see `port.Dials`."""
        return dial(self.options, seconds)

    def watch(self, stopped: Callable[[], bool]) -> Iterator[None]:
        """Yield once when the mailbox is watched, then whenever mail may have come."""
        if self.options.imap is None:
            return
        yield from mailbox.wait_for_mail(self.options.imap, stopped)

    def _read(self, worker: Worker, raw: bytes, at: datetime, place: str) -> Arrival:
        """Parse a message. An unexpected error in one must not stop those behind it.

        Raises Unavailable when no process can be started to parse it.
        """
        from voicenote.delivery.email.mail_parser import read_head, read_mail

        now = self._clock().astimezone(UTC)
        came = now if at.year < 1971 else min(at, now)
        mark = hashlib.sha256(raw).hexdigest()
        templates, broken = (self.options.verp, self.options.reply_to), ""
        read: Inbound | None = None
        try:
            read = worker.run(read_mail, raw, came, templates)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a hostile message may make a parser raise anything
            why = error.what if isinstance(error, TookTooLong) else type(error).__name__
            broken = f"the letter cannot be read ({why})"
            with suppress(Exception):  # maybe only its body is broken
                read = worker.run(read_head, raw, templates)
        return Arrival(
            mark=read.mark if read and read.mark and not broken else mark,
            at=came,
            place=place,
            inbound=_with_sources(read, place or f"{UPLOAD}{mark}"),
            broken=broken,
            sender=read.sender if read else "",
            address=read.address if read else "",
        )

    def close(self) -> None:
        """Close the connections to the server and the mailbox."""
        line, self._line = self._line, None
        if line:
            line.close()
        self._hang_up()

    def _keep_copy(self, server: Server, raw: bytes) -> str:
        """Save a copy in the Sent folder, and say where. Never fails: the message is sent."""
        try:
            if self._mailbox is None:
                self._mailbox = self._open.enter_context(mailbox.open_mailbox(server))
            folder = mailbox.keep_copy(self._mailbox, self.options.sent_folder, raw)
        except Exception as error:  # noqa: BLE001 - it has been sent, whatever happens to its copy
            self._hang_up()
            return f"none: {getattr(error, 'what', type(error).__name__)}"
        return f"in {folder}" if folder else "none: there is no folder of sent mail"

    def _hang_up(self) -> None:
        """Close the mailbox, and ignore any error."""
        self._mailbox = None
        with suppress(Exception):
            self._open.close()

    def _addresses(self, parcel: Parcel) -> tuple[str, str]:
        sender = check_address("the sender", parcel.sender)
        to = check_address("the customer", parcel.to)
        refuse_reserved(to, allowed=self.options.allow_reserved)
        verp = self.options.verp
        return (fill_template(verp, parcel.key) if verp else sender), to

    def _pace(self) -> None:
        """Wait as long as `per_minute` asks for between two messages."""
        if self.options.per_minute:
            now = time.monotonic()
            time.sleep(max(0.0, self._next - now))
            self._next = max(now, self._next) + 60 / self.options.per_minute

    def _offer(self, envelope: Envelope, letter: Letter) -> Conversation:
        """Return a conversation that has all but the dot. A stale connection is replaced once."""
        line = self._line
        if line and line.open:
            with suppress(ConnectionDropped):
                line.offer(envelope, letter)
                return line
        self._line = line = self._connect()
        line.offer(envelope, letter)
        return line

    def _connect(self) -> Conversation:
        if self._failed and time.monotonic() < self._failed[0]:
            raise self._failed[1]
        try:
            return Conversation(self.options.server)
        except Postponed as postponed:
            self._failed = (time.monotonic() + _REST, postponed)
            raise


def _with_sources(read: Inbound | None, source: str) -> Inbound | None:
    """Return an inbound letter whose files are where the letter is."""
    if read is None or not read.files:
        return read
    return replace(read, files=tuple(replace(file, source=source) for file in read.files))


def _refuse_rest(_: bytes) -> bytes:
    raise TooLarge("it is larger than what is kept")
