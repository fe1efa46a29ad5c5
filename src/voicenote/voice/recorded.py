"""The owner's own voice: recorded sentences that are reused, and whole memos.

Each sentence is a WAV file named by the hash of (owner, language, text), so every case that uses
the sentence finds it. A whole memo is named by the hash of owner and script.
"""

from __future__ import annotations

import hashlib
import json
import wave
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from voicenote.counting import count_of
from voicenote.errors import BadData, Unavailable, VoiceUnavailable, room_for
from voicenote.files import make_folder, open_beside
from voicenote.model.memo import Clip
from voicenote.model.sentences import Sentence
from voicenote.options import option, validators
from voicenote.unicode_forms import normal
from voicenote.voice.port import VoiceInfo, primary, sayable

#: When each sentence of a whole recording is said: its start and end in seconds.
Spans = tuple[tuple[float, float], ...]
#: So many recorded sentences tell how fast somebody speaks.
PACE_TAKES = 20


@dataclass(frozen=True, kw_only=True)
class RecordedOptions:
    """The folder of the recordings, and whose voice they are; neither is a user setting."""

    folder: Path = option(Path(), validators.path, "", required=True)
    owner: str = option("", validators.text, "")


class Recorded:
    """Recordings in a folder, which is created with the first recording."""

    Options = RecordedOptions

    name = "recorded"
    version = "recorded 1"
    synthetic = False
    languages: frozenset[str] = frozenset()

    def __init__(self, options: RecordedOptions) -> None:
        self.options = options
        self._folder = options.folder
        self._owner = options.owner

    @classmethod
    def info(cls, options: RecordedOptions) -> VoiceInfo:
        """Return what the listing shows."""
        there = options.folder != Path()
        count = len(list(options.folder.glob("sentences/*/*.wav"))) if there else 0
        return VoiceInfo(
            name=cls.name,
            languages=cls.languages,
            licence="your own",
            synthetic=False,
            quality=100,
            installed=True,
            note=f"{count_of(count, 'sentence')} in your own voice",
            advice="record what is missing with `voicenote record N`",
        )

    def speak(self, sentence: Sentence, language: str) -> Clip:
        """Return the recording. Raises VoiceUnavailable, naming the sentence, if there is none."""
        text = sayable(sentence)
        path = self._sentence(sentence, language)
        if not path.is_file():
            short = text if len(text) <= 60 else f"{text[:59]}…"
            raise VoiceUnavailable(
                f"not recorded yet: “{short}”", "record it with `voicenote record N`"
            )
        return _read_clip(path)

    def stamp(self, sentence: Sentence, language: str) -> str:
        """Return a value that changes when `sentence` is recorded again; "" if it isn't recorded.

        It depends only on the sound, so a copied or restored workspace has the same stamps.
        """
        return _stamp_of(self._sentence(sentence, language))

    def stamp_of_whole(self, script_sha256: str) -> str:
        """Return the same as `stamp` for the recording of a whole script."""
        return _stamp_of(self._whole(script_sha256))

    def missing(self, sentences: Iterable[Sentence], language: str) -> tuple[Sentence, ...]:
        """Return the sentences that are not recorded, in order."""
        if not self._folder.is_dir():
            return tuple(sentences)
        return tuple(s for s in sentences if not self._sentence(s, language).is_file())

    def add(self, sentence: Sentence, language: str, clip: Clip) -> Path:
        """Save `clip` as the recording of `sentence`, replacing an earlier one; return its path.

        Raises BadData for an empty or synthetic clip, or a sentence that cannot be said, and
        Unavailable when it cannot be written.
        """
        sayable(sentence)
        return _keep(self._sentence(sentence, language), clip)

    def add_whole(self, script_sha256: str, clip: Clip, spans: Spans = ()) -> Path:
        """Save `clip` as the recording of a whole script. Raises as `add` does.

        `spans` say when each of its sentences is said, as far as that is known.
        """
        path = self._whole(script_sha256)
        known = path.with_suffix(".json")
        known.unlink(missing_ok=True)  # before the sound: no sentence has the times of another take
        kept = _keep(path, clip)
        if spans:
            _write_json(known, spans, self._folder)
        return kept

    def whole(self, script_sha256: str) -> Clip | None:
        """Return the recording of a whole script, or None."""
        path = self._whole(script_sha256)
        return _read_clip(path) if path.is_file() else None

    def spans_of_whole(self, script_sha256: str) -> Spans:
        """Return when each sentence is said in the recording of a whole script; () if unknown."""
        try:
            found = json.loads(self._whole(script_sha256).with_suffix(".json").read_text("ascii"))
            return tuple((float(start), float(end)) for start, end in found)
        except (OSError, ValueError, TypeError):
            return ()

    def note_pace(self, sentence: Sentence, language: str, words: float, seconds: float) -> None:
        """Note how long it took to say the words of a recording, without the silence around them.

        Only the first `PACE_TAKES` sentences count, so that the pace doesn't change with each one.
        Raises Unavailable when it can't be written.
        """
        known, key = _read_paces(self._paces), self._pace_key(language)
        takes = known.setdefault(key, {})
        name = self._sentence(sentence, language).stem
        if seconds <= 0 or (name not in takes and len(takes) >= PACE_TAKES):
            return
        takes[name] = [round(words, 2), round(seconds, 2)]
        _write_json(self._paces, known, self._folder)

    def pace(self, language: str) -> float | None:
        """Return the owner's words per minute, in tens; None before `PACE_TAKES` sentences."""
        takes = _read_paces(self._paces).get(self._pace_key(language), {}).values()
        if len(takes) < PACE_TAKES:
            return None
        words, seconds = (sum(one[place] for one in takes) for place in (0, 1))
        return max(10.0, round(words / seconds * 6) * 10.0)

    @property
    def _paces(self) -> Path:
        return self._folder / "pace.json"

    def _pace_key(self, language: str) -> str:
        return json.dumps([self._owner, primary(language)], ensure_ascii=True)

    def close(self) -> None:
        """Do nothing: no resources are held."""

    def _sentence(self, sentence: Sentence, language: str) -> Path:
        name = _name_of(self._owner, primary(language), sentence.text)
        return self._folder / "sentences" / name[:2] / f"{name}.wav"

    def _whole(self, script_sha256: str) -> Path:
        if len(script_sha256) != 64 or not set(script_sha256) <= set("0123456789abcdef"):
            raise BadData(f"{script_sha256[:70]!r} isn't the hash of a script", "use Script.sha256")
        key = json.dumps([self._owner, script_sha256], ensure_ascii=True)
        name = hashlib.sha256(key.encode("ascii")).hexdigest()
        return self._folder / "whole" / name[:2] / f"{name}.wav"


