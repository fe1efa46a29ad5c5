from __future__ import annotations

import numpy as np
import pytest

from voicenote.engine.coach import Note, notes
from voicenote.model.memo import Clip

RATE = 16_000
WORDS = "one two three four five six seven eight nine ten " * 3


def speech(
    seconds: float = 12,
    *,
    level: float = 0.1,
    noise: float = 1e-4,
    moves: float = 3.0,
    silence: tuple[float, float] = (0.0, 0.0),
) -> np.ndarray:
    """Overtones whose pitch moves by so many semitones, in syllables, over a noise."""
    moment = np.arange(round(seconds * RATE)) / RATE
    pitch = 120 * 2 ** (moves / 24 * np.sin(2 * np.pi * 0.3 * moment))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    tones = sum(np.sin(k * phase) / k for k in range(1, 9))
    syllables = np.clip(np.sin(2 * np.pi * 1.5 * moment) + 0.9, 0, 1)
    words = tones / 2 * syllables * level
    words[round(silence[0] * RATE) : round(silence[1] * RATE)] = 0
    hiss = np.random.default_rng(1).standard_normal(len(moment)) * noise
    return np.asarray(words + hiss)


def found(samples: np.ndarray, text: str = WORDS, *, whole: bool = True) -> dict[str, Note]:
    pcm = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
    return {note.name: note for note in notes(text, Clip(pcm, RATE, False), whole=whole)}


def test_a_good_take_has_nothing_to_mend() -> None:
    take = found(speech(), whole=False)
    assert [note.line for note in take.values() if not note.good] == []
    assert set(take) == {"pace", "level", "clipping", "noise", "longest pause", "melody"}


@pytest.mark.parametrize(
    ("name", "samples"),
    [
        ("level", speech(level=0.004, noise=1e-5)),
        ("clipping", speech(level=4)),
        ("noise", speech(noise=0.01)),
        ("longest pause", speech(silence=(4, 7))),
        ("melody", speech(moves=0.1)),
        ("pace", speech(40)),
        ("pace", speech(6)),
        ("length", speech(6)),
    ],
)
def test_what_is_wrong_is_named_with_its_cure(name: str, samples: np.ndarray) -> None:
    note = found(samples)[name]
    assert not note.good
    assert note.line.startswith(f"{name}: {note.value:g} {note.unit} ({note.target})")
    assert note.advice in note.line


@pytest.mark.parametrize("count", [0, 1, 200, 3000])
def test_a_take_too_short_to_be_measured_breaks_nothing(count: int) -> None:
    assert all(np.isfinite(note.value) for note in found(np.ones(count) * 0.1).values())
