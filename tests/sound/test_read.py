from __future__ import annotations

import struct
from pathlib import Path

import av
import numpy as np
import pytest

from tests.sound.sounds import SCRIPT, clips, machine, voiced, write
from voicenote.errors import BadData, TryAgain
from voicenote.model.memo import Clip
from voicenote.sound.formats import Tags, is_marked
from voicenote.sound.mixdown import make_memo
from voicenote.sound.recording_file import read_sound


@pytest.mark.parametrize(
    ("name", "codec", "container", "rate", "channels"),
    [
        ("phone.wav", "pcm_s16le", "wav", 8_000, 1),
        ("desk.wav", "pcm_s16le", "wav", 44_100, 2),
        ("studio.flac", "flac", "flac", 44_100, 1),
        ("player.mp3", "libmp3lame", "mp3", 44_100, 2),
        ("phone.m4a", "aac", "ipod", 44_100, 1),
        ("messenger.ogg", "libopus", "ogg", 48_000, 1),
        ("browser.webm", "libopus", "webm", 48_000, 1),
    ],
)
def test_any_common_format_is_read(
    tmp_path: Path, name: str, codec: str, container: str, rate: int, channels: int
) -> None:
    path = write(tmp_path / name, voiced(2), codec, container, channels=channels, rate=rate)
    clip = read_sound(path)
    assert clip.rate == rate
    assert not clip.synthetic
    assert clip.duration_s == pytest.approx(2, abs=0.06)
    assert 0.2 < np.abs(np.frombuffer(clip.pcm, "<i2").astype(int)).max() / 32768 < 0.4


def test_a_videos_sound_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as out:
        picture = out.add_stream("mpeg4", rate=10)
        picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
        sound = out.add_stream("aac", rate=44_100, layout="mono")
        for _ in range(10):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            out.mux(picture.encode(frame))
        out.mux(picture.encode(None))
        pcm = np.frombuffer(voiced(1, rate=44_100).pcm, "<i2").reshape(1, -1)
        heard = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
        heard.sample_rate = 44_100
        out.mux(sound.encode(heard))
        out.mux(sound.encode(None))
    assert read_sound(path).duration_s == pytest.approx(1, abs=0.06)


def wav(count: int, rate: int, data: bytes = b"") -> bytes:
    size = count * 2
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, 1, rate,
                       rate * 2, 2, 16, b"data", size)  # fmt: skip
    return head + (data or bytes(size))


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.wav", b"", "is empty"),
        ("silent.wav", wav(16_000, 16_000), "is silent"),
        ("notes.mp3", b"Dear Dana,\nplease call me back.\n" * 50, "a sound file that can be read"),
        ("noise.ogg", bytes(range(256)) * 40, "a sound file that can be read"),
        ("none.wav", wav(0, 16_000), "sound"),
        (
            "list.m4a",
            b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n",
            "a sound file that can be read",
        ),
        ("page.wav", b"<html><body>404</body></html>", "a sound file that can be read"),
    ],
)
def test_what_is_no_recording_is_refused_in_words(
    tmp_path: Path, name: str, data: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(BadData, match=words) as caught:
        read_sound(tmp_path / name)
    assert caught.value.advice


def test_a_recording_over_ten_minutes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    path.write_bytes(wav(601 * 8_000, 8_000, voiced(601, rate=8_000).pcm))
    with pytest.raises(BadData, match="longer than 10 minutes"):
        read_sound(path)


def test_a_file_that_is_not_there_or_is_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="doesn't exist"):
        read_sound(tmp_path / "none.wav")
    with pytest.raises(BadData, match="not a file"):
        read_sound(tmp_path)


