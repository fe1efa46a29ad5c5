"""Rendering one script to one memo, as a value that can be sent to another process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from voicenote.engine.memo.voice_choice import Chosen
from voicenote.model.memo import Memo
from voicenote.model.sentences import Script, Section, Sentence
from voicenote.sound.formats import Tags
from voicenote.sound.loudness import LoudnessReading
from voicenote.sound.mixdown import level_for, make_memo
from voicenote.sound.piece import Spoken
from voicenote.sound.piece_cache import Cache, key_of
from voicenote.voice.port import Voice
from voicenote.voice.recorded import Recorded
from voicenote.voice.writing_system import readable


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A script, who says it, and where its memo goes.

    `bit_rate` is that of the Ogg file, in bits per second; `loudness` is in LUFS.
    """

    script: Script
    chosen: Chosen
    tags: Tags
    folder: Path
    root: Path
    renditions: tuple[str, ...]
    bit_rate: int
    loudness: float


def speak(job: Job, voice: Callable[[], Voice], cache: Cache | None) -> Memo:
    """Make the memo; `voice` makes the speaker. Raises what the voice and the sound stage raise."""
    chosen, language = job.chosen, job.script.language
    level = level_for(chosen.name, chosen.version, job.loudness, language)
    memo = make_memo(
        job.script,
        chosen.whole or sounds_of(voice(), job.script, level, _own_of(job)),
        folder=job.folder,
        root=job.root,
        tags=job.tags,
        level=level,
        renditions=job.renditions,
        bit_rate=job.bit_rate,
        cache=cache,
        spans=chosen.spans,
    )
    return replace(memo, misheard=chosen.misheard, anyway=chosen.anyway)


def _own_of(job: Job) -> tuple[Recorded, LoudnessReading] | None:
    """Return the recordings used beside a machine's voice, and how loud they are."""
    if job.chosen.own is None:
        return None
    own = Recorded(job.chosen.own)
    return own, level_for(own.name, own.version, job.loudness)


def sounds_of(
    voice: Voice,
    script: Script,
    level: LoudnessReading,
    own: tuple[Recorded, LoudnessReading] | None = None,
) -> list[Spoken]:
    """Return each sentence, to be spoken when it is needed, with its cache key.

    `voice` says it; if both say the script, the `own` recordings that exist come first. A machine
    always says the line that discloses its voice.
    """
    sounds = []
    for sentence in script.sentences:
        by, loud = voice, level
        if own and sentence.section is not Section.DISCLOSE:
            recorded, own_level = own
            if recorded.stamp(sentence, script.language):
                by, loud = recorded, own_level
        sounds.append(_speak_sentence(by, sentence, script.language, loud))
    return sounds


def _speak_sentence(
    voice: Voice, sentence: Sentence, language: str, level: LoudnessReading
) -> Spoken:
    if isinstance(voice, Recorded):
        text = f"{sentence.text}\n{voice.stamp(sentence, language)}"
    else:
        sentence = readable(sentence, language)
        text = sentence.said
    return Spoken(
        key=key_of(voice.name, voice.version, language, text),
        speak=lambda: voice.speak(sentence, language),
        shared=not sentence.personal,
        level=level,
    )
