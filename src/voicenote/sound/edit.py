"""Edit clips: trim silence, set the gain, limit, fade, and lay sentences out in time.

Everything up to `lay_out` works on one sentence alone, so that a sentence can be kept and reused.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import av
import numpy as np

from voicenote.errors import BadData
from voicenote.model.memo import Caption, Clip
from voicenote.model.script import Sentence
from voicenote.sound.loudness import Samples, limit, measure

with warnings.catch_warnings():
    # Without a program called ffmpeg it warns, and we never ask it for one.
    warnings.simplefilter("ignore", RuntimeWarning)
    from pydub import AudioSegment
    from pydub.silence import detect_leading_silence

#: The rate in which memos are put together, hertz.
RATE = 24_000
#: Silence before the first word and after the last one, seconds.
LEAD_S = 0.12
TAIL_S = 0.30
#: What ends a sentence → the pause after it, seconds. A new section adds `_NEW_SECTION_S`.
_PAUSES = {"?": 0.45, "؟": 0.45, "…": 0.50, ",": 0.20, ":": 0.30, ";": 0.30}
_PAUSE_S = 0.35
_NEW_SECTION_S = 0.25
_FADE_MS = 5
#: Where recorded sentences meet before the memo's own level is set.
_EVEN_LUFS = -23.0
#: Kept around the words when silence is trimmed, in ms: soft consonants live there.
_KEEP_MS = 40


def trim(clip: Clip) -> Samples:
    """Return the words of `clip` without the silence around them, at `RATE`, faded at both ends.

    Silence is what stays 40 dB below the loudest place. Raises BadData when nothing is left.
    """
    segment: Any = AudioSegment(data=clip.pcm, sample_width=2, frame_rate=clip.rate, channels=1)
    if not clip.pcm or segment.max < 33:
        raise BadData("a sentence has no sound", "record it again, or choose another voice")
    threshold = segment.max_dBFS - 40
    start = detect_leading_silence(segment, silence_threshold=threshold, chunk_size=5)
    end = detect_leading_silence(segment.reverse(), silence_threshold=threshold, chunk_size=5)
    words = segment[max(0, start - _KEEP_MS) : len(segment) - max(0, end - _KEEP_MS)]
    fade = min(_FADE_MS, len(words) // 2)
    words = words.fade_in(fade).fade_out(fade)
    return resample(np.frombuffer(words.raw_data, "<i2"), clip.rate)


def resample(samples: np.ndarray[Any, Any], rate: int) -> Samples:
    """Return 16-bit `samples` at `RATE`, as parts of full scale."""
    if rate == RATE:
        return (samples / 32768).astype(np.float32)
    frame = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(samples).reshape(1, -1), format="s16", layout="mono"
    )
    frame.sample_rate = rate
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    parts = [out.to_ndarray()[0] for one in (frame, None) for out in resampler.resample(one)]
    return np.concatenate(parts).astype(np.float32)


def even(words: Sequence[Samples], clips: Sequence[Clip]) -> list[Samples]:
    """Bring recorded sentences to one loudness: they were said on different days.

    A synthetic voice is even by itself. Beside recordings it is brought to their loudness too.
    """
    if all(clip.synthetic for clip in clips):
        return list(words)
    found = [measure(spoken, RATE) for spoken in words]
    return [
        spoken if lufs is None else (spoken * 10 ** ((_EVEN_LUFS - lufs) / 20)).astype(np.float32)
        for spoken, lufs in zip(words, found, strict=True)
    ]


def louder(words: Samples, gain_db: float, ceiling: float) -> Samples:
    """Return one sentence with a gain, its peaks held under `ceiling` (a part of full scale)."""
    return limit((words * np.float32(10 ** (gain_db / 20))).astype(np.float32), RATE, ceiling)


def pause_after(sentence: Sentence, following: Sentence) -> float:
    """Return the seconds of silence between two sentences: from punctuation and section."""
    last = sentence.said.rstrip("\"'”»)’ ")[-1:]
    pause = _PAUSES.get(last, _PAUSE_S)
    return pause + (_NEW_SECTION_S if sentence.section is not following.section else 0.0)


def lay_out(
    sentences: Sequence[Sentence], words: Sequence[Samples]
) -> tuple[Samples, tuple[Caption, ...]]:
    """Join spoken sentences with their pauses; return the sound and when each is said."""
    pauses = [pause_after(one, two) for one, two in pairwise(sentences)] + [TAIL_S]
    parts: list[Samples] = [_silence(LEAD_S)]
    captions: list[Caption] = []
    at = len(parts[0])
    for sentence, spoken, pause in zip(sentences, words, pauses, strict=True):
        gap = _silence(pause)
        captions.append(Caption(at / RATE, (at + len(spoken)) / RATE, sentence.text))
        parts += [spoken, gap]
        at += len(spoken) + len(gap)
    return np.concatenate(parts), tuple(captions)


def spread(sentences: Sequence[Sentence], seconds: float) -> tuple[Caption, ...]:
    """Guess when each sentence is said in a recording of all of them: by their length."""
    inside = max(seconds - LEAD_S - TAIL_S, seconds / 2)
    start = (seconds - inside) * LEAD_S / (LEAD_S + TAIL_S)
    weights = [max(1, len(sentence.said)) for sentence in sentences]
    ends = np.cumsum(weights) / sum(weights) * inside + start
    starts = [start, *ends[:-1]]
    return tuple(
        Caption(float(a), float(b), sentence.text)
        for sentence, a, b in zip(sentences, starts, ends, strict=True)
    )


def framed(words: Samples) -> Samples:
    """Put the lead and the tail of silence around a whole recording."""
    return np.concatenate([_silence(LEAD_S), words, _silence(TAIL_S)])


def _silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.float32)
