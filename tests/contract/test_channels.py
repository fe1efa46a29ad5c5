"""What every channel promises, tried on every channel: nothing leaves uncommitted, none twice.

A new channel joins with one more line in `BENCHES`.
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Protocol

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voicenote.delivery.mail import Mail
from voicenote.delivery.outbox import Outbox
from voicenote.delivery.port import Channel, Trace
from voicenote.errors import BadSettings, Refused
from voicenote.model.case import Customer
from voicenote.model.receipt import Parcel, ReceiptKind

NOW = datetime(2026, 3, 2, 9, 31, 4, tzinfo=UTC)
SOUND = bytes(range(256)) * 40


class Bench(Protocol):
    """A channel on trial, and a way to see what came out at its far end.

    `settled` waits until the far end has done all that it was told; `stop` ends it.
    """

    kind: str
    settings: dict[str, object]

    def make(self) -> Channel: ...

    def arrived(self) -> list[EmailMessage]: ...

    def settled(self) -> None: ...

    def stop(self) -> None: ...


class OutboxBench:
    """The outbox; its far end is the folder itself."""

    kind = "voicenote.delivery.outbox:Outbox"

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "outbox"
        self.settings: dict[str, object] = {"folder": str(self.folder)}

    def make(self) -> Channel:
        return Outbox("outbox", self.settings, lambda: NOW)

    def arrived(self) -> list[EmailMessage]:
        return [
            message_from_bytes(file.read_bytes(), policy=default)
            for file in sorted(self.folder.glob("[!.]*/message.eml"))
        ]

    def settled(self) -> None:
        """A folder is always."""

    def stop(self) -> None:
        """It ends by itself."""


class MailBench:
    """Email; its far end is an SMTP server on loopback."""

    kind = "voicenote.delivery.mail:Mail"

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
        self.made.append(Mail("mail", self.settings, lambda: NOW))
        return self.made[-1]

    def arrived(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=default) for raw in self.kept]

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


BENCHES: dict[str, Callable[[Path], Bench]] = {"outbox": OutboxBench, "email": MailBench}


@pytest.fixture(params=BENCHES)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    made = BENCHES[request.param](tmp_path)
    yield made
    made.stop()


@pytest.fixture
def parcel(tmp_path: Path) -> Parcel:
    files = {"ogg": b"OggS" + SOUND, "mp3": b"ID3" + SOUND, "vtt": b"WEBVTT\n", "txt": b"Sorry.\n"}
    for kind, content in files.items():
        (tmp_path / f"it.{kind}").write_bytes(content)
    return Parcel(
        key="vn-1-memo",
        message_id="<vn-1-memo@bakery.example>",
        case=1,
        kind="memo",
        customer="Mari Õun",
        to="mari@tamm.example",
        sender="anna@bakery.example",
        sender_name="Anna",
        language="et",
        subject="Sinu tort",
        text="Aitäh, et meile ütlesid.\nPael oli vale, ja see on minu süü.",
        files={kind: str(tmp_path / f"it.{kind}") for kind in files},
        duration_s=33.2,
        synthetic=True,
        made_at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    )


def nothing() -> None:
    """A commit that only says yes."""


def keys(bench: Bench) -> list[str]:
    return [message["X-Voicenote-Key"] for message in bench.arrived()]


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
    (message,) = bench.arrived()
    assert not [part.defects for part in message.walk() if part.defects]
    assert message["To"].addresses[0].display_name == parcel.customer
    assert message["Message-ID"] == parcel.message_id
    (sound,) = message.iter_attachments()
    assert sound.get_content() == Path(parcel.files["mp3"]).read_bytes()
    words = message.get_body(("plain",))
    assert words is not None
    assert words.get_content().replace("\r\n", "\n").startswith(parcel.text)


def test_ten_megabytes_arrive(bench: Bench, parcel: Parcel) -> None:
    Path(parcel.files["mp3"]).write_bytes(SOUND * 1024)
    bench.make().send(parcel, nothing)
    (sound,) = bench.arrived()[0].iter_attachments()
    assert sound.get_content() == SOUND * 1024


def test_a_missing_file_is_refused_by_name_before_the_commit(bench: Bench, parcel: Parcel) -> None:
    Path(parcel.files["mp3"]).unlink()
    with pytest.raises(Refused, match=r"mp3 .*it\.mp3"):
        bench.make().send(parcel, lambda: pytest.fail("committed"))
    assert keys(bench) == []


def test_a_touch_without_sound_goes_too(bench: Bench, parcel: Parcel) -> None:
    bench.make().send(replace(parcel, files={}), nothing)
    assert list(bench.arrived()[0].iter_attachments()) == []


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
    bench: Bench, parcel: Parcel, wrong: dict[str, str]
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
    if not channel.facts.can_ask:
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
        assert not channel.facts.can_ask
        return  # the caller has asked, was told nothing, and leaves it to a person
    commits: list[int] = []
    assert channel.send(parcel, lambda: commits.append(1)) == first
    assert commits == [1]
    assert keys(bench) == [parcel.key]


def test_its_facts_are_told_without_connecting(bench: Bench) -> None:
    facts = bench.make().facts
    assert facts.ready
    assert facts.about
    assert ReceiptKind.ACCEPTED in facts.tells


def test_it_knows_the_address_it_uses(bench: Bench) -> None:
    customer = Customer(name="Mari", email="mari@tamm.example")
    assert bench.make().address(customer) == "mari@tamm.example"


def test_settings_that_are_wrong_are_all_reported(bench: Bench) -> None:
    channel = type(bench.make())
    with pytest.raises(BadSettings) as wrong:
        channel("tried", {"colour": "red", "taste": 3}, lambda: NOW)
    assert len(wrong.value.problems) >= 3


@given(
    customer=st.text(min_size=1, max_size=60),
    text=st.text(max_size=300),
    subject=st.text(max_size=80),
    to=st.sampled_from(["mari@tamm.example", "mari@õun.ee"]) | st.emails(),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_words_are_sent_once_or_refused(
    bench: Bench, parcel: Parcel, customer: str, text: str, subject: str, to: str
) -> None:
    before = len(bench.arrived())
    key = f"vn-h-{before}"
    touch = replace(
        parcel, key=key, message_id=f"<{key}@b.example>", customer=customer, text=text,
        subject=subject, to=to,
    )  # fmt: skip
    try:
        bench.make().send(touch, nothing)
    except Refused:
        assert len(bench.arrived()) == before
    else:
        assert keys(bench).count(key) == 1


def test_killed_at_any_line_it_can_tell_what_became_of_it(
    bench: Bench, parcel: Parcel, tmp_path: Path
) -> None:
    (tmp_path / "marks").mkdir()
    facts = asdict(parcel) | {"made_at": parcel.made_at.isoformat()}
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
    assert (said is Trace.FOUND) == (key in arrived and channel.facts.can_ask)
    if said is Trace.FOUND or (child["committed"] and said is not Trace.ABSENT):
        return None
    channel.send(touch, nothing)
    channel.close()
    return key
