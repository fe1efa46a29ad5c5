"""Hostile values, from an imported file to what leaves by each channel: they stay words."""

from __future__ import annotations

import csv
import email
import email.policy
import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.benches import BENCHES
from tests.benches.bench import Bench
from tests.engine.world import START, World, release, take
from voicenote.delivery import webhook
from voicenote.delivery.message import build_message, wire
from voicenote.delivery.telegram import bot_payload as telegram_words
from voicenote.delivery.whatsapp import cloud_payload as whatsapp_words
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, RuleSaysNo
from voicenote.intake.options import Options
from voicenote.intake.raw_record import Good
from voicenote.intake.reader import open_source
from voicenote.model.case import Complaint
from voicenote.model.receipt import Parcel

FIELDS = (
    *("customer", "say_as", "what_happened", "bothered_most", "feeling", "at_stake", "expected"),
    *("identity", "product", "cause", "amends", "owner", "ref", "email", "phone", "channel"),
)
SOUND = {
    "customer": "Mari",
    "what_happened": "It fell.",
    "bothered_most": "Nobody called.",
    "amends": "a new one",
    "amends_kind": "redo",
    "email": "mari@tamm.ee",
}
#: What somebody may write into a form, and what it must not become.
HOSTILE = [
    "Mari\r\nBcc: all@evil.ee",
    "Mari\nBcc: all@evil.ee",
    "Mari\rBcc: all@evil.ee",
    "Mari\u2028Bcc: all@evil.ee",
    "Mari\u2029Bcc: all@evil.ee",
    "Mari\x85Bcc: all@evil.ee",
    "Mari\x0b\x0cBcc: all@evil.ee",
    "Mari\x1b[2J\x9b31m",
    "=?utf-8?q?Mari=0D=0ABcc=3A_all=40evil=2Eee?=",
    "Mari%0d%0aBcc:%20all@evil.ee",
    "{{ 7 * 191 }}",
    "{% for n in range(1337) %}{{ n }}{% endfor %}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{# gone #}left",
    "{owner} {token} {to} {key} %s %n ${7*191} #{7*191}",
    "<script>alert(1337)</script><img src=x onerror=alert(1337)>",
    '"><a href="https://evil.ee">click</a>',
    "*bold* _it_ [a](https://evil.ee) ```x```",
    "'; drop table cases; --",
    "../../../etc/passwd",
    "\u202eirаM\u2066\ufeff",
    "=cmd|'/c calc'!A1",
    "\ud83d half".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
]


def imported(folder: Path, value: str) -> list[Complaint]:
    """One row for each field that holds the value, as an import reads them from a file."""
    file = folder / "in.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        names = [*FIELDS, "amends_kind"]
        rows = csv.DictWriter(stream, names)
        rows.writeheader()
        for field in FIELDS:
            who = {"customer": f"Mari {field}", "email": f"{field}@tamm.ee"}  # one message a day
            rows.writerow({**SOUND, **who, "ref": f"row-{field}", field: value})
    options = Options(now=START, language="en", time_zone="UTC")
    return [item.complaint for item in open_source([file], options) if isinstance(item, Good)]


@pytest.fixture
def sent(request: pytest.FixtureRequest, ws: Workspace, world: World) -> list[Parcel]:
    complaints = [
        replace(one, customer=replace(one.customer, channel=""))
        for one in imported(ws.home, request.param)
    ]
    for number in take(ws, *complaints):
        with suppress(RuleSaysNo):  # such as an owner's name that nobody can have
            release(ws, number)
    turn = one_pass(ws)
    assert (turn.failed, turn.uncertain) == (0, 0), turn.reasons
    assert len(world.left) >= 5, "a value that is refused everywhere tries nothing"
    return world.left


@pytest.mark.parametrize("sent", HOSTILE, indirect=True, ids=ascii)
def test_a_hostile_value_adds_nothing_to_what_leaves_by_any_channel(
    sent: list[Parcel], tmp_path: Path
) -> None:
    by_each_channel(sent, tmp_path)
    for parcel in sent:
        as_mail(replace(parcel, to="mari@tamm.ee", sender="ada@saar.ee"))
        as_chat(parcel)
        as_document(parcel)
        nothing_was_run(parcel)


