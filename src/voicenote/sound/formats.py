"""The formats of a memo, Ogg/Opus, m4a, mp3 and wav: how each is encoded, and its tags."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from voicenote.model.memo import Synthetic
from voicenote.sound.trim import RATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """The tags of a file. `synthetic` is written in a machine-readable form."""

    title: str = ""
    artist: str = ""
    comment: str = ""
    language: str = ""
    voice: str = ""
    synthetic: Synthetic = Synthetic.NO


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """How one rendition is encoded; `bit_rate` in bits a second, `rate` in hertz."""

    container: str
    codec: str
    bit_rate: int
    rate: int = RATE
    options: tuple[tuple[str, str], ...] = ()
    container_options: tuple[tuple[str, str], ...] = ()


#: How a tag marks a voice as synthetic, wholly or in part, when it isn't a tag of its own.
_MARK = re.compile(r"\bsynthetic=(yes|partly|no)\b")
_MARKED = (Synthetic.YES, Synthetic.PARTLY)
#: Tags that no format knows; what they are called in all of them.
OWN_FIELDS = ("synthetic", "voice")
#: The longest tag, in characters: all of them fit on one page of an Ogg file.
_LONGEST_TAG = 2000
#: Rendition → its codec. Opus has two modes. The one for music (CELT: `lowdelay`) never cracked
#: here. The one for speech (SILK: `voip`) is closer to natural voices, but made espeak-ng's sound,
#: held under 0.62, come back over full scale in every decoder (docs/performance.md). So it is used
#: for people and natural voices only, and what cracks is encoded in the other mode. The clock is
#: 48 kHz, whatever the input rate.
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
        container="mp3",
        codec="libmp3lame",
        bit_rate=48_000,
        options=(("compression_level", "7"), ("reservoir", "0")),
    ),
    "wav": Codec(container="wav", codec="pcm_s16le", bit_rate=0),
}


def for_speech(codec: Codec) -> Codec:
    """Return an Opus codec with its mode for speech (SILK)."""
    options = {**dict(codec.options), "application": "voip", "vbr": "on"}
    return replace(codec, options=tuple(options.items()))


def metadata(tags: Tags) -> dict[str, str]:
    """Return the tags by name. The comment repeats the marking, for formats without such names."""
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


@dataclass(frozen=True, slots=True)
class Marking:
    """What the tags of a file say: whether its voice is synthetic, None if nothing; and which."""

    synthetic: Synthetic | None = None
    voice: str = ""


def marking_of(found: Mapping[str, str]) -> Marking:
    """Return what the tags of a file say of its voice, in the form that `metadata` writes."""
    told = {name.casefold(): text for name, text in found.items()}
    said = told.get("synthetic", "").strip().casefold()
    noted = _MARK.search(told.get("comment", "").casefold())
    if noted and said not in _MARKED:  # some formats keep only the comment
        said = noted[1]
    known = said in tuple(Synthetic)
    return Marking(Synthetic(said) if known else None, told.get("voice", ""))


def is_marked(found: Mapping[str, str]) -> bool:
    """Return whether the tags of a file mark its voice as synthetic, as those of `metadata` do."""
    return marking_of(found).synthetic in _MARKED
