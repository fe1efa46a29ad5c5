"""Code sound as Ogg/Opus, m4a and mp3 with tags, and read it back; write files whole or not at all.

The same sound and tags give the same bytes: no dates, no version of a library, and a serial number
of the Ogg stream that is made from its content.
"""

from __future__ import annotations

import hashlib
import io
import os
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
    """How one rendition is coded; `bit_rate` in bits a second, `rate` in hertz.

    `noise` is added before coding, as a part of full scale.
    """

    container: str
    codec: str
    bit_rate: int
    rate: int = RATE
    noise: float = 0.0
    options: tuple[tuple[str, str], ...] = ()
    container_options: tuple[tuple[str, str], ...] = ()


#: Options of Opus that use only its other half (CELT).
_SAFE = (("application", "lowdelay"), ("frame_duration", "20"))
#: Rendition → its codec. Opus: `voip` at complexity 5, measured as good as 10 at half the time; its
#: clock is 48 kHz whatever goes in. Measured with 48 memos of espeak-ng: above 16 kHz, and after
#: digital silence, the coder can crack (sound held under 0.62 comes back at up to 1.6, in every
#: decoder). At 16 kHz, with a noise of −86 dBFS in the pauses, it is rare, and a further attempt
#: mends it.
CODECS = {
    "ogg": Codec(
        container="ogg",
        codec="libopus",
        bit_rate=32_000,
        rate=16_000,
        noise=5e-5,
        options=(
            ("application", "voip"),
            ("compression_level", "5"),
            ("frame_duration", "60"),
            ("vbr", "on"),
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


def encode(samples: Samples, rendition: str, tags: Tags, attempt: int = 0) -> bytes:
    """Return `samples` (at `RATE`, parts of full scale) coded as `rendition`, tagged.

    Another `attempt` breathes another noise into the pauses, after which the coder decides anew;
    from the third on Opus uses the half of its coder that cannot crack, at a little more cost.
    Raises WrongUse for an unknown rendition, Unavailable when the coder or the disk fails.
    """
    try:
        codec = CODECS[rendition]
    except KeyError:
        raise WrongUse(
            f"no sound can be written as {rendition!r}", f"give one of {', '.join(CODECS)}"
        ) from None
    if attempt >= 2 and rendition == "ogg":
        codec = replace(codec, options=(*codec.options, *_SAFE))
    if codec.noise:
        samples = samples + np.resize(_noise(attempt) * np.float32(codec.noise), len(samples))
    pcm = (np.clip(samples, -1, 1) * 32767).astype("<i2")
    serial = int.from_bytes(hashlib.sha256(pcm.tobytes()).digest()[:4], "big") >> 1
    options = {"fflags": "+bitexact", **dict(codec.container_options)}
    if codec.container == "ogg":
        options["serial_offset"] = str(serial)
    try:
        # To put its index first, the m4a writer reads its own file again: it needs a real one.
        with tempfile.TemporaryDirectory(prefix="voicenote-") as folder:
            path = Path(folder) / f"memo.{rendition}"
            _mux(path, pcm, codec, options, _metadata(tags))
            return path.read_bytes()
    except (av.FFmpegError, OSError) as error:
        raise Unavailable(
            f"the sound cannot be coded as {rendition}: {error}",
            "look whether the folder for temporary files is full",
        ) from error


def _noise(seed: int) -> Samples:
    """One second of noise, always the same, so that the same sound gives the same bytes."""
    return np.random.default_rng(seed).standard_normal(RATE).astype(np.float32)


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


def _metadata(tags: Tags) -> dict[str, str]:
    """The tags by name. The comment repeats the marking, for formats without names of our own."""
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
    return {name: " ".join(text.replace("\0", " ").split()) for name, text in found.items() if text}


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


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all. Raises Unavailable when it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(0o644)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Unavailable(
            f"{path.name} cannot be written: {error.strerror or error}",
            f"make room in {path.parent}, or allow writing there",
        ) from error
