"""The door of this stage: clips in, a memo with its files and facts out.

The decoded file decides: after coding, the Ogg file is read back and measured. When it is too loud,
too quiet or peaks too high, the gain is corrected and it is coded again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from voicenote.errors import BadData, Unavailable, WrongUse
from voicenote.model.memo import Caption, Clip, Memo, Synthetic
from voicenote.model.script import Script, Sentence
from voicenote.sound.captions import transcript, webvtt
from voicenote.sound.edit import RATE, even, framed, lay_out, louder, spread, trim
from voicenote.sound.encode import CODECS, Tags, decode, encode, write_whole
from voicenote.sound.loudness import OWN_VOICE, SYSTEM_VOICE, Level, Samples, measure

#: Rendition → the name of its file in the memo's folder.
NAMES = {
    "ogg": "memo.ogg",
    "m4a": "memo.m4a",
    "mp3": "memo.mp3",
    "vtt": "captions.vtt",
    "txt": "transcript.txt",
}
#: What a decoded memo may be away from its level, LU; and its highest peak, full scale being 1.
_TOLERANCE_LU = 0.8
_PEAK = 10 ** (-0.5 / 20)
_TRIES = 6
#: How far above the ceiling a peak is no overshoot any more.
_CRACK = 1.5


@dataclass(frozen=True, slots=True)
class _Take:
    """One try: the sound as it was put together, coded, and as it is heard."""

    captions: tuple[Caption, ...]
    ogg: bytes
    sound: Samples
    seconds: float
    lufs: float | None


def level_for(voice: str) -> Level:
    """Return the level for a voice by its name."""
    return SYSTEM_VOICE if voice == "system" else OWN_VOICE


def make_memo(
    script: Script,
    clips: Sequence[Clip],
    *,
    folder: Path,
    root: Path,
    tags: Tags,
    level: Level = OWN_VOICE,
    renditions: Sequence[str] = ("ogg", "m4a", "mp3"),
) -> Memo:
    """Put one clip a sentence together into a memo in `folder`; its paths are relative to `root`.

    `tags.synthetic` is set here, from the clips. Raises BadData when clips and sentences do not fit
    or a clip has no sound, and Unavailable when a file cannot be written.
    """
    if not clips or len(clips) != len(script.sentences):
        raise BadData(
            f"{len(clips)} sounds for {len(script.sentences)} sentences", "render the script again"
        )
    tags = replace(tags, synthetic=synthetic_of(clips), language=script.language)
    words = even([trim(clip) for clip in clips], clips)
    take = _settle(script.sentences, words, level, tags)
    return _write(script, take, folder=folder, root=root, tags=tags, renditions=renditions)


def memo_from_recording(
    script: Script,
    clip: Clip,
    *,
    folder: Path,
    root: Path,
    tags: Tags,
    level: Level = OWN_VOICE,
    renditions: Sequence[str] = ("ogg", "m4a", "mp3"),
) -> Memo:
    """Make a memo from one recording that says the whole script; raises as `make_memo` does.

    Nobody knows when each sentence is said, so the captions are spread by their length.
    """
    if not script.sentences:
        raise BadData("the script is empty", "compose it first")
    tags = replace(tags, synthetic=synthetic_of([clip]), language=script.language)
    take = _settle(script.sentences, [trim(clip)], level, tags)
    return _write(script, take, folder=folder, root=root, tags=tags, renditions=renditions)


def join(sentences: Sequence[Sentence], clips: Sequence[Clip]) -> Clip:
    """Put spoken sentences together with their pauses, without setting the level (for `say`)."""
    sound, _ = lay_out(sentences, even([trim(clip) for clip in clips], clips))
    pcm = (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()
    return Clip(pcm, RATE, synthetic=any(clip.synthetic for clip in clips))


def write_sound(path: Path, clip: Clip, tags: Tags, level: Level = OWN_VOICE) -> float:
    """Write a clip, levelled, in the format that the file's ending names; return its seconds.

    Endings: ogg (opus), m4a, mp3, wav. Raises WrongUse for another one, BadData for a clip without
    sound, Unavailable when it cannot be written.
    """
    ending = path.suffix.lower().removeprefix(".")
    rendition = {"opus": "ogg", "oga": "ogg", "mp4": "m4a"}.get(ending, ending)
    if rendition not in CODECS:
        raise WrongUse(
            f"{path.name} does not end in a format that can be written",
            f"end it in .{', .'.join(CODECS)}",
        )
    tags = replace(tags, synthetic=synthetic_of([clip]))
    take = _settle((), [trim(clip)], level, tags)
    write_whole(path, take.ogg if rendition == "ogg" else encode(take.sound, rendition, tags))
    return take.seconds


def synthetic_of(clips: Sequence[Clip]) -> Synthetic:
    """Return whose voice all the clips are together."""
    kinds = {clip.synthetic for clip in clips}
    if kinds == {True, False}:
        return Synthetic.PARTLY
    return Synthetic.YES if True in kinds else Synthetic.NO


def _settle(
    sentences: Sequence[Sentence], words: Sequence[Samples], level: Level, tags: Tags
) -> _Take:
    """Set the level and code it, until the decoded sound is as it should be."""
    gain, ceiling = level.gain_db, level.ceiling
    if gain is None:
        loudness = measure(np.concatenate([*words]), RATE)
        gain = 0.0 if loudness is None else level.target_lufs - loudness
    best: tuple[float, _Take] | None = None
    for attempt in range(_TRIES):
        take, peak = _take(sentences, words, gain, ceiling, tags, attempt)
        off = 0.0 if take.lufs is None else level.target_lufs - take.lufs
        if peak <= _PEAK and (best is None or abs(off) < best[0]):
            best = (abs(off), take)
        if peak > _PEAK:
            # A crack of the coder is far above the ceiling, and mostly gone at the next attempt.
            ceiling *= 0.97 if peak > ceiling * _CRACK else 0.92
        elif abs(off) <= _TOLERANCE_LU:
            break
        else:
            gain += off
    if best is None:
        raise Unavailable("the sound stays too loud after coding", "record it less loudly")
    return best[1]


def _take(
    sentences: Sequence[Sentence],
    words: Sequence[Samples],
    gain_db: float,
    ceiling: float,
    tags: Tags,
    attempt: int,
) -> tuple[_Take, float]:
    """One try, and the highest peak that is heard in it."""
    loud = [louder(spoken, gain_db, ceiling) for spoken in words]
    if len(loud) == len(sentences):
        sound, captions = lay_out(sentences, loud)
    else:
        sound = framed(np.concatenate(loud))
        captions = spread(sentences, len(sound) / RATE) if sentences else ()
    ogg = encode(sound, "ogg", tags, attempt)
    heard, rate = decode(ogg)
    take = _Take(captions, ogg, sound, len(heard) / rate, measure(heard, rate))
    return take, float(np.abs(heard).max(initial=0.0))


def _write(
    script: Script,
    take: _Take,
    *,
    folder: Path,
    root: Path,
    tags: Tags,
    renditions: Sequence[str],
) -> Memo:
    """Write the files, each whole or not at all, and return the memo."""
    if "ogg" not in renditions:
        raise WrongUse("a memo always has an Ogg file", "add ogg to [sound] renditions")
    coded = {
        name: take.ogg if name == "ogg" else encode(take.sound, name, tags) for name in renditions
    }
    coded["vtt"] = webvtt(take.captions, tags.synthetic).encode()
    coded["txt"] = transcript(script, tags.synthetic).encode()
    files: dict[str, str] = {}
    for rendition, data in coded.items():
        path = folder / NAMES.get(rendition, f"memo.{rendition}")
        write_whole(path, data)
        files[rendition] = path.relative_to(root).as_posix()
    return Memo(
        files=files,
        duration_s=take.seconds,
        loudness_lufs=take.lufs,
        synthetic=tags.synthetic,
        voice=tags.voice,
        sha256=hashlib.sha256(take.ogg).hexdigest(),
        script_sha256=script.sha256,
        captions=take.captions,
    )
