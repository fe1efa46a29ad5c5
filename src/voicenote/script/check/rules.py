"""The check: a text in, findings out. Pure; each rule is a function over the same sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from voicenote.errors import WrongUse
from voicenote.model.sentences import Script
from voicenote.script.check.anatomy import APOLOGIES, parts
from voicenote.script.check.case_context import Asked
from voicenote.script.check.case_rules import deeds
from voicenote.script.check.findings import Broken, Diagnostic, LintLevel, rules
from voicenote.script.check.length import cut_short, length
from voicenote.script.check.passage import CheckedSentence, passage_of
from voicenote.script.check.phrase_tables import languages, table

#: The rules whose phrases are wrong wherever they stand.
_SAID = ("R17", "R18", "S24")


@dataclass(frozen=True, slots=True)
class Read:
    """What every rule is given."""

    text: str
    script: Script | None
    said: list[CheckedSentence]
    language: str
    asked: Asked


def check(
    text: str | Script,
    language: str = "",
    asked: Asked | None = None,
    levels: Mapping[str, LintLevel] | None = None,
) -> list[Diagnostic]:
    """Everything the method finds wrong with `text`, in the order of the text.

    `language` is one of `languages()`; a script knows its own. `levels` sets another level for a
    rule, or for one way to break it (``R18.policy``); `Level.OFF` silences it. Raises WrongUse for
    a language without a table.
    """
    script = text if isinstance(text, Script) else None
    language = language or (script.language if script else "")
    if language not in languages():
        raise WrongUse(
            f"there are no rules for the language {language!r}", f"known: {', '.join(languages())}"
        )
    asked = asked or Asked()
    words, said = passage_of(text, language)
    read = Read(words, script, said, language, asked)
    found = [_finding(one, read, levels or {}) for rule in _RULES for one in rule(read)]
    kept = [finding for finding in found if finding is not None]
    return sorted(kept, key=lambda finding: (finding.start, finding.end, finding.rule))


def _finding(broken: Broken, read: Read, levels: Mapping[str, LintLevel]) -> Diagnostic | None:
    rule, kind, start, end = broken
    level, why = rules()[rule].kinds[kind]
    level = levels.get(f"{rule}.{kind}", levels.get(rule, level))
    if level is LintLevel.OFF:
        return None
    ways = table(read.language).instead
    instead = ways.get(f"{rule}.{kind}") or ways[rule]
    owner = read.asked.owner or (
        read.asked.behind.case.complaint.owner if read.asked.behind else ""
    )
    instead = instead.replace("{owner}", owner)
    return Diagnostic(rule, level, start, end, read.text[start:end], why, instead)


def _phrases(read: Read) -> Iterator[Broken]:
    """R17, R18 and S24: what is never said; R7: what needs a lesson."""
    for one in read.said:
        last: dict[str, int] = {}
        for hit in sorted((*one.hits, *one.loud), key=lambda hit: (hit.start, -hit.end)):
            rule, _, kind = hit.group.partition(".")
            if rule in ("exclamation", "capitals"):
                rule, kind = "S24", rule
            if rule in _SAID and hit.start >= last.get(f"{rule}.{kind}", 0):
                last[f"{rule}.{kind}"] = hit.end
                yield rule, kind, hit.start, hit.end


def _vows(read: Read) -> Iterator[Broken]:
    behind = read.asked.behind
    lesson = behind.case.lesson if behind else None
    if lesson and lesson.owner and lesson.due and lesson.prevention:
        return
    for one in read.said:
        if hit := one.first("R7.vow"):
            yield "R7", "unfounded" if behind else "vow", hit.start, hit.end


def _parts(read: Read) -> Iterator[Broken]:
    return parts(read.text, read.script, read.said, read.asked)


def _deeds(read: Read) -> Iterator[Broken]:
    return deeds(read.said, read.asked, _template(read))


def _length(read: Read) -> Iterator[Broken]:
    memo = _template(read) in APOLOGIES
    breath, asked = table(read.language).breath, read.asked
    yield from cut_short(read.script, asked.taken)
    yield from length(read.text, read.script, read.said, read.language, asked.wpm, breath, memo)


def _template(read: Read) -> str:
    return read.script.template if read.script else read.asked.template


_RULES: tuple[Callable[[Read], Iterator[Broken]], ...] = (
    _parts,
    _phrases,
    _vows,
    _deeds,
    _length,
)
