"""A mailbox's server that drips, never ends a line or hangs up is not waited for for ever."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
import trustme

from voicenote.delivery.email.imap_connection import connect
from voicenote.delivery.email.mailbox import new_mail, open_mailbox
from voicenote.delivery.email.reading_back import read_back
from voicenote.delivery.email.server import Server
from voicenote.errors import Postponed

HELLO = b"* OK IMAP4rev1 ready\r\n"
Served = Callable[[socket.socket, threading.Event], None]


@pytest.fixture(params=["none", "tls"])
def serve(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start a server that does what `talk` does, in the open and encrypted from the first byte."""
    over, security, authority = threading.Event(), request.param, tmp_path / "ca.pem"
    listening = socket.create_server(("127.0.0.1", 0))
    ours = trusted(authority) if security == "tls" else None

    def accept(talk: Served, encrypt: ssl.SSLContext | None) -> None:
        while not over.is_set():
            try:
                line, _ = listening.accept()
                with (
                    line if encrypt is None else encrypt.wrap_socket(line, server_side=True) as said
                ):
                    talk(said, over)
            except OSError:
                continue

    def start(talk: Served, *, in_the_open: bool = False) -> Server:
        encrypt = None if in_the_open else ours
        threading.Thread(target=accept, args=(talk, encrypt), daemon=True).start()
        return Server(
            host="127.0.0.1",
            port=listening.getsockname()[1],
            security=security,
            timeout=0.4,
            ca_file=str(authority) if security == "tls" else "",
        )

    yield start
    over.set()
    listening.close()


def trusted(authority: Path) -> ssl.SSLContext:
    """The TLS of a server on 127.0.0.1; whoever vouches for it is written to `authority`."""
    ca, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.cert_pem.write_to_path(str(authority))
    ca.issue_cert("127.0.0.1").configure_cert(tls)
    return tls


def silent(line: socket.socket, over: threading.Event) -> None:
    del line
    over.wait()


def silent_later(line: socket.socket, over: threading.Event) -> None:
    line.sendall(HELLO)
    over.wait()


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


@pytest.mark.parametrize(
    "talk", [silent, silent_later, dripping, dripping_later, endless, hanging_up]
)
def test_a_server_that_comes_to_no_end_is_left(serve: Callable[..., Server], talk: Served) -> None:
    left(serve(talk))


@pytest.mark.parametrize("talk", [silent, dripping])
@pytest.mark.parametrize("serve", ["tls"], indirect=True)
def test_a_server_that_never_begins_to_encrypt_is_left(
    serve: Callable[..., Server], talk: Served
) -> None:
    left(serve(talk, in_the_open=True))


def left(server: Server) -> None:
    began = time.monotonic()
    with pytest.raises(Postponed), open_mailbox(server):
        pass
    assert time.monotonic() - began < 10


def test_what_comes_in_pieces_is_put_together(serve: Callable[..., Server]) -> None:
    def talk(line: socket.socket, over: threading.Event) -> None:
        line.sendall(HELLO)
        while not over.is_set() and (asked := line.recv(1000)):
            tag = asked.split()[0]
            for piece in (b"* CAPABILITY IMAP4rev1", b" IDLE\r", b"\n", tag, b" OK done\r\n"):
                line.sendall(piece)
                over.wait(0.01)

    server = serve(talk)
    box = connect(server, ssl.create_default_context(cafile=server.ca_file or None))
    try:
        assert box.client.capabilities == ("IMAP4REV1", "IDLE")
    finally:
        box.client.shutdown()


ANSWERS = {
    b"CAPABILITY": b"* CAPABILITY IMAP4rev1",
    b"STATUS": b"* STATUS INBOX (UIDVALIDITY 1)",
    b"SEARCH": b"* SEARCH 1 2",
    b"LOGOUT": b"* BYE",
}


def refusing_letters(line: socket.socket, over: threading.Event) -> None:
    line.sendall(HELLO)
    while not over.is_set() and (asked := line.recv(1000)):
        tag, word, *more = asked.split()
        word = more[0] if word == b"UID" else word
        said = ANSWERS.get(word, b"* OK")
        line.sendall(said + b"\r\n" + tag + (b" NO" if word == b"FETCH" else b" OK") + b" done\r\n")


@pytest.mark.parametrize(
    "read",
    [
        lambda server: list(new_mail(server, None, date(2026, 3, 2))),
        lambda server: read_back(server, "key", 0),
    ],
)
def test_a_server_that_refuses_its_letters_is_told(
    serve: Callable[..., Server], read: Callable[[Server], object]
) -> None:
    with pytest.raises(Postponed, match="cannot be read"):
        read(serve(refusing_letters))
