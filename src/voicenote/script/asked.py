"""What a complaint asks for and how grave it is, with the words that say so. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from voicenote.model.case import Case, Failure
from voicenote.model.money import Money
from voicenote.model.promise import AmendsKind
from voicenote.model.sums import sums_in
from voicenote.script.check.normalise import fold
from voicenote.script.failure import READ, any_of, failure_of, find_words
from voicenote.script.habits import split_clauses, split_sentences
from voicenote.script.languages import FALLBACK
from voicenote.script.quoting import to_one_line

_WANT, _NO = "want", "no"


@dataclass(frozen=True, slots=True)
class Asked:
    """A deed that a customer asks for, and the clause in which they do."""

    kind: AmendsKind
    words: str


def find_asked(case: Case) -> Asked | None:
    """Return the first deed that a complaint asks for; None when it asks for none, or unclearly.

    What they expected counts wherever it names a deed, their account only where it asks.
    """
    complaint, code = case.complaint, _code(case)
    for text, asks in (
        (complaint.expected, True), (complaint.bothered_most, False),
        (complaint.what_happened, False),
    ):  # fmt: skip
        for sentence in split_sentences(to_one_line(text[:READ]), code):
            for asked in _asked_in(sentence, code, asks=asks):
                return asked
    return None


def _asked_in(sentence: str, code: str, *, asks: bool) -> Iterator[Asked]:
    patterns = _patterns(code)
    for clause in split_clauses(sentence, code):
        folded = fold(clause)[0]
        wants = asks or bool(patterns[_WANT].search(folded))
        asks = wants  # "please come, and bring a new one"
        if wants and not patterns[_NO].search(folded):
            found = {
                kind: hit.start()
                for kind in AmendsKind
                if kind in patterns and (hit := patterns[kind].search(folded))
            }
            if found:
                yield Asked(min(found, key=lambda kind: found[kind]), clause.strip(" .,;:!"))


def find_grave_words(case: Case) -> tuple[str, ...]:
    """Return the words that tell of a danger, as they were written; () for another failure."""
    if failure_of(case) is not Failure.DANGER:
        return ()
    complaint, code = case.complaint, _code(case)
    texts = (complaint.what_happened, complaint.bothered_most)
    return tuple(
        dict.fromkeys(word for text in texts for word in find_words(text, Failure.DANGER, code))
    )


def named_sum(case: Case) -> Money | None:
    """Return the only sum that a complaint names; None for none, several, or nothing."""
    complaint = case.complaint
    sums = {
        (sum_.amount, sum_.currency): sum_
        for text in (complaint.what_happened, complaint.bothered_most, complaint.expected)
        for sum_ in sums_in(text[:READ])
        if sum_.amount > 0
    }
    return next(iter(sums.values())) if len(sums) == 1 else None


def _code(case: Case) -> str:
    code = case.customer.language.partition("-")[0].lower()
    return code if code in _tables() else FALLBACK


@cache
def _tables() -> Mapping[str, Mapping[str, list[str]]]:
    return tomllib.loads((files(__package__) / "asked.toml").read_text(encoding="utf-8"))


@cache
def _patterns(code: str) -> Mapping[str, re.Pattern[str]]:
    return {name: any_of(words, code) for name, words in _tables()[code].items()}
