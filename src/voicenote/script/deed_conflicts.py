"""Whether a deed, as the owner says it, agrees with the sum and the day of its promise. Pure.

What is found is told where a deed is entered; the check calls it an error (R22).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from voicenote.model.promise import Promise
from voicenote.script.check.normalise import fold
from voicenote.script.grounding.claim_tables import claim_tables, known_languages
from voicenote.script.grounding.claimed_figures import in_digits, sums_of, times_in
from voicenote.script.outdating import find_day_word
from voicenote.word_language import detect_language

#: The months of the tables that every language has; those after them are of another calendar.
_MONTHS = 12


def find_deed_conflicts(promise: Promise, tag: str) -> tuple[str, ...]:
    """Return what a promise's deed says otherwise than the promise, each with what to do.

    `tag` is the language of the deed (BCP 47), "" when it isn't known.
    """
    code = _code_of(promise, tag)
    if not promise.deed or code not in known_languages():
        return ()
    return (*_other_sums(promise, code), *_other_days(promise, code))


def find_passing_day(promise: Promise, tag: str, heard_on: date | None = None) -> str:
    """Return a word of the deed such as "tomorrow" that isn't true when it is heard; or "".

    `heard_on` is the day on which the customer hears it; when it isn't known, no such word is true
    for sure.
    """
    code = _code_of(promise, tag)
    if code not in known_languages():
        return ""
    said = find_day_word(promise.deed, code)
    near = {int(one.value[3:]) for one in times_in(said, code) if one.value.startswith("in ")}
    if not said or (heard_on and promise.promised_by in [heard_on + timedelta(n) for n in near]):
        return ""
    return said


def deed_notes(promise: Promise, tag: str) -> tuple[str, ...]:
    """Return what is to be told when a deed is entered: its conflicts, and words for one day."""
    word = find_passing_day(promise, tag)
    passing = f"the deed says “{word}”, which is true on one day only: name the day"
    return (*find_deed_conflicts(promise, tag), *([passing] if word else []))


def _code_of(promise: Promise, tag: str) -> str:
    """Return the language of a deed; without a tag it is told by its words."""
    return tag.partition("-")[0].casefold() or detect_language(promise.deed)


def _other_sums(promise: Promise, code: str) -> Iterator[str]:
    value = promise.value
    said = sums_of(promise.deed, code, value.currency) if value else ()
    if value and said and all(one.amount not in (value.amount, value.amount // 1) for one in said):
        yield f"the deed says {said[0]}, and {value} is promised: say the same sum"


def _other_days(promise: Promise, code: str) -> Iterator[str]:
    by, deed = promise.promised_by, promise.deed
    text = fold(deed)[0]
    hits = [hit for hit in claim_tables(code).phrases.find(text) if hit.group == "done"]
    if by is None or any(not text.startswith(("is ", "are "), hit.start) for hit in hits):
        return  # what is done tells of the day when it was done
    for one in times_in(deed, code):
        kind, _, place = one.value.partition(" ")
        weekday = kind == "weekdays" and int(place) != by.weekday()
        month = kind == "months" and int(place) < _MONTHS and int(place) != by.month - 1
        day = _day_beside(deed, one.text, code) if kind == "months" else None
        if weekday or month or day not in (None, by.day):
            yield f"the deed says “{one.text}”, and {by:%A}, {by} is promised: say the same day"


def _day_beside(deed: str, month: str, code: str) -> int | None:
    """Return the day of the month written next to its name, or None if there isn't one."""
    text = fold(in_digits(deed, code))[0]
    found = re.search(
        rf"(\d{{1,2}})\w{{0,4}}\.? (?:of |de |ב)?{month}|{month} (\d{{1,2}})(?!\d)", text
    )
    return int(found[1] or found[2]) if found else None
