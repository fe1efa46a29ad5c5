"""A time limit for a whole exchange with a server: connect, encrypt, send, and read the answer.

The socket libraries restart their timeout with each byte, so a slow server can hold them forever.
Here one limit covers everything.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_CHUNK = 1 << 16


class Deadline:
    """The time at which an exchange must end. After it, every method raises TimeoutError."""

    def __init__(self, seconds: float) -> None:
        self.start(seconds)

    def start(self, seconds: float) -> None:
        """Set the deadline to `seconds` from now."""
        self._until = time.monotonic() + seconds

    def extend(self, seconds: float) -> None:
        """Add `seconds` to the deadline."""
        self._until += seconds

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self._until

    def left(self) -> float:
        """Return the seconds left. Raises TimeoutError when there are none."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time allowed for it is over")
        return left

    def connect(self, host: str, port: int) -> socket.socket:
        """Return a connection to the first address of `host` that answers. Raises OSError."""
        failure = OSError(f"{host} has no address")
        for family, kind, protocol, _, address in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        ):
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(self.left())
                sock.connect(address)
            except OSError as error:
                sock.close()
                failure = error
            else:
                return sock
        raise failure

    def encrypt(self, sock: socket.socket, context: ssl.SSLContext, host: str) -> ssl.SSLSocket:
        """Return the connection with TLS; checks the certificate of `host`. Raises OSError."""
        try:
            sock.settimeout(self.left())
            return context.wrap_socket(sock, server_hostname=host)
        except BaseException:
            sock.close()
            raise

    def send(self, sock: socket.socket, data: bytes | memoryview) -> None:
        """Send all of `data`. Raises OSError."""
        view = memoryview(data)
        while view:
            sock.settimeout(self.left())
            view = view[sock.send(view) :]

    def receive(self, sock: socket.socket) -> bytes:
        """Return the next bytes; b"" when the other side has hung up. Raises OSError.

        A non-blocking socket stays non-blocking.
        """
        if sock.gettimeout() != 0:
            sock.settimeout(self.left())
        return sock.recv(_CHUNK)

    @contextmanager
    def shutting(self, find_socket: Callable[[], socket.socket | None]) -> Iterator[None]:
        """Inside the block, shut a library's socket when the time is up, whatever it waits for.

        `find_socket` is called from another thread.
        """
        timer = threading.Timer(self.left(), _shut, [find_socket])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


class SocketReader:
    """A reader with a deadline for what a socket sends; `smtplib` and `imaplib` use it as a file.

    With `slowest` (bytes a second), each byte received extends the deadline.
    """

    def __init__(self, sock: socket.socket, deadline: Deadline, slowest: int = 0) -> None:
        self.sock = sock
        self._deadline, self._slowest, self._kept = deadline, slowest, bytearray()

    def readline(self, limit: int) -> bytes:
        """Read one line of at most `limit` bytes; less only when the other side hangs up."""
        looked = 0
        while (end := self._kept.find(b"\n", looked)) < 0 and len(self._kept) < limit:
            looked = len(self._kept)
            if not self._more():
                break
        return self._take(min(end + 1 or len(self._kept), limit))

    def read(self, size: int) -> bytes:
        """Read `size` bytes; fewer only when the other side hangs up."""
        while len(self._kept) < size and self._more():
            pass
        return self._take(size)

    def peek(self) -> bytes | None:
        """Return bytes received so far, b"" if it hung up, None if it is silent. Never waits."""
        self.sock.settimeout(0)
        with suppress(BlockingIOError, ssl.SSLWantReadError):
            if not self._kept and not self._more():
                return b""
        return bytes(self._kept) or None

    def close(self) -> None:
        """Drop the bytes received so far; whoever opened the socket closes it."""
        self._kept.clear()

    def _more(self) -> bool:
        came = self._deadline.receive(self.sock)
        self._kept += came
        if self._slowest:
            self._deadline.extend(len(came) / self._slowest)
        return bool(came)

    def _take(self, size: int) -> bytes:
        taken = bytes(self._kept[:size])
        del self._kept[:size]
        return taken


def _shut(find_socket: Callable[[], socket.socket | None]) -> None:
    sock = find_socket()
    if sock is not None:
        with suppress(OSError):  # it has already closed
            socket.socket.shutdown(sock, socket.SHUT_RDWR)  # as a plain socket, even with TLS
