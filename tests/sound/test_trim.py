from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sound.sounds import measure, quiet_around, samples, voiced
from voicenote.errors import BadData
from voicenote.model.memo import Clip
from voicenote.model.sentences import Section, Sentence
from voicenote.sound.loudness import Samples, limit
from voicenote.sound.trim import RATE, pause_after, resample, spread_captions, trim_silence


def trim(clip: Clip) -> Samples:
    """The words of a clip at the rate of memos."""
    words = trim_silence(clip)
    return resample(words.samples, words.rate, RATE)


def test_silence_around_the_words_goes_and_the_words_stay() -> None:
    words = trim(quiet_around(voiced(1.5), 0.8))
    assert len(words) / RATE == pytest.approx(1.5, abs=0.1)


def test_trimmed_words_begin_and_end_at_nothing() -> None:
    words = trim(voiced(1))
    assert abs(words[0]) < 0.002
    assert abs(words[-1]) < 0.01


@pytest.mark.parametrize("pcm", [b"", bytes(32_000), b"\x01\x00" * 16_000])
def test_a_clip_without_sound_is_refused(pcm: bytes) -> None:
    with pytest.raises(BadData):
        trim(Clip(pcm, 16_000, synthetic=False))


@given(st.integers(1, 9000), st.floats(0.05, 1.0), st.floats(0.01, 8.0), st.integers(0, 2**32 - 1))
def test_no_peak_passes_the_limiter(count: int, ceiling: float, gain: float, seed: int) -> None:
    noise = np.random.default_rng(seed).standard_normal(count).astype(np.float32) * gain
    limited = limit(noise, RATE, ceiling)
    assert len(limited) == count
    assert np.abs(limited).max() <= ceiling * 1.0001
    quiet = np.abs(noise).max() <= ceiling
    assert not quiet or np.array_equal(limited, noise)


def test_the_limiter_bends_the_gain_and_does_not_cut_the_wave() -> None:
    moment = np.arange(RATE) / RATE
    wave = (np.sin(2 * np.pi * 200 * moment) * np.linspace(0.1, 2, RATE)).astype(np.float32)
    limited = limit(wave, RATE, 0.5)
    flat = np.mean(np.abs(limited) > 0.4999)
    assert flat < 0.01


def test_a_tone_measures_as_the_standard_says() -> None:
    """EBU Tech 3341, case 1: a stereo 1 kHz tone at −23 dBFS is −23 LUFS; mono is 3 LU less."""
    moment = np.arange(RATE * 10) / RATE
    tone = (np.sin(2 * np.pi * 1000 * moment) * 10 ** (-20 / 20)).astype(np.float32)
    assert measure(tone, RATE) == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize("count", [0, 100, RATE * 2])
def test_nothing_to_measure_is_none(count: int) -> None:
    assert measure(np.zeros(count, np.float32), RATE) is None


@pytest.mark.parametrize(
    ("text", "section", "longer"),
    [("Why?", Section.OWN, True), ("So:", Section.OWN, False), ("Yes.", Section.INVITE, True)],
)
def test_pauses_come_from_punctuation_and_sections(
    text: str, section: Section, *, longer: bool
) -> None:
    following = Sentence(section, "Next.", personal=False)
    plain = pause_after(Sentence(Section.OWN, "Yes.", personal=False),
                        Sentence(Section.OWN, "Next.", personal=False))  # fmt: skip
    pause = pause_after(Sentence(Section.OWN, text, personal=False), following)
    assert (pause > plain) is longer


@given(st.lists(st.text(min_size=1, max_size=80), min_size=1, max_size=12), st.floats(0.2, 600))
def test_spread_captions_rise_and_stay_inside(texts: list[str], seconds: float) -> None:
    sentences = [Sentence(Section.OWN, text, personal=False) for text in texts]
    captions = spread_captions(sentences, seconds)
    assert [caption.text for caption in captions] == texts
    assert captions[0].start_s >= 0
    assert captions[-1].end_s <= seconds
    assert all(one.start_s < one.end_s <= two.start_s + 1e-9 for one, two in pairwise(captions))


def test_resampling_keeps_the_length() -> None:
    for rate in (8_000, 16_000, 22_050, 24_000, 44_100, 48_000):
        clip = voiced(1, rate=rate)
        assert len(trim(clip)) / RATE == pytest.approx(len(samples(clip)) / rate, abs=0.012)
