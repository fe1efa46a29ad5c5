"""Edit clips: trim silence, fade, resample; and the pauses between sentences."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import av
import numpy as np

from voicenote.errors import BadData
from voicenote.model.memo import Caption, Clip
from voicenote.model.sentences import Sentence
from voicenote.sound.loudness import Samples

with warnings.catch_warnings():
    # pydub warns when there is no ffmpeg program, which we never use.
    warnings.simplefilter("ignore", RuntimeWarning)
    from pydub import AudioSegment

#: The sample rate of memos while they are put together, in hertz.
RATE = 24_000
#: Silence before the first word and after the last one, seconds.
LEAD_S = 0.12
TAIL_S = 0.30
#: Mark that ends a sentence → pause after it in seconds. A new section adds `_NEW_SECTION_S`.
_PAUSES = {"?": 0.45, "؟": 0.45, "…": 0.50, ",": 0.20, ":": 0.30, ";": 0.30}
_PAUSE_S = 0.35
_NEW_SECTION_S = 0.25
_FADE_MS = 5
#: Silence is searched for in blocks of this many ms.
_BLOCK_MS = 5
#: Kept around the words when silence is trimmed, in ms, for soft consonants.
_KEEP_MS = 40


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence without the silence around it: 16-bit samples and their rate in hertz."""

    samples: np.ndarray[Any, Any]
    rate: int


def trim_silence(clip: Clip) -> Words:
    """Return `clip` without the silence around its words, faded at both ends.

    Silence is what stays 40 dB below the loudest sample. Raises BadData when there is no sound.
    """
    start, end = _find_words(clip)
    segment: Any = AudioSegment(data=clip.pcm, sample_width=2, frame_rate=clip.rate, channels=1)
    words = np.frombuffer(segment[start:end].raw_data, "<i2").copy()
    fade = min(clip.rate * _FADE_MS // 1000, len(words) // 2)
    slope = np.arange(fade, dtype=np.float32) / max(1, fade)
    words[:fade] = words[:fade] * slope
    words[len(words) - fade :] = words[len(words) - fade :] * slope[::-1]
    return Words(words, clip.rate)


def _find_words(clip: Clip) -> tuple[int, int]:
    """Return where the words of a clip begin and end, in ms, with what is kept around them.

    Raises BadData when there is no sound.
    """
    samples = np.frombuffer(clip.pcm, "<i2")
    loudest = float(max(samples.max(initial=0), -int(samples.min(initial=0))))
    if loudest < 33:
        raise BadData("a sentence has no sound", "record it again, or choose another voice")
    block = max(1, clip.rate * _BLOCK_MS // 1000)
    whole = samples[: len(samples) // block * block].reshape(-1, block).astype(np.float32)
    power = np.einsum("ij,ij->i", whole, whole) / block
    loud = np.flatnonzero(power > (loudest / 100) ** 2)
    first, last = (loud[0], loud[-1] + 1) if len(loud) else (0, len(whole))
    return max(0, int(first) * _BLOCK_MS - _KEEP_MS), int(last) * _BLOCK_MS + _KEEP_MS


def resample(samples: np.ndarray[Any, Any], rate: int, to: int) -> Samples:
    """Return 16-bit `samples` at the rate `to`, as floats where 1 is full scale."""
    if rate == to:
        return (samples / 32768).astype(np.float32)
    frame = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(samples).reshape(1, -1), format="s16", layout="mono"
    )
    frame.sample_rate = rate
    resampler = av.AudioResampler(format="flt", layout="mono", rate=to)
    parts = [flat(out) for one in (frame, None) for out in resampler.resample(one)]
    return np.concatenate(parts)


def flat(frame: av.AudioFrame) -> Samples:
    """Return the samples of a mono frame of 32-bit floats, without a copy."""
    plane: Any = frame.planes[0]
    samples: Samples = np.frombuffer(plane, np.float32, frame.samples)
    return samples


def pause_after(sentence: Sentence, following: Sentence) -> float:
    """Return the seconds of silence between two sentences: from punctuation and section."""
    last = sentence.said.rstrip("\"'”»)’ ")[-1:]
    pause = _PAUSES.get(last, _PAUSE_S)
    return pause + (_NEW_SECTION_S if sentence.section is not following.section else 0.0)


def spread_captions(sentences: Sequence[Sentence], seconds: float) -> tuple[Caption, ...]:
    """Return captions for a recording of all sentences, with times guessed from their lengths."""
    inside = max(seconds - LEAD_S - TAIL_S, seconds / 2)
    start = (seconds - inside) * LEAD_S / (LEAD_S + TAIL_S)
    weights = [max(1, len(sentence.said)) for sentence in sentences]
    ends = np.cumsum(weights) / sum(weights) * inside + start
    starts = [start, *ends[:-1]]
    return tuple(
        Caption(float(a), float(b), sentence.text)
        for sentence, a, b in zip(sentences, starts, ends, strict=True)
    )


def caption_recording(
    sentences: Sequence[Sentence],
    clip: Clip,
    spans: Sequence[tuple[float, float]],
    seconds: float,
) -> tuple[Caption, ...]:
    """Return captions for a recording of all sentences that makes a memo of so many `seconds`.

    `spans` are the start and end of each sentence in the clip, in seconds; without them, they are
    guessed. Raises BadData when there is no sound.
    """
    if len(spans) != len(sentences):
        return spread_captions(sentences, seconds)
    shift = LEAD_S - _find_words(clip)[0] / 1000
    times = [
        (min(max(start + shift, 0.0), seconds), min(max(end + shift, 0.0), seconds))
        for start, end in spans
    ]
    return tuple(
        Caption(start, end, one.text) for one, (start, end) in zip(sentences, times, strict=True)
    )
