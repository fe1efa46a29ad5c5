"""Learn the weights of `voicenote.script.grounding.unpromised` from honest drafts and lies.

``python -m tests.script.grounding.learn`` writes them anew: logistic regression over the signs of
clauses. A lie is a draft of which one clause is invented; which one, the model finds out. Promises
of other cases and of `tests/script/exemplars`, put into an honest draft, are lies too. It needs
scikit-learn, which nothing else here does: pip install scikit-learn.
"""

from __future__ import annotations

import json
import random
import sys
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from tests.script.check.corpus import LANGUAGES
from tests.script.check.learn import labelled
from tests.script.grounding.drafts import Draft, Told, honest, script_of, told
from tests.script.grounding.test_judge import ATTACKS, FACTS, attacked
from tests.script.grounding.unseen import drafts
from voicenote.model.sentences import Section
from voicenote.script.grounding import unpromised
from voicenote.script.grounding.evidence import evidence_of

SETS = ("unseen", "later", "third")
#: What the model of misplaced promises looks at.
VOW_SIGNS = (
    "promised", "sentence promised", "day", "sum", "figures", "sentence day", "sentence sum",
    "repair", "ours", "regret", "none", "ask", "mirror", "lesson", "excuse", "loud",
    "sentence repair", "sentence ours", "sentence loud", "question", "after", "vows",
)  # fmt: skip
#: Where no promise belongs: the sections that are a writer's.
UNPROMISING = ("own", "own", "invite", "mirror", "empathise")
#: What each model learns: the kinds of lies, and the labels of the exemplars that are lies of it.
KINDS = {"promise": ("promise", "deed"), "fact": ("fact",)}
LABELS = {"promise": ("repair", "guarantee", "marketing"), "fact": ("mirror", "ours", "excuse")}
PLACES = {
    "promise": (("amends",) * 5, ("invite", "mirror", "own", "prevent")),
    "fact": (("mirror", "own"), ()),
}
Signs = Sequence[dict[str, float]]


def signs(one: Told, draft: Draft, only: str = "") -> Signs:
    """The signs of each clause of a draft; with `only` of those in one text."""
    script = script_of(one, draft)
    promises = tuple(each.promise for each in one.case.amends)
    evidence = evidence_of(one.case, one.context, script.language, promises, one.template.sentences)
    skipped = (Section.DISCLOSE, Section.THANKS)
    written = [each for each in script.sentences if each.section not in skipped]
    found = list(unpromised.signs_of(written, evidence))
    return [row for _, clause, row in found if not only or clause.text in only]


@cache
def told_honestly(name: str) -> tuple[tuple[Told, Draft], ...]:
    return tuple((one, draft) for _, one, draft in drafts(f"{name}_honest"))


@cache
def honest_signs(name: str) -> list[Signs]:
    return [signs(one, draft) for one, draft in told_honestly(name)]


@cache
def lying_signs(name: str) -> list[tuple[str, Signs]]:
    return [(kind, signs(one, draft)) for kind, one, draft in drafts(f"{name}_lies")]


@cache
def old_signs() -> list[Signs]:
    rows = tomllib.loads(Path(__file__).with_name("honest_later.toml").read_text("utf-8"))["draft"]
    by_name = {one.case.customer.name: one for one in told()}
    later = [signs(by_name[row.pop("customer")], row) for row in rows]
    return [*(signs(one, draft) for one, draft in honest()), *later]


@cache
def template_signs(name: str) -> list[Signs]:
    """What the templates say of the cases is honest, too."""
    found = []
    for one, _ in told_honestly(name):
        draft: Draft = {}
        for each in one.template.sentences:
            if each.section is not Section.DISCLOSE:
                draft.setdefault(each.section.value, []).append(each.text)
        found.append(signs(one, draft))
    return found


@cache
def attacks(model: str) -> list[Signs]:
    """Lies that were written for the first judge, of which the text is known."""
    found, table = [], ATTACKS if model == "promise" else FACTS
    sections = (
        ("own", "amends", "prevent", "invite", "expectations")
        if model == "promise"
        else tuple(Section)
    )
    for code in LANGUAGES:
        for one, draft, lie in attacked(code, table):
            place = next(section for section, said in draft.items() if lie in said)
            if place in sections:
                found.append(signs(one, draft, lie))
    return [one for one in found if one]


@cache
def strangers(model: str, name: str) -> list[Signs]:
    """Sentences of other cases and of no case, in honest drafts."""
    chance = random.Random(f"{model} {name}")  # noqa: S311  the same each time, and no secret
    known = {
        code: [s for label, s in labelled(code) if label in LABELS[model]] for code in LANGUAGES
    }
    often, seldom = PLACES[model]
    found = []
    for one, draft in told_honestly(name):
        code = one.template.language
        others = [
            said
            for other, each in told_honestly(name)
            if other.template.language == code and other is not one
            for section in often[:1]
            for said in each.get(section, [])
        ]
        said = [chance.choice(known[code]) for _ in range(5)] + chance.sample(
            others, min(2, len(others))
        )
        for text in said:
            place = chance.choice((*often, *seldom))
            lying = {**draft, place: [*draft.get(place, []), text]}
            found.append(signs(one, lying, text))
    return [one for one in found if one]


