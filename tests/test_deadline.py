"""Whoever drips, falls silent or takes nothing in is left when the time for it is over."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
import trustme

from voicenote.deadline import Deadline, SocketReader

#: Far above the limits below, far below what an unlimited wait would take.
PATIENCE_S = 10


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two ends of one connection: ours and the other side's."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def drip(line: socket.socket) -> None:
    """Say a letter now and then, and never end the line."""

    def work() -> None:
        with suppress(OSError):
            while line.send(b"*"):
                time.sleep(0.02)

    threading.Thread(target=work, daemon=True).start()


@pytest.mark.parametrize("read", [lambda it: it.readline(100_000), lambda it: it.read(100_000)])
def test_a_line_that_drips_is_left_in_time(
    pair: tuple[socket.socket, socket.socket], read: Callable[[SocketReader], bytes]
) -> None:
    drip(pair[1])
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        read(SocketReader(pair[0], Deadline(0.2)))
    assert time.monotonic() - began < PATIENCE_S


def test_what_comes_earns_more_time(pair: tuple[socket.socket, socket.socket]) -> None:
    drip(pair[1])
    reader = SocketReader(pair[0], Deadline(0.05), slowest=10)
    assert reader.read(20) == b"*" * 20


def test_a_reader_gives_lines_bytes_and_what_is_there(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    reader = SocketReader(pair[0], Deadline(5))
    assert reader.peek() is None
    pair[1].sendall(b"one\ntwo\nthree")
    assert [reader.readline(100), reader.readline(2), reader.read(2)] == [b"one\n", b"tw", b"o\n"]
    assert reader.peek() == b"three"
    pair[1].close()
    assert reader.readline(100) == b"three"
    assert reader.peek() == b""


def test_who_takes_nothing_in_is_left_in_time(pair: tuple[socket.socket, socket.socket]) -> None:
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        Deadline(0.2).send(pair[0], bytes(50_000_000))
    assert time.monotonic() - began < PATIENCE_S


def test_all_of_it_is_sent(pair: tuple[socket.socket, socket.socket]) -> None:
    data, came = bytes(range(256)) * 8000, bytearray()

    def take() -> None:
        while more := pair[1].recv(60_000):
            came.extend(more)

    taking = threading.Thread(target=take)
    taking.start()
    Deadline(20).send(pair[0], data)
    pair[0].shutdown(socket.SHUT_WR)
    taking.join(20)
    assert bytes(came) == data


@pytest.mark.parametrize("drips", [True, False])
def test_a_server_that_never_begins_to_encrypt_is_left_in_time(
    pair: tuple[socket.socket, socket.socket], *, drips: bool
) -> None:
    if drips:
        drip(pair[1])
    context = ssl.create_default_context()
    trustme.CA().configure_trust(context)
    began = time.monotonic()
    with pytest.raises(OSError):  # noqa: PT011 - a time-out, or an error of TLS
        Deadline(0.2).encrypt(pair[0], context, "127.0.0.1")
    assert time.monotonic() - began < PATIENCE_S


def test_the_next_address_is_tried_where_one_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        found = socket.getaddrinfo("127.0.0.1", port, type=socket.SOCK_STREAM)
        dead = [(*found[0][:4], ("127.0.0.1", 1))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [*dead, *found])
        with Deadline(5).connect("bakery.example", port) as line:
            assert line.getpeername() == ("127.0.0.1", port)
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: dead)
        with pytest.raises(ConnectionRefusedError):
            Deadline(5).connect("bakery.example", port)


def test_a_library_that_waits_is_woken_when_the_time_is_over() -> None:
    """Its own time-out starts anew with each byte, so that it would wait for ever."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        asked = http.client.HTTPConnection("127.0.0.1", listening.getsockname()[1], timeout=60)
        asked.request("GET", "/")
        line, _ = listening.accept()
        with line:
            drip(line)
            deadline, began = Deadline(0.2), time.monotonic()
            with (
                pytest.raises((OSError, http.client.HTTPException)),
                deadline.shutting(lambda: asked.sock),
            ):
                asked.getresponse()
        assert deadline.over
        assert time.monotonic() - began < PATIENCE_S
        asked.close()
