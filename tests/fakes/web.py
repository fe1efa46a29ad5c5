"""An HTTP server on loopback that answers as a function says, or misbehaves at a step."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

RESET_EARLY, RESET, CLOSE, HANG = "reset early", "reset", "close", "hang"
DRIP, NONSENSE, CUT, PRATTLE = "drip", "nonsense", "cut", "prattle"


@dataclass(frozen=True)
class Request:
    """One whole request; header names are in small letters."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of a form, of either kind; a file is (name, media type, bytes)."""
        kind = self.headers.get("content-type", "")
        if kind.startswith("application/json"):
            return dict(self.json)
        if kind.startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(self.body.decode(), keep_blank_values=True))
        if not kind.startswith("multipart/form-data"):
            return {}
        whole = message_from_bytes(
            b"Content-Type: " + kind.encode() + b"\r\n\r\n" + self.body, policy=HTTP
        )
        found: dict[str, Any] = {}
        for part in whole.iter_parts():
            assert not part.defects
            name = str(part.get_param("name", header="content-disposition"))
            raw = part.get_payload(decode=True)
            assert isinstance(raw, bytes)
            file = part.get_filename()
            found[name] = (file, part.get_content_type(), raw) if file else raw.decode()
        return found


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)

    def wire(self) -> bytes:
        raw = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        head = {"Content-Type": "application/json", **self.headers, "Content-Length": len(raw)}
        lines = [f"HTTP/1.1 {self.status} So", *(f"{k}: {v}" for k, v in head.items()), "", ""]
        return "\r\n".join(lines).encode() + raw


class Web:
    """Answers each whole request with `answer(request)`; `deeds` maps a path's end to a deed."""

    def __init__(
        self,
        answer: Callable[[Request], Reply],
        tls: ssl.SSLContext | None = None,
        port: int = 0,
    ) -> None:
        self.answer = answer
        self.deeds: dict[str, str] = {}
        self.requests: list[Request] = []
        self.over = threading.Event()
        self._tls = tls
        self._talking = 0
        self._quiet = threading.Condition()
        self._listening = socket.create_server(("127.0.0.1", port), backlog=50)
        self.port = self._listening.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self.over.is_set():
            return
        self.over.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)

    def settled(self) -> None:
        """Wait until nobody is talking any more."""
        with self._quiet:
            assert self._quiet.wait_for(lambda: not self._talking, timeout=20)

    def _accept(self) -> None:
        while not self.over.is_set():
            try:
                sock, _ = self._listening.accept()
            except OSError:
                return
            with self._quiet:
                self._talking += 1
            threading.Thread(target=self._serve, args=[sock], daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        sock = plain
        try:
            if self._tls:
                sock = self._tls.wrap_socket(plain, server_side=True)
            with sock.makefile("rb") as lines:
                while self._one(sock, lines):
                    pass
        except OSError:
            pass
        finally:
            sock.close()
            with self._quiet:
                self._talking -= 1
                self._quiet.notify_all()

    def _one(self, sock: socket.socket, lines: Any) -> bool:
        first = lines.readline().decode("latin-1").split()
        if len(first) < 3:
            return False
        headers = {}
        while (line := lines.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        deed = next((d for end, d in self.deeds.items() if first[1].endswith(end)), "")
        if deed == RESET_EARLY:
            return _reset(sock)
        length = int(headers.get("content-length", 0))
        body = self.body(lines, length)
        if len(body) < length:
            return False  # cut short: a server cannot act on it
        request = Request(first[0], first[1], headers, body)
        if deed:
            return self._misbehave(sock, deed)
        self.requests.append(request)
        sock.sendall(self.answer(request).wire())
        return True

    def body(self, lines: Any, length: int) -> bytes:
        """Read the body of a request: all of it, unless its sender goes away."""
        whole: bytes = lines.read(length)
        return whole

    def _misbehave(self, sock: socket.socket, deed: str) -> bool:
        if deed == RESET:
            return _reset(sock)
        if deed == HANG:
            self.over.wait(10)
        elif deed == NONSENSE:
            sock.sendall(b"220 mail.example ESMTP\r\n\r\n")
        elif deed == CUT:
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
        elif deed == PRATTLE:  # a body without a length or an end
            sock.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
            while not self.over.wait(0.03):
                sock.sendall(b"x" * 1000)
        elif deed == DRIP:
            sock.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not self.over.wait(0.03):
                sock.sendall(b"x")
        return False


def _reset(sock: socket.socket) -> bool:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False