def test_a_picture_has_no_sound(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as out:
        picture = out.add_stream("mpeg4", rate=10)
        picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        out.mux(picture.encode(frame))
        out.mux(picture.encode(None))
    with pytest.raises(BadData, match="no sound in it"):
        read_sound(path)


@pytest.mark.parametrize("cut", [0.3, 0.6])
def test_a_file_cut_short_is_refused_or_read_as_far_as_it_goes(tmp_path: Path, cut: float) -> None:
    path = write(tmp_path / "cut.m4a", voiced(3), "aac", "ipod", rate=44_100)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * cut)])
    with pytest.raises(BadData):
        read_sound(path)


def test_a_clip_is_what_was_written(tmp_path: Path) -> None:
    clip = voiced(1, rate=16_000)
    path = write(tmp_path / "same.wav", clip, "pcm_s16le", "wav")
    assert read_sound(path) == Clip(clip.pcm, 16_000, synthetic=False)


@pytest.mark.parametrize("offset", [-8_000, 300, 3_000])
def test_an_offset_is_taken_out(tmp_path: Path, offset: int) -> None:
    clip = voiced(1, rate=16_000)
    moved = (np.frombuffer(clip.pcm, "<i2") + offset).astype("<i2").tobytes()
    path = write(tmp_path / "card.wav", Clip(moved, 16_000, synthetic=False), "pcm_s16le", "wav")
    assert read_sound(path) == clip


def two_tracks(path: Path, unknown: int, kind: bytes = b"apac") -> Path:
    """An m4a of two tracks, the first of `unknown` of a kind that they are not, or nobody knows."""
    with av.open(str(path), "w", format="ipod") as out:
        tracks = [out.add_stream("aac", rate=44_100, layout="mono") for _ in range(2)]
        for track in tracks:
            pcm = np.frombuffer(voiced(1, rate=44_100).pcm, "<i2").reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
            frame.sample_rate, frame.pts = 44_100, 0
            for one in (frame, None):
                out.mux(track.encode(one))
    data = bytearray(path.read_bytes())
    at = -1
    for _ in range(unknown):
        at = data.index(b"stsd", at + 1)
        data[at + 16 : at + 20] = kind
        described = data.index(b"esds", at)
        data[described : described + 4] = b"free"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("kind", [b"apac", b"ac-4", b"ac-3", b"alac", b"samr", b"dtsc"])
def test_the_first_track_that_can_be_decoded_is_taken(tmp_path: Path, kind: bytes) -> None:
    clip = read_sound(two_tracks(tmp_path / "phone.m4a", 1, kind))
    assert clip.duration_s == pytest.approx(1, abs=0.06)


@pytest.mark.parametrize(
    ("kind", "words"), [(b"apac", "of a kind that cannot be read"), (b"ac-3", "is broken")]
)
def test_sound_of_a_kind_that_nobody_decodes_is_refused_in_words(
    tmp_path: Path, kind: bytes, words: str
) -> None:
    with pytest.raises(BadData, match=words):
        read_sound(two_tracks(tmp_path / "phone.m4a", 2, kind))


@pytest.mark.parametrize("channels", [0, 1, 2, 255, 65_535])
@pytest.mark.parametrize("rate", [0, 1, 16_000, 2**31, 2**32 - 1])
def test_a_header_that_nobody_can_mean_is_refused(tmp_path: Path, channels: int, rate: int) -> None:
    data = wav(16_000, 16_000, voiced(1, rate=16_000).pcm)
    odd = data[:22] + struct.pack("<HI", channels, rate) + data[28:]
    (tmp_path / "odd.wav").write_bytes(odd)
    if rate == 16_000 and channels in (1, 2):
        assert read_sound(tmp_path / "odd.wav").pcm
        return
    with pytest.raises(BadData) as caught:
        read_sound(tmp_path / "odd.wav")
    assert caught.value.advice


