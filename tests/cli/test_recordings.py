"""A recording as people have it, from a phone, a browser, a studio: right, or a clear refusal."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pytest
from click.testing import Result

from tests.sound.sounds import quiet_around, voiced, write
from voicenote.model.memo import Clip

Call = Callable[..., Result]
pytestmark = pytest.mark.usefixtures("tones_are_speech")
AUTO = {"VOICENOTE_VOICE__ENGINE": "auto"}
#: Two sentences, so that a folder needs two files.
WORDS = "[thanks]\nThank you for telling me.\n[own]\nIt was my mistake, and I am sorry.\n"


@dataclass(frozen=True)
class Kind:
    """A recording as a program would write it; `rate` in hertz."""

    name: str
    codec: str
    container: str
    rate: int
    channels: int = 1

    def make(self, folder: Path, clip: Clip, stem: str = "take") -> Path:
        path = folder / f"{stem}.{self.name}"
        return write(path, clip, self.codec, self.container, channels=self.channels, rate=self.rate)


KINDS = (
    Kind("wav", "pcm_s16le", "wav", 48_000),
    Kind("phone.wav", "pcm_s16le", "wav", 8_000),
    Kind("alaw.wav", "pcm_alaw", "wav", 8_000),
    Kind("stereo.wav", "pcm_s16le", "wav", 44_100, 2),
    Kind("float.wav", "pcm_f32le", "wav", 96_000),
    Kind("mp3", "libmp3lame", "mp3", 44_100, 2),
    Kind("m4a", "aac", "ipod", 44_100),
    Kind("ogg", "libopus", "ogg", 48_000),
    Kind("webm", "libopus", "webm", 48_000),
    Kind("flac", "flac", "flac", 44_100, 2),
    Kind("aiff", "pcm_s16be", "aiff", 44_100),
)


@pytest.fixture
def two(call: Call) -> Call:
    """A case whose script has two sentences."""
    assert call("script", "1").exit_code == 0
    assert call("script", "1", "--from", "-", input=WORDS).exit_code == 0
    return call


def film(path: Path, sound: Clip | None) -> Path:
    """A video, with sound or without."""
    with av.open(str(path), "w") as out:
        picture = out.add_stream("mpeg4", rate=10)
        picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
        track = out.add_stream("aac", rate=sound.rate, layout="mono") if sound else None
        for _ in range(20):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            out.mux(picture.encode(frame))
        out.mux(picture.encode(None))
        if track and sound:
            pcm = np.frombuffer(sound.pcm, "<i2").reshape(1, -1)
            heard = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
            heard.sample_rate = sound.rate
            out.mux(track.encode(heard))
            out.mux(track.encode(None))
    return path


def right(done: Result, home: Path, seconds: float) -> None:
    """The memo says as much as was said, as loud as memos are, in a person's voice."""
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    memo = told.get("memo") or told
    assert memo["synthetic_part"] == "no"
    assert memo["duration_s"] == pytest.approx(seconds, abs=0.5)
    assert memo["loudness_lufs"] == pytest.approx(-16, abs=1)
    with av.open(str(home / memo["files"]["ogg"])) as file:
        frames = [frame.to_ndarray() for frame in file.decode(audio=0)]
    peak = float(np.abs(np.concatenate(frames, axis=1)).max())
    assert 0.05 < peak <= 10 ** (-0.5 / 20)


def refused(done: Result, words: str, home: Path) -> None:
    """It is said what is wrong and what to do, and nothing is kept."""
    assert done.exit_code in (1, 65), done.stderr
    what, advice = done.stderr.strip().splitlines()
    assert words in what
    assert advice.strip()
    assert not list(home.glob("recordings/**/*.wav"))
    assert not list(home.glob("memos/**/memo.ogg"))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_whole_take_of_any_kind_becomes_the_memo(
    two: Call, home: Path, tmp_path: Path, kind: Kind
) -> None:
    file = kind.make(tmp_path, quiet_around(voiced(3, rate=kind.rate), 0.5))
    right(two("record", "1", "--from", str(file), "--json", **AUTO), home, 3.5)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_folder_of_any_kind_becomes_the_memo(
    two: Call, home: Path, tmp_path: Path, kind: Kind
) -> None:
    folder = tmp_path / "takes"
    folder.mkdir()
    for stem, seconds in (("1", 1.5), ("2", 2.0)):
        kind.make(folder, quiet_around(voiced(seconds, rate=kind.rate), 0.4), stem)
    right(two("record", "1", "--from", str(folder), "--json", **AUTO), home, 4.6)


