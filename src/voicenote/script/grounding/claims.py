"""The figures and deeds that a clause claims and nothing in the case holds. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from voicenote.script.check.normalise import fold
from voicenote.script.grounding.claim_tables import DEED, claim_tables
from voicenote.script.grounding.claimed_figures import (
    in_digits,
    numbers_in,
    percents_in,
    sums_of,
    times_in,
)
from voicenote.script.grounding.clauses import Clause
from voicenote.script.grounding.evidence import Evidence, Grounds
from voicenote.script.grounding.novelty import is_everyday, stands_on_promise

#: Deeds that are told of only if they are so, also where nothing is promised.
_HEAVY = frozenset({"refund", "credit", "gift", "guarantee", "staff"})
#: How a deed comes to them: in the words of what is promised it is no other deed.
_LIGHT = frozenset({"send", "call", "redo", "fix", "exchange", "cost"})
#: What costs nothing.
_FREE = ("credit", "gift", "waive")
_UNITS = {
    "days": re.compile(r"(?<!\d)(\d{1,4}) (?:days?|(?:de )?zile|dni|paeva|ימים|روز)"),
    "weeks": re.compile(
        r"(?<!\d)(\d{1,4}) (?:weeks?|(?:de )?saptamani|tygodni|nadala|שבועות|هفته)"
    ),
}
#: What is done, and may yet be to come if a day is told.
_STATE = re.compile(r"(?:is|are|has|have|we've|i've|fi|vor|on) ")


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something in the words that the case does not hold, or that the method refuses.

    `kind` is one word (number, sum, percent, date, time, name, deed, done, strange, fact, markup,
    person, missing, length, language, rule); `text` the words, and `why` says what is wrong.
    """

    kind: str
    text: str
    why: str

    def __str__(self) -> str:
        return f"“{self.text}”: {self.why}" if self.text else self.why


