"""The watermark: in what a machine says, found again, and never where it wasn't put."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from voicenote.errors import Unavailable
from voicenote.marks import network, spectrum
from voicenote.marks.watermark import FOUND, TRACE, Strength, add_mark, find_mark
from voicenote.model.memo import Clip
from voicenote.sound.formats import for_speech
from voicenote.sound.packets import code, codec_of, decode_packets
from voicenote.sound.recording_file import read_sound
from voicenote.sound.trim import resample

SAMPLE = Path(__file__).parents[2] / "samples" / "recording.ogg"
pytestmark = pytest.mark.skipif(not network.runs_here(), reason="onnxruntime isn't installed")


def cut(clip: Clip, start_s: float, end_s: float) -> Clip:
    first, last = (round(at * clip.rate) * 2 for at in (start_s, end_s))
    return replace(clip, pcm=clip.pcm[first:last])


def strength(clip: Clip) -> float:
    found = find_mark(clip).value
    assert found is not None
    return found


def of(samples: np.ndarray, rate: int) -> Clip:
    return Clip((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes(), rate, synthetic=False)


@pytest.fixture(scope="module")
def plain() -> Clip:
    return cut(read_sound(SAMPLE), 0, 8)


@pytest.fixture(scope="module")
def marked(plain: Clip) -> Clip:
    return add_mark(plain)


def test_a_mark_that_was_put_in_is_found(marked: Clip) -> None:
    assert strength(marked) > 5


def test_what_was_not_marked_is_not_found(plain: Clip) -> None:
    assert strength(plain) < TRACE / 2


def test_a_marked_sentence_is_as_long_and_as_loud_as_before(plain: Clip, marked: Clip) -> None:
    before, after = (np.frombuffer(one.pcm, "<i2").astype(float) for one in (plain, marked))
    assert (len(after), marked.rate) == (len(before), plain.rate)
    assert abs(10 * np.log10((after**2).mean() / (before**2).mean())) < 0.3
    assert 10 * np.log10(((after - before) ** 2).mean() / (before**2).mean()) < -10


@pytest.mark.parametrize(
    ("rendition", "rate", "bits", "speech"),
    [
        ("ogg", 16_000, 40_000, True),
        ("ogg", 16_000, 40_000, False),
        ("ogg", 24_000, 32_000, True),
        ("mp3", 24_000, 48_000, False),
        ("m4a", 24_000, 48_000, False),
    ],
)
def test_a_mark_survives_every_codec_of_a_memo(
    marked: Clip, rendition: str, rate: int, bits: int, *, speech: bool
) -> None:
    codec = replace(codec_of(rendition), rate=rate, bit_rate=bits)
    sound = resample(np.frombuffer(marked.pcm, "<i2"), marked.rate, rate)
    packets = code(sound, rendition, for_speech(codec) if speech else codec)
    assert strength(of(*decode_packets(packets, rendition, codec))) > FOUND


@pytest.mark.parametrize("factor", [0.01, 0.1, 3.0])
def test_how_loud_a_file_is_makes_no_difference(marked: Clip, factor: float) -> None:
    samples = np.frombuffer(marked.pcm, "<i2") / 32768
    assert strength(of(samples * factor, marked.rate)) > 3


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
def test_a_mark_is_put_in_and_found_at_any_rate(plain: Clip, rate: int) -> None:
    sound = of(resample(np.frombuffer(plain.pcm, "<i2"), plain.rate, rate), rate)
    assert strength(add_mark(sound)) > 4


def steady(kind: str) -> np.ndarray:
    moment = np.arange(5 * 16_000) / 16_000
    if kind == "hum":
        waves = [np.sin(2 * np.pi * 50 * k * moment) / k for k in range(1, 8)]
        return np.asarray(0.1 * np.sum(waves, axis=0))
    if kind == "a rising tone":
        return 0.3 * np.sin(2 * np.pi * (100 + 40 * moment) * moment)
    return np.random.default_rng(7).normal(0, 0.1, len(moment))


@pytest.mark.parametrize("kind", ["hum", "a rising tone", "noise"])
def test_what_the_decoder_takes_for_a_mark_at_any_speed_is_none(kind: str) -> None:
    assert strength(of(steady(kind), 16_000)) < TRACE


def test_speech_with_hum_under_it_is_not_taken_for_marked(plain: Clip) -> None:
    samples = np.frombuffer(cut(plain, 0, 5).pcm, "<i2") / 32768
    hum = resample((steady("hum") * 32767).astype("<i2"), 16_000, plain.rate)[: len(samples)]
    samples = samples + hum * 0.3 * samples.std() / hum.std()
    assert strength(of(samples, plain.rate)) < TRACE


def test_it_looks_only_where_somebody_speaks(plain: Clip, marked: Clip) -> None:
    both = replace(plain, pcm=marked.pcm + plain.pcm)
    assert (find_mark(both, [(0.0, 7.9)]).value or 0) > 5
    assert (find_mark(both, [(8.1, 16.0)]).value or 0) < TRACE
    assert find_mark(both, []) == Strength(None, 0.0)


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.5])
def test_of_sound_too_short_to_tell_nothing_is_said(marked: Clip, seconds: float) -> None:
    short = cut(marked, 1, 1 + seconds)
    assert find_mark(short).value is None
    assert len(add_mark(short).pcm) == len(short.pcm)


def test_silence_stays_silence() -> None:
    nothing = of(np.zeros(16_000), 16_000)
    assert add_mark(nothing).pcm == nothing.pcm
    assert find_mark(nothing).value is None


def test_a_spectrum_comes_back_as_the_sound_it_was_made_of() -> None:
    sound = np.random.default_rng(1).normal(0, 0.1, 8_123).astype(np.float32)
    again = spectrum.synthesise(spectrum.analyse(sound), len(sound))
    assert np.abs(again - sound).max() < 1e-5


def test_a_library_that_cannot_load_is_named_with_its_cure(
    plain: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "onnxruntime", None)
    network._network.cache_clear()
    with pytest.raises(Unavailable) as caught:
        add_mark(plain)
    assert "onnxruntime" in caught.value.advice
