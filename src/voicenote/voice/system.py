"""The system voice through pyttsx3, for when there is no better one.

On Linux it is espeak-ng, which is bundled as a library (see `espeak`); macOS and Windows have their
own. pyttsx3 has one engine a process, and many of its failures are silent. So this module speaks
one text at a time, each into a new file, waits until the engine reports the end, and checks the
sound before it returns it. After a timeout it says nothing more in this process, because a late
sentence could land in the next one's file.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import shutil
import tempfile
import wave
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from voicenote.errors import BadSettings, Unavailable, VoiceUnavailable
from voicenote.model.memo import Clip
from voicenote.model.sentences import Sentence
from voicenote.options import option, validators
from voicenote.voice import espeak
from voicenote.voice.port import VoiceInfo, primary, sayable
from voicenote.voice.speech_engine import AGAIN, LOCK, PATIENCE_S, the_engine
from voicenote.voice.writing_system import language_of

#: The voice to use where espeak-ng has several for a language.
_PREFERRED = {"en": "gmw/en-us", "pt": "roa/pt-br", "es": "roa/es", "fa": "ira/fa", "zh": "sit/cmn"}
_RATE = 165
#: Words a minute that it says at that rate, measured on letters with its bundled engine.
_PACE = {"en": 186, "et": 115, "fa": 131, "he": 138, "pl": 124, "ro": 151}
#: How many of 100 words a speech recogniser misheard (docs/performance.md).
_MISHEARD = {"en": 5, "pl": 36, "ro": 43, "et": 73, "fa": 85, "he": 97}
#: How many times a sentence is tried.
TRIES = 3
_FREE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class SystemOptions:
    """The settings of the system voice."""

    voice: str = option(
        "", validators.text, "The id of a voice, used for its own language; empty: the best."
    )
    rate: int = option(_RATE, validators.number(80, 400, whole=True), "Words a minute.")
    patience: float = option(PATIENCE_S, validators.seconds, "")


class System:
    """The system voice. `patience` is how many seconds a sentence may take."""

    Options = SystemOptions

    name = "system"
    synthetic = True

    def __init__(self, options: SystemOptions) -> None:
        self._rate = options.rate
        self._wanted = options.voice.lower()
        self._patience = options.patience
        with LOCK:
            importlib.import_module("numpy")  # now, because it may swallow a Ctrl-C while it loads
            engine = the_engine()
            if self._wanted and self._wanted not in engine.voices:
                raise BadSettings(
                    f"the system has no voice {self._wanted!r}", "see `voicenote voices`"
                )
            self._voices = engine.voices
            self.version = f"{engine.version} {self._wanted or 'auto'} {self._rate}wpm"
        tags = {primary(tag) for tags in self._voices.values() for tag in tags}
        self.languages = frozenset(tags - {""})
        self._picked: dict[str, str] = {}
        self._folder = Path(tempfile.mkdtemp(prefix="voicenote-"))
        self._clean = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    @classmethod
    def info(cls, options: SystemOptions) -> VoiceInfo:
        """Return what the listing shows, without starting the engine."""
        here = importlib.util.find_spec("pyttsx3") is not None
        bundled = espeak.bundled_languages()
        return VoiceInfo(
            name=cls.name,
            languages=bundled,
            licence="espeak-ng GPL-3.0 (loaded at run time), or your platform's own",
            synthetic=True,
            quality=1,
            installed=here,
            note="sounds like a machine; Persian is hard to understand, Hebrew is not understood",
            advice="" if here else "install pyttsx3",
            misheard=_MISHEARD if bundled else {},
            rate=options.rate,
            pace=_pace_at(options.rate) if bundled else {},
        )

    def speak(self, sentence: Sentence, language: str) -> Clip:
        """Return the sentence as sound. The port lists the errors.

        On a busy machine the engine may report the end of the previous sentence. Then the result is
        discarded, and the sentence is tried again.
        """
        text = tame(sayable(sentence))
        voice = self._pick(language_of(text, language))
        for left in reversed(range(TRIES)):
            try:
                return self._once(text, voice)
            except VoiceUnavailable:
                if not left or the_engine().broken:
                    raise
        raise AssertionError(TRIES)

    def _once(self, text: str, voice: str) -> Clip:
        with LOCK:
            path = self._fresh_file()
            try:
                engine = the_engine()
                engine.turn_to(voice, self._rate)
                engine.say(text, path, self._patience)
                clip = _read_output(path)
            finally:
                path.unlink(missing_ok=True)
        check(text, clip, self._rate)
        return clip

    def close(self) -> None:
        """Remove the temporary folder. The engine stays, because the process shares it."""
        self._clean()

    def _pick(self, language: str) -> str:
        if language not in self._picked:
            self._picked[language] = pick(self._voices, language, self._wanted)
        return self._picked[language]

    def _fresh_file(self) -> Path:
        """Return a new file. Raises Unavailable on a full disk, where the engine would hang."""
        try:
            free = shutil.disk_usage(self._folder).free
            descriptor, name = tempfile.mkstemp(suffix=".wav", dir=self._folder)
        except OSError as error:
            raise VoiceUnavailable(
                f"the folder for temporary files is missing: {error.strerror}",
                "run the command again, or set TMPDIR",
            ) from error
        os.close(descriptor)
        if free < _FREE_BYTES:
            Path(name).unlink()
            raise Unavailable("the folder for temporary files is full", "make room, or set TMPDIR")
        return Path(name)


def pick(voices: Mapping[str, tuple[str, ...]], language: str, wanted: str = "") -> str:
    """Return the id of the best voice for a BCP 47 `language` in `voices` (id → its languages).

    That is the wanted one if it speaks the language, else an exact match of the tag, else the
    preferred one, else the plainest of the primary subtag. Raises VoiceUnavailable when none speaks
    it.
    """
    tag, tongue = language.lower().replace("_", "-"), primary(language)
    fits = {
        name: tags for name, tags in voices.items() if any(primary(one) == tongue for one in tags)
    }
    if not fits or not tongue:
        raise VoiceUnavailable(
            f"the system voice does not speak {language or 'an unknown language'!r}",
            "record the sentences in your own voice, or choose another voice in [voice]",
        )
    if wanted in fits:
        return wanted
    exact = [name for name, tags in fits.items() if tag in tags]
    if exact and tag != tongue:
        return min(exact, key=lambda name: (len(name), name))
    if _PREFERRED.get(tongue) in fits:
        return _PREFERRED[tongue]
    return min(exact or fits, key=lambda name: (len(name), name))


def tame(text: str) -> str:
    """Remove what a platform's voice could read as a command: ``[[…]]`` and ``<…>``."""
    for mark in ("[[", "]]", "<", ">"):
        text = text.replace(mark, " ")
    return " ".join(text.split())


