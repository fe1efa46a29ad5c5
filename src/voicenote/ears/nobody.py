"""No ears: nothing is ever listened to."""

from __future__ import annotations

from dataclasses import dataclass

from voicenote.ears.port import EarsInfo
from voicenote.errors import Unavailable
from voicenote.model.memo import Clip
from voicenote.model.transcript import Transcript


@dataclass(frozen=True, kw_only=True)
class NobodyOptions:
    """No settings."""


class Nobody:
    """Ears that hear nothing."""

    Options = NobodyOptions
    name = "none"
    model = ""

    def __init__(self, options: NobodyOptions) -> None:
        del options

    @classmethod
    def info(cls, options: NobodyOptions) -> EarsInfo:
        """Return what `doctor` says."""
        del options
        return EarsInfo(name=cls.name, ready=True, note="no sound is listened to")

    def hear(self, clip: Clip, language: str = "") -> Transcript:
        """Raise Unavailable."""
        del clip, language
        raise Unavailable(
            'nothing is listened to: [ears] kind is "none"', 'set it to "whisper" or "endpoint"'
        )

    def close(self) -> None:
        """Do nothing."""
