"""The Kokoro voice: a natural voice from files that aren't in a package, a model and voice packs.

The model is an ONNX file of Kokoro-82M. The pack is one of its voices: 256 numbers for each length
of a sentence. The speakers it was trained on decide the accent, so the listing shows that.
Pronunciation comes from espeak-ng (see `phonemes`). Hebrew does not work: it writes no vowels.
"""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voicenote.errors import BadSettings, VoiceUnavailable
from voicenote.extras import how_to_install
from voicenote.model.memo import Clip
from voicenote.model.sentences import Sentence
from voicenote.options import option, validators
from voicenote.voice.kokoro_files import (
    MODEL,
    PACK,
    ModelFiles,
    digest,
    open_pack,
    problem_of,
)
from voicenote.voice.kokoro_letters import NUMBERS, clauses, letters, portions
from voicenote.voice.phonemes import Phonemes
from voicenote.voice.port import VoiceInfo, primary, sayable
from voicenote.voice.writing_system import language_of

#: Increase it when the same words would sound different.
RECIPE = 1
_RATE = 24_000
#: Its natural pace in words a minute.
_NATURAL = 165
#: Language → its name in espeak-ng.
_SPOKEN = {"en": "en-us", "pl": "pl", "ro": "ro", "et": "et", "fa": "fa"}
#: First letter of a voice's name → the speakers that it was trained on.
_ACCENTS = {
    "a": "American English",
    "b": "British English",
    "e": "Spanish",
    "f": "French",
    "h": "Hindi",
    "i": "Italian",
    "j": "Japanese",
    "p": "Brazilian Portuguese",
    "z": "Mandarin",
}


@dataclass(frozen=True, kw_only=True)
class KokoroOptions(ModelFiles):
    """The settings of Kokoro."""

    rate: int = option(_NATURAL, validators.number(90, 330, whole=True), "Words a minute.")


