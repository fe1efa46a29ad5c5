"""The linter: what a script says that it should not, and lacks that it should have (METHOD.md).

Rules are data, ``rules/<language>.toml``; what needs the order of sections, a case or the length is
a function here. A language without a table is checked only for what needs no words. A plain text
has no case behind it: rules that need one are silent.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from voicenote.model.amends import AmendsState
from voicenote.model.case import Case, Finding
from voicenote.model.script import Script, Section, Sentence
from voicenote.script.compose import LONGEST_S, seconds

RULES = Path(__file__).parent / "rules"
#: Longer sentences lose a listener, and a speaker's breath.
LONGEST_SENTENCE = 40
#: Over this a memo is an error (R15).
TOO_LONG_S = 120.0
#: The templates that must be a whole apology.
_APOLOGIES = frozenset({"justified", "partly", "reopened"})


class Level(StrEnum):
    """How bad it is. An error keeps a script from being approved."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding. `start` and `end` are places in the checked text; both 0 for the whole.

    `why` is one sentence with its source, `instead` what to write.
    """

    rule: str
    level: Level
    start: int
    end: int
    text: str
    why: str
    instead: str


@dataclass(frozen=True, slots=True)
class _Pattern:
    code: str
    level: Level
    why: str
    instead: str
    regex: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Table:
    patterns: tuple[_Pattern, ...]
    marks: Mapping[str, re.Pattern[str]]

    def has(self, mark: str, text: str) -> re.Match[str] | None:
        """The first place of a mark, such as ``apology``, in `text`."""
        return self.marks[mark].search(text)


@cache
def _table(language: str) -> _Table | None:
    file = RULES / f"{language}.toml"
    if not file.is_file():
        return None
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    return _Table(
        tuple(
            _Pattern(
                rule["code"],
                Level(rule["level"]),
                rule["why"],
                rule["instead"],
                _any_of(rule["patterns"]),
            )
            for rule in data["rule"]
        ),
        {mark: _any_of(patterns) for mark, patterns in data["marks"].items()},
    )


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    # a word boundary only beside a letter: "!" has none
    parts = (rf"(?<!\w)(?:{p})(?!\w)" if re.match(r"[\w(\[]", p) else p for p in patterns)
    return re.compile("|".join(parts), re.IGNORECASE)


def check_text(text: str, language: str) -> tuple[Remark, ...]:
    """What the words alone give away, in the order of `text`."""
    table = _table(language)
    found = [
        Remark(p.code, p.level, m.start(), m.end(), m.group(), p.why, p.instead)
        for p in (table.patterns if table else ())
        for m in p.regex.finditer(text)
    ]
    return tuple(sorted(found, key=lambda remark: (remark.start, remark.rule)))


def check_script(
    script: Script, case: Case | None = None, owner: str = "", wpm: float | None = None
) -> tuple[Remark, ...]:
    """Everything that is known about a script; places are those of `script.text`.

    The customer's own words, quoted in the mirror, are not held against the owner. Without `case`
    and `owner` the rules that need them are silent.
    """
    found = list(_words(script))
    found += _order(script)
    found += _length(script, wpm)
    if owner and not any(owner in sentence.text for sentence in script.sentences):
        found.append(_whole("S1", Level.ERROR, "One person answers, by name.", f"This is {owner}."))
    if table := _table(script.language):
        found += _parts(script, table)
        if case:
            found += _against(script, case, table)
    return tuple(sorted(found, key=lambda remark: (remark.start, remark.rule)))


def _words(script: Script) -> Iterator[Remark]:
    for start, sentence in _placed(script):
        if sentence.section is Section.MIRROR and sentence.personal:
            continue
        for remark in check_text(sentence.text, script.language):
            yield Remark(
                remark.rule,
                remark.level,
                start + remark.start,
                start + remark.end,
                remark.text,
                remark.why,
                remark.instead,
            )


def _placed(script: Script) -> Iterator[tuple[int, Sentence]]:
    """Each sentence with the place where it begins in `script.text`."""
    place = 0
    for sentence in script.sentences:
        yield place, sentence
        place += len(sentence.text) + 1  # a blank or a line break: one character either way


def _order(script: Script) -> Iterator[Remark]:
    order = list(Section)
    furthest = 0
    for start, sentence in _placed(script):
        place = order.index(sentence.section)
        if place < furthest:
            why = "Feelings come before solutions: understand, then apologise, then offer (S21)."
            yield Remark(
                "S21",
                Level.ERROR,
                start,
                start + len(sentence.text),
                sentence.text,
                why,
                f"Move it up, beside the other sentences of [{sentence.section.value}].",
            )
        furthest = max(furthest, place)


def _length(script: Script, wpm: float | None) -> Iterator[Remark]:
    for start, sentence in _placed(script):
        if len(sentence.said.split()) > LONGEST_SENTENCE:
            yield Remark(
                "R15",
                Level.WARNING,
                start,
                start + len(sentence.text),
                sentence.text,
                "A sentence this long cannot be followed by ear.",
                "Make two of it.",
            )
    if (length := seconds(script, wpm)) > LONGEST_S:
        level = Level.ERROR if length > TOO_LONG_S else Level.WARNING
        why = f"It takes about {length:.0f} seconds; a voice note is 20 to 60 (R15)."
        yield _whole("R15", level, why, "Say less.")


def _parts(script: Script, table: _Table) -> Iterator[Remark]:
    """R1 and R2: what an apology must hold, and in which order."""
    own = [(s, t) for s, t in _placed(script) if t.section is not Section.MIRROR or not t.personal]
    text = " ".join(sentence.text for _, sentence in own)
    if script.template in _APOLOGIES or table.has("apology", text):
        if not table.has("responsibility", text):
            why = "Responsibility counts most of the six parts (Lewicki, Polin & Lount 2016)."
            yield _whole("R1", Level.ERROR, why, "This was our mistake, and I answer for it.")
        if not table.has("repair", text):
            why = "Repair counts second of the six parts (Lewicki, Polin & Lount 2016)."
            yield _whole("R1", Level.ERROR, why, "Say what you will do, and by when.")
    heard = False
    for start, sentence in _placed(script):
        heard = heard or sentence.section is Section.MIRROR
        if not heard and (found := table.has("apology", sentence.text)):
            yield Remark(
                "R2",
                Level.ERROR,
                start + found.start(),
                start + found.end(),
                found.group(),
                "An apology works once people feel heard (Frantz & Bennigson 2005).",
                "Say back what bothered them most first.",
            )


def _against(script: Script, case: Case, table: _Table) -> Iterator[Remark]:
    """The rules that know the case: S9, R6, R7."""
    lesson = case.lesson
    firm = bool(lesson and lesson.owner and lesson.due)
    fresh = any(a.round == case.round and a.state is not AmendsState.WAIVED for a in case.amends)
    for start, sentence in _placed(script):
        if sentence.section is Section.MIRROR:
            continue
        for rule, wrong, mark, why, instead in (
            (
                "S9",
                case.complaint.finding is Finding.UNFOUNDED,
                "apology",
                "Where nothing went wrong, sorry is not true.",
                "Thank them, and say what you will do if it happens again.",
            ),
            (
                "S9",
                case.complaint.finding is Finding.UNFOUNDED,
                "money",
                "An unfounded claim gets no compensation (R8).",
                "Leave the money out.",
            ),
            (
                "R6",
                case.round > 1 and not fresh,
                "apology",
                "A second apology can be worse than none (Halperin, Ho, List & Muir 2022).",
                "Add a new deed first, or report a kept promise.",
            ),
            (
                "R7",
                not firm,
                "never_again",
                "A promise to do better needs a plan (Halperin, Ho, List & Muir 2022).",
                "Write a lesson with an owner and a date, or say what you are looking into.",
            ),
        ):
            if wrong and (found := table.has(mark, sentence.text)):
                place = start + found.start()
                end = start + found.end()
                yield Remark(rule, Level.ERROR, place, end, found.group(), why, instead)


def _whole(rule: str, level: Level, why: str, instead: str) -> Remark:
    return Remark(rule, level, 0, 0, "", why, instead)
