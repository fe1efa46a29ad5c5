"""Spectra of sound as the watermark's networks see them: 0 to 2 kHz, a hundred frames a second.

Perth (resemble-perth 1.0.1) takes 32 kHz, a Hann window of 2,048 samples and steps of 320, and
changes the lowest 128 bins only. At 8 kHz, a window of 512 and steps of 80 have the same bins and
the same frames, for a quarter of the work.
"""

from __future__ import annotations

from math import gcd
from typing import Any

import numpy as np

Samples = np.ndarray[Any, np.dtype[Any]]  # 32-bit floats
Spectrum = np.ndarray[Any, np.dtype[Any]]  # complex

#: The rate of what is looked at, in hertz; samples in a window, and from one to the next.
RATE = 8_000
_WINDOW = 512
HOP = 80
#: How many bins, from 0 Hz on, the networks see.
BINS = 128
#: The networks' scale: 0 is -180 dB, 1 is 15 dB, of a spectrum at 32 kHz.
_LOWEST_DB, _RANGE_DB = -180.0, 195.0
_AT_32_KHZ = 4.0
#: A frame counts whose sum over all bins is over this part of the largest: it isn't silence.
_HEARD = 0.05
_HANN = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW)).astype(np.float32)


def resample(samples: Samples, rate: int, to: int) -> Samples:
    """Return `samples` at another rate, without delay: frequencies are cut off, or none added."""
    if rate == to or not len(samples):
        return samples
    step = rate // gcd(rate, to)
    count = -(-len(samples) // step)
    spectrum = np.fft.rfft(samples, count * step)
    length = count * step * to // rate
    kept = min(len(spectrum), length // 2 + 1)
    found = np.fft.irfft(spectrum[:kept], length) * (to / rate)
    return found[: -(-len(samples) * to // rate)].astype(np.float32)


def analyse(samples: Samples) -> Spectrum:
    """Return the spectrum of samples at `RATE`: frames by bins."""
    half = _WINDOW // 2
    padded = np.pad(samples, half, mode="reflect" if len(samples) > half else "constant")
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::HOP]
    found: Spectrum = np.fft.rfft(frames * _HANN, axis=1).astype(np.complex64)
    return found


def synthesise(spectrum: Spectrum, length: int) -> Samples:
    """Return the `length` samples at `RATE` of a spectrum from `analyse`."""
    frames = np.fft.irfft(spectrum, _WINDOW, axis=1).astype(np.float32) * _HANN
    overlap = -(-_WINDOW // HOP)
    count = len(frames)
    parts = np.zeros((count, overlap * HOP), np.float32)
    weights = np.zeros(overlap * HOP, np.float32)
    parts[:, :_WINDOW], weights[:_WINDOW] = frames, _HANN**2
    whole = np.zeros((count + overlap - 1, HOP), np.float32)
    weight = np.zeros_like(whole)
    for turn in range(overlap):
        place = slice(turn * HOP, (turn + 1) * HOP)
        whole[turn : turn + count] += parts[:, place]
        weight[turn : turn + count] += weights[place]
    found: Samples = (whole / np.maximum(weight, 1e-6)).astype(np.float32).reshape(-1)
    return found[_WINDOW // 2 :][:length]


def loudness(spectrum: Spectrum) -> Samples:
    """Return how loud each bin is, on the networks' scale: frames by bins."""
    level = 20 * np.log10(np.maximum(np.abs(spectrum) * np.float32(_AT_32_KHZ), 1e-9))
    found: Samples = ((level - _LOWEST_DB) / _RANGE_DB).astype(np.float32)
    return found


def louder(spectrum: Spectrum, change: Samples) -> Spectrum:
    """Return what is to be added to `spectrum` so that its lowest bins are louder by `change`.

    `change` is frames by `BINS`, on the networks' scale.
    """
    added: Spectrum = np.zeros_like(spectrum)
    gain = 10 ** (change * np.float32(_RANGE_DB / 20)) - 1
    added[:, :BINS] = spectrum[:, :BINS] * gain
    return added


def audible(levels: Samples) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return for each frame of `loudness` whether it counts."""
    sums = levels.sum(axis=1)
    heard: np.ndarray[Any, np.dtype[np.bool_]] = sums > sums.max(initial=0.0) * _HEARD
    return heard
