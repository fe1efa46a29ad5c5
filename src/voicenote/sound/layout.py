"""The layout of a memo in time: when each sentence begins, its packets, and how loud the whole is.

Times are whole ticks, so they are accurate to half a tick.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, repeat

import numpy as np

from voicenote.model.sentences import Sentence
from voicenote.sound.formats import Codec
from voicenote.sound.loudness import ENERGY_S, integrated
from voicenote.sound.packets import FORMS, LEAD_S, TICK_S, silence
from voicenote.sound.piece import Piece, PieceSource
from voicenote.sound.trim import TAIL_S, pause_after


@dataclass(frozen=True, slots=True)
class Placed:
    """A sentence encoded for Ogg, and the ticks at which it and the next one begin."""

    source: PieceSource
    piece: Piece
    start: int
    following: int

    @property
    def begun_s(self) -> float:
        """When its words begin, in seconds from the start of the memo."""
        return self.start * TICK_S + LEAD_S


def arrange(
    sentences: Sequence[Sentence], sources: Iterable[PieceSource], codec: Codec
) -> Iterator[Placed]:
    """Yield each sentence at its place, with the pauses between; `codec` is that of the Ogg file.

    The last one is followed by a silence of `TAIL_S`. Raises as `PieceSource.piece` does.
    """
    start = 1
    gaps = [*(pause_after(one, two) - LEAD_S for one, two in pairwise(sentences)), TAIL_S]
    for source, gap in zip(sources, gaps, strict=True):
        piece = source.piece("ogg", codec)
        ended = start * TICK_S + LEAD_S + piece.words_s
        following = max(start + len(piece.packets), round((ended + gap) / TICK_S))
        yield Placed(source, piece, start, following)
        start = following


def lay(placed: Iterable[Placed], rendition: str, codec: Codec) -> Iterator[bytes]:
    """Yield the packets of a memo: each sentence at its place, as loud as in Ogg, silence between.

    Where the rendition's packets do not match the ticks, a sentence begins up to half a packet off.
    Packets missing at its end are silence; those too many are dropped.
    """
    pause = silence(rendition, codec)
    packet_s = FORMS[rendition].frame / codec.rate
    at = 0
    for one in placed:
        packets = one.piece.packets
        if rendition != "ogg":
            packets = one.source.piece(rendition, codec, like=one.piece).packets
        begin = round(one.start * TICK_S / packet_s)
        end = round(one.following * TICK_S / packet_s)
        yield from repeat(pause, begin - at)
        yield from packets[: end - begin]
        yield from repeat(pause, end - begin - len(packets))
        at = end


def loudness(placed: Sequence[Placed]) -> float | None:
    """Return the integrated loudness in LUFS, from the energies measured for each sentence."""
    a_tick = round(TICK_S / ENERGY_S)
    whole = np.zeros(placed[-1].following * a_tick, np.float32)
    for one in placed:
        whole[one.start * a_tick :][: len(one.piece.energies)] = one.piece.energies
    return integrated([whole])