@pytest.mark.parametrize("length", [2**31 - 1, 2**32 - 1])
@pytest.mark.parametrize(
    "chunk", [b"LIST%sINFOISFT\x04\0\0\0abcd", b"LIST\x10\0\0\0INFOISFT%sabcd", b"bext%sabcd"]
)
def test_a_length_beyond_the_file_is_refused_before_room_is_made_for_it(
    tmp_path: Path, chunk: bytes, length: int
) -> None:
    data = wav(16_000, 16_000, voiced(1, rate=16_000).pcm)
    false = data[:36] + chunk % struct.pack("<I", length) + data[36:]
    (tmp_path / "false.wav").write_bytes(false)
    with pytest.raises(BadData, match="longer than it is"):
        read_sound(tmp_path / "false.wav")


@pytest.mark.parametrize("length", [0, 64_000, 2**31 - 1, 2**32 - 1])
def test_the_sounds_own_length_may_be_wrong(tmp_path: Path, length: int) -> None:
    data = wav(16_000, 16_000, voiced(1, rate=16_000).pcm)
    (tmp_path / "piped.wav").write_bytes(data[:40] + struct.pack("<I", length) + data[44:])
    assert read_sound(tmp_path / "piped.wav").duration_s == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("form", [b"RF64", b"BW64"])
@pytest.mark.parametrize("length", [0, 32_000, 10**9, 2**63])
def test_the_lengths_of_rf64_may_be_wrong(tmp_path: Path, form: bytes, length: int) -> None:
    """A recorder that is killed leaves the 64-bit lengths empty, in a chunk of their own."""
    data = wav(16_000, 16_000, voiced(1, rate=16_000).pcm)
    lengths = struct.pack("<4sIQQQI", b"ds64", 28, length, length, length, 0)
    whole = form + b"\xff" * 4 + b"WAVE" + lengths + data[12:40] + b"\xff" * 4 + data[44:]
    (tmp_path / "long.wav").write_bytes(whole)
    assert read_sound(tmp_path / "long.wav").duration_s == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    "error",
    [
        av.error.EOFError(1, "end"), av.error.InvalidDataError(1, "bad"), AttributeError("rate"),
        EOFError(), IndexError(), MemoryError(), OverflowError(), RuntimeError(), TypeError(),
        ValueError(), ZeroDivisionError(),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_whatever_the_library_raises_of_a_broken_file_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    (tmp_path / "odd.wav").write_bytes(wav(16_000, 16_000))

    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(av, "open", broken)
    with pytest.raises(BadData, match="a sound file that can be read"):
        read_sound(tmp_path / "odd.wav")


def test_a_recording_that_is_still_being_written_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "growing.wav"
    path.write_bytes(wav(16_000, 16_000, voiced(1, rate=16_000).pcm))
    opened = av.open

    def growing(*given: object, **more: object) -> object:
        with path.open("ab") as file:
            file.write(b"more")
        return opened(*given, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(av, "open", growing)
    with pytest.raises(TryAgain, match="changed while it was read"):
        read_sound(path)


@pytest.mark.parametrize("kind", ["ogg", "m4a", "mp3"])
@pytest.mark.parametrize("synthetic", [True, False])
def test_a_memo_that_is_read_is_synthetic_as_its_tags_say(
    tmp_path: Path, kind: str, synthetic: bool
) -> None:
    sounds = [machine(one) if synthetic else one for one in clips()]
    memo = make_memo(
        SCRIPT,
        sounds,
        folder=tmp_path / "m",
        root=tmp_path,
        tags=Tags(),
        renditions=sorted({"ogg", kind}),
    )
    assert read_sound(tmp_path / memo.files[kind]).synthetic is synthetic


@pytest.mark.parametrize(
    ("tags", "marked"),
    [
        ({"SYNTHETIC": "yes"}, True),
        ({"synthetic": "partly"}, True),
        ({"synthetic": "no"}, False),
        ({"comment": "For Mari [synthetic=yes; voice=hibari]"}, True),
        ({"Comment": "synthetic=no; voice=recorded"}, False),
        ({"comment": "a synthetic carpet"}, False),
        ({}, False),
    ],
)
def test_a_tag_marks_a_voice_as_synthetic(tags: dict[str, str], marked: bool) -> None:
    assert is_marked(tags) is marked
