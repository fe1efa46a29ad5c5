"""Loudness: measured by EBU R 128, and set by one gain and a limiter with look-ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

#: A block of the limiter in seconds, and how many blocks it looks ahead and holds.
_BLOCK_S = 0.0025
_REACH = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LoudnessReading:
    """How loud a voice should become, and what is known about it.

    `target_lufs` is the integrated loudness of the decoded memo. `gain_db` is the gain to start
    with: None measures first; a number is for a voice that is always equally loud. `ceiling` is the
    highest sample before encoding (full scale is 1), because a codec overshoots. `speech`: whether
    Opus may use its mode for speech. `proven`: so many sentences of this voice were encoded,
    decoded and checked, and stayed so far from full scale, that a sentence used only once need not
    be checked (docs/performance.md).
    """

    target_lufs: float = -16.0
    gain_db: float | None = None
    ceiling: float = 0.70
    speech: bool = True
    proven: bool = False


#: A person, or any voice that we have not measured.
OWN_VOICE = LoudnessReading()
#: espeak-ng: peaky, so aimed a little lower (measured).
SYSTEM_VOICE = LoudnessReading(
    target_lufs=-17.0, gain_db=8.0, ceiling=0.62, speech=False, proven=True
)
#: Extra gain of espeak-ng in dB, for languages whose voice is quieter or louder (measured).
SYSTEM_MORE_DB = {"he": 0.9, "fa": -0.5, "ro": -0.3}
#: hibari-tts: always the same (measured).
HIBARI_VOICE = LoudnessReading(target_lufs=-16.0, gain_db=10.6)
#: The hum for trials: always the same (measured).
SILENT_VOICE = LoudnessReading(target_lufs=-16.0, gain_db=23.0, speech=False, proven=True)


#: Length of the blocks of `energies` in seconds; BS.1770 gates 20 of them at a time, every 5.
ENERGY_S = 0.02
_GATED, _HOP = 20, 5


def energies(samples: Samples, rate: int) -> Samples:
    """Return the K-weighted mean square of each 20 ms (full scale is 1); the last may be short.

    From them follows the loudness of joined sentences, without measuring the whole. Filtering each
    block alone in the frequency domain is within 0.1 LU of the standard's filter.
    """
    block = round(rate * ENERGY_S)
    count = -(-len(samples) // block)
    padded = np.zeros(count * block, np.float32)
    padded[: len(samples)] = samples
    # Real and imaginary parts are side by side, and each is squared.
    parts = np.fft.rfft(padded.reshape(count, block), axis=1).astype(np.complex64, copy=False)
    power: Samples = parts.view(np.float32) ** 2
    return power @ _k_weights(rate, block)


@lru_cache(maxsize=8)
def _k_weights(rate: int, block: int) -> Samples:
    """Return the weight of each frequency, twice (real, imaginary), by ITU-R BS.1770 at 48 kHz."""
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(block, 1 / rate) / 48_000)
    shelf = (1.53512485958697 - 2.69169618940638 * turn + 1.19839281085285 * turn**2) / (
        1 - 1.69065929318241 * turn + 0.73248077421585 * turn**2
    )
    high = (1 - 2 * turn + turn**2) / (1 - 1.99004745483398 * turn + 0.99007225036621 * turn**2)
    twice = np.full(len(turn), 2.0)
    twice[0] = twice[-1] = 1.0
    weights = np.abs(shelf * high) ** 2 * twice / block**2
    return np.repeat(weights, 2).astype(np.float32)


def integrated(parts: Sequence[Samples]) -> float | None:
    """Return the integrated loudness in LUFS from the `energies` of consecutive stretches.

    None if they are shorter than 0.4 s or too quiet (EBU R 128).
    """
    sums = np.concatenate([[0.0], *parts]).cumsum(dtype=np.float64)
    blocks = (sums[_GATED:] - sums[:-_GATED])[::_HOP] / _GATED if len(sums) > _GATED else sums[:0]
    heard = blocks[blocks > 10 ** ((-70 + 0.691) / 10)]
    if not len(heard):
        return None
    loud = heard[heard > heard.mean() / 10]
    return float(-0.691 + 10 * np.log10(loud.mean()))


def limit(samples: Samples, rate: int, ceiling: float) -> Samples:
    """Return `samples` with no peak above `ceiling` (full scale is 1).

    The gain falls before a loud place and recovers after it. It is a line between points 2.5 ms
    apart. Each point is the mean of the lowest gains around it, so it is never above the gain that
    its own blocks need.
    """
    block = max(1, round(_BLOCK_S * rate))
    count = -(-len(samples) // block)
    if not count:
        return samples
    blocks = np.zeros((count, block), np.float32)
    limited: Samples = blocks.reshape(-1)[: len(samples)]
    limited[:] = samples
    peaks = np.abs(blocks).max(axis=1)
    if float(peaks.max()) <= ceiling:
        return samples
    needed = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
    around = np.pad(needed, 2 * _REACH + 1, constant_values=1.0)
    width = 2 * _REACH + 1
    least = np.lib.stride_tricks.sliding_window_view(around, width + 1).min(axis=1)
    smooth = np.convolve(least, np.full(width, 1 / width), mode="valid").astype(np.float32)
    # Most places are not loud, and stay unchanged.
    held = np.flatnonzero((smooth[:-1] < 1) | (smooth[1:] < 1))
    between = np.arange(block, dtype=np.float32) / np.float32(block)
    gain = smooth[held, None] + np.diff(smooth)[held, None] * between
    blocks[held] = np.clip(blocks[held] * gain, -ceiling, ceiling)
    return limited
