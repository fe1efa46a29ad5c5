"""Try the servers of an email channel: connect, encrypt and log in, and send nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from voicenote.delivery.email.mailbox import open_mailbox
from voicenote.delivery.email.settings import EmailOptions
from voicenote.delivery.email.smtp import Conversation, Server
from voicenote.delivery.port import Dialled
from voicenote.errors import VoicenoteError

SENDING, READING = "sending", "reading"


def dial(options: EmailOptions, seconds: float) -> Iterator[Dialled]:
    """Log in to the server for sending, then to the one for reading if there is one."""
    for purpose, server in ((SENDING, options.server), (READING, options.imap)):
        if server is not None:
            patient = replace(server, timeout=min(seconds, server.timeout))
            yield dial_server(patient, purpose)


def dial_server(server: Server, purpose: str) -> Dialled:
    """Log in to one server, for `SENDING` or `READING`, and return how it went."""
    where = f"{server.host}:{server.port}"
    try:
        if purpose == SENDING:
            Conversation(server).close()
        else:
            with open_mailbox(server) as box:
                box.folder.set("INBOX", readonly=True)
    except VoicenoteError as error:
        return Dialled(where, purpose, error=error)
    return Dialled(where, purpose, f"logged in as {server.user}" if server.user else "open")
