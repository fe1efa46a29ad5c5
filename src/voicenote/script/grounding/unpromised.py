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

from voicenote.model.sentences import Section, Sentence
from voicenote.script.check.learned_likeness import rarity, weigh
from voicenote.script.grounding.aims import COMMON, Aims, Figures, telling_words
from voicenote.script.grounding.claimed_figures import (
    numbers_in,
    times_in,
)
from voicenote.script.grounding.clauses import Clause, clauses_of
from voicenote.script.grounding.evidence import Evidence

_SENTENCE_END = re.compile(r"(?<=[.!?؟…])\s+")
#: A clause with more strange words than this, by their weight, tells something of its own.
_APART = 0.8
#: So like a promise a sentence is one, or isn't; so likely "none", it does nothing at all.
_LIKE, _UNLIKE, _NOTHING = 0.3, 0.1, 0.85
#: With fewer strange words, by their weight, a promise's own day or sum is only told.
_OWN_STORY = 1.0
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
    sentence: str
    clause: Clause
    words: tuple[str, ...]
    figures: Figures

    @property
    def section(self) -> Section:
        return self.said.section


def unlikely_claims(written: Sequence[Sentence], evidence: Evidence) -> Iterator[Likely]:
    """Yield each clause that a writer wrote, with its likelihoods."""
    weights = _weights()
    for said, clause, signs in signs_of(written, evidence):
        promise = 0.0 if _is_harmless(signs) else _weigh(weights["promise"], signs)
        fact, vow = _weigh(weights["fact"], signs), _weigh(weights["vow"], signs)
        yield Likely(said, clause, promise, fact, vow, _looks_so(clause, signs), _is_apart(signs))


def _weigh(weights: Mapping[str, float], signs: Mapping[str, float]) -> float:
    odds = weights["bias"] + sum(weights.get(name, 0) * value for name, value in signs.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


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
    aims = Aims(evidence)
    owned = aims.owned_by([aims.nearness(one.words, one.figures, one.section) for one in units])
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
            yield _Unit(sentence, text, clause, words, _figures_in(clause.text, code))


def _figures_in(text: str, code: str) -> Figures:
    numbers = {one.value for one in numbers_in(text, code)}
    days = {f"day {one}" for one in numbers}
    return frozenset(numbers | days | {one.value for one in times_in(text, code)})


def _word_signs(unit: _Unit, aims: Aims) -> dict[str, float]:
    """Return how much rare words say that is promised, that the case has, and that is strange."""
    aimed, promised, held, strange = aims.words_for(unit.section), 0.0, 0.0, 0.0
    for word in unit.words:
        weight = (rarity(word, aims.code) - COMMON) / (1 - COMMON)
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


def _figure_signs(unit: _Unit, aims: Aims) -> dict[str, float]:
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
