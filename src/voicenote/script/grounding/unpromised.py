"""How likely a clause promises or tells what its case doesn't: linear models for all languages.

What may be invented has no end, and neither has the way an honest writer words a promise. So no
list decides, but the weight of many signs: how much of a clause consists of rare words that the
case doesn't have, whether its day, sum or words are a promise's, whether another clause says that
promise better, and how likely its sentence is a repair (`check.learned_likeness`). A third model
says how likely a clause promises anything at all, for the places where no promise belongs. The
weights are in ``unpromised.json``; `python -m tests.script.grounding.learn` learns them.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from voicenote.model.promise import Promise
from voicenote.model.sentences import Section, Sentence
from voicenote.script.check.learned_likeness import rarity, weigh
from voicenote.script.grounding.claim_tables import claim_tables
from voicenote.script.grounding.claimed_figures import (
    figures_of_day,
    number_word,
    numbers_in,
    times_in,
)
from voicenote.script.grounding.clauses import Clause, clauses_of
from voicenote.script.grounding.evidence import Evidence, relative_days, words_of
from voicenote.script.grounding.held_words import HeldWords

Figures = frozenset[str]
NONE = Figures()
_SENTENCE_END = re.compile(r"(?<=[.!?؟…])\s+")
#: A word that is less rare than this says nothing by itself.
_COMMON = 0.25
#: A clause with more strange words than this, by their weight, tells something of its own.
_APART = 0.8
#: So like a promise a sentence is one, or isn't; so likely "none", it does nothing at all.
_LIKE, _UNLIKE, _NOTHING = 0.3, 0.1, 0.85
#: With fewer strange words, by their weight, a promise's own day or sum is only told.
_OWN_STORY = 1.0
_JUDGED = ("weekdays", "months", "near", "relative")
_DONE = (Section.AMENDS, Section.PREVENT)


@dataclass(frozen=True, slots=True)
class Likely:
    """A clause of `said`, and how likely it promises, or tells, what nothing in the case does.

    Likelihoods are 0 to 1; `vow` is that of any promise at all. `looks_so`: it stands where
    promises do, or its sentence is like a promise. `apart`: among the amends, it has strange words
    and says no promise's day or sum, and another clause says each promise better.
    """

    said: Sentence
    clause: Clause
    promise: float
    fact: float
    vow: float
    looks_so: bool
    apart: bool


@dataclass(frozen=True, slots=True)
class _Unit:
    """A clause in its sentence, a part of `said`. `words` are its rare ones."""

    said: Sentence
    section: Section
    sentence: str
    clause: Clause
    words: tuple[str, ...]
    figures: Figures


class _Aim:
    """Something that a draft has to say: a promise, or what changes."""

    def __init__(self, text: str, code: str, *, days: Figures = NONE, sums: Figures = NONE) -> None:
        self.words = telling_words(text, code)
        self.days, self.sums = days, sums

    def nearness(self, said: HeldWords, figures: Figures) -> float:
        """Return how well words and figures say it."""
        share = sum(word in said for word in self.words) / max(1, len(self.words))
        return share + bool(self.sums & figures) + bool(self.days & figures) / 2


class _Aims:
    """All that a draft has to say, and the words of the case."""

    def __init__(self, evidence: Evidence) -> None:
        self.code = evidence.code
        self.promises = [_aim_of(one, evidence) for one in evidence.promises]
        self.lesson = _Aim(evidence.lesson, evidence.code)
        self.all = [*self.promises, *([self.lesson] if self.lesson.words else [])]
        self.days = NONE.union(*(one.days for one in self.promises))
        self.sums = NONE.union(*(one.sums for one in self.promises))
        self.known = HeldWords(evidence.words, self.code)
        self._promised = self._words_of(self.promises)
        self._changed = self._words_of(self.all)

    def _words_of(self, aims: Sequence[_Aim]) -> HeldWords:
        return HeldWords((word for one in aims for word in one.words), self.code)

    def words_for(self, section: Section) -> HeldWords:
        """Return what is promised; where it is said what changes, that too."""
        return self._changed if section is Section.PREVENT else self._promised

    def nearness(self, unit: _Unit) -> list[float]:
        """Return how well a clause says each of them."""
        said = HeldWords(unit.words, self.code)
        changes = 0.3 if unit.section is Section.PREVENT else 0.0
        return [
            one.nearness(said, unit.figures) + changes * (one is self.lesson) for one in self.all
        ]

    def owned_by(self, units: Sequence[_Unit]) -> list[int]:
        """Return how many of them each clause says best."""
        near = [self.nearness(unit) for unit in units]
        best = [max(column) for column in zip(*near, strict=True)]
        return [
            sum(value > 0 and value >= most for value, most in zip(row, best, strict=True))
            for row in near
        ]


def _aim_of(promise: Promise, evidence: Evidence) -> _Aim:
    days, sums = NONE, NONE
    if day := promise.promised_by:
        days = figures_of_day(day) | relative_days([day], evidence.today)
    if promise.value:
        amount = promise.value.amount
        parts = (amount, amount // 1, amount / 10)  # Persian tomans
        sums = frozenset(f"{one.normalize():f}" for one in parts)
    return _Aim(f"{promise.text} {promise.deed}", evidence.code, days=days, sums=sums)


def unlikely_claims(written: Sequence[Sentence], evidence: Evidence) -> Iterator[Likely]:
    """Yield each clause that a writer wrote, with its likelihoods."""
    weights = _weights()
    for said, clause, signs in signs_of(written, evidence):
        odds = [
            one["bias"] + sum(one.get(name, 0) * value for name, value in signs.items() if value)
            for one in (weights["promise"], weights["fact"], weights["vow"])
        ]
        promise, fact, vow = (1 / (1 + math.exp(-max(-30.0, min(30.0, one)))) for one in odds)
        if _is_harmless(signs):
            promise = 0.0
        looks_so = _looks_so(clause, signs)
        yield Likely(said, clause, promise, fact, vow, looks_so, _is_apart(signs))


def _is_harmless(signs: Mapping[str, float]) -> bool:
    """Return whether a clause only tells a promise's day ("it's done by Friday"), or only asks."""
    like = signs["sentence repair"] + signs["sentence loud"]
    told = (signs["day"] or signs["sum"]) and signs["strange"] < _OWN_STORY
    return bool(told or (signs["question"] and like < _UNLIKE))