def by_each_channel(sent: list[Parcel], folder: Path) -> None:
    """Each of them once by every channel that is installed, to whom it is for, word for word."""
    for kind, maker in BENCHES.items():
        bench: Bench = maker(folder / kind)
        channel = bench.make()
        for number, parcel in enumerate(sent):
            key = f"vn-{number:02}"
            message_id, heard = f"<{key}@bakery.example>", datetime(2999, 1, 1, tzinfo=UTC)
            named = replace(parcel, key=key, message_id=message_id, heard_at=heard)
            channel.send(replace(named, to=bench.to, sender="ada@saar.ee", files={}), lambda: None)
        came = bench.arrived()
        bench.stop()
        assert [one.key for one in came] == [f"vn-{number:02}" for number in range(len(sent))], kind
        for one, parcel in zip(came, sent, strict=True):
            assert one.to == bench.to
            assert one.name in (parcel.customer, parcel.customer.replace("=?", "= ?"), None)
            assert one.words is None or one.words.startswith(parcel.text)


def as_mail(parcel: Parcel) -> None:
    """No header, address or part but ours; no tag of theirs; the words as they are."""
    raw = wire(build_message(parcel, {"mp3": b"sound"}))
    message = email.message_from_bytes(raw, policy=email.policy.default)
    for part in message.walk():
        assert not part.defects
    known = {
        *("From", "To", "Subject", "Date", "Message-ID", "X-Voicenote-Key", "MIME-Version"),
        "Content-Type",
    }
    assert set(message.keys()) == known
    assert len(message.keys()) == len(known)
    assert [one.addr_spec for one in message["To"].addresses] == ["mari@tamm.ee"]
    assert [one.addr_spec for one in message["From"].addresses] == ["ada@saar.ee"]
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == [
        *("multipart/mixed", "multipart/alternative", "text/plain", "text/html", "audio/mpeg")
    ]
    page = message.get_body(("html",))
    assert page is not None
    html = page.get_content()
    for tag in ("<script", "<img", "<a "):
        assert tag not in html
    assert not any(ord(letter) < 32 and letter not in "\t\r\n" for letter in html)


def as_chat(parcel: Parcel) -> None:
    """Words that no messenger is asked to format, within a request that holds together."""
    fields = telegram_words.fields_of(replace(parcel, to="77"), voiced=True, buttons=True)
    assert "parse_mode" not in fields
    assert "\x00" not in fields["caption"]
    keyboard = json.loads(fields["reply_markup"])
    assert len(keyboard["inline_keyboard"]) == 1
    body = json.loads(whatsapp_words.message(replace(parcel, to="+37255512345"), "media-1"))
    assert (body["type"], body["to"]) == ("audio", "37255512345")


def as_document(parcel: Parcel) -> None:
    told = json.loads(webhook.document(parcel, None))
    assert (told["key"], told["text"], told["customer"]) == (
        parcel.key,
        parcel.text,
        parcel.customer,
    )


def nothing_was_run(parcel: Parcel) -> None:
    """No template language of ours, or of anybody, was obeyed."""
    said = f"{parcel.subject}\n{parcel.text}\n{parcel.customer}\n{parcel.sender_name}"
    assert "1336" not in said
    for result in ("<class", "etc/shadow", "left{#"):
        assert result not in said
    for name in (parcel.customer, parcel.sender_name, parcel.subject):
        assert len(name.splitlines()) <= 1
        assert name.isprintable() or not any(ord(letter) < 32 for letter in name)
    for file in parcel.files.values():
        assert "/memos/" in file
        assert ".." not in file


@pytest.mark.parametrize(
    "value", ["Mari\x00Bcc: all@evil.ee", "Mari\x1c\x1d\x1e\x1fBcc: a@evil.ee"]
)
def test_bytes_that_are_no_text_are_not_taken_in(tmp_path: Path, value: str) -> None:
    """A row may go in without a field that is not needed; the value goes in nowhere."""
    taken: list[Complaint] = []
    with suppress(BadData):  # the whole file, or row by row
        taken = imported(tmp_path, value)
    assert "evil.ee" not in repr(taken)
    assert "row-what_happened" not in {one.ref for one in taken}
