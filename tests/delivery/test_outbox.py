"""The outbox: whole folders or none, whatever the disk does."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes.made import make_channel
from voicenote.delivery.outbox import Outbox
from voicenote.delivery.port import NotFound
from voicenote.errors import BadSettings, Postponed, Refused, Unknown, VoicenoteError
from voicenote.model.address import Address
from voicenote.model.case import Customer
from voicenote.model.receipt import Parcel, Receipt, ReceiptKind

NOW = datetime(2026, 3, 2, 9, 31, tzinfo=UTC)


@pytest.fixture
def parcel(tmp_path: Path) -> Parcel:
    for kind in ("ogg", "mp3", "vtt", "txt"):
        (tmp_path / f"memo.{kind}").write_bytes(kind.encode())
    return Parcel(
        key="vn-1",
        message_id="<vn-1@bakery.example>",
        case=1,
        kind="memo",
        customer="Mari",
        to="+37255512345",
        sender="",
        sender_name="Anna",
        language="en",
        subject="Your cake",
        text="I am sorry.",
        files={kind: str(tmp_path / f"memo.{kind}") for kind in ("ogg", "mp3", "vtt", "txt")},
        duration_s=12,
        synthetic=False,
        made_at=NOW,
    )


@pytest.fixture
def box(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "outbox"


def channel(box: Path) -> Outbox:
    return make_channel(Outbox, "outbox", {"folder": str(box)}, lambda: NOW)


def nothing() -> None:
    """A commit that only says yes."""


def test_a_touch_is_a_folder_with_all_its_files(box: Path, parcel: Parcel) -> None:
    channel(box).send(parcel, nothing)
    assert {file.name for file in (box / "vn-1").iterdir()} == {
        "message.eml", "memo.ogg", "memo.mp3", "captions.vtt", "transcript.txt", "receipt.json",
    }  # fmt: skip
    assert (box / "vn-1" / "memo.ogg").read_bytes() == b"ogg"
    kept = json.loads((box / "vn-1" / "receipt.json").read_text(encoding="utf-8"))
    assert (kept["key"], kept["receipt"], kept["to"]) == ("vn-1", "accepted", parcel.to)


def test_words_without_a_memo_leave_a_transcript(box: Path, parcel: Parcel) -> None:
    channel(box).send(replace(parcel, files={}), nothing)
    assert (box / "vn-1" / "transcript.txt").read_text(encoding="utf-8") == "I am sorry.\n"


def test_a_key_that_is_there_is_not_written_again(box: Path, parcel: Parcel) -> None:
    first = channel(box).send(parcel, nothing)
    (box / "vn-1" / "memo.ogg").write_bytes(b"touched")
    later = make_channel(Outbox, "outbox", {"folder": str(box)}, lambda: NOW.replace(year=2030))
    assert later.send(replace(parcel, text="Something else."), nothing) == first
    assert (box / "vn-1" / "memo.ogg").read_bytes() == b"touched"


def test_an_attempt_that_comes_second_leaves_the_first(box: Path, parcel: Parcel) -> None:
    first = replace(parcel, text="The first.")
    receipt = channel(box).send(parcel, lambda: ignore(channel(box).send(first, nothing)))
    assert receipt.kind is ReceiptKind.ACCEPTED
    assert "The first." in (box / "vn-1" / "message.eml").read_text(encoding="ascii")
    assert [each.name for each in box.iterdir()] == ["vn-1"]


def ignore(_: object) -> None:
    """Take a value and do nothing with it."""


def test_asking_sweeps_what_a_killed_attempt_left(box: Path) -> None:
    for name in (".vn-1~abc.part", ".vn-1~abd.swept", ".vn-1.b~abc.part"):
        (box / name).mkdir(parents=True)
        (box / name / "memo.ogg").write_bytes(b"half")
    assert channel(box).ask("vn-1", "<vn-1@x>") is NotFound.ABSENT
    assert [each.name for each in box.iterdir()] == [".vn-1.b~abc.part"]


def test_a_sweep_takes_what_is_dead_or_old_and_no_message(box: Path, parcel: Parcel) -> None:
    channel(box).send(parcel, nothing)
    left = {".dead~a.part": NOW, ".old~a.part": NOW - timedelta(hours=2), ".living~a.part": NOW}
    for name, at in {**left, ".any~a.swept": NOW}.items():
        (box / name).mkdir()
        (box / name / "memo.ogg").write_bytes(b"half")
        os.utime(box / name, (at.timestamp(), at.timestamp()))
    channel(box).sweep({"dead", "vn-1"}.__contains__)
    assert {each.name for each in box.iterdir()} == {".living~a.part", "vn-1"}


def test_a_sweep_of_an_outbox_that_is_not_there_does_nothing(box: Path) -> None:
    channel(box).sweep(lambda _key: True)
    assert not box.exists()


def test_an_attempt_that_was_swept_while_it_lived_has_not_left(box: Path, parcel: Parcel) -> None:
    with pytest.raises(Postponed):
        channel(box).send(parcel, lambda: channel(box).sweep(lambda _key: True))
    assert list(box.iterdir()) == []


def test_absent_is_proof_even_against_an_attempt_that_still_lives(
    box: Path, parcel: Parcel
) -> None:
    said = []
    with pytest.raises(Postponed):
        channel(box).send(parcel, lambda: said.append(channel(box).ask("vn-1", "<vn-1@x>")))
    assert said == [NotFound.ABSENT]
    assert list(box.iterdir()) == []


def test_a_folder_without_its_receipt_still_counts(box: Path, parcel: Parcel) -> None:
    channel(box).send(parcel, nothing)
    (box / "vn-1" / "receipt.json").write_text("{", encoding="ascii")
    found = channel(box).ask("vn-1", "<vn-1@x>")
    assert isinstance(found, Receipt)
    assert "note" in found.detail


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS])
@pytest.mark.parametrize("nth", range(1, 8))
def test_a_failing_disk_leaves_nothing_half_made(
    box: Path, parcel: Parcel, monkeypatch: pytest.MonkeyPatch, nth: int, code: int
) -> None:
    """Six files and the draft's folder are synced before the rename; each may be what fails."""
    monkeypatch.setattr("os.fsync", failing(nth, code))
    with pytest.raises(Postponed) as postponed:
        channel(box).send(parcel, lambda: pytest.fail("committed"))
    assert ("full" in postponed.value.what) == (code in (errno.ENOSPC, errno.EDQUOT))
    assert list(box.iterdir()) == []


