"""The owner's mailbox over IMAP: sent mail and new mail. Nothing in it is changed or deleted."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from time import mktime
from typing import TYPE_CHECKING, Any

from voicenote.delivery.email.imap_connection import connect
from voicenote.delivery.email.server import Server
from voicenote.delivery.email.smtp_errors import explain_failure
from voicenote.delivery.port import NotFound
from voicenote.delivery.server_text import plain
from voicenote.errors import Postponed, Refused, VoicenoteError
from voicenote.model.receipt import Receipt, ReceiptKind

if TYPE_CHECKING:
    from imap_tools import BaseMailBox, MailMessage

#: Most bytes read of a message, and most messages fetched at once.
MOST, AT_ONCE = 1 << 18, 20
#: Most messages fetched at once when only their key is read.
HEADS_AT_ONCE = 500
_KEY = re.compile(rb"x-voicenote-key:\s*([!-~]+)", re.IGNORECASE)
#: Seconds until IDLE is started again (RFC 2177 allows 29 minutes).
IDLE_S = 20 * 60
#: Advice when one side uses TLS on a port where the other does not.
_WRONG_PORT = 'port 143 goes with imap_security = "starttls", port 993 with imap_security = "tls"'
INBOX = "INBOX"
_NEVER = datetime.min.replace(tzinfo=UTC)
#: Usual names of the Sent folder, for servers that do not mark it.
_SENT = ("Sent", "Sent Items", "Sent Messages", "INBOX.Sent", "[Gmail]/Sent Mail")


@dataclass(frozen=True, slots=True)
class MailboxPosition:
    """How far a folder has been read. A UID is valid only within its UIDVALIDITY (RFC 3501)."""

    validity: int
    uid: int

    def __str__(self) -> str:
        return f"{self.validity}:{self.uid}"

    @classmethod
    def read(cls, text: str) -> MailboxPosition | None:
        """Parse a position from `text` (``validity:uid``), or return None."""
        found = re.fullmatch(r"(\d+):(\d+)", text)
        return cls(int(found[1]), int(found[2])) if found else None


def in_sent(
    server: Server, folder: str, key: str, message_id: str, clock: Callable[[], datetime]
) -> Receipt | NotFound:
    """Search the sent mail for a message, by its Message-ID and then by its key.

    Some providers change the Message-ID, so the key counts too. Raises Postponed.
    """
    with _open_sent(server, folder) as (box, sent):
        for name, value in (("Message-ID", message_id), ("X-Voicenote-Key", key)):
            uid = _search(box, name, value) if sent else ""
            if uid:
                detail = {"found": "in the Sent folder", "folder": sent, "uid": uid, "by": name}
                at = clock().astimezone(UTC)
                return Receipt(
                    kind=ReceiptKind.ACCEPTED, at=at, provider_id=message_id, detail=detail
                )
    return NotFound.CANNOT_TELL


def keys_sent(server: Server, folder: str, since: date) -> dict[str, datetime]:
    """Return key → time sent for each message of ours in the sent mail since a day.

    Only one header of each message is fetched. Raises Postponed.
    """
    from imap_tools import AND

    found: dict[str, datetime] = {}
    with _open_sent(server, folder) as (box, sent):
        uids = box.uids(AND(date_gte=since)) if sent else []
        for start in range(0, len(uids), HEADS_AT_ONCE):
            order = "(INTERNALDATE BODY.PEEK[HEADER.FIELDS (X-Voicenote-Key)])"
            for head, header in fetch(box, uids[start : start + HEADS_AT_ONCE], order):
                if key := _KEY.match(header):
                    found[key[1].decode("ascii", "replace")] = _internal_date(head)
    return found


def new_mail(
    server: Server, after: MailboxPosition | None, since: date
) -> Iterator[tuple[MailboxPosition, datetime, bytes]]:
    """Yield (position, time, bytes) of mail that came in after a position, oldest first.

    Without a position, or when the server has renumbered its mail, all mail from the day `since`
    is read; messages already known do no harm. Only the first `MOST` bytes of each are fetched,
    because text and reports come before attachments. Raises Postponed.
    """
    from imap_tools import AND, U

    with open_mailbox(server) as box:
        box.folder.set(INBOX, readonly=True)
        validity = int(box.folder.status(INBOX, ["UIDVALIDITY"])["UIDVALIDITY"])
        known = after.uid if after and after.validity == validity else 0
        criteria = AND(uid=U(str(known + 1), "*")) if known else AND(date_gte=since)
        uids = sorted(uid for uid in map(int, box.uids(criteria)) if uid > known)
        # "n:*" always gives the last message, however old (RFC 3501, 6.4.8)
        for start in range(0, len(uids), AT_ONCE):
            for uid, at, raw in _fetch_heads(box, uids[start : start + AT_ONCE]):
                yield MailboxPosition(validity, uid), at, raw


def newest_at(box: BaseMailBox) -> datetime | None:
    """Return when the newest message in the inbox came, by the server's clock; None without one."""
    told = box.folder.set(INBOX, readonly=True)
    count = told[1][0] or b"0"
    if not count.isdigit() or not int(count):
        return None
    _, found = box.client.fetch(count.decode(), "(INTERNALDATE)")
    heads = [one if isinstance(one, bytes) else one[0] for one in found if one]
    at = max(map(_internal_date, heads), default=_NEVER)
    return at if at > _NEVER else None


