"""Words that are true only on their day: a script that says *tomorrow* is wrong the day after."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache

from voicenote.model.sentences import Script, Section
from voicenote.script.languages import language

#: The sections in which the owner says what will happen, and when.
_SAYING_WHEN = frozenset({Section.AMENDS, Section.PREVENT, Section.EXPECTATIONS})
#: Quotations: the customer's words are repeated as they were.
_QUOTED = re.compile(r"[“„”][^“„”]{0,2000}[“”]|«[^«»]{0,2000}»|\"[^\"]{0,2000}\"")


def find_outdated(script: Script, written_on: date, day: date) -> str:
    """Return a word in what is promised that was true on `written_on` but isn't on `day`; or ""."""
    if day <= written_on:
        return ""
    days, weeks, weekdays, numbers = _patterns_of(language(script.language).code)
    same_week = written_on.isocalendar()[:2] == day.isocalendar()[:2]
    for sentence in script.sentences:
        if sentence.section not in _SAYING_WHEN:
            continue
        said = _QUOTED.sub(" ", sentence.text).casefold()
        if found := days.search(said) or (None if same_week else weeks.search(said)):
            return found.group()
        if any(char.isdigit() for char in said):
            continue  # "Friday, 4 December" stays true
        for hit in weekdays.finditer(said):
            ahead = (numbers[hit.group("word")] - written_on.weekday()) % 7
            if day > written_on + timedelta(days=ahead):
                return hit.group()
    return ""


def find_day_word(text: str, code: str) -> str:
    """Return a word in a text that is true on one day only, such as "tomorrow"; or ""."""
    found = _patterns_of(code)[0].search(_QUOTED.sub(" ", text).casefold())
    return found.group() if found else ""


@cache
def _patterns_of(
    code: str,
) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], dict[str, int]]:
    """Return one language's patterns of days, weeks and weekdays, and the weekdays' numbers.

    Monday is 0.
    """
    tongue = language(code)
    table = tongue.outdated
    prefix = f"[{table['prefix']}]?" if "prefix" in table else ""
    numbers = {name.casefold(): n for n, name in enumerate(tongue.weekdays)}
    for n, forms in enumerate(table.get("weekdays", ())):
        numbers |= dict.fromkeys(forms, n)
    return (
        _any(prefix, table["day"]),
        _any(prefix, table["week"]),
        _any(prefix, list(numbers)),
        numbers,
    )


def _any(prefix: str, words: Sequence[str]) -> re.Pattern[str]:
    ways = "|".join(re.escape(word.casefold()) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<!\w){prefix}(?P<word>{ways})(?!\w)")
