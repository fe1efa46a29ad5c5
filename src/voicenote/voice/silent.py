"""The reference voice for trials and tests: a quiet hum as long as the words would take."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from voicenote.model.memo import Clip
from voicenote.model.sentences import Sentence
from voicenote.options import option, validators
from voicenote.voice.port import VoiceInfo, sayable

_RATE = 16_000
_LOUDNESS = 800  # of 32,767: visible in a waveform, hardly audible


@dataclass(frozen=True, kw_only=True)
class SilentOptions:
    """The settings of the reference voice."""

    rate: int = option(150, validators.number(40, 600, whole=True), "Words a minute.")


class Silent:
    """A hum whose pitch depends on the text. It works for any language."""

    Options = SilentOptions

    name = "silent"
    synthetic = True
    languages: frozenset[str] = frozenset()

    def __init__(self, options: SilentOptions) -> None:
        self._rate = options.rate
        self.version = f"silent 1 {options.rate}wpm"

    @classmethod
    def info(cls, options: SilentOptions) -> VoiceInfo:
        """Return what the listing shows."""
        return VoiceInfo(
            name=cls.name,
            languages=cls.languages,
            licence="MIT",
            synthetic=True,
            quality=0,
            installed=True,
            note="a quiet hum instead of words, for trials; chosen only by name",
            rate=options.rate,
        )

    def speak(self, sentence: Sentence, language: str) -> Clip:
        """Return the hum: six characters count as one word."""
        import numpy as np

        text = sayable(sentence)
        seconds = max(0.3, len(text) / 6 * 60 / self._rate)
        digest = hashlib.sha256(f"{language}\n{text}".encode()).digest()
        pitch = 90 + int.from_bytes(digest[:2], "big") % 2000 / 20
        moment = np.arange(round(seconds * _RATE)) / _RATE
        hum = np.sin(2 * np.pi * pitch * moment) * (0.75 + 0.25 * np.sin(2 * np.pi * 2.5 * moment))
        return Clip((hum * _LOUDNESS).astype("<i2").tobytes(), _RATE, synthetic=True)

    def close(self) -> None:
        """Do nothing: no resources are held."""
