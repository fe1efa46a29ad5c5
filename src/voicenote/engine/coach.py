"""The coach: what a take sounds like, each figure with its target and a plain sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voicenote.model.memo import Clip
from voicenote.sound.loudness import measure

Samples = NDArray[np.float32]
_BLOCK_S = 0.02
#: A pause is at least this long, in seconds, and this far below the loudest words.
_PAUSE_S, _PAUSE_DB = 0.25, 30.0
#: Voices are looked for between these, in hertz.
_PITCH = (70.0, 350.0)


@dataclass(frozen=True, slots=True)
class Note:
    """One figure of a take: is it as it should be, and what to do when it is not."""

    name: str
    value: float
    unit: str
    target: str
    good: bool
    advice: str

    @property
    def line(self) -> str:
        """One line for the speaker."""
        told = f"{self.name}: {self.value:g} {self.unit} ({self.target})"
        return told if self.good else f"{told}. {self.advice}"


def notes(text: str, clip: Clip, *, whole: bool = True) -> tuple[Note, ...]:
    """Measure a take that says `text`; how long it is only matters when it is the `whole` memo.

    What is too short or too quiet to be measured is left out.
    """
    samples = (np.frombuffer(clip.pcm, "<i2") / 32768).astype(np.float32)
    return tuple(_notes(text, samples, clip.rate, whole=whole)) if len(samples) else ()


def _notes(text: str, samples: Samples, rate: int, *, whole: bool) -> Iterator[Note]:
    seconds = len(samples) / rate
    levels = _levels(samples, rate)
    if whole:
        good = 20 <= seconds <= 60
        yield Note("length", round(seconds), "s", "20 to 60", good, "Say less, or more.")
    wpm = round(len(text.split()) / seconds * 60)
    slower = "Breathe between the sentences." if wpm > 175 else "A little faster."
    yield Note("pace", wpm, "words a minute", "110 to 175", 110 <= wpm <= 175, slower)
    lufs = measure(samples, rate)
    if lufs is not None:
        near = "Come closer to the microphone." if lufs < -36 else "Go back a little."
        yield Note("level", round(lufs), "LUFS", "-36 to -12", -36 <= lufs <= -12, near)
    clipped = _clipped(samples)
    farther = "Go back a little, or turn the microphone down."
    yield Note("clipping", clipped, "places", "none", clipped == 0, farther)
    noise = round(float(np.percentile(levels, 5)))
    quieter = "Shut the window, or go to a quieter room."
    yield Note("noise", noise, "dBFS", "-50 or less", noise <= -50, quieter)
    longest = _longest_pause(levels)
    hurry = "Record it again without the long pause."
    yield Note("longest pause", longest, "s", "2 or less", longest <= 2, hurry)
    moves = _pitch_moves(samples, rate)
    if moves is not None:
        say = "Say it as you would to a friend."
        yield Note("melody", moves, "semitones", "1.5 or more", moves >= 1.5, say)


def _levels(samples: Samples, rate: int) -> NDArray[np.float64]:
    """The level of each 20 ms, in dBFS."""
    block = round(rate * _BLOCK_S)
    whole = samples[: max(1, len(samples) // block) * block]
    power = np.resize(whole, (max(1, len(whole) // block), block)).astype(np.float64) ** 2
    found: NDArray[np.float64] = 10 * np.log10(power.mean(axis=1) + 1e-10)
    return found


def _clipped(samples: Samples) -> int:
    """How often three samples in a row are at full scale."""
    full = np.abs(samples) >= 0.999
    runs = full[2:] & full[1:-1] & full[:-2]
    return int(np.count_nonzero(np.diff(runs.astype(np.int8), prepend=0) == 1))


def _longest_pause(levels: NDArray[np.float64]) -> float:
    """The longest silence between words, in seconds; 0 when none is a pause."""
    loud = np.flatnonzero(levels > levels.max() - _PAUSE_DB)
    longest = float(np.diff(loud).max(initial=1) - 1) * _BLOCK_S
    return round(longest, 2) if longest >= _PAUSE_S else 0.0


def _pitch_moves(samples: Samples, rate: int) -> float | None:
    """How far the pitch moves: the spread of its middle 80 %, in semitones; None: no voice."""
    step, width = round(rate * 0.02), round(rate * 0.04)
    low, high = round(rate / _PITCH[1]), round(rate / _PITCH[0])
    loudest = float(np.abs(samples).max(initial=0))
    pitches = []
    for start in range(0, len(samples) - width, step):
        part = samples[start : start + width].astype(np.float64)
        if np.abs(part).max() < loudest / 10:
            continue
        spectrum = np.abs(np.fft.rfft(part - part.mean(), 2 * width)) ** 2
        echo = np.fft.irfft(spectrum)[: high + 1]
        lag = low + int(np.argmax(echo[low:]))
        if echo[0] > 0 and echo[lag] > 0.5 * echo[0]:
            pitches.append(12 * np.log2(rate / lag))
    if len(pitches) < 15:
        return None
    spread = np.percentile(pitches, 90) - np.percentile(pitches, 10)
    return round(float(spread), 1)
