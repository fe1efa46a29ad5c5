"""What every channel promises, tried on every channel: nothing leaves uncommitted, none twice.

A new channel joins with one more line in `BENCHES`.
"""

from __future__ import annotations

import asyncio
import base64
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.made import make_channel
from tests.fakes.telegram_api import TelegramApi
from tests.fakes.web import Reply, Request, Web
from tests.fakes.whatsapp_api import WhatsAppApi
from voicenote.delivery.apprise import Apprise
from voicenote.delivery.email.mail import Mail
from voicenote.delivery.outbox import Outbox
from voicenote.delivery.port import Channel, Trace
from voicenote.delivery.telegram.bot import Telegram
from voicenote.delivery.telegram.bot_payload import verdict_in
from voicenote.delivery.webhook import Webhook, signature
from voicenote.delivery.whatsapp.cloud import WhatsApp
from voicenote.errors import BadSettings, Refused
from voicenote.model.case import Customer
from voicenote.model.receipt import Parcel, ReceiptKind
from voicenote.options import describe, options_of

NOW = datetime(2026, 3, 2, 9, 31, 4, tzinfo=UTC)
SOUND = bytes(range(256)) * 40


CUSTOMER = Customer(
    name="Mari", email="mari@tamm.example", telegram="5512345", whatsapp="+37255512345"
)


@dataclass(frozen=True)
class Arrival:
    """What came out at the far end. `words` is None where a channel cannot carry words and sound
    together, `name` where it shows no name."""

    key: str
    to: str
    words: str | None
    sound: bytes | None
    name: str | None = None


class Bench(Protocol):
    """A channel on trial, and a way to see what came out at its far end.

    `to` is the address of CUSTOMER there; `rendition` the one that it carries, of `takes` bytes at
    most; `addresses` makes more addresses. `settled` waits until the far end has done all that it
    was told; `stop` ends it.
    """

    kind: str
    settings: dict[str, object]
    to: str
    rendition: str
    takes: int
    addresses: st.SearchStrategy[str]

    def make(self) -> Channel: ...

    def arrived(self) -> list[Arrival]: ...

    def settled(self) -> None: ...

    def stop(self) -> None: ...


class LetterBench:
    """What the channels of letters have in common."""

    to = CUSTOMER.email
    rendition = "mp3"
    takes = 10 * 2**20
    addresses = st.sampled_from(["mari@tamm.example", "mari@õun.ee"]) | st.emails()

    @staticmethod
    @lru_cache(maxsize=200)
    def opened(raw: bytes) -> Arrival:
        """Read a letter, which has to be a good one; once, however often it is looked at."""
        message = message_from_bytes(raw, policy=default)
        assert isinstance(message, EmailMessage)
        assert not [part.defects for part in message.walk() if part.defects]
        key = str(message["X-Voicenote-Key"])
        assert message["Message-ID"].startswith(f"<{key}@b")
        (to,) = message["To"].addresses or (None,)
        words = message.get_body(("plain",))
        assert words is not None
        sounds = [part.get_content() for part in message.iter_attachments()]
        return Arrival(
            key=key,
            to=to.addr_spec if to else "",
            words=words.get_content().replace("\r\n", "\n"),
            sound=sounds[0] if sounds else None,
            name=to.display_name if to else None,
        )


class OutboxBench(LetterBench):
    """The outbox; its far end is the folder itself."""

    kind = "voicenote.delivery.outbox:Outbox"

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "outbox"
        self.settings: dict[str, object] = {"folder": str(self.folder)}

    def make(self) -> Channel:
        return make_channel(Outbox, "outbox", self.settings, lambda: NOW)

    def arrived(self) -> list[Arrival]:
        return [
            self.opened(file.read_bytes()) for file in sorted(self.folder.glob("[!.]*/message.eml"))
        ]

    def settled(self) -> None:
        """A folder is always."""

    def stop(self) -> None:
        """It ends by itself."""


