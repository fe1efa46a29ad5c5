"""Promises as a script speaks of them: kept, late or still to come."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from voicenote.model.case import Case
from voicenote.model.promise import KEPT, AmendsState, Promise
from voicenote.script.context import ScriptContext
from voicenote.script.languages import language

#: So many letters of a weekday or a month stay when it is inflected.
_STEM = 4


class PromiseState(NamedTuple):
    """A promise to mention. `kept` and `late` are what the ledger says of it."""

    promise: Promise
    kept: bool = False
    late: bool = False


def states_of(case: Case, context: ScriptContext) -> tuple[PromiseState, ...]:
    """Return the promises to mention: the context's, else the case's, else the complaint's.

    Waived ones are left out, as are those of other rounds or another K where that matters.
    """
    standing = case.round_amends
    if context.amends is not None:
        standing = tuple(a for a in case.standing_amends if a.k == context.amends)
    found = tuple(
        PromiseState(
            one.promise,
            kept=one.state in KEPT,
            late=one.state is AmendsState.BROKEN or one.overdue(context.today),
        )
        for one in standing
    )
    if context.promises is not None:
        known = {state.promise: state for state in found}
        return tuple(known.get(one) or _unknown(one, context.today) for one in context.promises)
    if case.amends:
        return found
    return tuple(_unknown(one, context.today) for one in case.complaint.promises)


def _unknown(promise: Promise, today: date) -> PromiseState:
    return PromiseState(promise, late=has_passed(promise, today))


def has_passed(promise: Promise, today: date) -> bool:
    """Return whether the day of a promise is over."""
    return promise.promised_by is not None and promise.promised_by < today


def drop_past_dates(states: tuple[PromiseState, ...], today: date) -> tuple[PromiseState, ...]:
    """Return promises without dates that have passed: no one can promise for yesterday."""
    return tuple(
        state._replace(promise=replace(state.promise, promised_by=None, target=None), late=False)
        if has_passed(state.promise, today)
        else state
        for state in states
    )


@lru_cache(maxsize=4096)
def names_day(text: str, day: date | None, code: str) -> bool:
    """Return whether `text` names this day: by its weekday, its month or as a date."""
    if day is None:
        return False
    tongue, said = language(code), text.casefold()
    if day.isoformat() in said or re.search(rf"(?<!\d){day.day}[./]0?{day.month}(?!\d)", said):
        return True
    weekday = tongue.weekdays[day.weekday()].split()[-1].casefold()
    month = tongue.months[day.month - 1].casefold()
    return _stem(weekday) in said or (
        _stem(month) in said and bool(re.search(rf"(?<!\d){day.day}(?!\d)", said))
    )


def _stem(word: str) -> str:
    return word[: max(_STEM, len(word) - 2)]
