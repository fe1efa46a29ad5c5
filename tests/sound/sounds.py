"""Sounds and files that the tests of this folder make."""

from __future__ import annotations

import io
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.filter import Graph

from voicenote.model.memo import Clip
from voicenote.model.sentences import Script, Section, Sentence
from voicenote.sound.loudness import Samples

SENTENCES = (
    Sentence(Section.THANKS, "Thank you for telling us.", personal=False),
    Sentence(Section.MIRROR, "The cake came late & <without> its ribbon.", personal=True),
    Sentence(Section.OWN, "That was our mistake. I am sorry.", personal=False),
    Sentence(Section.INVITE, "האם יש משהו נוסף?", personal=False),
)
SCRIPT = Script(language="en", template="test", sentences=SENTENCES)


def voiced(seconds: float, *, rate: int = 22_050, level: float = 0.3, pitch: float = 140) -> Clip:
    """A hum with syllables and overtones: near enough to speech for a codec and a meter."""
    moment = np.arange(round(seconds * rate)) / rate
    tones = sum(np.sin(2 * np.pi * pitch * k * moment) / k for k in range(1, 12))
    syllables = 0.55 + 0.45 * np.sin(2 * np.pi * 4 * moment)
    wave = tones / np.abs(tones).max() * syllables * level
    return Clip((wave * 32767).astype("<i2").tobytes(), rate, synthetic=False)


def quiet_around(clip: Clip, seconds: float) -> Clip:
    silence = b"\0\0" * round(seconds * clip.rate)
    return Clip(silence + clip.pcm + silence, clip.rate, clip.synthetic)


def machine(clip: Clip) -> Clip:
    return Clip(clip.pcm, clip.rate, synthetic=True)


def clips(count: int = len(SENTENCES)) -> Sequence[Clip]:
    return [quiet_around(voiced(1.2 + 0.4 * k, pitch=110 + 20 * k), 0.2) for k in range(count)]


def samples(clip: Clip) -> np.ndarray:
    return np.frombuffer(clip.pcm, "<i2").astype(np.float32) / 32768


def write(
    path: Path, clip: Clip, codec: str, container: str, *, channels: int = 1, rate: int = 0
) -> Path:
    """Write `clip` as another program would."""
    rate = rate or clip.rate
    buffer = io.BytesIO()
    layout = "mono" if channels == 1 else "stereo"
    with av.open(buffer, "w", format=container) as out:
        stream = out.add_stream(codec, rate=rate, layout=layout)
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(
            np.frombuffer(clip.pcm, "<i2").reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate, frame.pts = clip.rate, 0
        resampler = av.AudioResampler(format="s16", layout=layout, rate=rate)
        for one in (frame, None):
            for piece in resampler.resample(one):
                out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    path.write_bytes(buffer.getvalue())
    return path


def decode(data: bytes) -> tuple[Samples, int]:
    """Return the samples of a coded file as a player hears them, and their rate."""
    with av.open(io.BytesIO(data), "r") as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler(format="flt", layout="mono", rate=stream.rate)
        parts = [
            out.to_ndarray()[0]
            for frame in [*container.decode(stream), None]
            for out in resampler.resample(frame)
        ]
    return np.concatenate(parts).astype(np.float32), stream.rate


def measure(samples: Samples, rate: int) -> float | None:
    """Return the integrated loudness in LUFS, or None for sound too short or too quiet."""
    if not len(samples):
        return None
    graph = Graph()
    source = graph.add_abuffer(
        sample_rate=rate, format="flt", layout="mono", time_base=Fraction(1, rate)
    )
    meter = graph.add("ebur128", "metadata=1")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    frame = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(samples, dtype=np.float32).reshape(1, -1), format="flt", layout="mono"
    )
    frame.sample_rate, frame.pts = rate, 0
    graph.push(frame)
    graph.push(None)
    integrated = -70.0
    while True:
        try:
            out: Any = graph.pull()
        except (av.error.EOFError, av.error.BlockingIOError):
            break
        # The last frame may be too short to have a value.
        integrated = float(out.metadata.get("lavfi.r128.I", integrated))
    return integrated if integrated > -69.0 else None