def _looks_so(clause: Clause, signs: Mapping[str, float]) -> bool:
    like = signs["sentence repair"] + signs["sentence loud"] >= _LIKE
    return (clause.promises or like) and signs["none"] < _NOTHING


def _is_apart(signs: Mapping[str, float]) -> bool:
    told = signs["owned"] or signs["day"] or signs["sum"] or signs["question"]
    return bool(signs["amends"]) and not told and signs["strange"] > _APART


def signs_of(
    written: Sequence[Sentence], evidence: Evidence
) -> Iterator[tuple[Sentence, Clause, dict[str, float]]]:
    """Yield each sentence with its clauses and their signs, by the names of the weights."""
    units = [unit for one in written for unit in _units(one, evidence.code)]
    if not units:
        return
    aims = _Aims(evidence)
    owned = aims.owned_by(units)
    together = Counter[tuple[Section, str]]()
    for unit, count in zip(units, owned, strict=True):
        together[unit.section, unit.sentence] += count
    for unit, count in zip(units, owned, strict=True):
        signs = {
            **_word_signs(unit, aims),
            **_figure_signs(unit, aims),
            **_likeness_signs(unit, aims.code),
            **_place_signs(unit),
            "owned": min(2, count),
            "owned together": min(2, together[unit.section, unit.sentence]),
        }
        anchored = signs["promised"] or signs["day"] or signs["sum"]
        strange = signs["strange"]
        signs |= {
            "no anchor": not anchored,
            "strange, none promised": 0.0 if signs["promised"] else strange,
            "strange, not owned": 0.0 if count else strange,
            "strange, done": strange if unit.section in _DONE else 0.0,
            "repair, not owned": 0.0 if count else signs["sentence repair"],
        }
        yield unit.said, unit.clause, {name: float(value) for name, value in signs.items()}


