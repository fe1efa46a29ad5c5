"""What a draft has to say: the promises of its case, and what changes. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from voicenote.model.promise import Promise
from voicenote.model.sentences import Section
from voicenote.script.check.learned_likeness import rarity
from voicenote.script.grounding.claim_tables import claim_tables
from voicenote.script.grounding.claimed_figures import figures_of_day, number_word
from voicenote.script.grounding.clauses import Clause
from voicenote.script.grounding.evidence import Evidence, relative_days, words_of
from voicenote.script.grounding.held_words import HeldWords

Figures = frozenset[str]
NONE = Figures()
#: A word that is less rare than this says nothing by itself.
COMMON = 0.25
_JUDGED = ("weekdays", "months", "near", "relative")


class Aim:
    """Something that a draft has to say: a promise, or what changes."""

    def __init__(self, text: str, code: str, *, days: Figures = NONE, sums: Figures = NONE) -> None:
        self.words = telling_words(text, code)
        self.days, self.sums = days, sums

    def nearness(self, said: HeldWords, figures: Figures) -> float:
        """Return how well words and figures say it."""
        share = sum(word in said for word in self.words) / max(1, len(self.words))
        return share + bool(self.sums & figures) + bool(self.days & figures) / 2


class Aims:
    """All that a draft has to say, and the words of the case."""

    def __init__(self, evidence: Evidence) -> None:
        self.code = evidence.code
        self.promises = [_aim_of(one, evidence) for one in evidence.promises]
        self.lesson = Aim(evidence.lesson, evidence.code)
        self.all = [*self.promises, *([self.lesson] if self.lesson.words else [])]
        self.days = NONE.union(*(one.days for one in self.promises))
        self.sums = NONE.union(*(one.sums for one in self.promises))
        self.known = HeldWords(evidence.words, self.code)
        self._promised = self._words_of(self.promises)
        self._changed = self._words_of(self.all)

    def _words_of(self, aims: Sequence[Aim]) -> HeldWords:
        return HeldWords((word for one in aims for word in one.words), self.code)

    def words_for(self, section: Section) -> HeldWords:
        """Return what is promised; where it is said what changes, that too."""
        return self._changed if section is Section.PREVENT else self._promised

    def nearness(self, words: Sequence[str], figures: Figures, section: Section) -> list[float]:
        """Return how well the telling words and the figures of a clause say each of them."""
        said = HeldWords(words, self.code)
        changes = 0.3 if section is Section.PREVENT else 0.0
        return [one.nearness(said, figures) + changes * (one is self.lesson) for one in self.all]

    def owned_by(self, near: Sequence[Sequence[float]]) -> list[int]:
        """Return how many of them each clause says best, by the nearness of each."""
        best = [max(column) for column in zip(*near, strict=True)]
        return [
            sum(value > 0 and value >= most for value, most in zip(row, best, strict=True))
            for row in near
        ]


def _aim_of(promise: Promise, evidence: Evidence) -> Aim:
    days, sums = NONE, NONE
    if day := promise.promised_by:
        days = figures_of_day(day) | relative_days([day], evidence.today)
    if promise.value:
        amount = promise.value.amount
        parts = (amount, amount // 1, amount / 10)  # Persian tomans
        sums = frozenset(f"{one.normalize():f}" for one in parts)
    return Aim(f"{promise.text} {promise.deed}", evidence.code, days=days, sums=sums)


def telling_words(text: str, code: str, clause: Clause | None = None) -> tuple[str, ...]:
    """Return the words of a text that say something by themselves, without days and numbers."""
    table = claim_tables(code)
    judged = {
        word
        for hit in (clause.hits if clause else ())
        if hit.group.startswith(_JUDGED)
        for word in words_of(clause.folded[hit.start : hit.end] if clause else "")
    }
    return tuple(
        word
        for word in words_of(text)
        if word not in judged
        and not word[0].isdigit()
        and rarity(word, code) >= COMMON
        and number_word(word, table) is None
    )
