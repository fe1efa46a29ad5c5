"""The entry of this package: clips in, a memo with its files and figures out.

A memo is put together from pieces, each encoded and checked alone (see `piece`), so nothing is
encoded twice. A recording of the whole memo is one piece.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from voicenote.errors import BadData, WrongUse
from voicenote.files import write_remakable
from voicenote.model.memo import Caption, Clip, Memo, Synthetic
from voicenote.model.sentences import Script
from voicenote.sound import splice
from voicenote.sound.captions import transcript, webvtt
from voicenote.sound.formats import Tags
from voicenote.sound.layout import arrange, lay, loudness
from voicenote.sound.loudness import (
    HIBARI_VOICE,
    OWN_VOICE,
    SILENT_VOICE,
    SYSTEM_MORE_DB,
    SYSTEM_VOICE,
    LoudnessReading,
)
from voicenote.sound.packets import codec_of
from voicenote.sound.piece import Piece, PieceSource, Spoken
from voicenote.sound.piece_cache import Cache
from voicenote.sound.trim import caption_recording

#: Rendition → the name of its file in the memo's folder.
NAMES = {
    "ogg": "memo.ogg",
    "m4a": "memo.m4a",
    "mp3": "memo.mp3",
    "vtt": "captions.vtt",
    "txt": "transcript.txt",
}
#: Voices that are always equally loud. All others are measured sentence by sentence.
LEVELS = {"system": SYSTEM_VOICE, "hibari": HIBARI_VOICE, "silent": SILENT_VOICE}


def level_for(
    voice: str, version: str = "", loudness: float = -16.0, language: str = ""
) -> LoudnessReading:
    """Return the level for a voice by name and version, for memos of `loudness` LUFS.

    The system voice has known values if it is espeak-ng, for each BCP 47 `language`. Those of other
    platforms are measured.
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
    sounds: Sequence[Clip | Spoken] | Clip,
    *,
    folder: Path,
    root: Path,
    tags: Tags,
    level: LoudnessReading = OWN_VOICE,
    renditions: Sequence[str] = ("ogg", "m4a", "mp3"),
    bit_rate: int = 0,
    cache: Cache | None = None,
    spans: Sequence[tuple[float, float]] = (),
) -> Memo:
    """Make a memo in `folder` from one sound a sentence, or from one recording of all of them.

    A clip is set to `level`, a `Spoken` to its own level. What `cache` holds is neither spoken nor
    encoded again. In a recording, each sentence is said where `spans` has it (start and end in the
    clip, in seconds); without them, its time is guessed from its length. The memo's paths are
    relative to `root`. `tags.synthetic` and `tags.language` are set here. `bit_rate` is
    that of the Ogg file in bits a second, 0 for the default. Raises BadData when sounds and
    sentences do not match or a clip has no sound, WrongUse for `renditions` without ogg, what
    `Spoken.speak` raises, and Unavailable when a file cannot be written.
    """
    if "ogg" not in renditions:
        raise WrongUse("a memo always has an Ogg file", "add ogg to [sound] renditions")
    if isinstance(sounds, Clip):
        spoken = [Spoken(key="", speak=lambda: sounds, level=level)]
        said = script.sentences[:1]
    else:
        spoken = [_as_spoken(one, level) for one in sounds]
        said = script.sentences
    if not spoken or len(spoken) != len(said):
        raise BadData(
            f"{len(spoken)} sounds for {len(said)} sentences",
            "compose and render the script again",
        )
    codec = codec_of("ogg", bit_rate)
    placed = list(arrange(said, [PieceSource(one, cache) for one in spoken], codec))
    tags = replace(
        tags, synthetic=synthetic_of([one.piece for one in placed]), language=script.language
    )
    packets = list(lay(placed, "ogg", codec))
    pages = splice.ogg_pages(packets, codec, tags, zlib.crc32(script.text.encode()) >> 1)
    coded = {"ogg": b"".join(pages)}
    for rendition in renditions:
        if rendition != "ogg":
            codec = codec_of(rendition)
            laid = lay(placed, rendition, codec)
            coded[rendition] = splice.muxed(laid, rendition, codec, tags)
    seconds, lufs = splice.seconds(len(packets)), loudness(placed)
    if isinstance(sounds, Clip):
        captions = caption_recording(script.sentences, sounds, spans, seconds)
    else:
        captions = tuple(
            Caption(one.begun_s, one.begun_s + one.piece.words_s, sentence.text)
            for one, sentence in zip(placed, said, strict=True)
        )
    return _write(script, coded, captions, seconds, lufs, folder=folder, root=root, tags=tags)


def _as_spoken(sound: Clip | Spoken, level: LoudnessReading) -> Spoken:
    """Return a clip as a `Spoken`, with the hash of its samples as its key."""
    if isinstance(sound, Spoken):
        return sound
    name = hashlib.sha256(sound.pcm).hexdigest()
    return Spoken(key=f"{name} {sound.rate} {sound.synthetic}", speak=lambda: sound, level=level)


def synthetic_of(pieces: Sequence[Piece]) -> Synthetic:
    """Return whether the sounds are synthetic: all, some or none of them."""
    kinds = {piece.synthetic for piece in pieces}
    if kinds == {True, False}:
        return Synthetic.PARTLY
    return Synthetic.YES if True in kinds else Synthetic.NO


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
    """Write the files, each in full or not at all, and return the memo with their hashes."""
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
