"""The owner's own templates, copied from packaged ones, tried and checked; and scripts checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from voicenote.engine.case.case_script import judge_words, levels_of, shortfalls_of
from voicenote.engine.memo.drafting import need_draft
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, RuleSaysNo, VoicenoteError, WrongUse
from voicenote.files import write_whole
from voicenote.ledger.snapshots import snapshot
from voicenote.model.case import Case
from voicenote.model.sentences import Script
from voicenote.script.check.case_context import CaseBackground, CheckContext
from voicenote.script.check.findings import CheckedText, Diagnostic, LintLevel
from voicenote.script.check.phrase_tables import languages
from voicenote.script.check.rules import check
from voicenote.script.check.template_samples import sample_case, samples
from voicenote.script.compose import draft, seconds
from voicenote.script.languages import packaged_languages
from voicenote.script.template_sources import SUFFIX
from voicenote.script.templating import Templates

#: The template to copy if there is none of the new one's name.
FIRST = "justified"
#: The command that mends what a case lacks, by the rule that asks for it.
CURES = {
    "S2": "triage {} --bothered-most TEXT",
    "S3": "triage {} --accept",
    "R6": "triage {} --accept",
    "S17": "triage {} --reason TEXT",
    "R15": "script {} --edit",
}


def begin_template(folder: Path, name: str, language: str, source: str = "") -> Path:
    """Copy a template to ``folder/language/name.jinja`` for editing; return the file.

    Without `source` it is the packaged one of that name, else *justified*. Raises RuleSaysNo for a
    file that already exists, WrongUse for a language that has no phrases yet, BadData for a missing
    source or an impossible name, Unavailable when it can't be written.
    """
    own = Templates((folder,))
    if language not in packaged_languages():
        known = ", ".join(sorted(packaged_languages()))
        raise WrongUse(f"scripts cannot be spoken in {language!r} yet", f"they can be in: {known}")
    wanted = source or (name if name in Templates().names(language) else FIRST)
    own.find(language, wanted)
    file = folder / language / f"{name}{SUFFIX}"
    if not all(part.replace("-", "").isalnum() and part.islower() for part in (name, language)):
        advice = "use small letters and hyphens"
        raise BadData(f"{language}/{name} isn't a name of a template", advice)
    if file.exists():
        raise RuleSaysNo(f"{file} is already there", "change it, or choose another name")
    write_whole(file, own.source(language, wanted).encode())
    return file


@dataclass(frozen=True, slots=True)
class Tried:
    """The trial of one template: its longest time in seconds, its errors and hints."""

    language: str
    template: str
    seconds: float
    errors: tuple[str, ...]
    hints: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether it may be used."""
        return not self.errors


def try_templates(ws: Workspace, name: str = "", language: str = "") -> Iterator[Tried]:
    """Try the owner's own templates, or one by name, on a case with full data and one with little.

    Raises WrongUse when there is none to try.
    """
    folder = ws.home / "templates"
    known = Templates((folder,))
    files = sorted(folder.glob(f"{language or '*'}/*{SUFFIX}"))
    wanted = [file for file in files if not file.name.startswith("_") and name in ("", file.stem)]
    if not wanted:
        what = f"no template {name!r} of your own" if name else "no template of your own"
        raise WrongUse(f"there is {what}", f"begin one: voicenote templates new {name or 'NAME'}")
    for file in wanted:
        yield _try_template(ws, known, file.parent.name, file.stem)


def _try_template(ws: Workspace, templates: Templates, code: str, name: str) -> Tried:
    longest, errors, hints = 0.0, dict[str, None](), dict[str, None]()
    for full in (True, False):
        case, context = sample_case(code, name, full=full)
        try:
            made = draft(case, context, templates)
        except VoicenoteError as error:
            errors[f"{error.what}: {error.advice}"] = None
            continue
        longest = max(longest, seconds(made.script))
        for level, text in _weak(ws, made.script, case, context.owner, name):
            (errors if level is LintLevel.ERROR else hints)[text] = None
        if full:
            hints |= {f"{one.rule}: {one.what}": None for one in made.warnings}
    return Tried(code, name, longest, tuple(errors), tuple(hints))


def _weak(
    ws: Workspace, script: Script, case: Case, owner: str, name: str
) -> Iterator[tuple[LintLevel, str]]:
    """Yield what the check says about a script, if it knows the language."""
    if script.language not in languages():
        return
    asked = CheckContext(
        owner=owner, background=CaseBackground(case=case, new_since=name == "reopened")
    )
    for found in check(script, "", asked, levels_of(ws)):
        yield found.level, f"{found.rule}: “{found.text}”: {found.why} {found.instead}".strip()


def check_case(ws: Workspace, number: int, asked: CheckContext | None = None) -> CheckedText:
    """Check the newest script of a case, with all that is known about it.

    What `script` says the case lacks is among the findings. `asked` is what the owner tells the
    check; the case fills in the rest. Raises RuleSaysNo for a case without a script, WrongUse when
    there is no such case.
    """
    _, found = need_draft(ws, number)
    with ws.ledger.read() as tx:
        now = snapshot(tx, number, ws.zone_of)
        by_writer = found.written.brief_sha256 is not None
        findings = judge_words(ws, tx, now, found.script, found.memo, asked, by_writer=by_writer)
        day = tx.now.astimezone(now.zone).date()
    lacks = shortfalls_of(ws, now.case, now.earlier_answers, found.script, day)
    said, levels = {one.rule for one in findings}, levels_of(ws)
    lacking = tuple(
        Diagnostic(one.rule, level, 0, 0, "", f"{one.what[:1].upper()}{one.what[1:]}.", cure)
        for one in lacks
        if one.rule not in said
        and (level := levels.get(one.rule, LintLevel.WARNING)) is not LintLevel.OFF
        and (cure := f"voicenote {CURES.get(one.rule, 'show {}').format(number)}")
    )
    return CheckedText(f"case {number}", found.script.text, (*findings, *lacking))


def check_templates(ws: Workspace, language: str = "") -> Iterator[CheckedText]:
    """Check every template of every language, or of one, including the owner's own."""
    levels = levels_of(ws)
    for script, asked in samples(Templates((ws.home / "templates",)), language):
        findings = check(script, "", asked, levels)
        yield CheckedText(f"{script.language}/{script.template}", script.text, tuple(findings))
