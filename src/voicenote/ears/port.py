"""The port of ears: sound in, a transcript out.

Ears are found through the entry points ``voicenote.ears.v1``. The entry point names a class: its
`Options` declares the settings, calling it with these makes the ears, and its `info` describes them
without loading anything heavy. A transcript informs; it decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from voicenote.model.memo import Clip
from voicenote.model.transcript import Transcript


@dataclass(frozen=True, slots=True, kw_only=True)
class EarsInfo:
    """What `doctor` says of ears.

    `sends` says where the sound goes, "" when it stays in this program. `advice` says what to do if
    they aren't ready.
    """

    name: str
    ready: bool
    note: str
    sends: str = ""
    advice: str = ""


@runtime_checkable
class Ears(Protocol):
    """What hears. `model` names what exactly; may be ""."""

    name: str
    model: str

    def hear(self, clip: Clip, language: str = "") -> Transcript:
        """Return what is said in `clip`; nothing at all where nobody speaks (`ears.speech`).

        `language` (BCP 47) is what is spoken; "" if that isn't known. Raises Unavailable when it
        can't be heard here or now, and BadData for an answer that can't be used.
        """

    def close(self) -> None:
        """Release its resources. May be called more than once."""


class EarsMaker(Protocol):
    """What an entry point of ``voicenote.ears.v1`` names.

    Its attribute `Options`, a frozen dataclass, declares its settings; without it there are none.
    """

    def __call__(self, options: Any) -> Ears:
        """Make the ears. Raises BadSettings when an option is wrong."""

    def info(self, options: Any) -> EarsInfo:
        """Return the facts known before they are made. Loads nothing heavy and never raises."""
