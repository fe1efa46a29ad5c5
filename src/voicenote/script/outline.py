"""The outline for somebody who speaks freely: five points, each with the case's own words. Pure.

It is for the eye: what to say, and in which order (R2, S21), and not how to say it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from voicenote.model.case import Case, Complaint, Finding
from voicenote.model.promise import Promise
from voicenote.script.grounding.claim_tables import known_languages
from voicenote.script.grounding.claimed_figures import sums_of
from voicenote.script.languages import FALLBACK, language
from voicenote.script.numbers import say_by, write_money
from voicenote.script.quoting import shorten, to_one_line

#: A point has so many words of each of the case's texts.
_SHOWN = 45
_POINTS = ("happened", "meant", "ours", "promise", "question")
#: What takes the place of a point where the complaint is unfounded (S9).
_UNFOUNDED = {"ours": "found", "promise": "next"}


@dataclass(frozen=True, slots=True)
class OutlinePoint:
    """One point: its name, its heading, the case's own words for it, and what it asks for if none.

    `point` is happened, meant, ours, promise or question, or found or next in the place of ours
    and promise. With `words` there is no `hint`.
    """

    point: str
    heading: str
    words: tuple[str, ...]
    hint: str


def outline_of(case: Case, code: str, today: date) -> tuple[OutlinePoint, ...]:
    """Return the five points of a case, with headings in the language `code`, or else English.

    `today` is the customer's date. Of an unfounded complaint, it has what was found, and no
    promise (S9).
    """
    table = _tables().get(code) or _tables()[FALLBACK]
    unfounded = case.complaint.finding is Finding.UNFOUNDED
    found = []
    for point in _POINTS:
        name = _UNFOUNDED.get(point, point) if unfounded else point
        heading, hint = table[name]
        words = tuple(_words_for(name, case, code, today))
        found.append(OutlinePoint(name, heading, words, "" if words else hint))
    return tuple(found)


@cache
def _tables() -> Mapping[str, Mapping[str, Sequence[str]]]:
    text = (files(__package__) / "outline.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _words_for(name: str, case: Case, code: str, today: date) -> Iterator[str]:
    said = case.complaint
    if name == "promise":
        promises = [one.promise for one in case.round_amends] or said.promises
        for promise in promises:
            yield _promise_line(promise, code, today)
        return
    before = ""
    for text in _texts(name, said, case):
        line = to_one_line(text)
        if line and line not in before:
            before = line
            begun = f"{' '.join(line.split()[:_SHOWN])} …"
            yield shorten(line, _SHOWN, code)[0] or begun


def _texts(name: str, said: Complaint, case: Case) -> tuple[str, ...]:
    """Return the texts of a point: the owner's own words where there are some, or theirs."""
    if name == "happened":
        return (said.said_back or said.what_happened, said.bothered_most)
    if name == "meant":
        return (said.meant,) if said.meant else (said.feeling, said.at_stake, said.identity)
    if name == "ours":
        return (said.our_fault or said.cause,)
    if name == "found":
        return (said.finding_reason,)
    if name == "next":
        return (case.lesson.prevention if case.lesson else "",)
    return (said.expected,)


def _promise_line(promise: Promise, code: str, today: date) -> str:
    """Return a promise with its sum and its day, on one line."""
    tongue = language(code)
    line = to_one_line(promise.deed or promise.text)
    more = []
    if promise.value:
        judged = code if code in known_languages() else FALLBACK
        told = {one.amount for one in sums_of(line, judged, promise.value.currency)}
        more += [] if promise.value.amount in told else [write_money(promise.value, tongue)]
    if promise.promised_by:
        more.append(say_by(promise.promised_by, today, tongue)[0])
    return f"{tongue.comma} ".join((line.rstrip(".") if more else line, *more))
