"""What is wrong with the sound of a take: pure measures of its samples (full scale is 1).

The limits were found on generated faults over speech; `scripts/bench coach` measures them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

#: Blocks of the finest look, in seconds.
_FINE_S = 0.01
#: The noise is what is left in the quietest twentieth of a take; the voice, in the loudest.
_QUIET, _LOUD = 5, 95
#: More dB between voice and noise than anybody hears.
_MOST_DB = 70.0
#: Three samples in a row at full scale are cut.
_FULL = 0.999
#: A peak is a flat top when so much of what is above `_SHOULDER` of the highest peak is above
#: `_TOP` of it; a round one has 0.33. It has at least so many samples.
_TOP, _SHOULDER, _FLAT, _FEWEST = 0.96, 0.8, 0.72, 4
#: So many flat tops may be chance.
_CHANCE = 3
#: A drop-out is so long (s), and so far below the voice (dB). In a few blocks (s) right before
#: and after it the voice is nearly at its loudest (dB below): consonants fall silent gently.
_GAP_S, _GAP_DB, _BEFORE_DB, _AFTER_DB = (0.055, 0.7), 38.0, 6.0, 20.0
_EDGE_S, _EDGES = 0.002, 2
#: The beginning and end of a take, in which it is quiet once (s): a key may click there.
_END_S = 0.06


def voice_above_noise(samples: Samples, rate: int) -> float:
    """Return how many dB the voice is above the noise of the room, up to 70."""
    quiet, loud = np.percentile(_levels(samples, round(rate * 2 * _FINE_S)), [_QUIET, _LOUD])
    return float(min(_MOST_DB, loud - quiet))


def count_flat_tops(samples: Samples) -> int:
    """Return how often the tops of a wave are cut off, at full scale or below it."""
    full = np.abs(samples) >= _FULL
    runs = full[2:] & full[1:-1] & full[:-2]
    cut = int(np.count_nonzero(np.diff(runs.astype(np.int8), prepend=0) == 1))
    flat = _flat_tops(samples) + _flat_tops(-samples)
    return max(cut, flat if flat > _CHANCE else 0)


def _flat_tops(samples: Samples) -> int:
    """Return how many tops of the highest peaks are flat, on the upper side of the wave."""
    highest = float(samples.max(initial=0.0))
    if highest < 0.5 * float(np.abs(samples).max(initial=0.0)) or highest <= 0:
        return 0
    above = np.concatenate([[False], samples >= highest * _SHOULDER, [False]])
    edges = np.flatnonzero(np.diff(above.astype(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    near = np.concatenate([[0], np.cumsum(samples >= highest * _TOP)])
    width = ends - starts
    tops = near[ends] - near[starts]
    return int(np.count_nonzero((tops >= _FEWEST) & (tops >= width * _FLAT)))


def count_drop_outs(samples: Samples, rate: int) -> int:
    """Return how often the sound is gone in the middle of a word, for 50 to 700 ms."""
    levels = _levels(samples, round(rate * _EDGE_S))
    voice = float(np.percentile(levels, _LOUD))
    gone = np.concatenate([[False], levels < voice - _GAP_DB, [False]])
    edges = np.flatnonzero(np.diff(gone.astype(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    seconds = (ends - starts) * _EDGE_S
    inside = (seconds >= _GAP_S[0]) & (seconds <= _GAP_S[1])
    inside &= (starts >= _EDGES) & (ends + _EDGES <= len(levels))
    near = np.arange(_EDGES)
    before = levels[starts[inside, None] - 1 - near].max(axis=1)
    after = levels[ends[inside, None] + near].max(axis=1)
    return int(np.count_nonzero((before > voice - _BEFORE_DB) & (after > voice - _AFTER_DB)))


def fall_at_ends(samples: Samples, rate: int) -> float:
    """Return how many dB below the voice a take begins or ends, whichever is less; up to 70."""
    size, block = round(rate * _END_S), round(rate * _FINE_S)
    if len(samples) < 2 * size:
        return 0.0
    levels = _levels(samples, 2 * block)
    ends = [_levels(part, block).min() for part in (samples[:size], samples[-size:])]
    return float(np.clip(np.percentile(levels, _LOUD) - max(ends), 0.0, _MOST_DB))


def _levels(samples: Samples, block: int) -> NDArray[np.float64]:
    """Return the level of each block in dBFS; an offset has none."""
    count = max(1, len(samples) // block)
    blocks = np.resize(samples[: count * block], (count, block)).astype(np.float64)
    found: NDArray[np.float64] = 10 * np.log10(blocks.var(axis=1) + 1e-10)
    return found
