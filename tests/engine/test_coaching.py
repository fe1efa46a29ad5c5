"""What a speaker is told."""

from __future__ import annotations

import numpy as np
import pytest

from voicenote.engine.coaching import Figures, figures, words_to_read
from voicenote.model.memo import Clip
from voicenote.model.script import Script, Section, Sentence


def tone(seconds: float, part: float) -> Clip:
    wave = np.sin(np.arange(round(seconds * 16_000)) / 16_000 * 2 * np.pi * 300) * part
    return Clip((wave * 32767).astype("<i2").tobytes(), 16_000, synthetic=False)


def test_pace_is_words_over_minutes() -> None:
    took = figures("word " * 20, tone(10, 0.2))
    assert (took.seconds, took.wpm) == (10.0, 120)
    assert took.lufs == pytest.approx(-17, abs=3)


@pytest.mark.parametrize(
    ("wpm", "lufs", "said"),
    [(250, -16.0, "fast"), (60, -16.0, "slow"), (140, -50.0, "quiet")],
)
def test_what_is_off_is_said(wpm: int, lufs: float, said: str) -> None:
    assert said in Figures(10, wpm, lufs).line


def test_what_is_right_is_not_remarked_on() -> None:
    assert Figures(10, 140, -20.0).line == "10 s, 140 words a minute, -20 LUFS"


def test_a_person_does_not_say_that_a_machine_speaks() -> None:
    sentences = (
        Sentence(Section.OWN, "It was me.", personal=False),
        Sentence(Section.DISCLOSE, "A machine speaks.", personal=False),
    )
    script = Script(language="en", template="t", sentences=sentences)
    assert words_to_read(script) == "It was me."