class MailBench(LetterBench):
    """Email; its far end is an SMTP server on loopback."""

    kind = "voicenote.delivery.email.mail:Mail"

    def __init__(self, _folder: Path) -> None:
        self.kept: list[bytes] = []
        self.talking = 0
        self.quiet = threading.Condition()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.server = Counted(self, hostname="127.0.0.1", port=port)
        self.server.start()
        self.made: list[Channel] = []
        self.settings: dict[str, object] = {
            "host": "127.0.0.1", "port": port, "security": "none", "allow_reserved": True,
        }  # fmt: skip

    async def handle_DATA(self, server: SMTP, session: object, envelope: Envelope) -> str:  # noqa: N802
        self.kept.append(envelope.original_content or b"")
        return "250 queued"

    def make(self) -> Channel:
        self.made.append(make_channel(Mail, "mail", self.settings, lambda: NOW))
        return self.made[-1]

    def arrived(self) -> list[Arrival]:
        return [self.opened(raw) for raw in self.kept]

    def settled(self) -> None:
        with self.quiet:
            assert self.quiet.wait_for(lambda: not self.talking, timeout=20)

    def stop(self) -> None:
        for channel in self.made:
            channel.close()
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


class WebBench:
    """What the channels to a server on loopback have in common."""

    channel: type[Channel]

    def __init__(self, folder: Path) -> None:
        self.web = Web(self.answer)
        self.made: list[Channel] = []
        self.settings = self.set_up()

    @property
    def kind(self) -> str:
        return f"{self.channel.__module__}:{self.channel.__qualname__}"

    def set_up(self) -> dict[str, object]:
        raise NotImplementedError

    def answer(self, request: Request) -> Reply:
        raise NotImplementedError

    def make(self) -> Channel:
        self.made.append(make_channel(self.channel, "tried", self.settings, lambda: NOW))
        return self.made[-1]

    def settled(self) -> None:
        self.web.settled()

    def stop(self) -> None:
        for channel in self.made:
            channel.close()
        self.web.stop()


class WebhookBench(WebBench):
    """A webhook; its far end checks the signature of each document."""

    channel = Webhook
    to = CUSTOMER.email
    rendition = "mp3"
    takes = 10 * 2**20
    addresses = st.emails()

    def set_up(self) -> dict[str, object]:
        self.kept: list[Arrival] = []
        common = {"rendition": "mp3", "allow_reserved": True}
        return {"url": f"{self.web.url}/touches", "secret": "sesame", **common}

    def answer(self, request: Request) -> Reply:
        told, made = request.json, request.headers
        right = signature("sesame", made["x-voicenote-timestamp"], request.body)
        assert made["x-voicenote-signature"] == f"sha256={right}"
        assert made["idempotency-key"] == told["key"]
        sound = told["sound"]
        self.kept.append(
            Arrival(
                key=told["key"],
                to=told["to"],
                words=told["text"],
                sound=base64.b64decode(sound["base64"]) if sound else None,
                name=told["customer"],
            )
        )
        return Reply(202)

    def arrived(self) -> list[Arrival]:
        return list(self.kept)


class Everybody(dict[str, str]):
    """All chats have been started."""

    def get(self, chat: str, other: object = None) -> str:
        return "started"


class TelegramBench(WebBench):
    """Telegram; its far end is a Bot API that refuses what the documentation does not allow.

    The key comes out of the buttons.
    """

    channel = Telegram
    to = CUSTOMER.telegram
    rendition = "ogg"
    takes = 10 * 2**20
    addresses = st.integers(min_value=1, max_value=2**52).map(str)

    def set_up(self) -> dict[str, object]:
        self.api = TelegramApi("4711:sesame", chats=Everybody())
        return {"token": "4711:sesame", "url": self.web.url}

    def answer(self, request: Request) -> Reply:
        return self.api.answer(request)

    def arrived(self) -> list[Arrival]:
        return [self.seen(fields) for _, fields in list(self.api.sent)]

    def seen(self, fields: dict[str, Any]) -> Arrival:
        button = json.loads(fields["reply_markup"])["inline_keyboard"][0][0]
        found = verdict_in(button["callback_data"])
        assert found
        voice = fields.get("voice")
        words = fields.get("caption") or fields.get("text") or ""
        return Arrival(
            key=found[1], to=fields["chat_id"], words=words, sound=voice[2] if voice else None
        )


