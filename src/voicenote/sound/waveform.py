"""Pictures of a sound: bars as in a messenger, as SVG, PNG or a line of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from itertools import pairwise
from typing import Any

import av
import numpy as np

from voicenote.errors import BadData, Unavailable
from voicenote.model.memo import Caption, Clip

#: The picture: its size, the first bar's left edge, a bar, the space to the next one, in pixels.
_WIDTH, _HEIGHT, _MARGIN = 640, 136, 20
_BAR, _GAP = 3, 2
#: The middle of the bars, the longest half bar, the marks of sentences, the foot of the text.
_MIDDLE, _HALF, _MARKS, _TEXT = 56, 40, 106, 126
#: How many bars fit.
BARS = (_WIDTH - 2 * _MARGIN + _GAP) // (_BAR + _GAP)
#: Quiet sound is drawn a little taller, as ears hear it.
_BEND = 0.7
_BLOCKS = "▁▂▃▄▅▆▇█"
#: A PNG is drawn this many times too large, then scaled down for smooth edges.
_FINE = 3

_SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" \
width="{width}" height="{height}" role="img" aria-label="{label}">
<title>{label}</title>
<style>
.ground {{ fill: #f7f7f5 }} .words {{ fill: #0f6b62 }} .rest {{ fill: #b9c4c1 }}
text {{ font: 12px system-ui, sans-serif; fill: #5f6b68 }}
@media (prefers-color-scheme: dark) {{
.ground {{ fill: #1d2322 }} .words {{ fill: #5fc4b6 }} .rest {{ fill: #4a5653 }}
text {{ fill: #a3b0ad }}
}}
</style>
<rect class="ground" width="{width}" height="{height}" rx="12"/>
{shapes}
<text x="{left}" y="{foot}">0:00</text>
<text x="{middle}" y="{foot}" text-anchor="middle">{note}</text>
<text x="{right}" y="{foot}" text-anchor="end">{end}</text>
</svg>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waveform:
    """What to draw: `BARS` heights from 0 to 1, and where words are said and sentences begin.

    `spoken` says for each bar whether words are said there. `starts` are positions from 0 to 1.
    `note` is a line below the bars.
    """

    heights: tuple[float, ...]
    spoken: tuple[bool, ...]
    starts: tuple[float, ...]
    seconds: float
    note: str = ""


def waveform(clip: Clip, captions: Sequence[Caption] = (), note: str = "") -> Waveform:
    """Measure a sound for its picture. Raises BadData for one that is too short."""
    samples = np.frombuffer(clip.pcm, "<i2").astype(np.float64)
    if len(samples) < BARS:
        raise BadData("the sound is too short to be drawn", "record it again")
    energy = np.concatenate([[0.0], np.cumsum(samples**2)])
    edges = np.linspace(0, len(samples), BARS + 1).round().astype(int)
    loud = np.sqrt(np.diff(energy[edges]) / np.diff(edges))
    top = float(np.percentile(loud, 98))
    heights = np.minimum(1.0, loud / top) ** _BEND if top > 0 else loud * 0
    middles = (np.arange(BARS) + 0.5) / BARS * clip.duration_s
    within = [any(one.start_s <= at <= one.end_s for one in captions) for at in middles]
    return Waveform(
        heights=tuple(heights.tolist()),
        spoken=tuple(within) if captions else (True,) * BARS,
        starts=tuple(one.start_s / clip.duration_s for one in captions),
        seconds=clip.duration_s,
        note=note,
    )


def line(wave: Waveform, width: int = 60) -> str:
    """Return the picture as one line of at most `width` (and `BARS`) characters, for a terminal."""
    edges = np.linspace(0, BARS, min(width, BARS) + 1).round().astype(int)
    parts = [np.mean(wave.heights[a:b]) for a, b in pairwise(edges)]
    return "".join(_BLOCKS[min(int(part * 8), 7)] for part in parts)


def svg(wave: Waveform) -> str:
    """Return the picture as SVG text, which follows the reader's light or dark mode."""
    shapes = []
    for index, (height, said) in enumerate(zip(wave.heights, wave.spoken, strict=True)):
        half = _half(height)
        kind = "words" if said else "rest"
        shapes.append(
            f'<rect class="{kind}" x="{_left_edge(index)}" y="{_MIDDLE - half:.1f}" width="{_BAR}" '
            f'height="{2 * half:.1f}" rx="{_BAR / 2}"/>'
        )
    shapes += [f'<circle class="rest" cx="{_at(s):.1f}" cy="{_MARKS}" r="2"/>' for s in wave.starts]
    label = f"Voice memo, {_clock(wave.seconds)}" + (f", {wave.note}" if wave.note else "")
    return _SVG.format(
        width=_WIDTH,
        height=_HEIGHT,
        label=escape(label),
        shapes="\n".join(shapes),
        left=_MARGIN,
        middle=_WIDTH // 2,
        right=_WIDTH - _MARGIN,
        foot=_TEXT,
        note=escape(wave.note),
        end=_clock(wave.seconds),
    )


