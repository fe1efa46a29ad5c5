"""The hibari voice: a small natural voice for English, with its model in the package."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import Any

from voicenote.errors import BadSettings, VoiceUnavailable
from voicenote.extras import how_to_install
from voicenote.model.memo import Clip
from voicenote.model.sentences import Sentence
from voicenote.options import option, validators
from voicenote.voice.port import VoiceInfo, primary, sayable
from voicenote.voice.writing_system import language_of

_PACKAGE = "hibari-tts"
#: Its natural pace in words a minute, and the speed factors that it takes.
_NATURAL = 175
_SPEEDS = (0.5, 2.0)


@dataclass(frozen=True, kw_only=True)
class HibariOptions:
    """The settings of hibari."""

    voice: str = option("heart", validators.text, "One of its names.")
    rate: int = option(_NATURAL, validators.number(90, 350, whole=True), "Words a minute.")


class Hibari:
    """The voice of hibari-tts.

    ``heart`` is in the package. Other voices work if they were downloaded before; nothing is
    downloaded here.
    """

    Options = HibariOptions
    name = "hibari"
    synthetic = True
    languages = frozenset({"en"})

    def __init__(self, options: HibariOptions) -> None:
        self._speed = min(max(options.rate / _NATURAL, _SPEEDS[0]), _SPEEDS[1])
        self._engine = _engine(options.voice)
        from importlib.metadata import version

        self.version = f"{_PACKAGE} {version(_PACKAGE)} {options.voice} {options.rate}wpm"

    @classmethod
    def info(cls, options: HibariOptions) -> VoiceInfo:
        """Return what the listing shows; loads nothing."""
        here = importlib.util.find_spec("hibari") is not None
        return VoiceInfo(
            name=cls.name,
            languages=cls.languages,
            licence="Apache-2.0, the model too",
            synthetic=True,
            quality=50,
            installed=here,
            note="natural American English; a name may need its say_as",
            advice="" if here else how_to_install("neural"),
            size_mb=8,
            misheard={"en": 1},
            rate=options.rate,
        )

    def speak(self, sentence: Sentence, language: str) -> Clip:
        """Return the sentence as sound, the same each time. The port lists the errors."""
        import numpy as np

        text = sayable(sentence)
        if primary(language_of(text, language)) not in self.languages:
            raise VoiceUnavailable(
                f"hibari speaks English, not {language_of(text, language) or 'that'!r}",
                "choose another voice for it in [voice]",
            )
        # Square brackets before round ones would be read as a pronunciation.
        plain = text.replace("[", " ").replace("]", " ")
        wave = self._engine(plain, speed=self._speed, seed=0)
        if not len(wave):
            raise VoiceUnavailable(f"hibari could not speak “{text[:40]}”", "say it in other words")
        pcm = (np.clip(wave, -1, 1) * 32767).astype("<i2").tobytes()
        return Clip(pcm, int(self._engine.sample_rate), synthetic=True)

    def close(self) -> None:
        """Release the model."""
        self._engine = _refuse_network


def _refuse_network(*_: object, **__: object) -> Any:
    raise VoiceUnavailable("this voice was closed", "make it again")


def _engine(voice: str) -> Any:
    """Load an installed voice. Raises VoiceUnavailable if it is missing, BadSettings if unknown."""
    try:
        import hibari
        from hibari.voices import VOICES, voice_path
    except ImportError as error:
        raise VoiceUnavailable(
            f"hibari cannot be loaded: {error}", how_to_install("neural")
        ) from error
    if voice not in VOICES:
        raise BadSettings(f"hibari has no voice {voice!r}", f"it has {', '.join(VOICES)}")
    try:
        model = voice_path(voice, download_missing=False)
    except FileNotFoundError:
        raise VoiceUnavailable(
            f"hibari's voice {voice!r} is not on this machine",
            f"fetch it once with: hibari --voice {voice} Hello -o hello.wav",
        ) from None
    return hibari.Hibari(voice=voice, model=model)