def test_a_disk_that_fails_after_the_rename_is_unknown(
    box: Path, parcel: Parcel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.fsync", failing(8, errno.EIO))
    with pytest.raises(Unknown):
        channel(box).send(parcel, nothing)
    assert isinstance(channel(box).ask("vn-1", "<vn-1@x>"), Receipt)


def failing(nth: int, code: int) -> Callable[[int], None]:
    calls = iter(range(1, 100))

    def fsync(_: int) -> None:
        if next(calls) == nth:
            raise OSError(code, os.strerror(code))

    return fsync


def test_a_folder_that_cannot_be_made_postpones(tmp_path: Path, parcel: Parcel) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Postponed, match="cannot be written"):
        channel(tmp_path / "file" / "outbox").send(parcel, nothing)


def test_it_takes_every_customer(box: Path) -> None:
    assert channel(box).address(Customer(name="Mari")) == "Mari"
    assert (
        channel(box).address(Customer(name="Mari", addresses=(Address("phone", "+37255512345"),)))
        == "+37255512345"
    )


@pytest.mark.parametrize("folder", ["", "a\0b", 3])
def test_its_folder_is_a_path(folder: object) -> None:
    with pytest.raises(BadSettings):
        make_channel(Outbox, "outbox", {"folder": folder}, lambda: NOW)


FULL = "make room; it will go then"
WRITABLE = "check that the folder exists and is yours; it will go with a later run"
PERSON = "look into its folder, then say mark-sent or resend"
RENDER = "render the case again, then resend"
#: what the disk does, at which of the eight syncs of a touch (0: it does not fail), with what
#: error, what it is to us, what we advise
FAULTS: list[tuple[str, int, int, type, str]] = [
    ("is full", 3, errno.ENOSPC, Postponed, FULL),
    ("lets this account keep no more", 3, errno.EDQUOT, Postponed, FULL),
    ("can only be read", 1, errno.EROFS, Postponed, WRITABLE),
    ("fails while the files are written", 6, errno.EIO, Postponed, WRITABLE),
    ("fails when all is written, and nothing shown", 7, errno.EIO, Postponed, WRITABLE),
    ("fails when the folder is in its place", 8, errno.EIO, Unknown, PERSON),
    ("has lost the memo's file", 0, 0, Refused, RENDER),
]


@pytest.mark.parametrize(("_deed", "nth", "code", "error", "advice"), FAULTS)
def test_each_fault_has_its_state_and_its_advice(
    box: Path, parcel: Parcel, monkeypatch: pytest.MonkeyPatch,
    _deed: str, nth: int, code: int, error: type[VoicenoteError], advice: str,
) -> None:  # fmt: skip
    if nth:
        monkeypatch.setattr("os.fsync", failing(nth, code))
    else:
        Path(parcel.files["ogg"]).unlink()
    with pytest.raises(error) as raised:
        channel(box).send(parcel, nothing)
    assert raised.value.advice == advice.replace("its folder", str(box))
    found = channel(box).ask("vn-1", "<vn-1@x>")
    assert isinstance(found, Receipt) if error is Unknown else found is NotFound.ABSENT
