"""The far ends of a walk: a mail server, and an HTTP server that is a bot, a cloud and a webhook.

Each notes what has really arrived, and does with the next touches what its `fates` say: it refuses,
cuts the line, is too slow, or kills who sends.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from tests.fakes.telegram_api import TelegramApi
from tests.fakes.web import Reply, Request, Web
from tests.fakes.whatsapp_api import WhatsAppApi

BOT, APP, CLOUD, PHONE, HOOK = "4711:sesame-open", "app-secret", "EAA", "106540352242922", "hush"
#: The key of a touch, or of a proof.
KEY = re.compile(rb"c\d+r\d+-[a-z-]+-[0-9a-f]{12}|proof-[0-9a-f]{16}")
#: So long a channel waits for a part of a conversation, in seconds; a slow server takes longer.
TIMEOUT = 1.0
SLOW = 1.4

#: What a mail server may do with a letter: where it happens, and the answer or the deed.
SMTP_FATES = {
    "no greeting": ("greet", "slow"),
    "busy greeting": ("greet", b"421 too many connections\r\n"),
    "sender later": ("MAIL", b"451 4.3.0 later\r\n"),
    "sender never": ("MAIL", b"550 5.7.1 not you\r\n"),
    "customer later": ("RCPT", b"450 4.2.1 greylisted\r\n"),
    "customer never": ("RCPT", b"550 5.1.1 no such user\r\n"),
    "cut at the customer": ("RCPT", "cut"),
    "no data": ("DATA", b"554 5.5.1 no data here\r\n"),
    "slow data": ("DATA", "slow"),
    "cut in the letter": ("half", "cut"),
    "killed in the letter": ("half", "kill"),
    "later at the dot": ("dot", b"452 4.3.1 no room\r\n"),
    "never at the dot": ("dot", b"554 5.7.1 looks like spam\r\n"),
    "cut at the dot, kept": ("kept", "cut"),
    "slow at the dot, kept": ("kept", "slow"),
    "killed at the dot, kept": ("kept", "kill"),
    "cut at the dot, thrown away": ("dot", "cut"),
}
#: What the server of the web may do with a touch: whether it keeps it first, and then what.
HTTP_FATES: dict[str, tuple[bool, int | str]] = {
    "later": (False, 429),
    "not there": (False, 503),
    "broken": (False, 500),
    "no": (False, 400),
    "cut, thrown away": (False, "cut"),
    "cut, kept": (True, "cut"),
    "slow, kept": (True, "slow"),
    "killed, kept": (True, "kill"),
    "broken, kept": (True, 502),
}


@dataclass(frozen=True)
class Arrived:
    """What reached a far end: the words as one line of them, the sounds by their SHA-256."""

    way: str
    key: str
    to: str
    at: datetime
    words: str = ""
    sounds: tuple[str, ...] = ()
    message_id: str = ""

    @property
    def proof(self) -> bool:
        return self.key.startswith("proof-")


@dataclass
class World:
    """All that has arrived, in order; and who is killed when a fate says so."""

    clock: Callable[[], datetime]
    arrived: list[Arrived] = field(default_factory=list)
    victim: int | None = None

    def kill(self) -> None:
        if self.victim is not None:
            with suppress(ProcessLookupError):
                os.kill(self.victim, signal.SIGKILL)


def one_line(text: str) -> str:
    return " ".join(text.split())


def digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def read_letter(raw: bytes, way: str, to: str, at: datetime) -> Arrived:
    """Read a letter as its customer's mail program does."""
    letter = message_from_bytes(raw, policy=policy.default)
    assert isinstance(letter, EmailMessage)
    body = letter.get_body(("plain",))
    assert body is not None
    sounds = [part.get_content() for part in letter.iter_attachments()]
    return Arrived(
        way=way,
        key=str(letter["X-Voicenote-Key"]),
        to=to,
        at=at,
        words=one_line(body.get_content()),
        sounds=tuple(digest(sound) for sound in sounds if isinstance(sound, bytes)),
        message_id=str(letter["Message-ID"] or ""),
    )


