"""Words that are true only on their day: a script that says *tomorrow* grows old overnight."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache

from voicenote.model.sentences import Script, Section
from voicenote.script.languages import language

#: The sections in which the owner says what will be, and when.
_SAYING_WHEN = frozenset({Section.AMENDS, Section.PREVENT, Section.EXPECTATIONS})
#: What the customer said is said back as they said it.
_QUOTED = re.compile(r"[“„”][^“„”]{0,2000}[“”]|«[^«»]{0,2000}»|\"[^\"]{0,2000}\"")
#: By language: what holds for one day, and what holds for one week.
_DAY = {
    "en": "today, tonight, tomorrow, yesterday, this morning, this afternoon, this evening",
    "he": "היום, הלילה, מחר, מחרתיים, אתמול, הבוקר, הערב",
    "ro": "astăzi, azi, mâine, poimâine, ieri, diseară, astă seară",
    "pl": "dziś, dzisiaj, jutro, jutra, pojutrze, wczoraj",
    "fa": "امروز, امشب, فردا, پس‌فردا, دیروز, دیشب",
    "et": "täna, tänaseks, homme, homseks, ülehomme, eile",
}
_WEEK = {
    "en": "this week, next week, last week, this weekend, next weekend",
    "he": "השבוע, השבוע הבא, סוף השבוע",
    "ro": "săptămâna aceasta, săptămâna asta, săptămâna viitoare, săptămâna trecută",
    "pl": "w tym tygodniu, w przyszłym tygodniu, w zeszłym tygodniu",
    "fa": "این هفته, هفته آینده, هفته‌ی آینده, هفتهٔ آینده, آخر هفته",
    "et": "sel nädalal, järgmisel nädalal, järgmiseks nädalaks, nädalavahetusel",
}
#: Days of the week as they are bent, Monday first, beside the names that the language has.
_BENT = {
    "pl": "poniedziałku, wtorku, środy środę, czwartku, piątku, soboty sobotę, niedzieli niedzielę",
    "et": "esmaspäeval esmaspäevaks, teisipäeval teisipäevaks, kolmapäeval kolmapäevaks, "
    "neljapäeval neljapäevaks, reedel reedeks, laupäeval laupäevaks, pühapäeval pühapäevaks",
}
#: One letter that Hebrew writes in front of a word: and, in, that, for, from, as, the.
_PREFIX = {"he": "[ובשלמכה]?"}


def outdated(script: Script, written_on: date, day: date) -> str:
    """Return a word of what is promised that was true on `written_on`, and on `day` not; or ""."""
    if day <= written_on:
        return ""
    days, weeks, weekdays, numbers = _words(language(script.language).code)
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


@cache
def _words(
    code: str,
) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], dict[str, int]]:
    """The words of one language, and which day of the week each of its names is, from Monday: 0."""
    prefix = _PREFIX.get(code, "")
    numbers = {name.casefold(): n for n, name in enumerate(language(code).weekdays)}
    for n, forms in enumerate(_BENT.get(code, "").split(", ")):
        numbers |= dict.fromkeys(forms.split(), n)
    day, week = _DAY[code].split(", "), _WEEK[code].split(", ")
    return _any(prefix, day), _any(prefix, week), _any(prefix, list(numbers)), numbers


def _any(prefix: str, words: list[str]) -> re.Pattern[str]:
    ways = "|".join(re.escape(word.casefold()) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<!\w){prefix}(?P<word>{ways})(?!\w)")
