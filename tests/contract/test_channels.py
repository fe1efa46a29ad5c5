"""What every channel promises, tried on every channel: nothing leaves uncommitted, none twice.

A channel that is installed is tried by itself; see tests/benches.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.benches import BENCHES
from tests.benches.bench import NOW, Bench, make_bench_channel
from voicenote.delivery.inbound import Fetches
from voicenote.delivery.port import NotFound
from voicenote.errors import BadSettings, Refused, TooLarge
from voicenote.model.receipt import Parcel, Receipt, ReceiptKind
from voicenote.options import describe, options_of

SOUND = bytes(range(256)) * 40


@pytest.fixture(params=BENCHES)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    made: Bench = BENCHES[request.param](tmp_path)
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
        assert channel.ask(parcel.key, parcel.message_id) is NotFound.CANNOT_TELL
        return
    assert not isinstance(channel.ask(parcel.key, parcel.message_id), Receipt)
    receipt = channel.send(parcel, nothing)
    assert channel.ask(parcel.key, parcel.message_id) == receipt


def test_a_customers_file_comes_whole_or_is_refused_for_its_size(bench: Bench) -> None:
    channel: object = bench.make()
    offer = getattr(bench, "offer", None)
    if not isinstance(channel, Fetches) or offer is None:
        return  # email fetches from a mailbox: see tests/faults/test_mail_answers.py
    source = offer(SOUND)
    ((_, pieces),) = channel.fetch(source, len(SOUND))
    assert b"".join(pieces) == SOUND
    with pytest.raises(TooLarge):
        b"".join(piece for _, pieces in channel.fetch(source, len(SOUND) - 1) for piece in pieces)


def test_what_is_no_file_any_more_is_refused(bench: Bench) -> None:
    channel: object = bench.make()
    if isinstance(channel, Fetches):
        with pytest.raises(Refused):
            list(channel.fetch("404", 1000))


def test_the_same_key_has_one_effect_where_the_channel_can_tell(
    bench: Bench, parcel: Parcel
) -> None:
    first = bench.make().send(parcel, nothing)
    channel = bench.make()
    if not isinstance(channel.ask(parcel.key, parcel.message_id), Receipt):
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
    assert bench.make().address(bench.customer) == bench.to


def test_settings_that_are_wrong_are_all_reported(bench: Bench) -> None:
    channel = type(bench.make())
    with pytest.raises(BadSettings) as wrong:
        make_bench_channel(channel, "tried", {"colour": "red", "taste": 3})
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
    said = channel.ask(key, touch.message_id)
    assert child["committed"] or key not in arrived
    assert isinstance(said, Receipt) == (key in arrived and channel.info.can_ask)
    if isinstance(said, Receipt) or (child["committed"] and said is not NotFound.ABSENT):
        return None
    channel.send(touch, nothing)
    channel.close()
    return key
