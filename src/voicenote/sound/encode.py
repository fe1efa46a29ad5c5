"""Code sound as Ogg/Opus, m4a and mp3 with tags, and read it back.

The same sound and tags give the same bytes: no dates, no version of a library, and a serial number
of the Ogg stream that is made from its content.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import av
import numpy as np

from voicenote.errors import Unavailable, WrongUse
from voicenote.model.memo import Synthetic
from voicenote.sound.edit import RATE
from voicenote.sound.loudness import Samples


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """What a file tells about itself. `synthetic` is written so that a machine can read it."""

    title: str = ""
    artist: str = ""
    comment: str = ""
    language: str = ""
    voice: str = ""
    synthetic: Synthetic = Synthetic.NO


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """How one rendition is coded; `bit_rate` in bits a second, `rate` in hertz."""

    container: str
    codec: str
    bit_rate: int
    rate: int = RATE
    options: tuple[tuple[str, str], ...] = ()
    container_options: tuple[tuple[str, str], ...] = ()


#: The longest tag, in characters: all of them fit on one page of an Ogg file.
_LONGEST_TAG = 2000
#: Rendition → its codec. Opus has two halves. The one for music (CELT: `lowdelay`) never cracked
#: here. The one for speech (SILK: `voip`) is nearer to natural voices, but made espeak-ng's sound,
#: held under 0.62, come back over full scale in every decoder (docs/performance.md). So it is tried
#: for people and natural voices only, and what it cracks is coded by the other half. Its clock is
#: 48 kHz whatever goes in.
CODECS = {
    "ogg": Codec(
        container="ogg",
        codec="libopus",
        bit_rate=40_000,
        rate=16_000,
        options=(
            ("application", "lowdelay"),
            ("compression_level", "0"),
            ("frame_duration", "60"),
            ("vbr", "constrained"),
        ),
    ),
    "m4a": Codec(
        container="ipod",
        codec="aac",
        bit_rate=48_000,
        options=(("aac_coder", "fast"),),
        container_options=(("movflags", "+faststart"),),
    ),
    "mp3": Codec(
        container="mp3", codec="libmp3lame", bit_rate=48_000, options=(("compression_level", "7"),)
    ),
    "wav": Codec(container="wav", codec="pcm_s16le", bit_rate=0),
}


def for_speech(codec: Codec) -> Codec:
    """Return a codec of Opus that uses its half for speech."""
    options = {**dict(codec.options), "application": "voip", "vbr": "on"}
    return replace(codec, options=tuple(options.items()))


def encode(samples: Samples, rendition: str, tags: Tags, *, speech: bool = False) -> bytes:
    """Return `samples` (at `RATE`, parts of full scale) coded as `rendition`, tagged.

    With `speech` Opus uses its half for speech. Raises WrongUse for an unknown rendition,
    Unavailable when the coder or the disk fails.
    """
    try:
        codec = CODECS[rendition]
    except KeyError:
        raise WrongUse(
            f"no sound can be written as {rendition!r}", f"give one of {', '.join(CODECS)}"
        ) from None
    if speech and rendition == "ogg":
        codec = for_speech(codec)
    pcm = (np.clip(samples, -1, 1) * 32767).astype("<i2")
    serial = int.from_bytes(hashlib.sha256(pcm.tobytes()).digest()[:4], "big") >> 1
    options = {"fflags": "+bitexact", **dict(codec.container_options)}
    if codec.container == "ogg":
        options["serial_offset"] = str(serial)
    try:
        # To put its index first, the m4a writer reads its own file again: it needs a real one.
        with tempfile.TemporaryDirectory(prefix="voicenote-") as folder:
            path = Path(folder) / f"memo.{rendition}"
            _mux(path, pcm, codec, options, metadata(tags))
            return path.read_bytes()
    except (av.FFmpegError, OSError) as error:
        raise Unavailable(
            f"the sound cannot be coded as {rendition}: {error}",
            "look whether the folder for temporary files is full",
        ) from error


def _mux(
    path: Path,
    pcm: np.ndarray[tuple[int], np.dtype[np.int16]],
    codec: Codec,
    options: dict[str, str],
    metadata: dict[str, str],
) -> None:
    with av.open(str(path), "w", format=codec.container, options=options) as container:
        container.metadata.update(metadata)
        stream = cast(
            "av.AudioStream",
            container.add_stream(
                codec.codec,
                rate=codec.rate,
                layout="mono",
                options={"flags": "+bitexact", **dict(codec.options)},
            ),
        )
        if codec.bit_rate:
            stream.bit_rate = codec.bit_rate
        frame = av.AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, 0
        resampler = av.AudioResampler(format="s16", layout="mono", rate=codec.rate)
        for one in (frame, None):
            for piece in resampler.resample(one):
                container.mux(stream.encode(piece))
        container.mux(stream.encode(None))


def metadata(tags: Tags) -> dict[str, str]:
    """Return the tags by name; the comment repeats the marking, for formats without such names."""
    marking = f"synthetic={tags.synthetic.value}"
    if tags.voice:
        marking += f"; voice={tags.voice}"
    found = {
        "title": tags.title,
        "artist": tags.artist,
        "comment": f"{tags.comment} [{marking}]".strip() if tags.comment else marking,
        "language": tags.language,
        "synthetic": tags.synthetic.value,
        "voice": tags.voice,
    }
    lines = {name: " ".join(text.replace("\0", " ").split()) for name, text in found.items()}
    return {name: line[:_LONGEST_TAG] for name, line in lines.items() if line}


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
