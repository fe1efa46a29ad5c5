"""What somebody who spoke freely left out: responsibility, a promise, its sum or its day. Pure.

It is asked of a transcript, so it goes by what ears seldom mishear: how like a sentence is to
others that take responsibility or offer something (R1), and figures. A day and a sum count where
something is offered, and not where it is told what happened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from voicenote.model.case import Case
from voicenote.model.promise import Promise
from voicenote.model.sentences import Script, Section
from voicenote.script.check.case_context import CheckContext
from voicenote.script.check.learned_likeness import weigh
from voicenote.script.check.normalise import fold
from voicenote.script.check.passage import CheckedSentence, read_input
from voicenote.script.check.phrase_tables import languages
from voicenote.script.grounding.aims import telling_words
from voicenote.script.grounding.claim_tables import DEED, claim_tables, known_languages
from voicenote.script.grounding.claimed_figures import (
    figures_of_day,
    in_digits,
    numbers_in,
    sums_of,
    times_in,
)
from voicenote.script.grounding.evidence import relative_days, words_of
from voicenote.script.grounding.held_words import HeldWords
from voicenote.script.languages import language
from voicenote.script.numbers import say_by, write_money

#: From here on a sentence is like one that takes responsibility: alone, and if it tells a deed.
_OURS, _OURS_TOLD = 0.9, 0.4
#: From here on it is like an offer: alone, and if a word of a deed is in it.
_OFFER, _OFFER_TOLD = 0.8, 0.3
#: What comes after the apology: somebody who speaks freely promises anywhere in it.
_AFTER = (
    Section.EMPATHISE,
    Section.AMENDS,
    Section.PREVENT,
    Section.EXPECTATIONS,
    Section.INVITE,
)
#: A word of so few letters tells of no promise.
_SHORT = 2
_AHEAD = re.compile(r"(?<!\d)(\d{1,3}) (\w+)")
#: What is said of a promise's day: weekdays count, and a day of the month with its month.
_MONTH, _DAY = "months ", "day "


class Left(StrEnum):
    """What is left out."""

    RESPONSIBILITY = "responsibility"
    PROMISE = "promise"
    SUM = "sum"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Unsaid:
    """One thing that isn't said, and what of the case it is about; "" where that is all of it."""

    what: Left
    about: str = ""


def find_left_out(script: Script, case: Case, today: date) -> tuple[Unsaid, ...]:
    """Return what a freely spoken script leaves out, each thing once.

    `today` is the customer's date. Of a promise that isn't said at all, sum and day aren't named.
    A language without tables is not judged.
    """
    code = script.language
    if code not in languages() or code not in known_languages():
        return ()
    read = [_Spoken(one, code) for one in read_input(script, code, CheckContext()).sentences]
    found = [] if any(one.owns for one in read) else [Unsaid(Left.RESPONSIBILITY)]
    promises = [one.promise for one in case.round_amends] or list(case.complaint.promises)
    if not any(one.offers or one.names(promises, code, today) for one in read):
        found.append(Unsaid(Left.PROMISE, "; ".join(one.text for one in promises)))
        return tuple(found)
    offers = [one for one in read if one.may_promise]
    for promise in promises:
        found += _left_out_of(promise, promises, offers, code, today)
    return tuple(dict.fromkeys(found))


class _Spoken:
    """A sentence, and what it does."""

    def __init__(self, one: CheckedSentence, code: str) -> None:
        self.text = one.text
        self.hits = {hit.group for hit in claim_tables(code).phrases.find(fold(one.text)[0])}
        likeness = weigh(one.text, code)
        asks = one.text.rstrip("\"'”’»)").endswith(("?", "؟"))
        told = one.has("act", "own", "admit")
        confesses = one.has("admit", "answer")
        self.owns = likeness.ours >= _OURS or (
            not asks
            and (
                confesses
                or (one.has("own") and (one.has("regret") or (one.has("act") and one.has("you"))))
                or (told and likeness.ours >= _OURS_TOLD)
            )
        )
        deed = one.has("deed") or any(hit.startswith(DEED) for hit in self.hits)
        polite = one.has("thanks", "kind", "hello")
        self.offers = (
            not asks
            and one.section is not Section.THANKS
            and (likeness.repair >= _OFFER or (deed and likeness.repair >= _OFFER_TOLD))
            and not (polite and likeness.repair < _OFFER)
        )
        self._after = not asks and one.section in _AFTER
        self.may_promise = not asks and (self.offers or one.section in (Section.OWN, *_AFTER))

    def names(self, promises: Sequence[Promise], code: str, today: date) -> bool:
        """Return whether it names the sum or the day of a promise, after what happened."""
        return self._after and any(
            (one.value is not None and _says_sum(one, self.text, code))
            or (one.promised_by is not None and _says_day(one.promised_by, self.text, code, today))
            for one in promises
        )


