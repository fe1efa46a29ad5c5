"""The check of a text: text in, findings out. Pure; every rule is a function of the sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from voicenote.errors import WrongUse
from voicenote.model.sentences import Script
from voicenote.script.check.anatomy import check_anatomy
from voicenote.script.check.case_context import CheckContext
from voicenote.script.check.case_rules import check_against_case
from voicenote.script.check.ear_rules import check_address, check_for_the_ear
from voicenote.script.check.findings import Diagnostic, LintLevel, Violation, rules
from voicenote.script.check.learned_likeness import weigh
from voicenote.script.check.length import check_length
from voicenote.script.check.passage import (
    REJECTED,
    CheckedSentence,
    CheckInput,
    read_input,
)
from voicenote.script.check.phrase_tables import languages, table
from voicenote.script.check.truth_rules import check_facts
from voicenote.script.figures import find_unsure
from voicenote.script.languages import language as language_table

#: The rules whose phrases are wrong anywhere in a text.
_ANYWHERE = ("R17", "R18", "S24")
#: How likely a freely worded sentence has to break a rule, if a phrase says that it does, and
#: if none does.
_HARMLESS = {"R17": 0.2, "R18": 0.3, "R7": 0.4, "S24": 0.3}
_SURELY = {"R17": 0.6, "R18": 0.8, "R7": 0.8}
#: What phrases find for sure: how alike sentences are sorted knows nothing of it.
_CERTAIN = frozenset({"R18.bargain"})
#: Sentences of fewer words are like too many others.
_TELLING = 4
#: Before the kind of what a phrase finds and the likeness doesn't: it becomes a hint.
_UNLIKE = "unlike_"
#: A sentence that rejects what was said before it does so within so many letters.
_AT_ONCE = 40


def check(
    text: str | Script,
    language: str = "",
    context: CheckContext | None = None,
    levels: Mapping[str, LintLevel] | None = None,
) -> list[Diagnostic]:
    """Return everything wrong with `text`, in the order of the text.

    `language` is one of `languages()`; a script knows its own. `levels` sets another level for a
    rule, or for one way to break it (``R18.policy``); `LintLevel.OFF` silences it. Raises WrongUse
    for a language without a table.
    """
    language = language or (text.language if isinstance(text, Script) else "")
    if language not in languages():
        raise WrongUse(
            f"there are no rules for the language {language!r}", f"known: {', '.join(languages())}"
        )
    read = read_input(text, language, context or CheckContext())
    found = [_diagnose(one, read, levels or {}) for rule in _RULES for one in rule(read)]
    kept = [finding for finding in found if finding is not None]
    return sorted(kept, key=lambda finding: (finding.start, finding.end, finding.rule))


def _diagnose(
    violation: Violation, read: CheckInput, levels: Mapping[str, LintLevel]
) -> Diagnostic | None:
    rule, kind, start, end, *about = violation
    kind, unlike = kind.removeprefix(_UNLIKE), kind.startswith(_UNLIKE)
    level, why = rules()[rule].violations[kind]
    why = ": ".join((why.rstrip("."), *about)) if about else why
    level = levels.get(f"{rule}.{kind}", levels.get(rule, level))
    if level is LintLevel.OFF:
        return None
    if unlike:
        level = LintLevel.HINT
    instead = table(read.language).advise(rule, kind)
    background = read.context.background
    owner = read.context.owner or (background.case.complaint.owner if background else "")
    instead = instead.replace("{owner}", owner)
    return Diagnostic(rule, level, start, end, read.text[start:end], why, instead)


def _check_phrases(read: CheckInput) -> Iterator[Violation]:
    """Yield what must never be said (R17, R18, S24)."""
    sorry = next((n for n, one in enumerate(read.sentences) if one.has("regret")), 0)
    for place, one in enumerate(read.sentences):
        if not one.reading.judged:
            continue
        last: dict[str, int] = {}
        for hit in sorted((*one.hits, *one.loud), key=lambda hit: (hit.start, -hit.end)):
            rule, _, kind = hit.group.partition(".")
            loud = rule in ("exclamation", "capitals")
            if loud:
                rule, kind = "S24", rule
            if read.unfounded and (
                kind == "conditional" or (kind == "upsell" and one.has("money"))
            ):
                continue  # any apology or gift is one too many there: S9 says so
            if rule in _ANYWHERE and hit.start >= last.get(f"{rule}.{kind}", 0):
                last[f"{rule}.{kind}"] = hit.end
                if _is_told(read.sentences, place, sorry, hit.group) or (
                    hit.group == "S24.sarcasm" and not read.script and _is_like(one, "R18", read)
                ):
                    continue
                doubt = "" if loud or hit.group in _CERTAIN else _doubt(one, rule, read)
                yield rule, doubt + kind, hit.start, hit.end


def _is_like(one: CheckedSentence, rule: str, read: CheckInput) -> bool:
    """Return whether a freely worded sentence is surely like those that break a rule."""
    if not read.free or read.unfounded or len(one.text.split()) < _TELLING:
        return False
    return weigh(one.text, read.language).breaks(rule) > _SURELY[rule]


def _doubt(one: CheckedSentence, rule: str, read: CheckInput) -> str:
    """Return `_UNLIKE` if a sentence of a plain letter only has words in common with what is wrong.

    In a script, what a phrase finds stays what it is: a script will be sent, by whomever written.
    """
    if read.script is not None or not read.free:
        return ""
    harmless = weigh(one.text, read.language).breaks(rule) < _HARMLESS[rule]
    return _UNLIKE * harmless


def _check_likeness(read: CheckInput) -> Iterator[Violation]:
    """Yield freely worded sentences that are like what must not be said (R7, R17, R18)."""
    firm = _has_firm_lesson(read)
    for one in read.sentences:
        for rule in _SURELY:
            said = any(group.startswith(f"{rule}.") for group in one.groups)
            if not said and not (rule == "R7" and firm) and _is_like(one, rule, read):
                likeliest = weigh(one.text, read.language).likeliest(rule)
                yield rule, likeliest, one.start, one.end


def _is_told(sentences: Sequence[CheckedSentence], place: int, sorry: int, group: str) -> bool:
    """Return whether a phrase is the matter of the complaint, or an excuse that is none.

    Before sorry we tell what happened: an offer or a review is what it is about, and a passive
    with what we did after it hides nobody. An excuse is none if the next sentence says so.
    """
    after = sentences[place + 1] if place + 1 < len(sentences) else None
    if group in REJECTED and after is not None and (no := after.first("rejected")):
        return no.start - after.start <= _AT_ONCE
    if place >= sorry:
        return False
    if group.startswith("R17."):
        return True
    beside = sentences[place : sorry + 1]
    return group == "R18.passive" and any(one.has("act") for one in beside)


def _has_firm_lesson(read: CheckInput) -> bool:
    background = read.context.background
    lesson = background.case.lesson if background else None
    return bool(lesson and lesson.owner and lesson.due and lesson.prevention)


def _check_vows(read: CheckInput) -> Iterator[Violation]:
    if _has_firm_lesson(read):
        return
    for one in read.having("R7.vow"):
        if hit := one.first("R7.vow"):
            kind = "unfounded" if read.context.background else "vow"
            yield "R7", _doubt(one, "R7", read) + kind, hit.start, hit.end


def _check_figures(read: CheckInput) -> Iterator[Violation]:
    """Yield days, sums and numbers that people read in two ways (R21)."""
    tongue = language_table(read.language)
    whole = [(one.start, one.text) for one in read.sentences] if read.script else [(0, read.text)]
    for begin, text in whole:
        for start, end in find_unsure(text, tongue):
            yield "R21", "unsure", begin + start, begin + end


_RULES: tuple[Callable[[CheckInput], Iterator[Violation]], ...] = (
    check_anatomy,
    _check_phrases,
    _check_vows,
    _check_likeness,
    check_against_case,
    check_facts,
    check_for_the_ear,
    check_address,
    check_length,
    _check_figures,
)
