"""Try the servers of an email channel: connect, encrypt and log in, and send nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from voicenote.delivery.email.mailbox import newest_at, open_mailbox
from voicenote.delivery.email.server import Server
from voicenote.delivery.email.settings import EmailOptions
from voicenote.delivery.email.smtp import Conversation
from voicenote.delivery.port import Dialled
from voicenote.errors import VoicenoteError

SENDING, READING = "sending", "reading"
#: As Exim, Sendmail and Microsoft greet: Mon, 2 Mar 2026 09:30:00 +0000
_TIME = re.compile(
    r"\b[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (?:[+-]\d{4}|GMT|UTC)"
)


def dial(options: EmailOptions, seconds: float) -> Iterator[Dialled]:
    """Log in to the server for sending, then to the one for reading if there is one."""
    for purpose, server in ((SENDING, options.server), (READING, options.imap)):
        if server is not None:
            patient = replace(server, timeout=min(seconds, server.timeout))
            yield dial_server(patient, purpose)


def dial_server(server: Server, purpose: str) -> Dialled:
    """Log in to one server, for `SENDING` or `READING`, and return how it went."""
    where, clock, newest, limit = f"{server.host}:{server.port}", None, None, 0
    try:
        if purpose == SENDING:
            with closing(Conversation(server)) as line:
                clock, limit = time_in(line.greeting), line.limit
        else:
            with open_mailbox(server) as box:
                newest = newest_at(box)
    except VoicenoteError as error:
        return Dialled(where, purpose, error=error)
    answer = f"logged in as {server.user}" if server.user else "open"
    return Dialled(where, purpose, answer, clock=clock, newest=newest, limit=limit)


def time_in(greeting: str) -> datetime | None:
    """Return the time that some servers tell in their greeting, in UTC."""
    found = _TIME.search(greeting)
    with suppress(ValueError, TypeError, OverflowError):
        return parsedate_to_datetime(found[0]).astimezone(UTC) if found else None
    return None
