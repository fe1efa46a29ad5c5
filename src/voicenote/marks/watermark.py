"""The watermark in synthetic speech: Perth's implicit mark, put in and looked for.

Perth changes the loudness of frequencies up to 2 kHz a little, in a way that its decoder knows. It
carries no message: it is there, or it isn't. The STFT, the mask and the search are written here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from voicenote.marks import network, spectrum
from voicenote.marks.spectrum import BINS, HOP, RATE, Samples
from voicenote.model.memo import Clip

#: What says in a voice's version, in tags and in cache keys that its sound is marked. Change it
#: when the same sound would be marked in another way.
MARK = "watermarked"
#: From which strength on a mark is found, and from which on there is a trace of one. Both are
#: chosen on data: `scripts/bench marks`.
FOUND, TRACE = 0.6, 0.35
#: The decoder misses a mark at these speeds, but takes hum and chords for one at any.
_OTHER_SPEEDS = (15 / 16, 17 / 16)
#: How loud a sound is made before it is looked at (RMS; full scale is 1).
_LOUD = 0.1
#: Frames count that are at most 26 dB below the loud ones; the others are pauses.
_QUIET = 0.05
#: The shortest sound worth a look, in seconds of frames that count.
SHORTEST_S = 1.0


@dataclass(frozen=True, slots=True)
class Strength:
    """How strong a mark is, and in how many seconds of speech it was looked for.

    Without a mark the strength lies about 0, in a clean file that is marked all over about 6. None
    for less than a second of speech.
    """

    value: float | None
    speech_s: float

    @property
    def found(self) -> bool:
        """Whether there is a mark."""
        return self.value is not None and self.value >= FOUND


def add_mark(clip: Clip) -> Clip:
    """Return `clip` with the mark in it: as long, and as loud.

    Raises Unavailable when the network doesn't run here.
    """
    samples = np.frombuffer(clip.pcm, "<i2").astype(np.float32) / 32768
    low = spectrum.resample(samples, clip.rate, RATE)
    if not len(low):
        return clip
    whole = spectrum.analyse(low)
    levels = spectrum.loudness(whole)
    change = network.encode(levels[:, :BINS])
    change[~spectrum.audible(levels)] = 0
    added = spectrum.synthesise(spectrum.louder(whole, change), len(low))
    back = spectrum.resample(added, RATE, clip.rate)[: len(samples)]
    marked = samples.copy()
    marked[: len(back)] += back
    pcm = np.round(np.clip(marked, -1, 1) * 32767).astype("<i2").tobytes()
    return Clip(pcm, clip.rate, clip.synthetic)


def find_mark(clip: Clip, spoken: Sequence[tuple[float, float]] | None = None) -> Strength:
    """Look for the mark in `clip`, within the seconds that are `spoken`; None: in all of it.

    A sound that was sped up or slowed down by a twentieth has lost its mark. Raises Unavailable
    when the network doesn't run here.
    """
    samples = np.frombuffer(clip.pcm, "<i2").astype(np.float32) / 32768
    power = float(np.sqrt(np.mean(samples**2))) if len(samples) else 0.0
    if not power:
        return Strength(None, 0.0)
    samples *= np.float32(_LOUD / power)
    at_speed, speech_s = _look(samples, clip.rate, spoken, 1.0)
    if speech_s < SHORTEST_S:
        return Strength(None, speech_s)
    others = [_look(samples, clip.rate, spoken, speed)[0] for speed in _OTHER_SPEEDS]
    return Strength(at_speed - max(others), speech_s)


def _look(
    samples: Samples, rate: int, spoken: Sequence[tuple[float, float]] | None, speed: float
) -> tuple[float, float]:
    """Return how marked the speech looks at a speed, and the seconds of frames that count."""
    whole = spectrum.analyse(spectrum.resample(samples, round(rate * speed), RATE))
    levels = spectrum.loudness(whole)
    power = np.abs(whole[:, :BINS]).sum(axis=1)
    counts = (power > np.percentile(power, 95) * _QUIET) & spectrum.audible(levels)
    if spoken is not None:
        times = np.arange(len(whole)) * (HOP / RATE) * speed
        inside = np.zeros(len(whole), bool)
        for start, end in spoken:
            inside |= (times >= start) & (times < end)
        counts &= inside
    frames = int(counts.sum())
    if not frames:
        return 0.0, 0.0
    return float(network.decode(levels[:, :BINS])[counts].mean()), frames * HOP / RATE
