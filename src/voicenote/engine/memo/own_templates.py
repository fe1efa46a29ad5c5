"""The owner's own templates: begun from a packaged one, and tried before a customer hears them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from voicenote.engine.case.case_lint import levels_of
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, RuleSaysNo, VoicenoteError, WrongUse
from voicenote.files import write_whole
from voicenote.model.case import Case, Complaint, Customer, Finding, Lesson, Stage
from voicenote.model.money import Money
from voicenote.model.promise import Amends, AmendsKind, AmendsState, Promise
from voicenote.model.sentences import Script
from voicenote.script.check.case_context import Asked, Behind
from voicenote.script.check.findings import LintLevel
from voicenote.script.check.phrase_tables import languages
from voicenote.script.check.rules import check
from voicenote.script.compose import ScriptContext, draft, seconds
from voicenote.script.templating import SUFFIX, Templates

#: The template that a new one begins from, unless there is one of its name.
FIRST = "justified"
_DAY = datetime(2026, 1, 5, 12, tzinfo=UTC)


def begin_template(folder: Path, name: str, language: str, source: str = "") -> Path:
    """Copy a template to ``folder/language/name.jinja`` to be changed there; return the file.

    Without `source` it begins from the packaged one of that name, else from *justified*. Raises
    RuleSaysNo for a file that is there, WrongUse for a language that has no words yet, BadData for
    a source that is not there or an impossible name, Unavailable when it cannot be written.
    """
    packaged, own = Templates(), Templates((folder,))
    if language not in packaged.languages():
        known = ", ".join(sorted(packaged.languages()))
        raise WrongUse(f"scripts cannot be spoken in {language!r} yet", f"they can be in: {known}")
    wanted = source or (name if name in packaged.names(language) else FIRST)
    own.find(language, wanted)
    file = folder / language / f"{name}{SUFFIX}"
    if not all(part.replace("-", "").isalnum() and part.islower() for part in (name, language)):
        raise BadData(f"{language}/{name} is no name of a template", "use small letters, hyphens")
    if file.exists():
        raise RuleSaysNo(f"{file} is there already", "change it, or choose another name")
    places = (root / language / f"{wanted}{SUFFIX}" for root in own.roots)
    text = next(place for place in places if place.is_file()).read_text(encoding="utf-8")
    write_whole(file, text.encode())
    return file


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one template: how long it takes at most, and what is wrong or weak in it."""

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
    """Try the owner's own templates, or one by name: on a case with everything, and with little.

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
        case, facts = sample(name, code, full=full)
        try:
            made = draft(case, facts, templates)
        except VoicenoteError as error:
            errors[f"{error.what}: {error.advice}"] = None
            continue
        longest = max(longest, seconds(made.script))
        for level, text in _weak(ws, made.script, case, facts, name):
            (errors if level is LintLevel.ERROR else hints)[text] = None
        if full:
            hints |= {f"{one.rule}: {one.what}": None for one in made.warnings}
    return Tried(code, name, longest, tuple(errors), tuple(hints))


def _weak(
    ws: Workspace, script: Script, case: Case, facts: ScriptContext, name: str
) -> Iterator[tuple[LintLevel, str]]:
    """Give what the check says to a script, in a language that it knows."""
    if script.language not in languages():
        return
    asked = Asked(owner=facts.owner, behind=Behind(case=case, new_since=name == "reopened"))
    for found in check(script, "", asked, levels_of(ws)):
        yield found.level, f"{found.rule}: “{found.text}”: {found.why} {found.instead}".strip()


def sample(name: str, code: str, *, full: bool) -> tuple[Case, ScriptContext]:
    """Return a case to try a template on: one that has everything, or one that has little."""
    finding = Finding.UNFOUNDED if name == "unfounded" else Finding.JUSTIFIED
    promise = Promise(
        kind=AmendsKind.REFUND,
        text="Dana",
        value=Money(Decimal(40), "EUR") if full else None,
        promised_by=_DAY.date(),
    )
    complaint = Complaint(
        source="try",
        ref="1",
        opened_at=_DAY,
        customer=Customer(name="Dana", language=code),
        what_happened="Dana",
        finding=finding,
        harm=promise.value,
        finding_reason="Dana" if finding is Finding.UNFOUNDED else "",
    )
    if full:
        complaint = replace(
            complaint,
            bothered_most="Dana",
            feeling="Dana",
            at_stake="Dana",
            expected="Dana",
            cause="Dana",
        )
    promised = Amends(case=1, k=1, promise=promise, state=AmendsState.PROMISED)
    case = Case(
        number=1,
        complaint=complaint,
        stage=Stage.OPENED,
        amends=() if finding is Finding.UNFOUNDED else (promised,),
        lesson=Lesson(cause="Dana", prevention="Dana", owner="Ada", due=_DAY) if full else None,
    )
    facts = ScriptContext(
        owner="Ada",
        business="Dana" if full else "",
        today=_DAY.date(),
        template=name,
        language=code,
        next_by=_DAY.date() if full else None,
        synthetic=full,
    )
    return case, facts
