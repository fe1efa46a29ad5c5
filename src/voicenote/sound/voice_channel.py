"""Which channel of a recording has the voice: pure decisions on its samples.

A microphone on one side, a plug that turns the phase of one wire, a hum or music on the other
channel: mixed to mono as usual, the voice would be half as loud, gone or covered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicenote.model.memo import Clip

#: Says how many seconds of a clip are speech.
Judge = Callable[[Clip], float]
Samples = NDArray[np.int16]

#: Nothing below this level (−50 dBFS; full scale is 1) can be heard.
_SILENT = 0.00316
#: A channel so many dB below the loudest one is empty but for crosstalk.
_EMPTY_DB = 40.0
#: Channels that are so alike are the same sound; so unlike, one of them is upside down.
_ALIKE, _OPPOSITE = 0.95, -0.3
#: A channel with less speech than this part of the best one's has something else.
_SOME, _MOST = 0.3, 0.9


def is_audible(clip: Clip) -> bool:
    """Return whether anything in a clip can be heard at all."""
    samples = np.frombuffer(clip.pcm, "<i2")
    return bool(len(samples)) and _peak(samples) >= _SILENT


def find_voice(channels: Sequence[Samples], rate: int, judge: Judge | None) -> bytes:
    """Return the voice of one track, as 16-bit mono samples around zero.

    Channels that all speak are mixed, those of two turned to the same phase before. Without `judge`
    everything that can be heard counts as speech.
    """
    even = [_without_offset(one) for one in channels]
    heard = _audible(even)
    if len(heard) > 2:
        return _bytes(_most_spoken(heard, rate, judge))
    if len(heard) < 2:
        return _bytes(heard[0] if heard else even[0])
    left, right = heard
    alike = _likeness(left, right)
    if alike < _OPPOSITE:
        right = np.clip(-right.astype(np.int32), -32768, 32767).astype(np.int16)
    if judge is not None and abs(alike) < _ALIKE:
        spoken = [judge(_clip(one, rate)) for one in (left, right)]
        if min(spoken) < max(spoken) * _SOME:
            return _bytes((left, right)[int(np.argmax(spoken))])
    return _bytes(((left.astype(np.int32) + right) // 2).astype(np.int16))


def _audible(channels: Sequence[Samples]) -> list[Samples]:
    """Return the channels that aren't empty beside the loudest one."""
    levels = [_power(one) for one in channels]
    least = max(levels) / 10 ** (_EMPTY_DB / 10)
    return [
        one
        for one, level in zip(channels, levels, strict=True)
        if level >= least and _peak(one) >= _SILENT
    ]


def _most_spoken(channels: Sequence[Samples], rate: int, judge: Judge | None) -> Samples:
    """Return the channel with most speech; of several, the loudest."""
    spoken = [1.0 if judge is None else judge(_clip(one, rate)) for one in channels]
    best = [one for one, said in zip(channels, spoken, strict=True) if said >= max(spoken) * _MOST]
    return max(best, key=_power)


def _without_offset(samples: Samples) -> Samples:
    """Return samples that swing around zero: an offset is a fault of a sound card, not a sound."""
    offset = round(float(samples.mean())) if len(samples) else 0
    if not offset:
        return samples
    return (samples.astype(np.int32) - offset).clip(-32768, 32767).astype(np.int16)


def _likeness(one: Samples, other: Samples) -> float:
    """Return the correlation of two channels, from −1 (upside down) to 1 (the same)."""
    a, b = one.astype(np.float32), other.astype(np.float32)
    return float(a @ b) / max(1e-9, float(np.sqrt(float(a @ a) * float(b @ b))))


def _power(samples: Samples) -> float:
    parts = samples.astype(np.float32)
    return float(parts @ parts)


def _peak(samples: NDArray[Any]) -> float:
    return max(int(samples.max(initial=0)), -int(samples.min(initial=0))) / 32768


def _clip(samples: Samples, rate: int) -> Clip:
    return Clip(_bytes(samples), rate, synthetic=False)


def _bytes(samples: Samples) -> bytes:
    return samples.astype("<i2").tobytes()