def _units(sentence: Sentence, code: str) -> Iterator[_Unit]:
    for text in filter(None, map(str.strip, _SENTENCE_END.split(sentence.text))):
        for clause in clauses_of(Sentence(sentence.section, text, personal=True), code):
            words = telling_words(clause.text, code, clause)
            yield _Unit(
                sentence, sentence.section, text, clause, words, _figures_in(clause.text, code)
            )


def _figures_in(text: str, code: str) -> Figures:
    numbers = {one.value for one in numbers_in(text, code)}
    days = {f"day {one}" for one in numbers}
    return frozenset(numbers | days | {one.value for one in times_in(text, code)})


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
        and rarity(word, code) >= _COMMON
        and number_word(word, table) is None
    )


def _word_signs(unit: _Unit, aims: _Aims) -> dict[str, float]:
    """Return how much rare words say that is promised, that the case has, and that is strange."""
    aimed, promised, held, strange = aims.words_for(unit.section), 0.0, 0.0, 0.0
    for word in unit.words:
        weight = (rarity(word, aims.code) - _COMMON) / (1 - _COMMON)
        if word in aimed:
            promised += weight
        elif word in aims.known:
            held += weight
        else:
            strange += weight
    together = sum(word in aimed for word in telling_words(unit.sentence, aims.code))
    return {
        "strange": strange,
        "promised": promised,
        "held": held,
        "share strange": strange / (strange + promised + held + 0.5),
        "sentence promised": min(2, together),
    }


def _figure_signs(unit: _Unit, aims: _Aims) -> dict[str, float]:
    """Return whether the days and sums of a clause, and of its sentence, are a promise's."""
    whole = _figures_in(unit.sentence, aims.code)
    return {
        "day": bool(aims.days & unit.figures),
        "sum": bool(aims.sums & unit.figures),
        "figures": min(3, sum(one[0].isdigit() for one in unit.figures)),
        "sentence day": bool(aims.days & whole),
        "sentence sum": bool(aims.sums & whole),
    }


def _place_signs(unit: _Unit) -> dict[str, float]:
    """Return where a clause stands, and what its words say of itself."""
    return {
        "question": unit.clause.text.endswith(("?", "؟")),
        "amends": unit.section is Section.AMENDS,
        "prevent": unit.section is Section.PREVENT,
        "mirror": unit.section is Section.MIRROR,
        "after": unit.section in (Section.INVITE, Section.EXPECTATIONS),
        "whole": unit.clause.text == unit.sentence,
        "vows": unit.clause.vows,
        "theirs": unit.clause.has("theirs"),
    }


def _likeness_signs(unit: _Unit, code: str) -> dict[str, float]:
    clause, sentence = weigh(unit.clause.text, code), weigh(unit.sentence, code)
    labels = ("repair", "ours", "regret", "none", "ask", "mirror", "lesson", "excuse")
    return {
        **{label: clause.odds(label) for label in labels},
        "loud": clause.odds("guarantee") + clause.odds("marketing"),
        "sentence repair": sentence.odds("repair"),
        "sentence ours": sentence.odds("ours"),
        "sentence loud": sentence.odds("guarantee") + sentence.odds("marketing"),
    }


@cache
def _weights() -> Mapping[str, Mapping[str, float]]:
    text = (files(__package__) / "unpromised.json").read_text(encoding="utf-8")
    weights: Mapping[str, Mapping[str, float]] = json.loads(text)
    return weights