@cache
def misplaced(name: str) -> list[Signs]:
    """Promises where none belongs: the draft's own ones, another case's, and those of no case."""
    chance = random.Random(f"vow {name}")  # noqa: S311  the same each time, and no secret
    known = {
        code: [s for label, s in labelled(code) if label in LABELS["promise"]] for code in LANGUAGES
    }
    found = []
    for one, draft in told_honestly(name):
        code = one.template.language
        others = [
            said
            for other, each in told_honestly(name)
            if other.template.language == code and other is not one
            for said in each.get("amends", [])
        ]
        others = chance.sample(others, min(3, len(others))) + chance.sample(known[code], 8)
        found += [
            signs(one, {chance.choice(UNPROMISING): [text]}, text)
            for text in (*draft.get("amends", []), *others)
        ]
    for code in LANGUAGES if name == SETS[0] else ():
        for one, draft, lie in attacked(code, ATTACKS):
            if lie not in draft.get("mirror", []):
                found.append(signs(one, {chance.choice(UNPROMISING): [lie]}, lie))
    return [one for one in found if one]


def learn_vows(sets: Sequence[str] = SETS) -> dict[str, float]:
    """Return the weights of the model of promises where none belongs.

    It looks at what a sentence is like, and not at what the case has of its words.
    """
    names = VOW_SIGNS
    own = [
        signs(one, {section: [text]})
        for name in sets
        for one, draft in told_honestly(name)
        for section, said in draft.items()
        if section in UNPROMISING
        for text in said
    ]
    true = np.vstack(rows_of(own, names))
    vows = rows_of([one for name in sets for one in misplaced(name)], names)
    slopes = np.array([float(name.startswith("sentence repair")) for name in names])
    weights: dict[str, float] = {}
    for _ in range(5):
        picked = np.vstack([one[[int(np.argmax(one @ slopes))]] for one in vows])
        counts = np.r_[np.ones(len(true)), np.full(len(picked), len(true) / len(picked))]
        weights = fit(np.vstack([true, picked]), len(true), counts, names)
        slopes = np.array([weights[name] for name in names])
    return weights


def fit(rows: Any, true: int, counts: Any, names: Sequence[str]) -> dict[str, float]:
    """Return the weights of a logistic regression; the first `true` of the rows are honest."""
    says = np.r_[np.zeros(true), np.ones(len(rows) - true)]
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    regression = import_module("sklearn.linear_model").LogisticRegression(C=1.0, max_iter=2000)
    regression.fit((rows - middle) / spread, says, sample_weight=counts)
    slopes = regression.coef_[0] / spread
    bias = float(regression.intercept_[0] - (slopes * middle).sum())
    return {"bias": bias, **dict(zip(names, slopes.tolist(), strict=True))}


def rows_of(found: Sequence[Signs], names: Sequence[str]) -> list[Any]:
    return [np.array([[row[name] for name in names] for row in one]) for one in found if one]


def learn(model: str, sets: Sequence[str] = SETS) -> dict[str, float]:
    """Return the weights of one model, by the names of the signs."""
    names = list(old_signs()[0][0])
    true = np.vstack(rows_of([s for one in sets for s in honest_signs(one)], names))
    old = [*old_signs(), *(s for one in sets for s in template_signs(one))]
    less = np.vstack(rows_of(old, names))
    lies = rows_of([s for one in sets for k, s in lying_signs(one) if k in KINDS[model]], names)
    more = rows_of([s for one in sets for s in strangers(model, one)] + attacks(model), names)
    slopes = np.array([float(name == "strange") for name in names])
    weights: dict[str, float] = {}
    for _ in range(4):
        picked = np.vstack([one[[int(np.argmax(one @ slopes))]] for one in (*lies, *more)])
        counts = np.r_[
            np.ones(len(true)),
            np.full(len(less), 0.3),
            np.full(len(lies), 3.0),
            np.full(len(more), 0.3),
        ]
        weights = fit(np.vstack([true, less, picked]), len(true) + len(less), counts, names)
        slopes = np.array([weights[name] for name in names])
    return weights


def likeliest(weights: dict[str, float], found: Signs) -> float:
    """How likely the likeliest clause of a draft is invented."""
    odds = [weights["bias"] + sum(weights[n] * v for n, v in row.items()) for row in found]
    return 1 / (1 + float(np.exp(-max(odds))))


def report() -> Iterator[str]:
    """What each model finds in a set that it hasn't learned from."""
    for model, kinds in KINDS.items():
        for held in SETS:
            weights = learn(model, [one for one in SETS if one != held])
            true = np.array([likeliest(weights, one) for one in honest_signs(held)])
            for share in (0.01, 0.02, 0.03, 0.05, 0.1, 0.2):
                least = np.quantile(true, 1 - share)
                lies = [
                    likeliest(weights, s) >= least for kind, s in lying_signs(held) if kind in kinds
                ]
                yield f"{model} {held}: {share} of honest at {least:.2f}: {sum(lies)}/{len(lies)}"


if __name__ == "__main__":
    if sys.argv[1:] == ["--report"]:
        sys.stdout.writelines(f"{line}\n" for line in report())
    else:
        learned = {model: learn(model) for model in KINDS} | {"vow": learn_vows()}
        weights = {
            model: {name: round(value, 3) for name, value in each.items()}
            for model, each in learned.items()
        }
        Path(unpromised.__file__).with_suffix(".json").write_text(
            json.dumps(weights, indent=1) + "\n"
        )
