"""The figures and deeds that a clause claims and nothing in the case holds. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from voicenote.script.check.normalise import fold
from voicenote.script.grounding.claim_tables import DEED, LENGTH, claim_tables
from voicenote.script.grounding.claimed_figures import (
    in_digits,
    numbers_in,
    percents_in,
    sums_of,
    times_in,
)
from voicenote.script.grounding.clauses import Clause
from voicenote.script.grounding.evidence import Evidence, Grounds

_UNITS = {
    "days": re.compile(r"(?<!\d)(\d{1,4}) (?:days?|(?:de )?zile|dni|paeva|ימים|روز)"),
    "weeks": re.compile(
        r"(?<!\d)(\d{1,4}) (?:weeks?|(?:de )?saptamani|tygodni|nadala|שבועות|هفته)"
    ),
}
#: What is done, and may yet be to come if a day is told.
_NUMBER_BEFORE = re.compile(r"(?<![\d.,])(\d{1,4}) $")
#: Numbers that are said of anything: "an hour", "the two days".
_FEW = frozenset(["0", "1", "2"])
#: It will be so: "he will have mended it".
_AHEAD = re.compile(r"\b(?:will|to) $")
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
        bare = bare or (clause.has("units") and one.value in evidence.known.figures)
        bare = bare or (not counted and f"day {one.value}" in grounds.figures)
        bare = bare or (
            one.value in ("2", "0.5") and not counted and not clause.promises
        )  # "the two"
        ahead = _ahead(one.value, clause, code) if clause.promises else set()
        bare = bare or not grounds.figures.isdisjoint(ahead)
        if one.value not in grounds.figures and not bare:
            yield Doubt("number", one.text, where)
    asks = clause.text.endswith(("?", "؟"))
    for one in times_in(clause.text, code):
        harmless = one.kind == "time" and (asks or (one.spans and not clause.promises))
        # "for a year", of "a year without fees"
        inner = one.text.partition(" ")[2].removesuffix("'s")
        harmless = harmless or (one.spans and bool(inner) and f"{inner} " in grounds.text)
        harmless = harmless or (one.kind == "time" and one.value in evidence.known.figures)
        if one.value not in grounds.figures and not harmless:
            told = one.kind == "time" and not clause.promises
            kind = "fact" if told else "date" if one.kind == "date" else "time"
            yield Doubt(kind, one.text, where)


def _ahead(number: str, clause: Clause, code: str) -> set[str]:
    """Return "5 days" or "2 weeks" if a clause says this number of them."""
    written = fold(in_digits(clause.text, code))[0]
    return {f"{number} {unit}" for unit, said in _UNITS.items() if number in said.findall(written)}


def strange_lengths(clause: Clause, evidence: Evidence) -> Iterator[Doubt]:
    """Yield how long something took, in a number or a unit that nothing in the case has."""
    if clause.vows or any(hit.group.startswith(("near", "relative")) for hit in clause.hits):
        return  # "next week": it is judged as a day
    if clause.has("units"):
        written = fold(in_digits(clause.text, evidence.code))[0]
        for hit in claim_tables(evidence.code).phrases.find(written):
            before = _NUMBER_BEFORE.search(written[: hit.start]) if hit.group == "units" else None
            if before and before[1] not in evidence.told_figures | _FEW:
                said = f"{before[1]} {written[hit.start : hit.end]}"
                yield Doubt("number", said, "nothing in the case tells of such a time")
    for hit in clause.hits:
        if hit.group.startswith(LENGTH) and hit.group not in evidence.told.lengths:
            said = clause.folded[hit.start : hit.end]
            yield Doubt("fact", said, "nothing in the case tells of such a time")


def undone_deeds(clause: Clause, evidence: Evidence) -> Iterator[Doubt]:
    """Yield what says that a promised deed is done, when nothing is (R20)."""
    if not any(hit.group.startswith(DEED) for hit in clause.hits):
        return
    found = [hit for hit in clause.hits if hit.group == "done"]
    if found and _STATE.match(clause.folded[found[0].start :]) and _has_day(clause, evidence):
        return  # "the money is back with you by Thursday"
    if not found or evidence.done or _AHEAD.search(clause.folded[: found[0].start]):
        return
    phrases = claim_tables(evidence.code).phrases
    if not any(hit.group == "done" for hit in phrases.find(evidence.promised.text)):
        words = clause.folded[found[0].start : found[0].end]
        yield Doubt("done", words, "nothing promised is done yet, as far as the ledger knows")


def _has_day(clause: Clause, evidence: Evidence) -> bool:
    return any(
        one.value in evidence.promised.figures for one in times_in(clause.text, evidence.code)
    )