def fetch_letter(box: BaseMailBox, at: MailboxPosition, most: int) -> bytes:
    """Return the first `most` bytes of a letter. Raises Refused when it isn't there any more."""
    box.folder.set(INBOX, readonly=True)
    validity = int(box.folder.status(INBOX, ["UIDVALIDITY"])["UIDVALIDITY"])
    if validity != at.validity:
        raise Refused("the mail server has renumbered the mailbox", "look for the letter in it")
    for _, raw in fetch(box, [str(at.uid)], f"(UID BODY.PEEK[]<0.{most}>)"):
        return bytes(raw)
    raise Refused("the letter is not in the mailbox any more", "look for it in other folders")


def _fetch_heads(box: BaseMailBox, uids: list[int]) -> list[tuple[int, datetime, bytes]]:
    """Fetch the beginnings of some messages. Those deleted in the meantime are left out."""
    order = f"(UID INTERNALDATE BODY.PEEK[]<0.{MOST}>)"
    return sorted(
        (int(number[1]), _internal_date(head), bytes(raw))
        for head, raw in fetch(box, list(map(str, uids)), order)
        if (number := re.search(rb"\bUID (\d+)", head))
    )


def fetch(box: BaseMailBox, uids: list[str], order: str) -> Iterator[tuple[bytes, bytes]]:
    """Yield what the server says about each message, and the bytes that `order` asks for."""
    from imap_tools.errors import UnexpectedCommandStatusError
    from imap_tools.utils import check_command_status

    answer = box.client.uid("fetch", ",".join(uids), order)
    check_command_status(answer, UnexpectedCommandStatusError)
    yield from (part for part in answer[1] if isinstance(part, tuple))


def _internal_date(head: bytes) -> datetime:
    """Return when the server received a message, in UTC; `datetime.min` if it does not say."""
    with suppress(KeyError, ValueError, OverflowError, OSError):  # no such month, year or time
        if moment := imaplib.Internaldate2tuple(head):
            return datetime.fromtimestamp(mktime(moment), UTC)
    return _NEVER


def keep_copy(box: BaseMailBox, folder: str, raw: bytes) -> str:
    """Save a copy of a sent message in the Sent folder. Return the folder's name, or ""."""
    from imap_tools import MailMessageFlags

    sent = folder or find_folder(box, "\\Sent", _SENT)
    if sent:
        box.append(raw, sent, flag_set=[MailMessageFlags.SEEN])
    return sent