def test_the_sound_of_a_video_becomes_the_memo(two: Call, home: Path, tmp_path: Path) -> None:
    file = film(tmp_path / "film.mp4", voiced(3, rate=44_100))
    right(two("record", "1", "--from", str(file), "--json", **AUTO), home, 3.5)


def empty(folder: Path) -> Path:
    path = folder / "empty.m4a"
    path.touch()
    return path


def silent(folder: Path) -> Path:
    return KINDS[0].make(folder, Clip(b"\0\0" * 96_000, 48_000, synthetic=False))


def muted(folder: Path) -> Path:
    """A muted microphone on a sound card with an offset."""
    offset = np.full(96_000, 1_600, "<i2").tobytes()
    return KINDS[0].make(folder, Clip(offset, 48_000, synthetic=False))


def hiss(folder: Path) -> Path:
    noise = (np.random.default_rng(1).standard_normal(96_000) * 1_000).astype("<i2")
    return KINDS[0].make(folder, Clip(noise.tobytes(), 48_000, synthetic=False))


def renamed(folder: Path) -> Path:
    path = folder / "notes.mp3"
    path.write_text("Dear Ada,\nplease call me back.\n" * 200)
    return path


def broken_off(folder: Path) -> Path:
    """An m4a whose end, where its index is, never arrived."""
    path = KINDS[6].make(folder, voiced(3, rate=44_100))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def damaged(folder: Path) -> Path:
    """A flac with a hole of nonsense."""
    path = KINDS[9].make(folder, voiced(3, rate=44_100))
    data = bytearray(path.read_bytes())
    nonsense = bytes(range(256)) * (len(data) // 1000)
    data[len(data) // 3 : len(data) // 3 + len(nonsense)] = nonsense
    path.write_bytes(data)
    return path


def lost_in_the_middle(folder: Path) -> Path:
    """An Ogg file with a hole of nonsense."""
    path = KINDS[7].make(folder, voiced(9, rate=48_000))
    data = bytearray(path.read_bytes())
    data[len(data) // 3 : len(data) // 2] = b"nonsense" * (len(data) // 48)
    path.write_bytes(data)
    return path


def mute_film(folder: Path) -> Path:
    return film(folder / "film.mp4", None)


def ten_minutes(folder: Path) -> Path:
    return KINDS[1].make(folder, voiced(599, rate=8_000))


def eleven_minutes(folder: Path) -> Path:
    return KINDS[1].make(folder, voiced(660, rate=8_000))


BAD = (
    (empty, "is empty"),
    (silent, "is silent"),
    (muted, "is silent"),
    (hiss, "nobody speaks in this take"),
    (renamed, "isn't a sound file that can be read"),
    (broken_off, "broken"),
    (damaged, "broken"),
    (lost_in_the_middle, "broken"),
    (mute_film, "has no sound in it"),
    (ten_minutes, "the take is 599 s long"),
    (eleven_minutes, "longer than 10 minutes"),
)


@pytest.mark.parametrize(("make", "words"), BAD, ids=lambda one: getattr(one, "__name__", ""))
def test_what_is_no_memo_is_refused(
    two: Call, home: Path, tmp_path: Path, make: Callable[[Path], Path], words: str
) -> None:
    refused(two("record", "1", "--from", str(make(tmp_path)), **AUTO), words, home)


@pytest.mark.parametrize(("make", "words"), BAD, ids=lambda one: getattr(one, "__name__", ""))
def test_one_bad_file_of_a_folder_keeps_nothing(
    two: Call, home: Path, tmp_path: Path, make: Callable[[Path], Path], words: str
) -> None:
    folder = tmp_path / "takes"
    folder.mkdir()
    KINDS[0].make(folder, voiced(1, rate=48_000), "1")
    bad = make(tmp_path)
    bad.rename(folder / f"2{bad.suffix}")
    refused(two("record", "1", "--from", str(folder), **AUTO), words, home)
