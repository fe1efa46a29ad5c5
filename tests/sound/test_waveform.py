"""The picture of a sound shows where it is loud, where it rests, and where sentences begin."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET

import av
import numpy as np
import pytest

from tests.sound.sounds import voiced
from voicenote.errors import BadData
from voicenote.model.memo import Caption, Clip
from voicenote.sound.waveform import BARS, Waveform, line, png, svg, waveform

RATE = 16_000


def halves() -> Waveform:
    """Two seconds of a tone, two of nothing."""
    tone = np.sin(2 * np.pi * 300 * np.arange(2 * RATE) / RATE) * 0.5
    pcm = (np.concatenate([tone, np.zeros(2 * RATE)]) * 32767).astype("<i2").tobytes()
    captions = [Caption(0, 1, "One."), Caption(1, 2, "Two & <three>.")]
    return waveform(Clip(pcm, RATE, synthetic=False), captions, "synthetic <voice>")


def test_loud_is_tall_and_silence_is_nothing() -> None:
    heights = halves().heights
    assert len(heights) == BARS
    assert min(heights[: BARS // 2]) > 0.9
    assert max(heights[BARS // 2 + 1 :]) == 0


def test_it_knows_where_words_are_and_where_sentences_begin() -> None:
    wave = halves()
    assert wave.spoken == tuple(bar < BARS // 2 for bar in range(BARS))
    assert list(wave.starts) == [0, 0.25]
    assert set(waveform(voiced(1)).spoken) == {True}


def test_the_svg_is_well_formed_and_says_what_it_is() -> None:
    root = ET.fromstring(svg(halves()))  # noqa: S314 - it is ours
    space = {"s": "http://www.w3.org/2000/svg"}
    assert root.get("role") == "img"
    assert root.get("aria-label") == "Voice memo, 0:04, synthetic <voice>"
    bars = root.findall("s:rect", space)[1:]
    assert len(bars) == BARS
    assert len(root.findall("s:circle", space)) == 2
    wide, high = float(root.get("width", 0)), float(root.get("height", 0))
    for bar in bars:
        assert 0 <= float(bar.get("x", -1)) <= wide - float(bar.get("width", 0))
        assert 0 <= float(bar.get("y", -1)) <= high - float(bar.get("height", 0))


def test_the_png_is_drawn_where_it_is_loud() -> None:
    with av.open(io.BytesIO(png(halves())), "r") as file:
        (frame,) = file.decode(video=0)
        pixels = frame.to_ndarray(format="rgb24").astype(int)
    dark = (pixels.sum(axis=2) < 300).any(axis=0)
    assert pixels.shape[1] == 1280
    assert dark[: 1280 // 2].sum() > 200
    assert dark[1280 // 2 + 10 :].sum() == 0


def test_the_line_is_as_long_as_it_is_asked_to_be() -> None:
    assert line(halves(), 10) == "█" * 5 + "▁" * 5
    assert len(line(halves(), 1000)) == BARS


def test_silence_is_drawn_and_nothing_is_not() -> None:
    assert set(waveform(Clip(b"\0\0" * RATE, RATE, synthetic=False)).heights) == {0.0}
    with pytest.raises(BadData):
        waveform(Clip(b"", RATE, synthetic=False))
