"""Find a letter that was just sent in a mailbox, in the inbox or among the junk."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voicenote.delivery.email.mailbox import INBOX, fetch, find_folder, open_mailbox
from voicenote.delivery.email.server import Server

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

#: Usual names of the folder of junk, for servers that do not mark it.
_JUNK = ("Junk", "Spam", "Junk Email", "Junk E-mail", "INBOX.Junk", "INBOX.Spam", "[Gmail]/Spam")
#: Seconds between two looks.
_PAUSE = 1.0
_MOST = 1 << 22


@dataclass(frozen=True, slots=True)
class ReturnedLetter:
    """A letter as it came back, and whether it was taken for junk."""

    raw: bytes
    folder: str
    junk: bool


def read_back(server: Server, key: str, seconds: float) -> ReturnedLetter | None:
    """Return the letter with the key of ours, or None if it isn't there after `seconds`.

    Nothing is marked or moved. Raises Postponed when the mailbox cannot be opened.
    """
    until = time.monotonic() + seconds
    with open_mailbox(server) as box:
        junk = find_folder(box, "\\Junk", _JUNK)
        while True:
            for folder in filter(None, (INBOX, junk)):
                box.folder.set(folder, readonly=True)
                if raw := _find(box, key):
                    return ReturnedLetter(raw, folder, folder != INBOX)
            if time.monotonic() >= until:
                return None
            time.sleep(_PAUSE)


def _find(box: BaseMailBox, key: str) -> bytes:
    """Return the whole letter in the open folder whose header has exactly this key, or b""."""
    from imap_tools import AND, H

    for uid in reversed(box.uids(AND(header=H("X-Voicenote-Key", key)))):
        for _, raw in fetch(box, [uid], f"(UID BODY.PEEK[]<0.{_MOST}>)"):
            if f"X-Voicenote-Key: {key}".encode() in raw:
                return bytes(raw)
    return b""
