"""The formats of a memo, Ogg/Opus, m4a and mp3 (and wav), how each is coded, and its tags."""

from __future__ import annotations

from dataclasses import dataclass, replace

from voicenote.model.memo import Synthetic
from voicenote.sound.edit import RATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """What a file says about itself. `synthetic` is written so that a machine can read it."""

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
