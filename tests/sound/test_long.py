"""Long sound is written sentence by sentence: like a memo, whole, and in little memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path

import av
import numpy as np
import pytest

from tests.sound.sounds import SCRIPT, SENTENCES, clips, decode, measure, voiced
from voicenote.errors import Unavailable, WrongUse
from voicenote.model.memo import Clip, Synthetic
from voicenote.model.sentences import Section, Sentence
from voicenote.sound.formats import Tags
from voicenote.sound.long import write_long, write_ogg
from voicenote.sound.loudness import OWN_VOICE, SILENT_VOICE
from voicenote.sound.mixdown import make_memo
from voicenote.sound.piece import Spoken

TAGS = Tags(title="Sorry,\nDana\0", artist=" ", synthetic=Synthetic.YES)


def spoken(sounds: Sequence[Clip] = ()) -> Iterator[Spoken]:
    for clip in sounds or clips():
        yield Spoken(key="", speak=lambda clip=clip: clip, level=OWN_VOICE)  # type: ignore[misc]


@pytest.mark.parametrize("name", ["memo.ogg", "memo.opus", "memo.m4a", "memo.MP3", "memo.wav"])
def test_what_the_ending_names_is_written_and_lasts_as_long_as_told(
    tmp_path: Path, name: str
) -> None:
    seconds = write_long(tmp_path / name, SENTENCES, spoken(), TAGS)
    samples, rate = decode((tmp_path / name).read_bytes())
    assert len(samples) / rate == pytest.approx(seconds, abs=0.06)
    assert measure(samples, rate) == pytest.approx(-16, abs=1)
    assert float(np.abs(samples).max()) < 1
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_ogg_file_sounds_as_the_memo_of_the_same_sentences(tmp_path: Path) -> None:
    parts: list[bytes] = []
    write_ogg(parts.append, SENTENCES, spoken(), TAGS)
    memo = make_memo(SCRIPT, clips(), folder=tmp_path / "m", root=tmp_path, tags=TAGS)
    ours, theirs = (
        decode(data)[0] for data in (b"".join(parts), read(tmp_path, memo.files["ogg"]))
    )
    assert np.array_equal(ours, theirs)


def read(root: Path, name: str) -> bytes:
    return (root / name).read_bytes()


@pytest.mark.parametrize("name", ["memo", "memo.exe", "memo.txt"])
def test_an_ending_that_cannot_be_written_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(WrongUse) as caught:
        write_long(tmp_path / name, SENTENCES, spoken(), TAGS)
    assert ".ogg" in caught.value.advice


def test_a_place_that_cannot_be_written_is_told_without_our_own_files(tmp_path: Path) -> None:
    (tmp_path / "memo.ogg" / "full").mkdir(parents=True)
    with pytest.raises(Unavailable) as caught:
        write_long(tmp_path / "memo.ogg", SENTENCES, spoken(), TAGS)
    assert caught.value.what.startswith("memo.ogg cannot be written: ")
    assert "Errno" not in caught.value.what
    assert ".new-" not in caught.value.what


def test_tags_hold_no_line_breaks(tmp_path: Path) -> None:
    write_long(tmp_path / "a.ogg", SENTENCES, spoken(), TAGS)
    with av.open(str(tmp_path / "a.ogg")) as container:
        found = {**container.metadata, **container.streams.audio[0].metadata}
    tags = {name.lower(): text for name, text in found.items()}
    assert tags["title"] == "Sorry, Dana"
    assert "artist" not in tags


@pytest.mark.parametrize("name", ["memo.ogg", "memo.mp3", "memo.wav"])
@pytest.mark.parametrize("before", [b"", b"what was there"])
def test_when_it_is_stopped_there_is_no_half_file(tmp_path: Path, name: str, before: bytes) -> None:
    if before:
        (tmp_path / name).write_bytes(before)

    def stopped() -> Iterator[Spoken]:
        yield from list(spoken())[:-1]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_long(tmp_path / name, SENTENCES, stopped(), TAGS)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [before] * bool(before)


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "memo.ogg").mkdir()
    with pytest.raises(Unavailable) as caught:
        write_long(tmp_path / "memo.ogg", SENTENCES, spoken(), TAGS)
    assert caught.value.advice


@pytest.mark.parametrize("ending", ["ogg", "wav"])
def test_ten_times_as_much_text_takes_no_more_memory(tmp_path: Path, ending: str) -> None:
    def most(count: int) -> int:
        sentences = [Sentence(Section.OWN, f"Number {n}.", personal=True) for n in range(count)]
        sound = Clip(voiced(1, rate=16_000).pcm, 16_000, synthetic=True)
        each = (Spoken(key="", speak=lambda: sound, level=SILENT_VOICE) for _ in sentences)
        tracemalloc.start()
        write_long(tmp_path / f"a.{ending}", sentences, each, TAGS)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    most(3)
    assert most(60) < 1.5 * most(6)