class WhatsAppBench(WebBench):
    """WhatsApp; its far end is a Cloud API that refuses what the documentation does not allow."""

    channel = WhatsApp
    to = CUSTOMER.whatsapp
    rendition = "ogg"
    takes = 512 * 1024
    addresses = st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True)

    def set_up(self) -> dict[str, object]:
        self.api = WhatsAppApi("sesame", "106540352242922")
        settings = {"token": "sesame", "app_secret": "open", "phone_id": "106540352242922"}
        return {**settings, "url": self.web.url}

    def answer(self, request: Request) -> Reply:
        return self.api.answer(request)

    def arrived(self) -> list[Arrival]:
        return [
            Arrival(
                key=told["biz_opaque_callback_data"],
                to=f"+{told['to']}",
                words=told["text"]["body"] if "text" in told else None,
                sound=self.api.media[told["audio"]["id"]] if "audio" in told else None,
            )
            for told in list(self.api.sent)
        ]


class AppriseBench(WebBench):
    """Apprise; its far end is what its service `json` posts to, with the key in the path."""

    channel = Apprise
    to = CUSTOMER.email
    rendition = "mp3"
    takes = 10 * 2**20
    addresses = st.sampled_from(["mari@tamm.example", "m+1@x.ee"])

    def set_up(self) -> dict[str, object]:
        self.kept: list[Arrival] = []
        url = f"json://127.0.0.1:{self.web.port}/{{key}}/{{to}}?rto=20"
        return {"url": url, "allow_reserved": True}

    def answer(self, request: Request) -> Reply:
        key, to = unquote(request.path).strip("/").split("/")
        told = request.json
        sounds = [base64.b64decode(each["base64"]) for each in told["attachments"]]
        sound = sounds[0] if sounds else None
        self.kept.append(Arrival(key=key, to=to, words=told["message"], sound=sound))
        return Reply(200)

    def arrived(self) -> list[Arrival]:
        return list(self.kept)


BENCHES: dict[str, Callable[[Path], Any]] = {
    "outbox": OutboxBench,
    "email": MailBench,
    "webhook": WebhookBench,
    "telegram": TelegramBench,
    "whatsapp": WhatsAppBench,
    "apprise": AppriseBench,
}


@pytest.fixture(params=BENCHES)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    made = BENCHES[request.param](tmp_path)
    yield made
    made.stop()


@pytest.fixture
def parcel(bench: Bench, tmp_path: Path) -> Parcel:
    files = {"ogg": b"OggS" + SOUND, "mp3": b"ID3" + SOUND, "vtt": b"WEBVTT\n", "txt": b"Sorry.\n"}
    for kind, content in files.items():
        (tmp_path / f"it.{kind}").write_bytes(content)
    return Parcel(
        key="vn-1-memo",
        message_id="<vn-1-memo@bakery.example>",
        case=1,
        kind="memo",
        customer="Mari Õun",
        to=bench.to,
        sender="anna@bakery.example",
        sender_name="Anna",
        language="et",
        subject="Sinu tort",
        text="Aitäh, et meile ütlesid.\nPael oli vale, ja see on minu süü.",
        files={kind: str(tmp_path / f"it.{kind}") for kind in files},
        duration_s=33.2,
        synthetic=True,
        made_at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        heard_at=datetime(2999, 1, 1, tzinfo=UTC),  # WhatsApp's window is open, by any clock
    )