def png(wave: Waveform) -> bytes:
    """Return the picture as PNG, twice as large and without text, where SVG does not work."""
    fine = 2 * _FINE
    page = np.empty(((_MARKS + _MARGIN // 2) * fine, _WIDTH * fine, 3), np.uint8)
    page[:] = (0xF7, 0xF7, 0xF5)
    for index, (height, said) in enumerate(zip(wave.heights, wave.spoken, strict=True)):
        ink = (0x0F, 0x6B, 0x62) if said else (0xB9, 0xC4, 0xC1)
        left, half = _left_edge(index), _half(height)
        _round(page, ink, left + _BAR / 2, _MIDDLE - half, _MIDDLE + half, _BAR / 2, fine)
    for start in wave.starts:
        _round(page, (0xB9, 0xC4, 0xC1), _at(start), _MARKS - 2, _MARKS + 2, 2, fine)
    high, wide = page.shape[0] // _FINE, page.shape[1] // _FINE
    small = page.reshape(high, _FINE, wide, _FINE, 3).mean(axis=(1, 3), dtype=np.float32)
    return _encode_png(small.round().astype(np.uint8))


def _round(
    page: Any, ink: Sequence[int], x: float, top: float, foot: float, radius: float, fine: int
) -> None:
    """Draw an upright bar with round ends; positions are in pixels of the small picture."""
    first, last = int((x - radius) * fine), int((x + radius) * fine)
    above, below = int(top * fine), int(foot * fine)
    rows = (np.arange(above, below) + 0.5) / fine
    columns = (np.arange(first, last) + 0.5) / fine
    nearest = np.clip(rows, top + radius, max(top + radius, foot - radius))
    away = (rows - nearest)[:, None] ** 2 + (columns - x)[None, :] ** 2
    page[above:below, first:last][away <= radius**2] = ink


def _encode_png(pixels: Any) -> bytes:
    try:
        coder: Any = av.CodecContext.create("png", "w")
        coder.height, coder.width = pixels.shape[:2]
        coder.pix_fmt, coder.time_base = "rgb24", Fraction(1)
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
        return b"".join(bytes(one) for part in (frame, None) for one in coder.encode(part))
    except av.FFmpegError as error:
        raise Unavailable(f"the picture can't be encoded: {error}", "ask for .svg") from error


def _left_edge(index: int) -> int:
    return _MARGIN + index * (_BAR + _GAP)


def _at(part: float) -> float:
    """Return the horizontal position of a part (0 to 1) in pixels."""
    return _MARGIN + part * (BARS * (_BAR + _GAP) - _GAP)


def _half(height: float) -> float:
    """Return half the length of a bar; silence is a dot."""
    return max(_BAR / 2, height * _HALF)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
