"""Sound: a clip (one sentence, spoken) and a memo (the finished thing, with its facts)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Synthetic(StrEnum):
    """Whose voice it is: a person's, partly a machine's, or all a machine's."""

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
        """Seconds."""
        return len(self.pcm) / 2 / self.rate


@dataclass(frozen=True, slots=True)
class Caption:
    """When a sentence is said: seconds from the start of the memo."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Memo:
    """The finished sound and its facts.

    `files` maps a rendition (``ogg``, ``m4a``, ``mp3``, ``vtt``, ``txt``) to a path relative to the
    workspace; `duration_s` seconds; `loudness_lufs` integrated loudness of the decoded Ogg file
    (EBU R 128), None for sound too short to measure; `sha256` of the Ogg file; `script_sha256` of
    the script that it says; `digests` maps each rendition to the SHA-256 of its file, so that just
    what was approved can leave.
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
