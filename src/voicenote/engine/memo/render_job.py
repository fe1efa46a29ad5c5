"""Rendering one script to one memo, as a value that can be sent to another process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from voicenote.ears.port import Ears
from voicenote.engine.memo.listen_back import BackListener, Ready
from voicenote.engine.memo.marked_voice import mark_voice
from voicenote.engine.memo.signing import sign_memo
from voicenote.engine.memo.voice_choice import Chosen
from voicenote.marks.manifest import Credentials
from voicenote.model.memo import Listening, Memo
from voicenote.model.sentences import Script, Section, Sentence
from voicenote.script.said_names import say_names
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

    `bit_rate` is that of the Ogg file, in bits per second; `loudness` is in LUFS. A machine says
    names as in `said_as`. `listens` names the ears that hear them, "" if nobody is to listen, and
    `names` has those of people and businesses, each with how it is said. `signed_by` is None for
    files without signed metadata.
    """

    script: Script
    chosen: Chosen
    tags: Tags
    folder: Path
    root: Path
    renditions: tuple[str, ...]
    bit_rate: int
    loudness: float
    said_as: Mapping[str, str] = field(default_factory=dict)
    listens: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    signed_by: Credentials | None = None


def speak(
    job: Job,
    voice: Callable[[], Voice],
    cache: Cache | None,
    ears: Callable[[], Ears] | None = None,
) -> Memo:
    """Make the memo; `voice` makes the speaker, and `ears` what listens back to it.

    Raises what the voice and the sound stage raise; ears that fail are only told of.
    """
    chosen, language = job.chosen, job.script.language
    level = level_for(chosen.name, chosen.version, job.loudness, language)
    listener = None
    if ears and job.listens:
        listener = BackListener(ears=ears, by=job.listens, names=job.names, cache=cache)
    sounds = chosen.whole or sounds_of(
        mark_voice(voice(), wanted=chosen.marked),
        job.script,
        level,
        _own_of(job),
        said_as=job.said_as,
        listener=listener,
    )
    memo = make_memo(
        job.script,
        sounds,
        folder=job.folder,
        root=job.root,
        tags=job.tags,
        level=level,
        renditions=job.renditions,
        bit_rate=job.bit_rate,
        cache=cache,
        spans=chosen.spans,
    )
    listening = Listening(
        by=listener.by if listener and not listener.trouble else "",
        trouble=listener.trouble if listener else "",
        misheard=tuple(listener.misheard) if listener else (),
        said_as=job.said_as,
    )
    if job.signed_by is not None:
        memo = sign_memo(memo, job.root, job.tags.title, job.signed_by)
    return replace(memo, misheard=chosen.misheard, anyway=chosen.anyway, listening=listening)


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
    *,
    said_as: Mapping[str, str] | None = None,
    listener: BackListener | None = None,
) -> list[Spoken]:
    """Return each sentence, to be spoken when it is needed, with its cache key.

    `voice` says it; if both say the script, the `own` recordings that exist come first. A machine
    always says the line that discloses its voice, says names as in `said_as`, and is listened to by
    the `listener`.
    """
    language, sentences = script.language, script.sentences
    takes = [_take_of(one, language, (voice, level), own) for one in sentences]
    machine = [
        readable(say_names(one, said_as or {}), language)
        for one, take in zip(sentences, takes, strict=True)
        if take is None
    ]
    if listener:
        ready = iter(listener.settle_all(voice, machine, language))
    else:
        ready = iter([Ready(one, partial(voice.speak, one, language)) for one in machine])
    return [
        _play_sentence(*take, one, language)
        if take
        else _speak_sentence(voice, next(ready), language, level)
        for one, take in zip(sentences, takes, strict=True)
    ]


def _take_of(
    sentence: Sentence,
    language: str,
    by: tuple[Voice, LoudnessReading],
    own: tuple[Recorded, LoudnessReading] | None,
) -> tuple[Recorded, LoudnessReading] | None:
    """Return the recordings that say a sentence, and how loud they are; None if a machine does."""
    voice, level = by
    if isinstance(voice, Recorded):
        return voice, level
    machine = sentence.section is Section.DISCLOSE
    return own if own and not machine and own[0].stamp(sentence, language) else None


def _play_sentence(
    own: Recorded, level: LoudnessReading, sentence: Sentence, language: str
) -> Spoken:
    text = f"{sentence.text}\n{own.stamp(sentence, language)}"
    return Spoken(
        key=key_of(own.name, own.version, language, text),
        speak=lambda: own.speak(sentence, language),
        shared=not sentence.personal,
        level=level,
    )


def _speak_sentence(voice: Voice, ready: Ready, language: str, level: LoudnessReading) -> Spoken:
    return Spoken(
        key=key_of(voice.name, voice.version, language, ready.sentence.said),
        speak=ready.speak,
        shared=not ready.sentence.personal,
        level=level,
    )
