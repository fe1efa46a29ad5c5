"""The layout of a memo in time: when each sentence begins, and how loud the whole is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from voicenote.model.memo import Caption
from voicenote.model.sentences import Sentence
from voicenote.sound.edit import TAIL_S, pauses
from voicenote.sound.loudness import ENERGY_S, integrated
from voicenote.sound.packets import LEAD_S, TICK_S
from voicenote.sound.piece import Piece


@dataclass(frozen=True, slots=True)
class Arranged:
    """Start of each piece and end of the memo in ticks, and the captions."""

    starts: tuple[int, ...]
    end: int
    captions: tuple[Caption, ...]


def arrange(sentences: Sequence[Sentence], pieces: Sequence[Piece]) -> Arranged:
    """Lay pieces out in ticks, with the pauses of their sentences (accurate to half a tick)."""
    starts: list[int] = []
    captions: list[Caption] = []
    at, ended = 1, 0.0
    for sentence, piece, pause in zip(sentences, pieces, pauses(sentences), strict=True):
        starts.append(at)
        begun = at * TICK_S + LEAD_S
        ended = begun + piece.words_s
        captions.append(Caption(begun, ended, sentence.text))
        at = max(at + len(piece.packets), round((ended + pause - LEAD_S) / TICK_S))
    end = max(starts[-1] + len(pieces[-1].packets), round((ended + TAIL_S) / TICK_S))
    return Arranged(tuple(starts), end, tuple(captions))


def loudness(pieces: Sequence[Piece], arranged: Arranged) -> float | None:
    """Return the integrated loudness in LUFS, from the energies measured for each piece."""
    a_tick = round(TICK_S / ENERGY_S)
    whole = np.zeros(arranged.end * a_tick, np.float32)
    for start, piece in zip(arranged.starts, pieces, strict=True):
        whole[start * a_tick :][: len(piece.energies)] = piece.energies
    return integrated([whole])
