"""A mailbox's server that drips, never ends a line or hangs up is not waited for for ever."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from voicenote.delivery.email.imap_line import connected
from voicenote.delivery.email.mailbox import opened
from voicenote.delivery.email.smtp import Server
from voicenote.errors import Postponed

HELLO = b"* OK IMAP4rev1 ready\r\n"
Served = Callable[[socket.socket, threading.Event], None]


@pytest.fixture
def serve() -> Iterator[Callable[[Served], Server]]:
    over = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))

    def accept(talk: Served) -> None:
        while not over.is_set():
            try:
                line, _ = listening.accept()
                with line:
                    talk(line, over)
            except OSError:
                continue

    def start(talk: Served) -> Server:
        threading.Thread(target=accept, args=(talk,), daemon=True).start()
        return Server(
            host="127.0.0.1", port=listening.getsockname()[1], security="none", timeout=0.4
        )

    yield start
    over.set()
    listening.close()


def dripping(line: socket.socket, over: threading.Event) -> None:
    while not over.wait(0.05):
        line.sendall(b"*")


def dripping_later(line: socket.socket, over: threading.Event) -> None:
    line.sendall(HELLO)
    line.recv(100)
    dripping(line, over)


def endless(line: socket.socket, over: threading.Event) -> None:
    while not over.is_set():
        line.sendall(b"*" * 60_000)


def hanging_up(line: socket.socket, over: threading.Event) -> None:
    del over
    line.sendall(HELLO[:5])


@pytest.mark.parametrize("talk", [dripping, dripping_later, endless, hanging_up])
def test_a_server_that_comes_to_no_end_is_left(
    serve: Callable[[Served], Server], talk: Served
) -> None:
    server = serve(talk)
    began = time.monotonic()
    with pytest.raises(Postponed), opened(server):
        pass
    assert time.monotonic() - began < 10


def test_what_comes_in_pieces_is_put_together(serve: Callable[[Served], Server]) -> None:
    def talk(line: socket.socket, over: threading.Event) -> None:
        line.sendall(HELLO)
        while not over.is_set() and (asked := line.recv(1000)):
            tag = asked.split()[0]
            for piece in (b"* CAPABILITY IMAP4rev1", b" IDLE\r", b"\n", tag, b" OK done\r\n"):
                line.sendall(piece)
                over.wait(0.01)

    box = connected(serve(talk), ssl.create_default_context())
    try:
        assert box.client.capabilities == ("IMAP4REV1", "IDLE")
    finally:
        box.client.shutdown()