def _left_out_of(
    promise: Promise,
    promises: Sequence[Promise],
    offers: Sequence[_Spoken],
    code: str,
    today: date,
) -> Iterator[Unsaid]:
    text = " ".join(one.text for one in offers)
    sum_said = promise.value is None or _says_sum(promise, text, code)
    day_said = promise.promised_by is None or _says_day(promise.promised_by, text, code, today)
    if len(promises) > 1 and not _is_told(promise, offers, code):
        yield Unsaid(Left.PROMISE, promise.text)
        return
    tongue = language(code)
    if promise.value and not sum_said:
        yield Unsaid(Left.SUM, write_money(promise.value, tongue))
    if promise.promised_by and not day_said:
        yield Unsaid(Left.DATE, say_by(promise.promised_by, today, tongue)[0])


def _says_sum(promise: Promise, text: str, code: str) -> bool:
    """Return whether a text has the sum of a promise: as money, or as a number."""
    if promise.value is None:
        return True
    amount = promise.value.amount
    amounts = {one.amount for one in sums_of(text, code, promise.value.currency)}
    figures = {one.value for one in numbers_in(text, code)}
    joined = f"{amount * 100:f}".partition(".")[0]  # "eighty-nine fifty" is 8950 to some ears
    forms = {f"{part.normalize():f}" for part in (amount, amount // 1)}
    forms |= {joined} if amount % 1 else set()
    if code == "fa":
        forms.add(f"{(amount / 10).normalize():f}")  # in tomans
    return not amounts.isdisjoint({amount, amount // 1}) or not figures.isdisjoint(forms)


def _says_day(day: date, text: str, code: str, today: date) -> bool:
    """Return whether a text names a day: by its weekday, month and number, or seen from today."""
    said = {one.value for one in times_in(text, code)}
    written = fold(in_digits(text, code))[0]
    numbers = {found[1] for found in re.finditer(r"(?<!\d)(\d{1,2})(?!\d)", written)}
    wanted = figures_of_day(day)
    if any(one in said for one in wanted if one.startswith(("weekdays", _DAY))):
        return True
    if f"{_MONTH}{day.month - 1}" in said and str(day.day) in numbers:
        return True
    near = {one for one in relative_days([day], today) if one.startswith("in ")}
    ahead = (day - today).days
    units = {str(ahead): _units(code, "day"), f"{ahead / 7:g}": _units(code, "week")}
    spans = any(
        number in units and word.startswith(units[number])
        for number, word in _AHEAD.findall(written)
    )
    return not near.isdisjoint(said) or spans


def _units(code: str, unit: str) -> tuple[str, ...]:
    """Return how the words for days or weeks begin."""
    table = {
        "day": {"en": "day", "ro": "zi", "pl": "dni", "et": "paev", "he": "ימים", "fa": "روز"},
        "week": {
            "en": "week",
            "ro": "sapt",
            "pl": "tyg",
            "et": "nadal",
            "he": "שבוע",
            "fa": "هفته",
        },
    }
    return (table[unit][code],)


def _is_told(promise: Promise, offers: Sequence[_Spoken], code: str) -> bool:
    """Return whether one of several promises is told: by its deed, or a word of it."""
    kinds = {f"{DEED}{promise.kind.value}"}
    if any(not kinds.isdisjoint(one.hits) for one in offers):
        return True
    told = telling_words(f"{promise.text} {promise.deed}", code)
    wanted = [word for word in told if len(word) > _SHORT]
    held = HeldWords(words_of(" ".join(one.text for one in offers)), code)
    return not wanted or any(word in held for word in wanted)
