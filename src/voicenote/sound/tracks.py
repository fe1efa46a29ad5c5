"""Decode the tracks of a sound or video file, and take the one with the voice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import av
import numpy as np

from voicenote.errors import BadData
from voicenote.model.memo import Clip
from voicenote.sound.formats import is_marked
from voicenote.sound.voice_channel import Judge, find_voice, is_audible

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

#: The longest recording, in seconds.
LONGEST_S = 600.0
#: Formats that do not store a length: the library guesses it from the first frames.
_GUESSING = frozenset({"mp3", "aac", "amr", "ac3"})
#: A file whose stated length is this many seconds longer than its content is incomplete.
_BROKEN_S = 0.5
#: Sample rates and channels of real recordings; any other value means a broken header. More
#: channels than `_APART` are mixed by the library.
_RATES, _CHANNELS, _APART = range(4_000, 768_001), range(1, 65), 8
#: A later track has the voice if it has so many times the speech of an earlier one.
_MORE = 1.25
KINDS = "give a wav, mp3, m4a, ogg, webm or flac file"
_AGAIN = "export or record it again"


def decode_voice(container: InputContainer, name: str, judge: Judge | None) -> Clip:
    """Return the voice of an open file, whose `name` is for messages.

    A track that can't be decoded is passed over if another can. Of several, the one in which
    `judge` hears most speech is taken, the first of equal ones; without it, the first that can be
    heard. Raises BadData when there is none, and av's errors.
    """
    streams = container.streams.audio
    if not streams:
        raise BadData(f"{name} has no sound in it", KINDS)
    # a track that cannot be decoded has no codec context
    known = [stream for stream in streams if stream.codec_context is not None]
    if not known:
        raise BadData(f"the sound in {name} is of a kind that cannot be read", KINDS)
    if len(known) == 1:
        return _decode(container, known[0], name, judge)
    best, most, first = None, -1.0, None
    for stream in known:
        try:
            clip = _decode(container, stream, name, judge) if _begins(container, stream) else None
        except BadData as problem:
            first, clip = first or problem, None
        finally:
            container.seek(0)
        if clip is None:
            continue
        spoken = _spoken(clip, judge)
        if best is None or spoken > most * _MORE:
            best, most = clip, spoken
    if best is None or (most <= 0 and first):
        raise first or BadData(f"the sound in {name} is broken", _AGAIN)
    return best


def _spoken(clip: Clip, judge: Judge | None) -> float:
    if not is_audible(clip):
        return 0.0
    # what nobody speaks in, but can be heard, comes before silence
    return 0.01 + (judge(clip) if judge else 0.0)


def _begins(container: InputContainer, stream: AudioStream) -> bool:
    """Return whether a track is of the kind that it says it is: its first sound can be decoded."""
    try:
        return stream.channels in _CHANNELS and next(container.decode(stream), None) is not None
    except av.FFmpegError:
        return False
    finally:
        container.seek(0)


@dataclass
class _Heard:
    """What a track gave until its end, or until it could be decoded no further."""

    parts: list[np.ndarray]
    samples: int = 0
    failed: bool = False


def _decode(container: InputContainer, stream: AudioStream, name: str, judge: Judge | None) -> Clip:
    """Decode all of `stream`. A file that breaks off in the middle is refused, not shortened."""
    if (stream.rate and stream.rate not in _RATES) or stream.channels not in _CHANNELS:
        raise BadData(
            f"{name} is broken: it says it has {stream.channels} channels of {stream.rate} Hz",
            _AGAIN,
        )
    rate = min(max(stream.rate or 48_000, 8_000), 48_000)
    layout = stream.layout.name if 1 < stream.channels <= _APART else "mono"
    resampler = av.AudioResampler(format="s16p", layout=layout, rate=rate)
    heard = _Heard([])
    for frame in _frames(container, stream, heard, name, rate):
        for out in resampler.resample(frame):
            heard.parts.append(out.to_ndarray())
            heard.samples += out.samples
        if heard.samples > LONGEST_S * rate:
            raise BadData(
                f"{name} is longer than {LONGEST_S / 60:.0f} minutes",
                "a memo has 20 to 60 seconds: record it shorter, or cut it",
            )
    heard.parts += [out.to_ndarray() for out in resampler.resample(None)]
    told, length = _told_s(container, stream), heard.samples / rate
    if told - length > max(_BROKEN_S, told / 20):
        raise BadData(
            f"{name} is broken: only {length:.1f} of its {told:.1f} s can be read", _AGAIN
        )
    synthetic = is_marked({**container.metadata, **stream.metadata})
    if not heard.parts:
        return Clip(b"", rate, synthetic=synthetic)
    channels = list(np.concatenate(heard.parts, axis=1))
    return Clip(find_voice(channels, rate, judge), rate, synthetic=synthetic)


def _frames(
    container: InputContainer, stream: AudioStream, heard: _Heard, name: str, rate: int
) -> Iterator[av.AudioFrame]:
    """Yield what can be decoded; junk after the last sound is passed over.

    Raises BadData where sound follows what can't be decoded: that is a hole in the middle.
    """
    broken: av.FFmpegError | None = None
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
            if packet is None:
                return
            frames = packet.decode()
        except av.FFmpegError as error:
            if not heard.samples or isinstance(error, av.error.EOFError):
                raise BadData(f"{name} is broken after 0.0 s", _AGAIN) from error
            broken = broken or error
            continue
        if frames and broken and packet.size:
            raise BadData(
                f"{name} is broken after {heard.samples / rate:.1f} s", _AGAIN
            ) from broken
        yield from frames


def _told_s(container: InputContainer, stream: AudioStream) -> float:
    """Return the length in seconds that the file claims; 0 if it has none, or only guesses."""
    if container.format.name in _GUESSING:
        return 0.0
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / av.time_base if len(container.streams) == 1 else 0.0
