"""A mailbox connection with a time limit for the whole answer to each command."""

from __future__ import annotations

import imaplib
import ssl
from typing import TYPE_CHECKING

from voicenote.deadline import Deadline, SocketReader
from voicenote.delivery.email.server import Server

if TYPE_CHECKING:
    import socket

    from _typeshed import ReadableBuffer
    from imap_tools import BaseMailBox

#: A server that sends fewer bytes a second is too slow to wait for.
SLOWEST = 5_000
_LONGEST_LINE = 1_000_000


class _Connection(imaplib.IMAP4):
    """An `imaplib` connection with a time limit for each command."""

    def __init__(self, server: Server, context: ssl.SSLContext) -> None:
        self._server, self._context = server, context
        self._deadline = Deadline(server.timeout)
        self._reader: SocketReader | None = None
        super().__init__(server.host, server.port)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        del timeout
        sock = self._deadline.connect(self.host, self.port)
        if self._server.security == "tls":
            return self._deadline.encrypt(sock, self._context, self.host)
        return sock

    def send(self, data: ReadableBuffer) -> None:
        """Send `data`, and start the time limit for the answer."""
        self._deadline.start(self._server.timeout)
        self._deadline.send(self.sock, memoryview(data))

    def readline(self) -> bytes:
        """Read one line, or raise `error` for one that is too long."""
        line = self._from_now().readline(_LONGEST_LINE)
        if len(line) == _LONGEST_LINE:
            raise self.error("got a line that has no end")
        return line

    def read(self, size: int) -> bytes:
        """Read `size` bytes; fewer only when the server has closed the connection."""
        return self._from_now().read(size)

    def _from_now(self) -> SocketReader:
        """Return the reader. Bytes from before TLS began are dropped (RFC 3207)."""
        if self._reader is None or self._reader.sock is not self.sock:
            self._reader = SocketReader(self.sock, self._deadline, SLOWEST)
        return self._reader


def connect(server: Server, context: ssl.SSLContext) -> BaseMailBox:
    """Connect to a mailbox without logging in. Raises OSError and imaplib's errors."""
    from imap_tools import BaseMailBox

    class Box(BaseMailBox):
        def _get_mailbox_client(self) -> imaplib.IMAP4:
            client = _Connection(server, context)
            if server.security == "starttls":
                client.starttls(context)
            return client

    return Box()
