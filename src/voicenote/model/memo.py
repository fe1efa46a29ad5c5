"""Sound: a clip (one spoken sentence) and a memo (the finished recording with its facts)."""

from __future__ import annotations

import io
import wave
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Synthetic(StrEnum):
    """How much of a voice is synthetic: none, a part, or all of it."""

    NO = "no"
    PARTLY = "partly"
    YES = "yes"


@dataclass(frozen=True, slots=True)
class Clip:
    """Mono sound. `pcm` is signed 16-bit little-endian samples, `rate` hertz."""

    pcm: bytes
    rate: int
    synthetic: bool

    def __post_init__(self) -> None:
        if len(self.pcm) % 2:
            raise ValueError("16-bit sound has an even number of bytes")
        if self.rate <= 0:
            raise ValueError("the rate of sound is positive")

    @property
    def duration_s(self) -> float:
        """The length in seconds."""
        return len(self.pcm) / 2 / self.rate

    @property
    def wav(self) -> bytes:
        """The content of a WAV file with this sound."""
        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(self.rate)
            file.writeframes(self.pcm)
        return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class Caption:
    """A sentence and when it is said, in seconds from the start of the memo."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Misheard:
    """A name, sum or day, as it is written, that a machine says so that `heard` is heard.

    `said` is the spelling in which it is said instead, so that it is heard right; "" if none was
    found. `whose` is the whole name that it is a word of, "" for a sum or a day.
    """

    text: str
    heard: str
    said: str = ""
    whose: str = ""

    @property
    def is_name(self) -> bool:
        """Whether it is a name, which can be spelt as it sounds."""
        return bool(self.whose)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """What ears heard of a machine's sentences: `by` names the ears, "" if nobody listened.

    `trouble` says why nobody could. `said_as` has the names that the owner's settings give another
    spelling, each with that.
    """

    by: str = ""
    trouble: str = ""
    misheard: tuple[Misheard, ...] = ()
    said_as: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memo:
    """The finished sound and its facts.

    `files` maps a rendition (``ogg``, ``m4a``, ``mp3``, ``vtt``, ``txt``) to a path relative to the
    workspace. `duration_s` is in seconds. `loudness_lufs` is the integrated loudness of the decoded
    Ogg file (EBU R 128), None for sound too short to measure. `sha256` is the Ogg file's,
    `script_sha256` that of the script it says. `digests` maps each rendition to its file's SHA-256,
    so only what was approved can be sent. `misheard` is how many of 100 words a listener mishears,
    if that is too many and nobody named the voice; else 0. `anyway`: the owner sends it all the
    same. `listening` is what was heard of its names, sums and days.
    """

    files: Mapping[str, str]
    duration_s: float
    loudness_lufs: float | None
    synthetic: Synthetic
    voice: str
    sha256: str
    script_sha256: str
    captions: tuple[Caption, ...] = field(default=())
    digests: Mapping[str, str] = field(default_factory=dict)
    misheard: float = 0
    anyway: bool = False
    listening: Listening = field(default_factory=Listening)

    @property
    def unheard(self) -> bool:
        """Whether its words leave as a letter without sound (R24)."""
        return self.misheard > 0 and not self.anyway
