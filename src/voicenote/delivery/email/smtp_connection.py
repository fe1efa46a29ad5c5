"""An SMTP connection with a time limit for each part as a whole."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from voicenote.deadline import Deadline, SocketReader

if TYPE_CHECKING:
    import ssl

    from _typeshed import ReadableBuffer


class SmtpConnection(smtplib.SMTP):
    """An `smtplib` connection; `deadline` is that of the current part."""

    def __init__(self, hello: str, seconds: float) -> None:
        self.deadline = Deadline(seconds)
        super().__init__(local_hostname=hello)

    def open(self, host: str, port: int) -> None:
        """Connect, without reading the greeting."""
        self.sock = self.deadline.connect(host, port)

    def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        """Start TLS; bytes read before it are dropped."""
        if self.sock:
            self.sock, self.file = self.deadline.encrypt(self.sock, context, host), None

    def send(self, s: ReadableBuffer | str) -> None:
        """Send within the time left."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("it is not connected")
        data = s.encode(self.command_encoding) if isinstance(s, str) else memoryview(s)
        self.deadline.send(self.sock, data)

    def getreply(self) -> tuple[int, bytes]:
        """Read one reply within the time left."""
        if self.file is None and self.sock:
            self.file = SocketReader(self.sock, self.deadline)
        return super().getreply()

    @property
    def reads_ahead(self) -> bool:
        """Whether the server accepts commands before it has answered the last one (RFC 2920)."""
        return bool(self.has_extn("pipelining"))

    def replies(self, commands: Sequence[str]) -> Iterator[tuple[int, bytes]]:
        """Send `commands` and yield the reply to each: all at once if the server reads ahead.

        Otherwise each command is sent when its reply is requested. Raises ValueError for a line
        break.
        """
        if any("\r" in command or "\n" in command for command in commands):
            raise ValueError("a command is one line")
        ahead = self.reads_ahead
        if ahead:
            self.send("".join(f"{command}\r\n" for command in commands).encode("ascii"))
        for command in commands:
            if not ahead:
                self.putcmd(command)
            yield self.getreply()

    def peek(self) -> bytes | None:
        """Return what the server sent unasked; b"" if it hung up, None if it is silent."""
        return self.file.peek() if isinstance(self.file, SocketReader) else b""
