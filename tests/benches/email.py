"""The bench of email."""

from __future__ import annotations

import asyncio
import socket
import threading
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope

from tests.benches.bench import Arrival, make_bench_channel
from tests.benches.letters import LetterBench
from voicenote.delivery.email.mail import Mail
from voicenote.delivery.port import Channel


class MailBench(LetterBench):
    """Email; its far end is an SMTP server on loopback."""

    kind = "voicenote.delivery.email.mail:Mail"

    served = True
    server_kills = 2

    def __init__(self, folder: Path, port: int = 0) -> None:
        del folder
        self.kept: list[bytes] = []
        self.talking = 0
        self.quiet = threading.Condition()
        self.server = None if port else Counted(self, hostname="127.0.0.1", port=free_port())
        if self.server:
            self.server.start()
            port = self.server.port
        self.made: list[Channel] = []
        self.settings: dict[str, object] = {
            "host": "127.0.0.1", "port": port, "security": "none", "allow_reserved": True,
            "timeout": 20,
        }  # fmt: skip

    async def handle_DATA(self, server: SMTP, session: object, envelope: Envelope) -> str:  # noqa: N802
        self.kept.append(envelope.original_content or b"")
        return "250 queued"

    def make(self) -> Channel:
        self.made.append(make_bench_channel(Mail, "mail", self.settings))
        return self.made[-1]

    def arrived(self) -> list[Arrival]:
        return [self.opened(raw) for raw in self.kept]

    def settled(self) -> None:
        with self.quiet:
            assert self.quiet.wait_for(lambda: not self.talking, timeout=20)

    def stop(self) -> None:
        for channel in self.made:
            channel.close()
        if self.server:
            self.server.stop()


class Line(SMTP):
    """One connection, counted while it lasts."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.event_handler.talking += 1
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        with self.event_handler.quiet:
            self.event_handler.talking -= 1
            self.event_handler.quiet.notify_all()


class Counted(Controller):
    """A server that makes counted connections."""

    def factory(self) -> SMTP:
        return Line(self.handler, **self.SMTP_kwargs)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


BENCH = MailBench
