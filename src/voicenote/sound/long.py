"""Long audio, written while it is spoken, with only one sentence in memory at a time.

Each sentence is levelled and encoded alone, as in a memo, and its packets go into the file.
"""

from __future__ import annotations

import os
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

import av
import numpy as np

from voicenote.errors import Unavailable, WrongUse, room_for
from voicenote.files import UNFINISHED, make_file
from voicenote.model.sentences import Sentence
from voicenote.sound.edit import RATE, TAIL_S, pauses, resample
from voicenote.sound.formats import CODECS, Tags
from voicenote.sound.loudness import limit
from voicenote.sound.packets import FORMS, LEAD_S, TICK_S, codec_of, silence
from voicenote.sound.piece import Piece, PieceSource, Spoken
from voicenote.sound.splice import mux, ogg_pages, seconds

_ENDINGS = {"opus": "ogg", "oga": "ogg", "mp4": "m4a"}


@dataclass(frozen=True, slots=True)
class _Placed:
    """A sentence encoded for Ogg, and the ticks at which it and the next one begin."""

    source: PieceSource
    piece: Piece
    start: int
    following: int


def write_long(
    path: Path, sentences: Sequence[Sentence], sounds: Iterable[Spoken], tags: Tags
) -> float:
    """Write one sound a sentence in the format of the file's ending; return the length in seconds.

    Endings: ogg (opus, oga), m4a (mp4), mp3, wav. The file appears only when it is complete; if
    writing stops before that, by Ctrl-C too, an earlier file stays as it was. Raises WrongUse for
    another ending, BadData for a sentence without sound, what `Spoken.speak` raises, and
    Unavailable when it cannot be written.
    """
    ending = path.suffix.lower().removeprefix(".")
    rendition = _ENDINGS.get(ending, ending)
    if rendition not in CODECS:
        raise WrongUse(
            f"{path.name} does not end in a format that can be written",
            f"end it in .{', .'.join(CODECS)}",
        )
    try:
        with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=path.parent) as folder:
            new = Path(folder) / f"sound.{rendition}"
            make_file(new)
            if rendition == "ogg":
                with new.open("wb") as file:
                    took = write_ogg(file.write, sentences, sounds, tags)
            else:
                took = _write_other(new, rendition, sentences, sounds, tags)
            with new.open("rb+") as file:
                os.fsync(file.fileno())
            new.replace(path)
    except (av.FFmpegError, OSError) as error:
        advice = room_for(error, path.parent) if isinstance(error, OSError) else "try .ogg"
        raise Unavailable(f"{path.name} cannot be written: {error}", advice) from error
    return took


def write_ogg(
    write: Callable[[bytes], object],
    sentences: Sequence[Sentence],
    sounds: Iterable[Spoken],
    tags: Tags,
) -> float:
    """Pass an Ogg/Opus file to `write`, page by page; return its length in seconds.

    Nothing is written before the first sentence has been spoken. Raises as `write_long` does.
    """
    text = "\n".join(sentence.text for sentence in sentences)
    count = 0

    def counted() -> Iterator[bytes]:
        nonlocal count
        for packet in _lay_packets(_place_sentences(sentences, sounds), "ogg"):
            count += 1
            yield packet

    for page in ogg_pages(counted(), codec_of("ogg"), tags, zlib.crc32(text.encode()) >> 1):
        write(page)
    return seconds(count)


def _write_other(
    path: Path, rendition: str, sentences: Sequence[Sentence], sounds: Iterable[Spoken], tags: Tags
) -> float:
    ended = 0

    def counted() -> Iterator[_Placed]:
        nonlocal ended
        for one in _place_sentences(sentences, sounds):
            yield one
            ended = one.following

    laid = _samples(counted()) if rendition == "wav" else _lay_packets(counted(), rendition)
    codec = CODECS["wav"] if rendition == "wav" else codec_of(rendition)
    mux(path, laid, rendition, codec, tags)
    return ended * TICK_S


def _place_sentences(sentences: Sequence[Sentence], sounds: Iterable[Spoken]) -> Iterator[_Placed]:
    """Lay sentences out one after the other, as `arrange` does for all of them at once."""
    codec = codec_of("ogg")
    start = 1
    gaps = [*(pause - LEAD_S for pause in pauses(sentences)[:-1]), TAIL_S]
    for spoken, gap in zip(sounds, gaps, strict=True):
        source = PieceSource(spoken, None)
        piece = source.piece("ogg", codec)
        ended = start * TICK_S + LEAD_S + piece.words_s
        following = max(start + len(piece.packets), round((ended + gap) / TICK_S))
        yield _Placed(source, piece, start, following)
        start = following


def _lay_packets(placed: Iterable[_Placed], rendition: str) -> Iterator[bytes]:
    """Yield the packets of a rendition: each sentence at its place, silence between."""
    codec = codec_of(rendition)
    pause = silence(rendition, codec)
    ticks = TICK_S * codec.rate / FORMS[rendition].frame
    at = 0
    for one in placed:
        packets = one.piece.packets
        if rendition != "ogg":
            packets = one.source.piece(rendition, codec, like=one.piece).packets
        begin, end = round(one.start * ticks), round(one.following * ticks)
        yield from repeat(pause, begin - at)
        yield from chain(packets[: end - begin], repeat(pause, end - begin - len(packets)))
        at = end


def _samples(placed: Iterable[_Placed]) -> Iterator[bytes]:
    """Yield the same as 16-bit samples at `RATE`, as loud as in Ogg."""
    at = 0
    for one in placed:
        words = one.source.words
        gain = np.float32(10 ** (one.piece.gain_db / 20))
        loud = limit(resample(words.samples, words.rate, RATE) * gain, RATE, one.piece.ceiling)
        begin = round((one.start * TICK_S + LEAD_S) * RATE)
        end = round(one.following * TICK_S * RATE)
        whole = np.zeros(end - at, np.float32)
        whole[begin - at : begin - at + len(loud)] = np.clip(loud, -1, 1)
        yield (whole * 32767).astype("<i2").tobytes()
        at = end
