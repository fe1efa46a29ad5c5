"""A connection to a mail server with a time limit for the whole of each part."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from voicenote.deadline import Deadline, SocketReader

if TYPE_CHECKING:
    import ssl

    from _typeshed import ReadableBuffer


class SmtpConnection(smtplib.SMTP):
    """A connection of `smtplib`; `deadline` is that of the part that it is at."""

    def __init__(self, hello: str, seconds: float) -> None:
        self.deadline = Deadline(seconds)
        super().__init__(local_hostname=hello)

    def open(self, host: str, port: int) -> None:
        """Connect, without a word."""
        self.sock = self.deadline.connect(host, port)

    def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        """Begin TLS; what was read before counts no more."""
        if self.sock:
            self.sock, self.file = self.deadline.encrypt(self.sock, context, host), None

    def send(self, s: ReadableBuffer | str) -> None:
        """Send, within the time that is left."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("it is not connected")
        data = s.encode(self.command_encoding) if isinstance(s, str) else memoryview(s)
        self.deadline.send(self.sock, data)

    def getreply(self) -> tuple[int, bytes]:
        """Read one reply, within the time that is left."""
        if self.file is None and self.sock:
            self.file = SocketReader(self.sock, self.deadline)
        return super().getreply()

    @property
    def reads_ahead(self) -> bool:
        """Whether the server takes commands before it has answered the last one (RFC 2920)."""
        return bool(self.has_extn("pipelining"))

    def replies(self, commands: Sequence[str]) -> Iterator[tuple[int, bytes]]:
        """Say `commands` and yield the reply to each: all at once where the server reads ahead.

        Else a command is said when its reply is wanted.
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
        """Return what the server said unasked, b"" when it hung up, None when it is silent."""
        return self.file.peek() if isinstance(self.file, SocketReader) else b""