def _pace_at(rate: int) -> dict[str, float]:
    return {code: words * rate / _RATE for code, words in _PACE.items()}


def check(text: str, clip: Clip, rate: int) -> None:
    """Raise VoiceUnavailable unless `clip` can be `text`: not empty or silent, a plausible length.

    At 165 words a minute, speech has about 15 characters a second; fewer where numbers are spelt
    out, more in scripts without vowels. The bounds are a quarter and eight times that length.
    """
    import numpy as np

    peak = np.abs(np.frombuffer(clip.pcm, "<i2").astype(np.int32)).max(initial=0)
    letters = sum(1 for letter in text if letter.isalnum())
    expected = letters / (15 * rate / _RATE)
    if not clip.pcm:
        problem = "nothing"
    elif peak < 100:
        problem = "silence"
    elif not expected / 4 <= clip.duration_s <= 3 + expected * 8:
        problem = f"{clip.duration_s:.1f} s, which cannot be it"
    else:
        return
    short = text if len(text) <= 40 else f"{text[:39]}…"
    raise VoiceUnavailable(f"the system voice made {problem} of “{short}”", AGAIN)


def _read_output(path: Path) -> Clip:
    """Read the engine's file: WAV on Linux and Windows, AIFF on macOS."""
    import av

    if not path.stat().st_size:
        return Clip(b"", 22_050, synthetic=True)
    # espeak-ng's files, read ten times faster than by a library that reads everything
    with (
        contextlib.suppress(wave.Error, EOFError, RuntimeError),
        wave.open(str(path), "rb") as file,
    ):
        if (file.getnchannels(), file.getsampwidth()) == (1, 2):
            return Clip(file.readframes(file.getnframes()), file.getframerate(), synthetic=True)
    try:
        with av.open(str(path)) as container:
            stream = container.streams.audio[0]
            resampler = av.AudioResampler(format="s16", layout="mono", rate=stream.rate)
            frames = [
                out.to_ndarray().tobytes()
                for frame in [*container.decode(stream), None]
                for out in resampler.resample(frame)
            ]
            return Clip(b"".join(frames), stream.rate, synthetic=True)
    except (av.FFmpegError, IndexError) as error:
        raise VoiceUnavailable(f"the system voice wrote no sound: {error}", AGAIN) from error