def strange_figures(clause: Clause, grounds: Grounds, evidence: Evidence) -> Iterator[Doubt]:
    """Yield the sums, percents, numbers, days and times of a clause that `grounds` don't have."""
    where = "nothing promised has it" if clause.promises else "it isn't in the case"
    code, currency = evidence.code, evidence.currency
    sums = sums_of(clause.text, code, currency)
    for money in sums:
        held = {one.amount for one in grounds.sums if one.currency == money.currency}
        if money.amount not in held and money.amount not in {amount // 1 for amount in held}:
            yield Doubt("sum", str(money), where)
    for one in percents_in(clause.text, code):
        if f"{one.value}%" not in grounds.figures:
            yield Doubt("percent", one.text, where)
    for one in numbers_in(clause.text, code):
        counted = bool(sums) or clause.has("units")
        bare = not counted and one.value in evidence.known.figures
        bare = bare or (not counted and f"day {one.value}" in grounds.figures)
        bare = bare or (
            one.value in ("2", "0.5") and not counted and not clause.promises
        )  # "the two"
        bare = bare or not grounds.figures.isdisjoint(_ahead(one.value, clause, code))
        if one.value not in grounds.figures and not bare:
            yield Doubt("number", one.text, where)
    asks = clause.text.endswith(("?", "؟"))
    for one in times_in(clause.text, code):
        harmless = one.kind == "time" and (asks or (one.spans and not clause.promises))
        # "for a year", of "a year without fees"
        inner = one.text.partition(" ")[2].removesuffix("'s")
        harmless = harmless or (one.spans and bool(inner) and f"{inner} " in grounds.text)
        if one.value not in grounds.figures and not harmless:
            yield Doubt("date" if one.kind == "date" else "time", one.text, where)


def _ahead(number: str, clause: Clause, code: str) -> set[str]:
    """Return "5 days" or "2 weeks" if a clause says this number of them."""
    written = fold(in_digits(clause.text, code))[0]
    return {f"{number} {unit}" for unit, said in _UNITS.items() if number in said.findall(written)}


def strange_deeds(clause: Clause, evidence: Evidence) -> Iterator[Doubt]:
    """Yield the deeds of a clause that nobody promised or did."""
    grounds = evidence.promised if clause.promises else evidence.known
    kinds = {
        hit.group.removeprefix(DEED): clause.folded[hit.start : hit.end]
        for hit in clause.hits
        if hit.group.startswith(DEED)
    }
    in_their_words = clause.promises and stands_on_promise(clause, evidence)
    for kind, said in kinds.items():
        heavy = clause.promises or (kind in _HEAVY and not clause.text.endswith(("?", "؟")))
        free = kind == "cost" and not grounds.deeds.isdisjoint(_FREE)
        if (
            heavy
            and kind not in grounds.deeds
            and not free
            and not (kind in _LIGHT and in_their_words)
        ):
            yield Doubt("deed", said, "no promise in the ledger says this")
    if kinds and clause.promises:
        yield from _strange_past(clause, evidence)
        yield from _strange_objects(clause, evidence)
        return
    if not kinds:
        yield from _strange_verbs(clause, evidence, in_their_words=in_their_words)
    yield from _strange_acts(clause, evidence)


def _strange_acts(clause: Clause, evidence: Evidence) -> Iterator[Doubt]:
    """Yield what is said to be done already, when no promise and no word of the owner's says so."""
    code = evidence.code
    safe = claim_tables(code).acted_safe
    for hit in clause.hits:
        said = clause.folded[hit.start : hit.end]
        if hit.group == "acted" and not any(
            word in safe or _known_stem(word, evidence.own_words) for word in _verbs(said, code)
        ):
            yield Doubt("done", said, "nothing in the case says that this was done")


def _verbs(said: str, code: str) -> list[str]:
    """Return the words that tell what was done; in Persian they stand before those of doing."""
    words = said.split()
    return words[:1] if code == "fa" else words[1:]


def _strange_objects(clause: Clause, evidence: Evidence) -> Iterator[Doubt]:
    """Yield what is to be paid for, when nobody promised that."""
    table = claim_tables(evidence.code)
    for hit in clause.hits:
        if hit.group != "objects":
            continue
        thing = clause.folded[hit.start : hit.end].split()[-1]
        if thing not in table.object_words and not _known_stem(thing, evidence.own_words):
            yield Doubt("deed", clause.folded[hit.start : hit.end], "nobody promised to pay for it")


def _strange_past(clause: Clause, evidence: Evidence) -> Iterator[Doubt]:
    """Yield what says that a deed is done, when nothing is (R20)."""
    found = [hit for hit in clause.hits if hit.group == "done"]
    if found and _STATE.match(clause.folded[found[0].start :]) and _has_day(clause, evidence):
        return  # "the money is back with you by Thursday"
    if not found or evidence.done:
        return
    phrases = claim_tables(evidence.code).phrases
    if not any(hit.group == "done" for hit in phrases.find(evidence.promised.text)):
        words = clause.folded[found[0].start : found[0].end]
        yield Doubt("done", words, "nothing promised is done yet, as far as the ledger knows")


def _has_day(clause: Clause, evidence: Evidence) -> bool:
    return any(
        one.value in evidence.promised.figures for one in times_in(clause.text, evidence.code)
    )


def _strange_verbs(clause: Clause, evidence: Evidence, *, in_their_words: bool) -> Iterator[Doubt]:
    """Yield what somebody will do, when it is neither harmless nor promised."""
    table = claim_tables(evidence.code)
    for found in table.future.finditer(clause.folded) if table.future else ():
        words = found[1].split()
        verb = next((word for word in words if word not in table.adverbs), "")
        if "be" in words and not verb.endswith("ed"):
            continue  # "I'll be glad", "it will be ready"
        if in_their_words and is_everyday(verb, evidence.code):
            continue  # "her prescription I'll pay", of "her prescription paid"
        if verb and verb not in table.safe and not _known_stem(verb, evidence.own_words):
            yield Doubt("deed", found[0].strip(), "no promise in the ledger says this")


def _known_stem(word: str, words: frozenset[str]) -> bool:
    stem = word[: max(3, len(word) - 2)]
    return any(one.startswith(stem) for one in words)
