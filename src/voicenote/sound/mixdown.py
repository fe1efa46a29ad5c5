"""The door of this stage: clips in, a memo with its files and facts out.

The decoded file decides: after coding, the Ogg file is read back and measured. When it is too loud,
too quiet or peaks too high, the gain is corrected and it is coded again. A memo of sentences is put
together of pieces that were each judged so; nothing of it is coded twice.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from voicenote.errors import BadData, Unavailable, WrongUse
from voicenote.files import write_remakable
from voicenote.model.memo import Caption, Clip, Memo, Synthetic
from voicenote.model.sentences import Script, Sentence
from voicenote.sound import splice
from voicenote.sound.arrange import Arranged, arrange, loudness
from voicenote.sound.captions import transcript, webvtt
from voicenote.sound.edit import RATE, add_silence, lay_out, louder, spread_captions, trim
from voicenote.sound.encode import Tags, decode, encode
from voicenote.sound.loudness import (
    HIBARI_VOICE,
    OWN_VOICE,
    SILENT_VOICE,
    SYSTEM_MORE_DB,
    SYSTEM_VOICE,
    LoudnessReading,
    Samples,
    measure,
)
from voicenote.sound.packets import codec_of
from voicenote.sound.piece import CRACK, PEAK, Piece, PieceSource, Spoken
from voicenote.sound.piece_cache import Cache

#: Rendition → the name of its file in the memo's folder.
NAMES = {
    "ogg": "memo.ogg",
    "m4a": "memo.m4a",
    "mp3": "memo.mp3",
    "vtt": "captions.vtt",
    "txt": "transcript.txt",
}
#: The voices that are always equally loud. All the others are measured sentence by sentence.
LEVELS = {"system": SYSTEM_VOICE, "hibari": HIBARI_VOICE, "silent": SILENT_VOICE}
#: What a decoded recording may be away from its level, LU.
_TOLERANCE_LU = 0.8
_TRIES = 6


@dataclass(frozen=True, slots=True)
class _Take:
    """One try: the sound as it was put together, coded, and as it is heard."""

    captions: tuple[Caption, ...]
    ogg: bytes
    sound: Samples
    seconds: float
    lufs: float | None


def level_for(
    voice: str, version: str = "", loudness: float = -16.0, language: str = ""
) -> LoudnessReading:
    """Return the level for a voice by name and version, where memos are to have `loudness` (LUFS).

    The system voice is known where it is espeak-ng, for each BCP 47 `language`; what another
    platform brings is measured.
    """
    level = LEVELS.get(voice, OWN_VOICE)
    gain = level.gain_db
    if voice == "system":
        if "espeak" not in version:
            level, gain = OWN_VOICE, None
        elif gain is not None:
            gain += SYSTEM_MORE_DB.get(language.lower().split("-", 1)[0], 0.0)
    more = loudness - OWN_VOICE.target_lufs
    return replace(
        level,
        target_lufs=level.target_lufs + more,
        gain_db=None if gain is None else gain + more,
        proven=level.proven and more <= 0,
    )


def make_memo(
    script: Script,
    sounds: Sequence[Clip | Spoken],
    *,
    folder: Path,
    root: Path,
    tags: Tags,
    level: LoudnessReading = OWN_VOICE,
    renditions: Sequence[str] = ("ogg", "m4a", "mp3"),
    bit_rate: int = 0,
    cache: Cache | None = None,
) -> Memo:
    """Put one sound a sentence together into a memo in `folder`; its paths are relative to `root`.

    A clip is levelled to `level`, a `Spoken` to its own. What `cache` holds is neither spoken nor
    coded again. `tags.synthetic` is set here, from the sounds. `bit_rate` is that of the Ogg file
    in bits a second, 0 as it is. Raises BadData when sounds and sentences do not fit or a clip has
    no sound, what `Spoken.speak` raises, and Unavailable when a file cannot be written.
    """
    if not sounds or len(sounds) != len(script.sentences):
        raise BadData(
            f"{len(sounds)} sounds for {len(script.sentences)} sentences", "render the script again"
        )
    _need_ogg(renditions)
    sources = [PieceSource(_as_spoken(one, level), cache) for one in sounds]
    codec = codec_of("ogg", bit_rate)
    pieces = [source.piece("ogg", codec) for source in sources]
    tags = replace(tags, synthetic=synthetic_of(pieces), language=script.language)
    arranged = arrange(script.sentences, pieces)
    packets = splice.lay(
        [piece.packets for piece in pieces], arranged.starts, arranged.end, "ogg", codec
    )
    coded = {"ogg": splice.ogg(packets, codec, tags, zlib.crc32(script.text.encode()) >> 1)}
    for rendition in renditions:
        if rendition != "ogg":
            coded[rendition] = _other(sources, pieces, arranged, rendition, tags)
    seconds, lufs = splice.seconds(len(packets)), loudness(pieces, arranged)
    return _write(
        script, coded, arranged.captions, seconds, lufs, folder=folder, root=root, tags=tags
    )


def _as_spoken(sound: Clip | Spoken, level: LoudnessReading) -> Spoken:
    """A clip is named by its own samples."""
    if isinstance(sound, Spoken):
        return sound
    name = hashlib.sha256(sound.pcm).hexdigest()
    return Spoken(key=f"{name} {sound.rate} {sound.synthetic}", speak=lambda: sound, level=level)


def _other(
    sources: Sequence[PieceSource],
    pieces: Sequence[Piece],
    arranged: Arranged,
    rendition: str,
    tags: Tags,
) -> bytes:
    """The same memo as another file: each sentence as loud as in Ogg, at the same times."""
    codec = codec_of(rendition)
    theirs = [
        source.piece(rendition, codec, like=piece).packets
        for source, piece in zip(sources, pieces, strict=True)
    ]
    packets = splice.lay(theirs, arranged.starts, arranged.end, rendition, codec)
    return splice.muxed(packets, rendition, codec, tags)


def memo_from_recording(
    script: Script,
    clip: Clip,
    *,
    folder: Path,
    root: Path,
    tags: Tags,
    level: LoudnessReading = OWN_VOICE,
    renditions: Sequence[str] = ("ogg", "m4a", "mp3"),
) -> Memo:
    """Make a memo from one recording that says the whole script; raises as `make_memo` does.

    Nobody knows when each sentence is said, so the captions are spread by their length.
    """
    if not script.sentences:
        raise BadData("the script is empty", "compose it first")
    _need_ogg(renditions)
    tags = replace(tags, synthetic=synthetic_of([clip]), language=script.language)
    take = _settle(script.sentences, [trim(clip)], level, tags)
    coded = {
        name: take.ogg if name == "ogg" else encode(take.sound, name, tags) for name in renditions
    }
    return _write(
        script, coded, take.captions, take.seconds, take.lufs, folder=folder, root=root, tags=tags
    )


def synthetic_of(clips: Sequence[Clip | Piece]) -> Synthetic:
    """Return whose voice all the sounds are together."""
    kinds = {clip.synthetic for clip in clips}
    if kinds == {True, False}:
        return Synthetic.PARTLY
    return Synthetic.YES if True in kinds else Synthetic.NO


def _settle(
    sentences: Sequence[Sentence], words: Sequence[Samples], level: LoudnessReading, tags: Tags
) -> _Take:
    """Set the level and code it, until the decoded sound is as it should be."""
    gain, ceiling = level.gain_db, level.ceiling
    if gain is None:
        loudness = measure(np.concatenate([*words]), RATE)
        gain = 0.0 if loudness is None else level.target_lufs - loudness
    speech = level.speech
    best: tuple[float, _Take] | None = None
    for _ in range(_TRIES):
        take, peak = _take(sentences, words, gain, ceiling, tags, speech=speech)
        off = 0.0 if take.lufs is None else level.target_lufs - take.lufs
        if peak <= PEAK and (best is None or abs(off) < best[0]):
            best = (abs(off), take)
        if speech and peak > min(PEAK, ceiling * CRACK):
            speech = False
        elif peak > PEAK:
            ceiling *= 0.92
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
    *,
    speech: bool,
) -> tuple[_Take, float]:
    """One try, and the highest peak that is heard in it."""
    loud = [louder(spoken, gain_db, ceiling) for spoken in words]
    if len(loud) == len(sentences):
        sound, captions = lay_out(sentences, loud)
    else:
        sound = add_silence(np.concatenate(loud))
        captions = spread_captions(sentences, len(sound) / RATE) if sentences else ()
    ogg = encode(sound, "ogg", tags, speech=speech)
    heard, rate = decode(ogg)
    take = _Take(captions, ogg, sound, len(heard) / rate, measure(heard, rate))
    return take, float(np.abs(heard).max(initial=0.0))


def _need_ogg(renditions: Sequence[str]) -> None:
    if "ogg" not in renditions:
        raise WrongUse("a memo always has an Ogg file", "add ogg to [sound] renditions")


def _write(
    script: Script,
    coded: Mapping[str, bytes],
    captions: tuple[Caption, ...],
    seconds: float,
    lufs: float | None,
    *,
    folder: Path,
    root: Path,
    tags: Tags,
) -> Memo:
    """Write the files, each whole or not at all, and return the memo, sealed by their hashes."""
    texts = {"vtt": webvtt(captions, tags.synthetic), "txt": transcript(script, tags.synthetic)}
    whole = {**coded, **{name: text.encode() for name, text in texts.items()}}
    names = {name: NAMES.get(name, f"memo.{name}") for name in whole}
    write_remakable(folder, {names[name]: data for name, data in whole.items()})
    place = folder.relative_to(root)
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in whole.items()}
    return Memo(
        files={name: (place / file).as_posix() for name, file in names.items()},
        duration_s=seconds,
        loudness_lufs=lufs,
        synthetic=tags.synthetic,
        voice=tags.voice,
        sha256=digests["ogg"],
        script_sha256=script.sha256,
        captions=captions,
        digests=digests,
    )
