"""Fitting a script to the time there is: what is only pleasant to hear goes first. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from voicenote.model.sentences import Sentence
from voicenote.script.spoken import PAUSE_S


class RankedSentence(NamedTuple):
    """A sentence, when it may go (1 first; 0 never), and the names of the facts that it says.

    `weight` is its length in average words, and `own` that of the case's own words in it.
    """

    sentence: Sentence
    weight: float
    rank: int = 0
    facts: tuple[str, ...] = ()
    own: float = 0

    def seconds(self, pace: float) -> float:
        """Return how long it takes to say at `pace` words per minute, with its pause."""
        return self.weight / pace * 60 + PAUSE_S


def fit(
    ranked: Sequence[RankedSentence], most: int, pace: float, longest: float
) -> tuple[list[RankedSentence], list[RankedSentence], bool]:
    """Return (what is said, what is left out, whether it fits into `longest` seconds).

    Only ranks up to `most` may go, the lowest first, and no more than it takes. Sentences of one
    rank go together: a quotation goes with the sentence before it.
    """
    total = sum([one.seconds(pace) for one in ranked])
    if total <= longest:
        return list(ranked), [], True
    units = _by_rank(ranked, most)
    gone: set[int] = set()
    for unit in sorted(units):
        gone.update(units[unit])
        total -= sum([ranked[place].seconds(pace) for place in units[unit]])
        if total <= longest:
            break
    kept = [one for place, one in enumerate(ranked) if place not in gone]
    return kept, [ranked[place] for place in sorted(gone)], total <= longest


def drop_padding(
    ranked: Sequence[RankedSentence], most: int, pace: float, shortest: float
) -> list[RankedSentence]:
    """Return the sentences without those up to rank `most` that crowd out what is personal.

    They go, the lowest rank first, until half of the words are the case's own, or no more than
    `shortest` seconds are left.
    """
    seconds = sum([one.seconds(pace) for one in ranked])
    total = sum([one.weight for one in ranked])
    own = sum([one.own for one in ranked])
    gone: set[int] = set()
    for _, unit in sorted(_by_rank(ranked, most).items()):
        left = seconds - sum([ranked[place].seconds(pace) for place in unit])
        if own >= total / 2 or left < shortest:
            break
        gone.update(unit)
        seconds = left
        total -= sum([ranked[place].weight for place in unit])
    return [one for place, one in enumerate(ranked) if place not in gone]


def _by_rank(ranked: Sequence[RankedSentence], most: int) -> dict[int, list[int]]:
    """Return the places of the sentences that may go, by rank up to `most`."""
    units: dict[int, list[int]] = {}
    for place, one in enumerate(ranked):
        if 0 < one.rank <= most:
            units.setdefault(one.rank, []).append(place)
    return units
