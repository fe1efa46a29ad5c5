"""A connection to a mail server whose parts have a deadline.

`smtplib` waits anew for each byte, so that a server which drips holds it for ever. Here the time
allowed is for the whole of a part.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _Reader:
    """What a socket says, line by line, until a deadline; `smtplib` takes it for a file."""

    def __init__(self, sock: socket.socket, left: Callable[[], float]) -> None:
        self._sock, self._left, self._kept = sock, left, b""

    def readline(self, limit: int) -> bytes:
        while b"\n" not in self._kept and len(self._kept) < limit:
            self._sock.settimeout(self._left())
            more = self._sock.recv(8192)
            if not more:
                break
            self._kept += more
        end = self._kept.find(b"\n") + 1 or len(self._kept)
        line, self._kept = self._kept[: min(end, limit)], self._kept[min(end, limit) :]
        return line

    def close(self) -> None:
        self._kept = b""

    def early(self) -> bytes | None:
        """Return what was said already, b"" for a hung-up line, None for silence. Never waits."""
        if self._kept:
            return self._kept
        self._sock.settimeout(0)
        try:
            return self._sock.recv(4096)
        except (BlockingIOError, ssl.SSLWantReadError):
            return None


class SmtpConnection(smtplib.SMTP):
    """A connection whose parts have a deadline."""

    def __init__(self, hello: str) -> None:
        self._deadline = 0.0
        super().__init__(local_hostname=hello)

    def allow(self, seconds: float) -> None:
        """Give the next part of the conversation so much time, all in all."""
        self._deadline = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left for this part; TimeoutError when there are none."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time allowed for it is over")
        return left

    def send(self, s: ReadableBuffer | str) -> None:
        """Send, within the time that is left."""
        if self.sock:
            self.sock.settimeout(self.left())
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        """Read one reply, within the time that is left."""
        if self.file is None and self.sock:
            self.file = _Reader(self.sock, self.left)
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

    def early(self) -> bytes | None:
        """Return what the server said unasked, b"" when it hung up, None when it is silent."""
        return self.file.early() if isinstance(self.file, _Reader) else b""
