"""Long audio, written while it is spoken, with only one sentence in memory at a time.

Each sentence is levelled and encoded alone, as in a memo, and its packets go into the file.
"""

from __future__ import annotations

import os
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import av
import numpy as np

from voicenote.errors import Unavailable, WrongUse, room_for
from voicenote.files import UNFINISHED, make_file
from voicenote.model.sentences import Sentence
from voicenote.sound.formats import CODECS, Tags
from voicenote.sound.layout import Placed, arrange, lay
from voicenote.sound.loudness import limit
from voicenote.sound.packets import TICK_S, codec_of
from voicenote.sound.piece import PieceSource, Spoken
from voicenote.sound.splice import mux, ogg_pages, seconds
from voicenote.sound.trim import RATE, resample

_ENDINGS = {"opus": "ogg", "oga": "ogg", "mp4": "m4a"}


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
        why = error.strerror or error  # without the name of our own unfinished file
        raise Unavailable(f"{path.name} cannot be written: {why}", advice) from error
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
    placed, codec = _Placing(sentences, sounds), codec_of("ogg")
    for page in ogg_pages(lay(placed, "ogg", codec), codec, tags, zlib.crc32(text.encode()) >> 1):
        write(page)
    return seconds(placed.end)


def _write_other(
    path: Path, rendition: str, sentences: Sequence[Sentence], sounds: Iterable[Spoken], tags: Tags
) -> float:
    placed, codec = _Placing(sentences, sounds), codec_of(rendition)
    laid = _samples(placed) if rendition == "wav" else lay(placed, rendition, codec)
    mux(path, laid, rendition, codec, tags)
    return placed.end * TICK_S


class _Placing:
    """The sentences as they are spoken and placed; `end` is the tick after the last one so far."""

    def __init__(self, sentences: Sequence[Sentence], sounds: Iterable[Spoken]) -> None:
        self._placed = arrange(
            sentences, (PieceSource(spoken, None) for spoken in sounds), codec_of("ogg")
        )
        self.end = 0

    def __iter__(self) -> Iterator[Placed]:
        for one in self._placed:
            yield one
            self.end = one.following


def _samples(placed: Iterable[Placed]) -> Iterator[bytes]:
    """Yield the same as 16-bit samples at `RATE`, as loud as in Ogg."""
    at = 0
    for one in placed:
        words = one.source.words
        gain = np.float32(10 ** (one.piece.gain_db / 20))
        loud = limit(resample(words.samples, words.rate, RATE) * gain, RATE, one.piece.ceiling)
        begin = round(one.begun_s * RATE)
        end = round(one.following * TICK_S * RATE)
        whole = np.zeros(end - at, np.float32)
        whole[begin - at : begin - at + len(loud)] = np.clip(loud, -1, 1)
        yield (whole * 32767).astype("<i2").tobytes()
        at = end
