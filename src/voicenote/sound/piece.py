"""One sentence, ready for a memo: levelled, encoded, checked, and cached.

Each encoded sentence is decoded again and checked, because an encoder can overshoot or crack. The
check is skipped only for a voice that never does (`LoudnessReading.proven`) and a sentence that is
used once.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise
from typing import Any

import av
import numpy as np

from voicenote.errors import Unavailable
from voicenote.model.memo import Clip
from voicenote.sound.formats import Codec, for_speech
from voicenote.sound.loudness import (
    ENERGY_S,
    OWN_VOICE,
    LoudnessReading,
    Samples,
    energies,
    integrated,
    limit,
)
from voicenote.sound.packets import LEAD_S, code, codec_of, decode_packets
from voicenote.sound.piece_cache import Cache, key_of
from voicenote.sound.trim import Words, resample, trim_silence

#: Part of every cache key: increase it when the same words would sound different.
RECIPE = 2
#: The highest decoded peak allowed (full scale is 1), and how far a level may be off, in LU.
PEAK = 10 ** (-0.5 / 20)
_TOLERANCE_LU = 0.3
_TRIES = 6
#: A peak this many times the ceiling is a crack, not an overshoot of the encoder.
CRACK = 1.3
_HEAD = struct.Struct("<?dddII")


@dataclass(slots=True, kw_only=True)
class Spoken:
    """A sentence's sound, which is made only when it is needed.

    `key` identifies everything that decides it (voice, version, words, language, whose recording).
    Without a key it isn't cached. The sound itself is cached only when the sentence is `shared`.
    """

    key: str
    speak: Callable[[], Clip]
    shared: bool = False
    level: LoudnessReading = OWN_VOICE


@dataclass(frozen=True, slots=True)
class Piece:
    """An encoded sentence: packets, seconds of its words (they begin at `LEAD_S`), and gain.

    `energies` are those of the whole decoded sound, silence included (only for Ogg; else empty).
    """

    packets: tuple[bytes, ...]
    words_s: float
    gain_db: float
    ceiling: float
    synthetic: bool
    energies: Samples


class PieceSource:
    """A sentence to encode: spoken and trimmed at most once, for however many files."""

    def __init__(self, spoken: Spoken, cache: Cache | None) -> None:
        self._spoken = spoken
        self._cache = cache if spoken.key else None

    @cached_property
    def clip(self) -> Clip:
        """The sound: from the cache, or spoken now."""
        if self._cache is None or not self._spoken.shared:
            return self._spoken.speak()
        key = key_of("sound", self._spoken.key)
        clip = self._cache.load(key, _read_clip)
        if clip is None:
            clip = self._spoken.speak()
            data = struct.pack("<?I", clip.synthetic, clip.rate) + clip.pcm
            self._cache.keep(key, data, clip)
        return clip

    @cached_property
    def words(self) -> Words:
        """The sound without the silence around it."""
        return trim_silence(self.clip)

    def piece(self, rendition: str, codec: Codec, like: Piece | None = None) -> Piece:
        """Return the encoded sentence; `like` is its Ogg piece, whose gain and ceiling are reused.

        Raises BadData for sound without words, and Unavailable when it cannot be encoded well.
        """
        level = self._spoken.level
        key = key_of("piece", self._spoken.key, rendition, _decides(codec, level))
        found = self._cache.load(key, _read_piece) if self._cache else None
        if found is None:
            words = resample(self.words.samples, self.words.rate, codec.rate)
            synthetic = self.clip.synthetic if like is None else like.synthetic
            if like is not None:
                level = replace(level, gain_db=like.gain_db, ceiling=like.ceiling)
            if level.proven and not self._spoken.shared and _as_proven(rendition, codec):
                found = _code_trusted(words, level, rendition, codec, synthetic=synthetic)
            else:
                found = _code_until_right(words, level, rendition, codec, synthetic=synthetic)
            if self._cache:
                self._cache.keep(key, _pack_piece(found), found)
        return found


@lru_cache(maxsize=16)
def _decides(codec: Codec, level: LoudnessReading) -> str:
    """Return what decides, besides the words, how a piece sounds."""
    return f"{RECIPE} {av.__version__} {codec!r} {level!r}"


def _as_proven(rendition: str, codec: Codec) -> bool:
    """Return whether it is encoded as levels were proven: fewer bits, and AAC, overshoot more."""
    return rendition != "m4a" and codec.bit_rate >= codec_of(rendition).bit_rate


def _code_trusted(
    words: Samples, level: LoudnessReading, rendition: str, codec: Codec, *, synthetic: bool
) -> Piece:
    """Encode words of a proven level without a check. Loudness is measured before encoding.

    Raises Unavailable when the encoder fails.
    """
    gain = level.gain_db or 0.0
    loud = limit(words * np.float32(10 ** (gain / 20)), codec.rate, level.ceiling)
    packets = code(loud, rendition, codec)
    found = np.zeros(0, np.float32)
    if rendition == "ogg":
        lead = np.zeros(round(LEAD_S * codec.rate), np.float32)
        found = energies(np.concatenate([lead, loud]), codec.rate)
    return Piece(packets, len(words) / codec.rate, gain, level.ceiling, synthetic, found)


def _code_until_right(
    words: Samples, level: LoudnessReading, rendition: str, codec: Codec, *, synthetic: bool
) -> Piece:
    """Encode the words until the decoded sound is right. Raises Unavailable if it stays loud."""
    gain, ceiling = level.gain_db, level.ceiling
    if gain is None:
        gain = level.target_lufs - (_lufs(energies(words, codec.rate)) or level.target_lufs)
    speech = level.speech and rendition == "ogg"
    best: tuple[float, Piece] | None = None
    for _ in range(_TRIES):
        loud = limit(words * np.float32(10 ** (gain / 20)), codec.rate, ceiling)
        packets = code(loud, rendition, for_speech(codec) if speech else codec)
        sound, rate = decode_packets(packets, rendition, codec)
        peak = float(np.abs(sound).max())
        if speech and peak > min(PEAK, ceiling * CRACK):
            speech = False
            continue
        if peak > PEAK:
            ceiling *= 0.92
            continue
        found = energies(sound[:: rate // codec.rate], codec.rate) if rendition == "ogg" else None
        off = 0.0
        if level.gain_db is None and found is not None:
            first, last = round(LEAD_S / ENERGY_S), -(-len(words) // round(codec.rate * ENERGY_S))
            off = level.target_lufs - (_lufs(found[first : first + last]) or level.target_lufs)
        if best is None or abs(off) < best[0]:
            nothing = np.zeros(0, np.float32)
            kept = nothing if found is None else found
            seconds = len(words) / codec.rate
            best = (abs(off), Piece(packets, seconds, gain, ceiling, synthetic, kept))
        if abs(off) <= _TOLERANCE_LU:
            break
        gain += off
    if best is None:
        raise Unavailable("a sentence is still too loud after encoding", "record it less loudly")
    return best[1]


def _lufs(found: Samples) -> float | None:
    """Return the loudness of words alone, however short; None if there is nothing to hear."""
    whole = integrated([found])
    mean = float(found.mean()) if len(found) else 0.0
    if whole is not None or mean < 1e-9:
        return whole
    return float(-0.691 + 10 * np.log10(mean))


def _pack_piece(piece: Piece) -> bytes:
    """Return a piece as bytes: facts, energies, the lengths of the packets, the packets."""
    facts = (piece.synthetic, piece.words_s, piece.gain_db, piece.ceiling)
    head = _HEAD.pack(*facts, len(piece.energies), len(piece.packets))
    lengths = np.array([len(packet) for packet in piece.packets], "<u4")
    sound = piece.energies.astype("<f4").tobytes()
    return b"".join([head, sound, lengths.tobytes(), *piece.packets])


def _read_piece(data: bytes) -> Piece:
    synthetic, seconds, gain, ceiling, levels, count = _HEAD.unpack_from(data)
    at = _HEAD.size + 4 * levels
    found: Any = np.frombuffer(data, "<f4", levels, _HEAD.size)
    lengths = np.frombuffer(data, "<u4", count, at).tolist()
    ends = list(accumulate(lengths, initial=at + 4 * count))
    if ends[-1] != len(data):
        raise ValueError("no piece")
    packets = tuple([data[start:end] for start, end in pairwise(ends)])
    return Piece(packets, seconds, gain, ceiling, synthetic, found)


def _read_clip(data: bytes) -> Clip:
    synthetic, rate = struct.unpack_from("<?I", data)
    return Clip(data[struct.calcsize("<?I") :], rate, synthetic)