def _read_paces(file: Path) -> dict[str, dict[str, list[float]]]:
    """Return what is noted of the pace, by owner and language; nothing where it can't be read."""
    try:
        found = json.loads(file.read_text("ascii"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write_json(file: Path, value: object, folder: Path) -> None:
    """Write a value as JSON. Raises Unavailable when it can't be written."""
    try:
        with open_beside(file) as kept:
            kept.write(json.dumps(value, ensure_ascii=True).encode("ascii"))
    except OSError as error:
        raise Unavailable(
            f"{file.name} can't be kept: {error.strerror or error}", room_for(error, folder)
        ) from error


@lru_cache(maxsize=4096)
def _name_of(owner: str, language: str, sentence: str) -> str:
    """Return the name of a sentence's recording; most are shared by many cases."""
    text = " ".join(normal(sentence).split())
    key = json.dumps([owner, language, text], ensure_ascii=True)
    return hashlib.sha256(key.encode("ascii")).hexdigest()


def _keep(path: Path, clip: Clip) -> Path:
    """Write a WAV file in full or not at all."""
    if clip.synthetic:
        raise BadData("a machine's voice cannot be kept as a recording", "record it yourself")
    if not clip.pcm:
        raise BadData("the recording is empty", "record it again")
    try:
        make_folder(path.parent)
        with open_beside(path) as kept:
            kept.write(clip.wav)
    except OSError as error:
        raise Unavailable(
            f"the recording cannot be kept: {error.strerror or error}",
            room_for(error, path.parent),
        ) from error
    return path


def _stamp_of(path: Path) -> str:
    try:
        info = path.stat()
        return _digest(path, info.st_mtime_ns, info.st_size)
    except OSError:
        return ""


@lru_cache(maxsize=4096)
def _digest(path: Path, changed_ns: int, size: int) -> str:
    """Return the hash of a file, cached while it is unchanged, because every case asks for it."""
    del changed_ns, size  # only part of the cache key
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_clip(path: Path) -> Clip:
    try:
        with wave.open(str(path), "rb") as file:
            return Clip(file.readframes(file.getnframes()), file.getframerate(), synthetic=False)
    except (wave.Error, EOFError, OSError, RuntimeError, ValueError) as error:
        raise VoiceUnavailable(
            f"the recording {path.name} cannot be read: {error}", "record it again"
        ) from error
