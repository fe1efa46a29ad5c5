"""Sample scripts: every template filled with a full case, and with a sparse one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

from voicenote.model.case import Case, Complaint, Customer, Finding, Lesson, Stage
from voicenote.model.money import Money
from voicenote.model.promise import Amends, AmendsKind, AmendsState, Promise
from voicenote.model.sentences import Script
from voicenote.script.check.case_context import CaseBackground, CheckContext
from voicenote.script.check.phrase_tables import languages
from voicenote.script.compose import compose
from voicenote.script.context import ScriptContext
from voicenote.script.templating import Templates

#: Name and words are the same in every language, because only the template is judged.
_NAME = "Dana"
_DAY = datetime(2026, 1, 5, 12, tzinfo=UTC)
_DEEDS = (AmendsKind.REFUND, AmendsKind.REDO)


def samples(templates: Templates, language: str = "") -> Iterator[tuple[Script, CheckContext]]:
    """Yield each template's script with its context, from a full case and from a sparse one.

    They are of the languages that have rules, or only of `language`.
    """
    for code in sorted(templates.languages().intersection(languages())):
        for name in templates.names(code) if language in ("", code) else ():
            for full in (True, False):
                case, context = sample_case(code, name, full=full)
                background = CaseBackground(case=case, new_since=name == "reopened")
                yield (
                    compose(case, context, templates),
                    CheckContext(owner=context.owner, background=background),
                )


def sample_case(code: str, name: str, *, full: bool) -> tuple[Case, ScriptContext]:
    """Return a case to try template `name` with: one with everything, or one with little."""
    finding = Finding.UNFOUNDED if name == "unfounded" else Finding.JUSTIFIED
    money = Money(Decimal(40), "EUR")
    known = _NAME if full else ""
    promises = tuple(
        Promise(kind=kind, text=_NAME, value=money if full else None, promised_by=_DAY.date())
        for kind in (_DEEDS if full else _DEEDS[1:])
    )
    kept = promises if full and name == "status-kept" else ()
    case = Case(
        number=1,
        stage=Stage.OPENED,
        amends=tuple(
            Amends(case=1, k=k, promise=one, state=AmendsState.DONE, evidence=_NAME)
            for k, one in enumerate(kept, start=1)
        ),
        lesson=Lesson(cause=_NAME, prevention=_NAME, owner=_NAME, due=_DAY) if full else None,
        complaint=Complaint(
            source="check",
            ref="1",
            opened_at=_DAY,
            customer=Customer(name=_NAME, language=code),
            what_happened=_NAME,
            finding=finding,
            harm=Money(Decimal(70), "EUR") if full else None,
            promises=() if finding is Finding.UNFOUNDED else promises,
            bothered_most=known,
            feeling=known,
            at_stake=known,
            identity=known,
            expected=known,
            cause=known,
            finding_reason=known,
        ),
    )
    context = ScriptContext(
        owner="Mia Berg",
        business=known,
        today=date(2026, 1, 1),
        template=name,
        language=code,
        promises=promises,
        next_by=_DAY.date() if full else None,
        synthetic=full,
    )
    return case, context
