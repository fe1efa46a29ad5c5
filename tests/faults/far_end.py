"""What a channel writes to in a storm: a server that notes each touch, and may be killed itself.

``python far_end.py KIND PORT NOTES``. A note is one line, written before the server answers:
``begun KEY`` when it has seen the key of a touch, ``arrived KEY`` when it has all of it.
"""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

from tests.benches import BENCHES
from tests.benches.bench import Bench
from tests.fakes.web import Reply, Request, Web

#: The key of a touch, wherever it stands.
KEY = re.compile(rb"c\d+r\d+-[a-z-]+-[0-9a-f]{12}")
#: How long the server thinks before it notes a touch, and before it answers; in seconds, at most.
PAUSE = 0.02


class Notes:
    """A file of lines, each of them written at one stroke, so that a kill cuts none in two."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(self, what: str, key: bytes) -> None:
        os.write(self._file, f"{what} {key.decode()}\n".encode())

    def begun(self, raw: bytes) -> None:
        found = KEY.search(raw)
        if found:
            self.note("begun", found[0])

    def arrived(self, raw: bytes) -> None:
        """Note a whole touch, with a pause before and after, in which somebody may be killed."""
        found = KEY.search(raw)
        pause()
        if found:
            self.note("arrived", found[0])
        pause()


def pause() -> None:
    time.sleep(random.random() * PAUSE)  # noqa: S311 - not a secret


class Smtp:
    """An SMTP server that takes everything, and reads ahead."""

    def __init__(self, port: int, notes: Notes) -> None:
        self.notes = notes
        self.listening = socket.create_server(("127.0.0.1", port), backlog=50)

    def run(self) -> None:
        while True:
            sock, _ = self.listening.accept()
            threading.Thread(target=self.serve, args=[sock], daemon=True).start()

    def serve(self, sock: socket.socket) -> None:
        try:
            with sock, sock.makefile("rb") as lines:
                self.talk(sock, lines)
        except OSError:
            return

    def talk(self, sock: socket.socket, lines: Any) -> None:
        sock.sendall(b"220 far end\r\n")
        while line := lines.readline():
            word = line[:4].upper()
            if word == b"EHLO":
                sock.sendall(b"250-far end\r\n250-PIPELINING\r\n250 SIZE 30000000\r\n")
            elif word == b"DATA":
                sock.sendall(b"354 go on\r\n")
                if not self.take(lines):
                    return
                sock.sendall(b"250 kept\r\n")
            elif word == b"QUIT":
                sock.sendall(b"221 bye\r\n")
                return
            else:
                sock.sendall(b"250 ok\r\n")

    def take(self, lines: Any) -> bool:
        key = b""
        while (line := lines.readline()) not in (b".\r\n", b""):
            if line.startswith(b"X-Voicenote-Key:"):
                key = line
                self.notes.begun(key)
        if line:
            self.notes.arrived(key)
        return bool(line)


class Http(Web):
    """A server of the web that is the far end of a bench, and notes what reaches it."""

    def __init__(self, kind: str, port: int, notes: Notes) -> None:
        self.notes = notes
        self.bench: Bench = BENCHES[kind](Path(), port=port)
        self.one_by_one = threading.Lock()
        super().__init__(self.noted, port=port)

    def body(self, lines: Any, length: int) -> bytes:
        whole, seen = b"", False
        while len(whole) < length and (more := lines.read1(length - len(whole))):
            whole += more
            if not seen and KEY.search(whole):
                seen = True
                self.notes.begun(whole)
        return whole

    def noted(self, request: Request) -> Reply:
        with self.one_by_one:
            before = len(self.bench.arrived())
            reply: Reply = self.bench.answer(request)  # type: ignore[attr-defined]  # a WebBench
            new = self.bench.arrived()[before:]
        for one in new:
            self.notes.arrived(one.key.encode())
        return reply


def main(kind: str, port: str, path: str) -> None:
    """Serve until somebody ends it."""
    notes = Notes(path)
    if kind == "email":
        Smtp(int(port), notes).run()
    Http(kind, int(port), notes)
    signal.pause()


if __name__ == "__main__":
    main(*sys.argv[1:])