@pytest.fixture
def spared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the disk: who is killed loses nothing that is written, and no power fails here."""
    monkeypatch.setattr("os.fsync", lambda _: None)


def nothing() -> None:
    """A commit that only says yes."""


def keys(bench: Bench) -> list[str]:
    return [arrival.key for arrival in bench.arrived()]


def test_commit_comes_once_and_before_anything_leaves(bench: Bench, parcel: Parcel) -> None:
    there: list[int] = []
    receipt = bench.make().send(parcel, lambda: there.append(len(bench.arrived())))
    assert there == [0]
    assert keys(bench) == [parcel.key]
    assert receipt.kind is ReceiptKind.ACCEPTED
    assert receipt.at == NOW


def test_what_commit_raises_stops_the_send(bench: Bench, parcel: Parcel) -> None:
    def broken() -> None:
        raise KeyError("the ledger says no")

    channel = bench.make()
    with pytest.raises(KeyError, match="the ledger says no"):
        channel.send(parcel, broken)
    assert keys(bench) == []
    channel.send(parcel, nothing)
    assert keys(bench) == [parcel.key]


def test_sound_and_words_arrive_as_they_were(bench: Bench, parcel: Parcel) -> None:
    bench.make().send(parcel, nothing)
    (arrival,) = bench.arrived()
    assert arrival.to == parcel.to
    assert arrival.name in (parcel.customer, None)
    assert arrival.sound == Path(parcel.files[bench.rendition]).read_bytes()
    assert arrival.words is None or arrival.words.startswith(parcel.text)


def test_as_much_as_it_takes_arrives(bench: Bench, parcel: Parcel) -> None:
    sound = (b"OggS" + SOUND * 1025)[: bench.takes]
    Path(parcel.files[bench.rendition]).write_bytes(sound)
    bench.make().send(parcel, nothing)
    assert bench.arrived()[0].sound == sound


def test_a_missing_file_is_refused_by_name_before_the_commit(bench: Bench, parcel: Parcel) -> None:
    Path(parcel.files[bench.rendition]).unlink()
    with pytest.raises(Refused, match=rf"{bench.rendition} .*it\.{bench.rendition}"):
        bench.make().send(parcel, lambda: pytest.fail("committed"))
    assert keys(bench) == []


def test_a_touch_without_sound_goes_too(bench: Bench, parcel: Parcel) -> None:
    bench.make().send(replace(parcel, files={}), nothing)
    (arrival,) = bench.arrived()
    assert arrival.sound is None
    assert arrival.words is not None
    assert arrival.words.startswith(parcel.text)


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "../../etc/passwd"},
        {"key": ""},
        {"customer": "Mari\r\nBcc: all@x.example"},
        {"to": "mari@tamm.example\nBcc: all@x.example"},
        {"to": "mari@tamm..example"},
        {"sender_name": "An\x00na"},
        {"subject": "a\nb"},
        {"text": "half \ud83d a letter"},
        {"message_id": "none"},
    ],
)
def test_what_cannot_travel_is_refused_before_the_commit(
    bench: Bench, parcel: Parcel, wrong: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as refused:
        bench.make().send(replace(parcel, **wrong), lambda: pytest.fail("committed"))
    assert refused.value.advice
    assert "\n" not in refused.value.what
    assert keys(bench) == []


def test_many_touches_go_through_one_channel(bench: Bench, parcel: Parcel) -> None:
    channel = bench.make()
    for n in range(20):
        key = f"vn-{n:02}"
        channel.send(replace(parcel, key=key, message_id=f"<{key}@bakery.example>"), nothing)
    channel.close()
    channel.close()
    assert sorted(keys(bench)) == [f"vn-{n:02}" for n in range(20)]


def test_asked_before_it_is_not_found_and_after_it_is(bench: Bench, parcel: Parcel) -> None:
    channel = bench.make()
    if not channel.info.can_ask:
        assert channel.ask(parcel.key, parcel.message_id).trace is Trace.CANNOT_TELL
        return
    assert channel.ask(parcel.key, parcel.message_id).trace is not Trace.FOUND
    receipt = channel.send(parcel, nothing)
    assert channel.ask(parcel.key, parcel.message_id).receipt == receipt


def test_the_same_key_has_one_effect_where_the_channel_can_tell(
    bench: Bench, parcel: Parcel
) -> None:
    first = bench.make().send(parcel, nothing)
    channel = bench.make()
    if channel.ask(parcel.key, parcel.message_id).trace is not Trace.FOUND:
        assert not channel.info.can_ask
        return  # the caller has asked, was told nothing, and leaves it to a person
    commits: list[int] = []
    assert channel.send(parcel, lambda: commits.append(1)) == first
    assert commits == [1]
    assert keys(bench) == [parcel.key]


def test_its_facts_are_told_without_connecting(bench: Bench) -> None:
    info = bench.make().info
    assert info.ready
    assert info.about
    assert ReceiptKind.ACCEPTED in info.tells


def test_it_knows_the_address_it_uses(bench: Bench) -> None:
    assert bench.make().address(CUSTOMER) == bench.to


def test_settings_that_are_wrong_are_all_reported(bench: Bench) -> None:
    channel: Any = type(bench.make())
    with pytest.raises(BadSettings) as wrong:
        make_channel(channel, "tried", {"colour": "red", "taste": 3}, lambda: NOW)
    needed = [one.key for one in describe(options_of(channel)) if one.required]
    named = [one.field.removeprefix("channels.tried.") for one in wrong.value.problems]
    assert named == ["colour", "taste", *needed]


@given(
    customer=st.text(min_size=1, max_size=60),
    text=st.text(max_size=300),
    subject=st.text(max_size=80),
    data=st.data(),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_words_are_sent_once_or_refused(
    bench: Bench, parcel: Parcel, spared: None,
    customer: str, text: str, subject: str, data: st.DataObject,
) -> None:  # fmt: skip
    before = len(bench.arrived())
    key = f"vn-h-{before}"
    touch = replace(
        parcel, key=key, message_id=f"<{key}@b.example>", customer=customer, text=text,
        subject=subject, to=data.draw(bench.addresses),
    )  # fmt: skip
    try:
        bench.make().send(touch, nothing)
    except Refused:
        assert len(bench.arrived()) == before
    else:
        assert keys(bench).count(key) == 1


def test_killed_at_any_line_it_can_tell_what_became_of_it(
    bench: Bench, parcel: Parcel, tmp_path: Path, spared: None
) -> None:
    (tmp_path / "marks").mkdir()
    facts = asdict(parcel) | {"made_at": parcel.made_at.isoformat()}
    facts["heard_at"] = parcel.heard_at.isoformat() if parcel.heard_at else None
    order = {
        "channel": bench.kind,
        "settings": bench.settings,
        "parcel": facts,
        "marks": str(tmp_path / "marks"),
        "kills": 40,
    }
    script = Path(__file__).with_name("channel_kills.py")
    ran = subprocess.run(
        [sys.executable, str(script)],
        input=json.dumps(order), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    children = json.loads(ran.stdout)
    assert len(children) > 40
    assert any(child["committed"] and not child["ended"] for child in children)
    bench.settled()
    arrived = keys(bench)
    assert len(set(arrived)) == len(arrived)
    sent_again = [verdict(bench, parcel, child, arrived) for child in children]
    assert sorted(keys(bench)) == sorted([*arrived, *filter(None, sent_again)])


def verdict(
    bench: Bench, parcel: Parcel, child: dict[str, object], arrived: list[str]
) -> str | None:
    """What the channel says of a killed child is true. Returns its key where it was sent again."""
    key = str(child["key"])
    touch = replace(parcel, key=key, message_id=f"<{key}@bakery.example>")
    channel = bench.make()
    said = channel.ask(key, touch.message_id).trace
    assert child["committed"] or key not in arrived
    assert (said is Trace.FOUND) == (key in arrived and channel.info.can_ask)
    if said is Trace.FOUND or (child["committed"] and said is not Trace.ABSENT):
        return None
    channel.send(touch, nothing)
    channel.close()
    return key
