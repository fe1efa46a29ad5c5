"""The voice is found on whatever track or channel it is, and junk after it is passed over."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream
from hypothesis import given
from hypothesis import strategies as st

from tests.sound.sounds import voiced, write
from voicenote.errors import BadData
from voicenote.model.memo import Clip
from voicenote.sound.recording_file import read_sound
from voicenote.sound.voice_channel import find_voice

RATE = 16_000
VOICE = np.frombuffer(voiced(1, rate=RATE).pcm, "<i2")
NOTHING = np.zeros_like(VOICE)
MOMENT = np.arange(len(VOICE)) / RATE
HUM = (np.sin(2 * np.pi * 50 * MOMENT) * 6000).astype(np.int16)
NOISE = np.random.default_rng(1).normal(0, 1500, len(VOICE)).astype(np.int16)


def speaks(clip: Clip) -> float:
    """A judge that knows the voice of these tests, upside down too."""
    samples = np.frombuffer(clip.pcm, "<i2").astype(float)
    count = min(len(samples), len(VOICE))
    return clip.duration_s if likeness(samples[:count], VOICE[:count]) > 0.6 else 0.0


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    spectra = [np.fft.rfft(part.astype(float), 2 * len(one)) for part in (one, other)]
    echo = np.fft.irfft(spectra[0] * np.conj(spectra[1]))
    norm = np.linalg.norm(one.astype(float)) * np.linalg.norm(other.astype(float))
    return float(np.abs(echo).max() / max(norm, 1e-9))


def chosen(*channels: np.ndarray, judged: bool = True) -> float:
    """Return how like the voice the sound is that is taken of these channels."""
    pcm = find_voice(channels, RATE, speaks if judged else None)
    return likeness(np.frombuffer(pcm, "<i2"), VOICE)


@pytest.mark.parametrize("judged", [True, False])
@pytest.mark.parametrize(
    "channels",
    [
        (VOICE,),
        (VOICE, VOICE),
        (VOICE, NOTHING),
        (NOTHING, VOICE),
        (VOICE, -VOICE),
        (VOICE, (VOICE * -0.5).astype(np.int16)),
        (VOICE, NOISE // 500),
        (NOTHING, NOTHING, VOICE, NOTHING, NOTHING, NOTHING),
        (NOTHING, NOTHING, NOTHING, VOICE, NOTHING, NOTHING),
    ],
    ids=lambda channels: str(len(channels)),
)
def test_the_voice_is_found_in_the_channels_that_have_it(
    channels: Sequence[np.ndarray], judged: bool
) -> None:
    assert chosen(*channels, judged=judged) > 0.99


@pytest.mark.parametrize("other", [HUM, NOISE], ids=["hum", "noise"])
def test_a_channel_without_speech_is_left_out(other: np.ndarray) -> None:
    assert chosen(VOICE, other) > 0.99
    assert chosen(other, VOICE) > 0.99
    assert chosen(other, other, VOICE) > 0.99


def test_two_people_on_two_channels_are_mixed() -> None:
    second = np.roll(VOICE, RATE // 3)
    pcm = np.frombuffer(find_voice((VOICE, second), RATE, lambda _: 1.0), "<i2")
    assert np.array_equal(pcm, (VOICE.astype(int) + second) // 2)


@given(st.lists(st.integers(-32768, 32767), min_size=1, max_size=40), st.integers(1, 6))
def test_any_channels_give_as_many_samples(samples: list[int], count: int) -> None:
    one = np.array(samples, np.int16)
    for judge in (None, speaks):
        assert len(find_voice([one] * count, RATE, judge)) == 2 * len(samples)


def film(path: Path, tracks: Sequence[np.ndarray]) -> Path:
    """Write a video with one mono track for each sound."""
    with av.open(str(path), "w") as out:
        picture = out.add_stream("mpeg4", rate=10)
        picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
        streams = [out.add_stream("aac", rate=RATE, layout="mono") for _ in tracks]
        for _ in range(10):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            out.mux(picture.encode(frame))
        out.mux(picture.encode(None))
        for stream, samples in zip(streams, tracks, strict=True):
            assert isinstance(stream, AudioStream)
            heard = av.AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", "mono")
            heard.sample_rate, heard.pts = RATE, 0
            out.mux([*stream.encode(heard), *stream.encode(None)])
    return path


@pytest.mark.parametrize("ending", ["mp4", "mkv", "mov", "avi"])
@pytest.mark.parametrize("first", [NOTHING, HUM, NOISE], ids=["silence", "hum", "noise"])
def test_the_track_with_the_voice_is_taken(tmp_path: Path, first: np.ndarray, ending: str) -> None:
    clip = read_sound(film(tmp_path / f"film.{ending}", [first, VOICE]), speaks)
    assert speaks(clip)
    clip = read_sound(film(tmp_path / f"film.{ending}", [VOICE, first]), speaks)
    assert speaks(clip)


def test_of_two_tracks_that_speak_the_first_is_taken(tmp_path: Path) -> None:
    other = np.roll(VOICE, RATE // 3) // 2
    clip = read_sound(film(tmp_path / "film.mp4", [VOICE, other]), lambda one: one.duration_s)
    assert np.abs(np.frombuffer(clip.pcm, "<i2").astype(int)).max() > 8_000


def test_a_silent_first_track_is_not_the_voice_without_a_judge(tmp_path: Path) -> None:
    assert speaks(read_sound(film(tmp_path / "film.mp4", [NOTHING, NOTHING, VOICE])))


def test_tracks_that_are_all_silent_are_silent(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="is silent"):
        read_sound(film(tmp_path / "film.mp4", [NOTHING, NOTHING]), speaks)


JUNK: dict[str, bytes] = {
    "a tag": b"TAG" + b"x" * 125,
    "zeros": bytes(20_000),
    "a page": b"<html>not found</html>\n" * 900,
}


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize(
    ("name", "codec", "container"),
    [
        ("take.mp3", "libmp3lame", "mp3"),
        ("take.aac", "aac", "adts"),
        ("take.wav", "pcm_s16le", "wav"),
        ("take.aiff", "pcm_s16be", "aiff"),
        ("take.ogg", "libopus", "ogg"),
        ("take.flac", "flac", "flac"),
    ],
)
def test_junk_after_the_sound_is_passed_over(
    tmp_path: Path, name: str, codec: str, container: str, junk: str
) -> None:
    rate = 48_000 if codec == "libopus" else 16_000
    path = write(tmp_path / name, voiced(2, rate=rate), codec, container)
    path.write_bytes(path.read_bytes() + JUNK[junk])
    assert read_sound(path).duration_s == pytest.approx(2, abs=0.15)


def test_a_hole_in_the_middle_is_not_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path / "take.mp3", voiced(4, rate=16_000), "libmp3lame", "mp3")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + len(data) // 4] = bytes(len(data) // 4)
    path.write_bytes(data)
    with pytest.raises(BadData, match="is broken"):
        read_sound(path)


@pytest.mark.parametrize(
    ("name", "codec", "container"),
    [("a.ts", "aac", "mpegts"), ("a.flv", "aac", "flv"), ("a.wv", "wavpack", "wv"),
     ("a.tta", "tta", "tta"), ("a.ac3", "ac3", "ac3"), ("a.mov", "pcm_s16be", "mov"),
     ("a.caf", "pcm_s16be", "caf"), ("a.aiff", "pcm_s16be", "aiff"), ("a.mka", "aac", "matroska"),
     ("a.3gp", "aac", "3gp"), ("a.mp4", "libopus", "mp4")],
)  # fmt: skip
def test_other_containers_are_read_whatever_they_are_called(
    tmp_path: Path, name: str, codec: str, container: str
) -> None:
    path = write(tmp_path / name, voiced(2, rate=48_000), codec, container)
    wrong = path.rename(tmp_path / "take.wav")
    assert read_sound(wrong).duration_s == pytest.approx(2, abs=0.15)