def wait_for_mail(server: Server, stopped: Callable[[], bool]) -> Iterator[None]:
    """Yield once when the server announces new mail (IDLE), then whenever some may have come.

    Raises Postponed, also for a server without IDLE.
    """
    with open_mailbox(server) as box:
        if "IDLE" not in box.client.capabilities:
            raise Postponed(
                f"{server.host} does not tell when new mail comes", "it is read at each run"
            )
        box.folder.set(INBOX, readonly=True)
        idle: Any = box.idle  # the library leaves it without types
        while not stopped():
            idle.start()
            yield
            for _ in range(IDLE_S):
                if stopped() or idle.poll(timeout=1):
                    break
            idle.stop()


@contextmanager
def _open_sent(server: Server, folder: str) -> Iterator[tuple[BaseMailBox, str]]:
    """Open a mailbox at its Sent folder, for reading; the folder's name is "" if there is none."""
    with open_mailbox(server) as box:
        sent = folder or find_folder(box, "\\Sent", _SENT)
        there = bool(sent) and box.folder.exists(sent)
        if there:
            box.folder.set(sent, readonly=True)
        yield box, sent if there else ""


@contextmanager
def open_mailbox(server: Server) -> Iterator[BaseMailBox]:
    """Open a mailbox and log in. Every failure, inside the block too, is Postponed with advice."""
    where = f"{server.host}:{server.port}"
    from imap_tools import ImapToolsError

    try:
        box = _log_in(server)
        try:
            yield box
        finally:
            _log_out(box)
    except OSError as error:
        raise explain_failure(error, where, "imap_host and imap_port", _WRONG_PORT) from error
    except (imaplib.IMAP4.error, ImapToolsError) as error:
        raise Postponed(
            f"{where} cannot be read: {plain(str(error))}", "check imap_host, and the log-in"
        ) from error


def _log_in(server: Server) -> BaseMailBox:
    from imap_tools import MailboxLoginError

    box = connect(server, ssl.create_default_context(cafile=server.ca_file or None))
    try:
        secret = server.secret() if server.secret else ""
        if server.oauth:
            _show_token(box, server, secret)
        elif secret.isascii() and server.user.isascii():
            box.login(server.user, secret, initial_folder=None)
        else:
            box.login_utf8(server.user, secret, initial_folder=None)
    except (MailboxLoginError, imaplib.IMAP4.error):
        _log_out(box)
        raise Postponed(
            f"{server.host}:{server.port} refused the log-in of {server.user}",
            server.session.cure
            if server.session
            else "check user and password; many providers want an app password here",
        ) from None
    except OSError:
        box.client.shutdown()  # the connection is broken, so no logout
        raise
    except VoicenoteError as error:
        _log_out(box)
        raise Postponed(error.what, error.advice) from error
    return box


def _show_token(box: BaseMailBox, server: Server, token: str) -> None:
    from imap_tools import MailboxLoginError

    try:
        box.xoauth2(server.user, token, initial_folder=None)
    except (MailboxLoginError, imaplib.IMAP4.error):
        if server.session is None:
            raise
        again = server.session.access_token(anew=True)  # it may have ended early
        box.xoauth2(server.user, again, initial_folder=None)


def _log_out(box: BaseMailBox) -> None:
    from imap_tools import ImapToolsError

    try:
        box.logout()
    except (OSError, imaplib.IMAP4.error, ImapToolsError):
        box.client.shutdown()


def find_folder(box: BaseMailBox, mark: str, usual: tuple[str, ...]) -> str:
    """Return the folder with a mark (RFC 6154), else one with a usual name, else ""."""
    folders = box.folder.list()
    marked = [each.name for each in folders if mark in each.flags]
    names = {each.name for each in folders}
    return next(iter([*marked, *(name for name in usual if name in names)]), "")


def _search(box: BaseMailBox, name: str, value: str) -> str:
    """Return the UID of a message with exactly that header, or "". Servers match parts of it."""
    from imap_tools import AND, H

    found: Iterator[MailMessage] = box.fetch(
        AND(header=H(name, value)), mark_seen=False, headers_only=True, limit=20
    )
    exact = [message.uid or "" for message in found if value in message.obj.get_all(name, ())]
    return exact[0] if exact else ""
