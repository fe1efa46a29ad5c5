"""One script to one memo: what is to be spoken, as a value that can be sent to another process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from voicenote.engine.sealing import seal
from voicenote.engine.voices import Chosen
from voicenote.model.memo import Clip, Memo
from voicenote.model.script import Script, Sentence
from voicenote.sound.cache import Cache, key_of
from voicenote.sound.encode import Tags
from voicenote.sound.loudness import Level
from voicenote.sound.memo import level_for, make_memo, memo_from_recording
from voicenote.sound.piece import Spoken
from voicenote.voice.port import Voice
from voicenote.voice.recorded import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A script, who says it, and where its memo goes.

    `bit_rate` is that of the Ogg file, bits a second; `loudness` is in LUFS.
    """

    script: Script
    chosen: Chosen
    tags: Tags
    folder: Path
    root: Path
    renditions: tuple[str, ...]
    bit_rate: int
    loudness: float

    def parcel(self) -> Job:
        """Return the same without the voice itself, which cannot leave its process."""
        return replace(self, chosen=replace(self.chosen, voice=_none))


def _none() -> Voice:
    raise AssertionError("a voice stays in its process")


def speak(job: Job, voice: Callable[[], Voice], cache: Cache | None) -> Memo:
    """Make the memo. Raises what the voice and the sound stage raise."""
    if job.chosen.whole is not None:
        memo = memo_from_recording(
            job.script,
            job.chosen.whole,
            folder=job.folder,
            root=job.root,
            tags=job.tags,
            level=level_for(job.chosen.name, job.loudness),
            renditions=job.renditions,
        )
    else:
        memo = make_memo(
            job.script,
            sounds_of(voice(), job.script, level_for(job.chosen.name, job.loudness)),
            folder=job.folder,
            root=job.root,
            tags=job.tags,
            renditions=job.renditions,
            bit_rate=job.bit_rate,
            cache=cache,
        )
    return seal(job.root, memo)


def sounds_of(voice: Voice, script: Script, level: Level) -> list[Spoken]:
    """Return each sentence as `voice` will say it when it is needed, and under which key."""

    def one(sentence: Sentence) -> Spoken:
        def clip() -> Clip:
            return voice.speak(sentence, script.language)

        text = sentence.said
        if isinstance(voice, Recorded):
            text = f"{sentence.text}\n{voice.stamp(sentence, script.language)}"
        key = key_of(voice.name, voice.version, script.language, text)
        return Spoken(key=key, speak=clip, shared=not sentence.personal, level=level)

    return [one(sentence) for sentence in script.sentences]
