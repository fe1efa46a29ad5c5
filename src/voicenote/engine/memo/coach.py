"""The coach: measures a take, each figure with its target and a plain sentence (S16)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voicenote.ears.speech import at_16_khz, has_speech
from voicenote.engine.memo.take_faults import (
    count_drop_outs,
    count_flat_tops,
    fall_at_ends,
    voice_above_noise,
)
from voicenote.errors import BadData, Unavailable
from voicenote.model.memo import Clip
from voicenote.script.languages import language as tables
from voicenote.sound.loudness import energies, integrated
from voicenote.voice.port import primary

Samples = NDArray[np.float32]
_BLOCK_S = 0.02
#: What is less than this below the loudest place counts as words, in dB; and the shortest
#: pause, in seconds.
_WORDS_DB, _PAUSE_S = 30.0, 0.25
#: Speech is looked for in stretches of a syllable (s), in the band of a telephone (Hz); so far its
#: louder ones stand out, in dB, from so many before and behind them.
_SYLLABLE_S, _TELEPHONE, _SYLLABLE_DB, _AROUND = 0.06, (200, 3400), 6.0, 8
#: The slowest and the fastest easy pace, as fractions of a language's own calm pace.
_SLOW, _FAST = 0.73, 1.17
#: The pace isn't measured with fewer words than this.
_FEW_WORDS = 5
#: So far is a quiet room below the voice, and the quiet before and after it (dB).
_LEAST_NOISE_DB, _LEAST_END_DB = 27, 12
#: A take that is less loud can hardly be heard, in LUFS.
_FAINT = -50.0
#: The range of a voice's pitch, in hertz; and the fewest blocks that show a melody.
_PITCH = (70.0, 350.0)
_FEW_BLOCKS = 15
#: What to say of each figure when it is below its target, within it, and above it.
_ADVICE = {
    "length": (
        "Take your time; you may say a little more.",
        "Long enough to be warm, short enough to be heard.",
        "Few people listen so long: leave out what they know.",
    ),
    "pace": (
        "That is slow. A little faster sounds more awake.",
        "Calm, and easy to follow.",
        "That is fast. Breathe between the sentences.",
    ),
    "level": (
        "That is quiet. Come closer to the microphone.",
        "Well heard.",
        "That is very loud. Go back a little.",
    ),
    "clipping": (
        "",
        "Nothing is cut.",
        "It crackles there. Go back a little, or turn the microphone down.",
    ),
    "noise": (
        "The room is heard. Shut the window, or come closer to the microphone.",
        "A quiet room.",
        "",
    ),
    "drop-outs": (
        "",
        "Nothing is missing.",
        "The sound is gone there. Use a cable instead of Bluetooth, or close other programs.",
    ),
    "ends": (
        "It begins or ends in the middle of a word. Wait for a breath before you speak and after.",
        "Nothing is cut off.",
        "",
    ),
    "speech": (
        "Nobody is heard. Check that the right microphone is chosen, and not muted.",
        "",
        "",
    ),
    "longest pause": ("", "It flows.", "That is long to wait. Say it again without the gap."),
    "melody": ("That is flat. Say it as you would to a friend.", "It sounds like a person.", ""),
}


@dataclass(frozen=True, slots=True)
class Note:
    """One figure of a take: its target, whether it meets that, and a sentence for the speaker."""

    name: str
    value: float
    unit: str
    target: str
    good: bool
    advice: str

    @property
    def line(self) -> str:
        """One line for the speaker."""
        return f"{self.name}: {self.value:g} {self.unit} ({self.target}). {self.advice}"


def notes(text: str, clip: Clip, language: str = "en", *, whole: bool = True) -> tuple[Note, ...]:
    """Measure a take that says `text`; its length only matters when it is the `whole` memo.

    Leaves out what can't be measured, as the take is too short or too quiet. Nothing is good about
    a take in which nobody speaks, or that can hardly be heard.
    """
    samples = _samples(clip)
    if not len(samples):
        return ()
    if not _detects_speech(clip):
        return (_note("speech", 0, "s", "some", 0.1),)
    found = _measure(text, clip, samples, language, whole=whole)
    faint = any(note.name == "level" and note.value < _FAINT for note in found)
    return tuple(note for note in found if not (faint and note.good))


def _measure(text: str, clip: Clip, samples: Samples, language: str, *, whole: bool) -> list[Note]:
    levels = _levels(samples, clip.rate)
    loud = np.flatnonzero(levels > levels.max() - _WORDS_DB)
    seconds, words = _extent(loud), len(text.split())
    found: list[Note] = []
    if whole:
        found.append(_note("length", seconds, "s", "20 to 60", 20, 60))
    if words >= _FEW_WORDS and seconds > 0:
        calm = tables(primary(language)).pace
        low, high = (5 * round(calm * part / 5) for part in (_SLOW, _FAST))
        wpm, target = round(words / seconds * 60), f"{low} to {high}"
        found.append(_note("pace", wpm, "words a minute", target, low, high))
    if (lufs := integrated([energies(samples, clip.rate)])) is not None:
        found.append(_note("level", lufs, "LUFS", "-36 to -12", -36, -12))
    for name, count in (
        ("clipping", count_flat_tops(samples)),
        ("drop-outs", count_drop_outs(samples, clip.rate)),
    ):
        found.append(_note(name, count, "place" if count == 1 else "places", "none", high=0))
    for name, lower, least in (
        ("noise", voice_above_noise(samples, clip.rate), _LEAST_NOISE_DB),
        ("ends", fall_at_ends(samples, clip.rate), _LEAST_END_DB),
    ):
        target = f"{least} or more"
        found.append(_note(name, lower, "dB below your voice", target, least))
    pause = float(np.diff(loud).max(initial=1) - 1) * _BLOCK_S
    pause = pause if pause >= _PAUSE_S else 0.0
    found.append(_note("longest pause", pause, "s", "2 or less", high=2, digits=1))
    if (moves := _pitch_moves(samples, clip.rate)) is not None:
        found.append(_note("melody", moves, "semitones", "1.5 or more", 1.5, digits=1))
    return found


def _note(
    name: str,
    measured: float,
    unit: str,
    target: str,
    low: float = -math.inf,
    high: float = math.inf,
    digits: int | None = None,
) -> Note:
    below, within, above = _ADVICE[name]
    said = below if measured < low else above if measured > high else within
    return Note(name, round(measured, digits), unit, target, low <= measured <= high, said)


def _samples(clip: Clip) -> Samples:
    return (np.frombuffer(clip.pcm, "<i2") / 32768).astype(np.float32)


def spoken_seconds(clip: Clip) -> float:
    """Return how many seconds of a take are spoken: without the silence before and after.

    One knock on the microphone may be much louder than all words, so it is ignored.
    """
    samples = _samples(clip)
    if not len(samples):
        return 0.0
    levels = _levels(samples, clip.rate)
    return _extent(np.flatnonzero(levels > np.percentile(levels, 95) - _WORDS_DB))


def check_speech(clip: Clip) -> None:
    """Raise BadData for a take in which nobody speaks: its level doesn't move as syllables do.

    Hiss and hum stay level for a second, even where a fan swells and sinks. Only 200 to 3,400 Hz
    count, so that rumble and an offset don't. What moves as much and isn't a voice, such as music,
    is told by a detector of speech, where that is installed.
    """
    width = round(clip.rate * _SYLLABLE_S)
    blocks = _samples(clip)[: len(clip.pcm) // 2 // width * width].reshape(-1, width)
    if not len(blocks):
        raise BadData("the take is too short to judge", "record it again")
    low, high = (round(hertz * _SYLLABLE_S) for hertz in _TELEPHONE)
    parts = np.abs(np.fft.rfft(blocks * np.hanning(width), axis=1))[:, low:high] ** 2
    levels = 10 * np.log10(parts.sum(axis=1) + 1e-10)
    levels = levels[levels > np.percentile(levels, 95) - _WORDS_DB]
    around = np.lib.stride_tricks.sliding_window_view(
        np.pad(levels, _AROUND, "edge"), 2 * _AROUND + 1
    )
    moved = levels > np.percentile(around, 10, axis=1) + _SYLLABLE_DB
    steady = np.count_nonzero(moved) < max(min(5, max(2, len(levels) // 4)), len(levels) // 20)
    if steady or not _detects_speech(clip):
        noise = "steady noise, such as hiss or hum" if steady else "noise or music"
        raise BadData(
            f"nobody speaks in this take: there is only {noise}",
            "check that the right microphone is chosen and not muted, and record it again",
        )


def _detects_speech(clip: Clip) -> bool:
    try:
        return has_speech(at_16_khz(clip))
    except Unavailable:  # there are machines without wheels of it
        return True


def _extent(loud: NDArray[np.intp]) -> float:
    return float(loud[-1] + 1 - loud[0]) * _BLOCK_S


def _levels(samples: Samples, rate: int) -> NDArray[np.float64]:
    """Return the level of each 20 ms, in dBFS; an offset has none."""
    block = round(rate * _BLOCK_S)
    whole = samples[: max(1, len(samples) // block) * block]
    blocks = np.resize(whole, (max(1, len(whole) // block), block)).astype(np.float64)
    found: NDArray[np.float64] = 10 * np.log10(blocks.var(axis=1) + 1e-10)
    return found


def _pitch_moves(samples: Samples, rate: int) -> float | None:
    """Return the spread of the pitch's middle 80 %, in semitones; None if there is no voice."""
    step, width = round(rate * 0.02), round(rate * 0.04)
    loudest = float(np.abs(samples).max(initial=0))
    pitches: list[float] = []
    for start in range(0, len(samples) - width, step):
        part = samples[start : start + width].astype(np.float64)
        if np.abs(part).max() >= loudest / 10:
            pitches += _pitch(part - part.mean(), rate)
    if len(pitches) < _FEW_BLOCKS:
        return None
    low, high = np.percentile(pitches, [10, 90])
    return round(float(high - low), 1)


def _pitch(part: NDArray[np.float64], rate: int) -> Sequence[float]:
    """Return the pitch of one block, in semitones above 1 Hz (autocorrelation); () if no voice."""
    low, high = round(rate / _PITCH[1]), round(rate / _PITCH[0])
    spectrum = np.abs(np.fft.rfft(part, 2 * len(part))) ** 2
    echo = np.fft.irfft(spectrum)[: high + 2]
    lag = low + int(np.argmax(echo[low : high + 1]))
    if echo[lag] <= 0.5 * echo[0]:
        return ()
    # the correlation fades with the lag, as less of the block overlaps: corrected near the peak
    before, at, after = echo[lag - 1 : lag + 2] / (len(part) - np.arange(lag - 1, lag + 2))
    bend = before - 2 * at + after
    # between two samples, the top of the parabola through three points
    between = 0.5 * (before - after) / bend if bend < 0 else 0.0
    return (float(12 * np.log2(rate / (lag + np.clip(between, -1, 1)))),)
