"""What the tests of email share: a parcel, a mail server that obeys, and one that does not."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session

from tests.fakes.made import make_channel
from tests.fakes.name_server import FakeNameServer, Zone
from tests.fakes.parcels import PARCEL
from voicenote.delivery.email.mail import Mail
from voicenote.delivery.email.name_server import NameServer
from voicenote.model.receipt import Parcel

NOW = datetime(2026, 3, 2, 9, 31, 4, tzinfo=UTC)


@pytest.fixture
def letter(tmp_path: Path) -> Parcel:
    (tmp_path / "memo.mp3").write_bytes(bytes(range(256)) * 200)
    return replace(
        PARCEL,
        key="vn-1-memo",
        message_id="<vn-1-memo@bakery.example>",
        case=1,
        customer="Mari Õun",
        sender_name="Anna",
        subject="Your cake",
        text=".\nThe ribbon was wrong.\n..\n",
        files={"mp3": str(tmp_path / "memo.mp3")},
        made_at=NOW,
    )


@dataclass
class Peer:
    """An aiosmtpd server on loopback that keeps what it takes, and counts connections."""

    kept: list[Envelope] = field(default_factory=list)
    connections: int = 0
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    port: int = 0

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.kept.append(envelope)
        return "250 2.0.0 queued as 4F1"

    def authenticate(
        self, server: Any, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        self.logins.append((data.login, data.password))
        right = data.password == "pässword".encode()
        return AuthResult(success=right, handled=False)


class Counting(Controller):
    """A controller whose peer knows how many connections were made."""

    def factory(self) -> Any:
        self.handler.connections += 1
        return super().factory()  # type: ignore[no-untyped-call]


@pytest.fixture
def serve() -> Iterator[Callable[..., Peer]]:
    """Start a server; its port is a free one."""
    running: list[Controller] = []

    def start(**options: Any) -> Peer:
        peer = Peer()
        if options.pop("auth", False):
            options["authenticator"] = peer.authenticate
        controller = Counting(peer, hostname="127.0.0.1", port=free_port(), **options)
        controller.start()
        peer.connections = 0  # starting it makes one
        running.append(controller)
        peer.port = controller.port
        return peer

    yield start
    for controller in running:
        controller.stop()


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.fixture
def names() -> Iterator[Callable[..., NameServer]]:
    """Make a name server of a zone: "name TYPE" → texts of records."""
    running: list[FakeNameServer] = []

    def serve(zone: Zone, silent: Sequence[str] = (), seconds: float = 5.0) -> NameServer:
        running.append(FakeNameServer(zone, silent))
        return NameServer(running[-1].address, seconds)

    yield serve
    for one in running:
        one.close()


@pytest.fixture
def mail() -> Iterator[Callable[..., Mail]]:
    """Make an email channel to a port of this machine."""
    made: list[Mail] = []

    def channel(port: int, **more: Any) -> Mail:
        common = {"host": "127.0.0.1", "security": "none", "timeout": 5, "allow_reserved": True}
        made.append(make_channel(Mail, "mail", {**common, "port": port, **more}, lambda: NOW))
        return made[-1]

    yield channel
    for each in made:
        each.close()


HANG, RESET, CLOSE, DRIP = "hang", "reset", "close", "drip"


class Rude:
    """A mail server that does at each step what a script says.

    Steps: greet, EHLO, MAIL, RCPT, DATA, body (when the content is there), dot. A step's deed is a
    reply, or one of HANG, RESET, CLOSE, DRIP.
    """

    good: dict[str, str] = {  # noqa: RUF012
        "greet": "220 ready", "EHLO": "250-here\r\n250 SIZE 30000000", "MAIL": "250 ok",
        "RCPT": "250 ok", "DATA": "354 go on", "dot": "250 kept", "RSET": "250 ok",
        "QUIT": "221 bye", "AUTH": "235 welcome",
    }  # fmt: skip

    def __init__(self, **script: str) -> None:
        self.script = self.good | script
        self.kept: list[bytes] = []
        self.heard: list[str] = []
        self.connections = 0
        self.mend: dict[str, str] = {}  # what the next connection does better
        self.answer_late = False  # no answer to MAIL and RCPT before DATA was heard
        self.over = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self.over.is_set():
            return
        self.over.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)

    def _accept(self) -> None:
        while not self.over.is_set():
            try:
                sock, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            self.script |= self.mend
            try:
                self._talk(sock)
            except OSError:
                pass
            finally:
                sock.close()

    def _talk(self, sock: socket.socket) -> None:
        if not self._do(sock, "greet"):
            return
        late: list[str] = []
        with sock.makefile("rb") as lines:
            while line := lines.readline():
                self.heard.append(line.decode("latin-1").strip())
                step = line[:4].decode("latin-1").strip().upper()
                if self.answer_late and step in ("MAIL", "RCPT"):
                    late.append(step)
                    continue
                while late:
                    self._do(sock, late.pop(0))
                if not self._do(sock, step) or step == "QUIT":
                    return
                told = step == "DATA" and self.script[step].startswith("354")
                if told and not self._body(sock, lines):
                    return

    def _body(self, sock: socket.socket, lines: Any) -> bool:
        content = b""
        while (line := lines.readline()) not in (b".\r\n", b""):
            content += line
            if "body" in self.script and line.startswith(b"Message-ID"):
                return self._do(sock, "body")
        if line:
            if self.script["dot"].startswith("250"):
                self.kept.append(content)
            return self._do(sock, "dot")
        return False

    def _do(self, sock: socket.socket, step: str) -> bool:
        deed = self.script.get(step, "502 what")
        if deed == RESET:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if deed in (RESET, CLOSE):
            return False
        if deed == HANG:
            self.over.wait(10)
            return False
        if deed == DRIP:
            while not self.over.wait(0.03):
                sock.sendall(b"2")
            return False
        sock.sendall(deed.encode() + b"\r\n")
        return True


@pytest.fixture
def rude() -> Iterator[Callable[..., Rude]]:
    """Start servers that misbehave."""
    running: list[Rude] = []

    def start(**script: str) -> Rude:
        running.append(Rude(**script))
        return running[-1]

    yield start
    for server in running:
        server.stop()
