"""A whole letter of the owner's taken as the script of a case, and held to the method."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from voicenote.engine.case.case_script import judge_words, templates_of
from voicenote.engine.memo.compose_cases import compose_cases
from voicenote.engine.memo.drafting import current, edit_script
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData
from voicenote.ledger.snapshots import snapshot
from voicenote.model.case import Case
from voicenote.model.sentences import Script, Section
from voicenote.plain_text import has_message
from voicenote.script.check.findings import Diagnostic, LintLevel
from voicenote.script.check.phrase_tables import languages
from voicenote.script.compose import Shortfall
from voicenote.script.languages import language_for
from voicenote.script.own_letter import read_letter
from voicenote.word_language import detect_language


@dataclass(frozen=True, slots=True)
class TakenLetter:
    """A letter that is now the script of a case; `changed`: its words are new.

    `warnings` are what is missing, with the command that adds it, and what the check says, `hints`
    what it only hints at; `has_errors`: it can't be approved without a reason.
    """

    script: Script
    changed: bool
    warnings: tuple[Shortfall, ...]
    hints: tuple[Shortfall, ...]
    has_errors: bool


def letter_languages(ws: Workspace, number: int, text: str) -> tuple[str, str]:
    """Return the language in which a customer is spoken to, and that of a letter to them.

    The first is a BCP 47 tag, the second an ISO 639 code; "" when it isn't sure.
    """
    case, _ = current(ws, number)
    found = detect_language(text) if has_message(text) else ""
    return case.customer.language or ws.settings.owner.language, found


def take_letter(ws: Workspace, number: int, text: str, language: str = "") -> TakenLetter:
    """Make a plain letter the script of a case; it is kept even if the check finds errors in it.

    `language` is a BCP 47 tag; without it, it is the customer's. Raises BadData for a letter
    without words or a far too long one, and as `compose_cases` does.
    """
    if not has_message(text):
        raise BadData(
            "the letter says nothing besides a greeting and a signature",
            "write what you want to say",
        )
    case, found = current(ws, number)
    if found:
        tag = language or case.customer.language or ws.settings.owner.language
        code = language_for(tag, templates_of(ws).languages()).language
        like = replace(found.script, language=code)
    else:
        like = next(iter(compose_cases(ws, [number], language=language))).script
    script = read_letter(text, like)
    changed = edit_script(ws, number, script)
    findings, missing = judge_letter(ws, number, script)
    hints = [one for one in findings if one.level is LintLevel.HINT]
    graver = [one for one in findings if one.level is not LintLevel.HINT]
    return TakenLetter(
        script,
        changed,
        (*missing, *map(tell_finding, graver)),
        tuple(map(tell_finding, hints)),
        any(one.level is LintLevel.ERROR for one in findings),
    )


def judge_letter(
    ws: Workspace, number: int, script: Script
) -> tuple[tuple[Diagnostic, ...], tuple[Shortfall, ...]]:
    """Return what the check finds in a letter, and what it says that the ledger doesn't know."""
    with ws.ledger.read() as tx:
        now = snapshot(tx, number, ws.zone_of)
        judged = script.language in languages()
        findings = judge_words(ws, tx, now, script) if judged else ()
    return findings, tuple(_missing(now.case, script))


def tell_finding(one: Diagnostic) -> Shortfall:
    """Return a finding in words: what it is about, why it matters, and what to say instead."""
    quoted = f"“{' '.join(one.text.split())}”: " if one.text else ""
    return Shortfall(one.rule, f"{quoted}{one.why} Instead: {one.instead}")


def _missing(case: Case, script: Script) -> Iterator[Shortfall]:
    """Yield what a letter speaks of and the ledger doesn't know, with the command that adds it."""
    number = case.number
    deeds = [one.text for one in script.sentences if one.section is Section.AMENDS]
    if deeds and not case.round_amends:
        what = (
            f"“{deeds[0]}” isn't a promise of the case yet, so nobody is reminded of it: voicenote "
            f"amends add {number} --kind KIND --text TEXT --by DAY"
        )
        yield Shortfall("S3", what)
    for one in case.round_amends:
        if one.promise.promised_by is None:
            what = f"amends {one.name} has no day: voicenote amends again {one.name} --by DAY"
            yield Shortfall("S26", what)
    changes = any(one.section is Section.PREVENT for one in script.sentences)
    if changes and case.lesson is None:
        what = (
            "it says what will change, and no lesson of the case does: voicenote lesson "
            f"{number} --cause TEXT --prevention TEXT --due DAY"
        )
        yield Shortfall("R7", what)