class MailServer:
    """An SMTP server on loopback that obeys its fates."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.fates: list[str] = []
        self.over = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=20)
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        self.over.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        while not self.over.is_set():
            try:
                sock, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[sock], daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with suppress(OSError), sock, sock.makefile("rb") as lines:
            if self._meets(sock, "greet"):
                sock.sendall(b"220 far end\r\n")
                self._talk(sock, lines)

    def _meets(self, sock: socket.socket, place: str) -> bool:
        """Do what the next fate says, if it says it of this place; return whether to go on."""
        found = SMTP_FATES.get(self.fates[0]) if self.fates else None
        if found is None or found[0] != place:
            return True
        self.fates.pop(0)
        if found[1] == "kill":
            self.world.kill()
        elif found[1] == "slow":
            self.over.wait(SLOW)
        elif isinstance(found[1], bytes):
            sock.sendall(found[1])
            return False
        raise ConnectionAbortedError

    def _talk(self, sock: socket.socket, lines: Any) -> None:
        to = ""
        while line := lines.readline():
            word = line[:4].upper().decode("latin-1").strip()
            if word == "QUIT":
                sock.sendall(b"221 bye\r\n")
                return
            if word == "RCPT":
                to = line.partition(b"<")[2].partition(b">")[0].decode()
            if not self._meets(sock, word):
                continue
            if word == "EHLO":
                sock.sendall(b"250-far end\r\n250 SIZE 30000000\r\n")
            elif word == "DATA":
                sock.sendall(b"354 go on\r\n")
                self._take(sock, lines, to)
            else:
                sock.sendall(b"250 ok\r\n")

    def _take(self, sock: socket.socket, lines: Any, to: str) -> None:
        raw = lines.readline()
        self._meets(sock, "half")
        while (line := lines.readline()) != b".\r\n":
            if not line:
                return
            raw += line.removeprefix(b".") if line.startswith(b"..") else line
        if not self._meets(sock, "dot"):
            if self.fates[:1] == ["sent"]:
                self.fates.pop(0)
            return
        self.world.arrived.append(read_letter(raw, "mail", to, self.world.clock()))
        self._meets(sock, "kept")
        if self.fates[:1] == ["sent"]:
            self.fates.pop(0)
        sock.sendall(b"250 2.0.0 kept\r\n")


class Started(dict[str, str]):
    """All chats have been started."""

    def get(self, chat: str, other: object = None) -> str:
        return "started"


class WebServer:
    """A bot, a cloud and a webhook on one port of loopback."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.bot = TelegramApi(BOT, chats=Started())
        self.cloud = WhatsAppApi(CLOUD, PHONE)
        self.fates: list[str] = []
        self._web = Web(self._answer)
        self.url, self.stop = self._web.url, self._web.stop
        self._hooked: set[str] = set()

    def _answer(self, request: Request) -> Reply:
        found = KEY.search(request.body)
        kept = True
        deed: int | str = 200
        carries = found and not request.path.endswith("/media")
        if carries and self.fates:
            kept, deed = HTTP_FATES.get(self.fates.pop(0), (True, 200))
        reply = (
            self._kept(request, found[0].decode() if carries and found else "") if kept else None
        )
        if deed == "kill":
            self.world.kill()
        elif deed == "slow":
            self._web.over.wait(SLOW)
        if isinstance(deed, str):
            raise ConnectionAbortedError
        return reply if reply is not None and deed == 200 else Reply(deed, {"ok": False})

    def _kept(self, request: Request, key: str) -> Reply:
        way, reply = "hook", Reply(202)
        if request.path.startswith("/bot"):
            way, reply = "telegram", self.bot.answer(request)
        elif request.path.startswith("/v"):
            way, reply = "whatsapp", self.cloud.answer(request)
        if key and reply.status < 300 and not (way == "hook" and key in self._hooked):
            self._hooked.add(key)  # the receiver does nothing the second time
            self.world.arrived.append(self._read(way, key, request))
        return reply

    def _read(self, way: str, key: str, request: Request) -> Arrived:
        to, words, sounds = "", "", []
        if way == "hook":
            told = request.json
            to, words = told["to"], told["text"]
            sounds = [base64.b64decode(told["sound"]["base64"])] if told["sound"] else []
        elif way == "telegram":
            told = request.fields
            to, words = str(told["chat_id"]), str(told.get("caption") or told.get("text") or "")
            sounds = [told["voice"][2]] if "voice" in told else []
        else:
            told = request.json
            to = told["to"]
            words = told.get("text", {}).get("body", "")
            sounds = [self.cloud.media[told["audio"]["id"]]] if "audio" in told else []
        found = tuple(digest(sound) for sound in sounds)
        return Arrived(way, key, to, self.world.clock(), one_line(words), found)


def in_outbox(folder: Path, known: set[str], at: datetime) -> Iterator[Arrived]:
    """Read the folders of an outbox that were not there before."""
    for place in sorted(folder.glob("[!.]*")):
        if place.name not in known:
            known.add(place.name)
            letter = read_letter((place / "message.eml").read_bytes(), "outbox", "", at)
            yield letter
