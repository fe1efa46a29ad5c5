"""Sounds in which somebody speaks, and sounds in which nobody does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tests.fakes.made import make_voice
from voicenote.model.memo import Clip
from voicenote.model.sentences import Section, Sentence
from voicenote.voice.hibari import Hibari

RATE, SECONDS = 16_000, 4


@cache
def speech(text: str) -> Clip:
    """A natural voice that says an English text, at its own rate."""
    return make_voice(Hibari, {}).speak(Sentence(Section.OWN, text, personal=True), "en")


def clip(samples: NDArray[np.float64]) -> Clip:
    return Clip(np.clip(samples, -32768, 32767).astype("<i2").tobytes(), RATE, synthetic=False)


def _moment() -> NDArray[np.float64]:
    return np.arange(RATE * SECONDS) / RATE


def _noise(loudness: float) -> NDArray[np.float64]:
    return np.random.default_rng(1).normal(0, loudness, RATE * SECONDS)


def _brown() -> NDArray[np.float64]:
    walk = np.cumsum(_noise(1))
    loud: NDArray[np.float64] = walk / np.abs(walk).max() * 12_000
    return loud


def _melody() -> NDArray[np.float64]:
    moment = np.arange(RATE // 2) / RATE
    notes = (262, 294, 330, 349, 392, 440, 494, 523)
    played = [np.sin(2 * np.pi * note * moment) * np.exp(-moment * 4) for note in notes]
    return np.concatenate(played) * 9000


#: What has no speech in it, by name.
UNSPOKEN: Mapping[str, Callable[[], NDArray[np.float64]]] = {
    "silence": lambda: np.zeros(RATE * SECONDS),
    "an offset": lambda: np.full(RATE * SECONDS, 6000.0),
    "quiet noise": lambda: _noise(100),
    "loud noise": lambda: _noise(9000),
    "brown noise": _brown,
    "mains hum": lambda: np.sin(2 * np.pi * 50 * _moment()) * 9000,
    "a beating hum": lambda: (
        np.sin(2 * np.pi * 180 * _moment()) * (0.75 + 0.25 * np.sin(5 * np.pi * _moment())) * 9000
    ),
    "clicks": lambda: (np.arange(RATE * SECONDS) % 8000 == 0) * 30_000.0,
    "a melody": _melody,
    "one sample": lambda: np.zeros(1),
}