class Kokoro:
    """A voice from a model file and a voice pack."""

    Options = KokoroOptions
    name = "kokoro"
    synthetic = True
    languages = frozenset(_SPOKEN)

    def __init__(self, options: KokoroOptions) -> None:
        from importlib.metadata import version

        rate, self._files = options.rate, options
        problem = problem_of(self._files)
        if problem:
            raise BadSettings(*problem)
        if importlib.util.find_spec("onnxruntime") is None:
            raise VoiceUnavailable(
                "onnxruntime, which runs kokoro, isn't installed", how_to_install("neural")
            )
        self._speed = rate / _NATURAL
        # By the language of the memo: one person says all of it, with quotations from another.
        self._packs = {tongue: open_pack(path) for tongue, path in options.packs.items()}
        self._phonemes = Phonemes()
        self._session: Any = None
        self._closed = False
        stamp = f"{RECIPE} onnxruntime {version('onnxruntime')} {digest(self._files)}"
        short = hashlib.sha256(stamp.encode()).hexdigest()[:8]
        library = self._phonemes.version()
        pack = "" if options.voice == Path() else f"{options.voice.stem} "
        self.version = f"kokoro {pack}{short} {rate}wpm espeak-ng {library}"

    @classmethod
    def info(cls, options: KokoroOptions) -> VoiceInfo:
        """Return what the listing shows. Checks that the files are there, and loads nothing."""
        problem = problem_of(options)
        if importlib.util.find_spec("onnxruntime") is None:
            advice = how_to_install("neural")
        else:
            advice = f"{problem[0]}: {problem[1]}" if problem else ""
        return VoiceInfo(
            name=cls.name,
            languages=cls.languages,
            licence="Apache-2.0, the model too; espeak-ng GPL-3.0 (loaded at run time)",
            synthetic=True,
            quality=45,  # below hibari, of which fewer words are misheard in English
            installed=not advice,
            note=_note(options),
            advice=advice,
            size_mb=93,
            rate=options.rate,
            misheard={"en": 1, "pl": 24, "ro": 35, "et": 60, "fa": 72},
        )

    def speak(self, sentence: Sentence, language: str) -> Clip:
        """Return the sentence as sound, the same each time. The port lists the errors."""
        import numpy as np

        text = sayable(sentence)
        tongue = primary(language_of(text, language))
        if tongue not in _SPOKEN:
            raise VoiceUnavailable(
                f"kokoro does not speak {tongue or 'that'!r}",
                "record the sentences in your own voice, or choose another voice in [voice]",
            )
        whose = self._whose(language)
        spoken = self._written(text, tongue, british=self._files.packs[whose].name.startswith("b"))
        if not spoken:
            raise VoiceUnavailable(f"kokoro could not speak “{text[:40]}”", "say it in other words")
        wave = np.concatenate([self._wave(portion, whose) for portion in portions(spoken)])
        peak = float(np.abs(wave).max(initial=0)) if np.isfinite(wave).all() else 0.0
        if peak < 0.003:
            raise VoiceUnavailable(f"kokoro made silence of “{text[:40]}”", "say it in other words")
        # Some packs are louder than full scale. Packs differ by 10 LU, in themselves by 0.5. Each
        # sentence is measured and set, so no gain is stored for packs.
        pcm = (wave / max(peak, 1.0) * 32767).astype("<i2").tobytes()
        return Clip(pcm, _RATE, synthetic=True)

    def close(self) -> None:
        """Release the model, and end the espeak-ng process."""
        self._closed, self._session = True, None
        self._phonemes.close()

    def _whose(self, language: str) -> str:
        """Return the language whose pack speaks a memo in `language`."""
        tongue = primary(language)
        return tongue if tongue in self._packs else next(iter(self._packs))

    def _written(self, text: str, tongue: str, *, british: bool) -> list[str]:
        """Return the sentence in Kokoro's letters, clause by clause, with its marks."""
        name = _SPOKEN[tongue]
        if tongue == "en" and british:
            name = "gmw/en"
        parts = clauses(text)
        sounds = self._phonemes.of([words for words, _ in parts], name)
        written = [
            (letters(ipa, name).strip(), mark) for ipa, (_, mark) in zip(sounds, parts, strict=True)
        ]
        return [f"{word}{mark}" for word, mark in written if word]

    def _wave(self, portion: str, whose: str) -> Any:
        import numpy as np

        if self._closed:
            raise VoiceUnavailable("this voice was closed", "make it again")
        if self._session is None:
            self._session = _session(self._files)
        tokens = [NUMBERS[letter] for letter in portion]
        pack = self._packs[whose]
        style = pack[min(len(tokens), len(pack)) - 1]
        try:
            return _run_model(self._session, tokens, style, self._speed).astype(np.float32)
        except Exception as error:  # the runtime's errors have no common parent
            raise VoiceUnavailable(
                f"{self._files.model_file.name} does not speak: {_first_line(error)}", MODEL
            ) from error


def _run_model(session: Any, tokens: list[int], style: Any, speed: float) -> Any:
    """Run the model once. Its inputs have different names in different exports."""
    import numpy as np

    given: dict[str, Any] = {}
    for one in session.get_inputs():
        if one.name in ("tokens", "input_ids"):
            given[one.name] = np.array([[0, *tokens, 0]], np.int64)
        elif one.name in ("style", "ref_s"):
            given[one.name] = style.reshape(1, -1)
        elif one.name == "speed":
            kind = np.float32 if "float" in one.type else np.int32
            given[one.name] = np.array([speed], kind)
    return session.run(None, given)[0].reshape(-1)


def _session(files: ModelFiles) -> Any:
    """Load the model on one processor, because batches run one process for each."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(
            str(files.model_file), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # the same
        raise VoiceUnavailable(
            f"{files.model_file} cannot be loaded: {_first_line(error)}", MODEL
        ) from error
    names = {one.name for one in session.get_inputs()}
    if not names & {"tokens", "input_ids"} or not names & {"style", "ref_s"}:
        raise VoiceUnavailable(f"{files.model_file} is a model of something else", MODEL)
    return session


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:160] if lines else type(error).__name__


def _note(files: ModelFiles) -> str:
    note = "natural; an accent in all but English; not for Hebrew"
    accent = _ACCENTS.get(files.voice.name[:1]) if files.voice.suffix == PACK else None
    return f"{note}; {files.voice.stem} has a {accent} accent" if accent else note
