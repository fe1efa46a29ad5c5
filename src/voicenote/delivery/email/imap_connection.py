"""A connection to a mailbox whose parts have a deadline.

`imaplib` waits anew for each byte, so that a server which drips holds a pass for ever. Here the
time allowed is for the whole answer to a command; what really comes earns more of it.
"""

from __future__ import annotations

import imaplib
import socket
import ssl
import time
from typing import TYPE_CHECKING

from voicenote.delivery.email.smtp import Server

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer
    from imap_tools import BaseMailBox

#: A line that brings fewer bytes a second is too slow to be waited for.
SLOWEST = 5_000
_CHUNK = 1 << 16


class _Patient(imaplib.IMAP4):
    """A connection that reads until a deadline, which each command sets anew."""

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """Connect, and allow `timeout` seconds for the greeting."""
        self._wait, self._kept = float(timeout or 60), bytearray()
        self._of: socket.socket | None = None
        super().open(host, port, timeout)
        self._until = time.monotonic() + self._wait

    def send(self, data: ReadableBuffer) -> None:
        """Send, and allow for the answer from now on."""
        self._until = time.monotonic() + self._wait
        self.sock.settimeout(self._wait)
        super().send(data)

    def readline(self) -> bytes:
        """Read one line; imaplib ends what is longer than it takes."""
        looked = 0
        while (end := self._buffer().find(b"\n", looked)) < 0:
            looked = len(self._kept)
            if looked > 1_000_000 or not self._more():
                break
        if end < 0 and len(self._kept) > 1_000_000:
            raise self.error("got a line that has no end")
        return self._taken(end + 1 or len(self._kept))

    def read(self, size: int) -> bytes:
        """Read `size` bytes; fewer only where the server has hung up."""
        while len(self._buffer()) < size and self._more():
            pass
        return self._taken(size)

    def _buffer(self) -> bytearray:
        """What was read ahead; nothing of before TLS began counts after it (RFC 3207)."""
        if self._of is not self.sock:
            self._of = self.sock
            self._kept.clear()
        return self._kept

    def _more(self) -> bool:
        """Read what is there; False at the end. Raises TimeoutError past the deadline."""
        if self.sock.gettimeout() != 0:  # whoever listens to news does not wait here
            left = self._until - time.monotonic()
            if left <= 0:
                raise TimeoutError("the time allowed for it is over")
            self.sock.settimeout(left)
        came = self.sock.recv(_CHUNK)
        self._kept += came
        self._until += len(came) / SLOWEST
        return bool(came)

    def _taken(self, size: int) -> bytes:
        taken = bytes(self._kept[:size])
        del self._kept[:size]
        return taken


class _PatientTls(_Patient, imaplib.IMAP4_SSL):  # type: ignore[misc]  # its port is another
    """The same, encrypted from the first byte."""


def connect(server: Server, context: ssl.SSLContext) -> BaseMailBox:
    """Connect to a mailbox, not logged in yet. Raises OSError and imaplib's errors."""
    from imap_tools import BaseMailBox

    class Box(BaseMailBox):
        def _get_mailbox_client(self) -> imaplib.IMAP4:
            wait = server.timeout
            if server.security == "tls":
                return _PatientTls(server.host, server.port, ssl_context=context, timeout=wait)
            client = _Patient(server.host, server.port, wait)
            if server.security == "starttls":
                client.starttls(context)
            return client

    return Box()
