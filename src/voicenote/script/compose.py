"""Composing scripts. Pure: a case and its context in, sentences out; only templates are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from voicenote.errors import RuleSaysNo, WrongUse
from voicenote.model.case import Case, Finding
from voicenote.model.promise import Promise
from voicenote.model.sentences import Script
from voicenote.model.touch import TouchKind
from voicenote.script.context import ScriptContext
from voicenote.script.languages import Language, language, language_for
from voicenote.script.placeholders import Placeholders
from voicenote.script.quoting import clean_name
from voicenote.script.spoken import sayable_seconds
from voicenote.script.template_values import (
    BUDGETS,
    NAME_WORDS,
    TemplateValues,
    WordBudget,
    fit_words,
)
from voicenote.script.templating import Templates

#: The longest memo, in seconds (R15).
LONGEST_S = 60.0
#: The templates of a full apology, which needs a promise (S3, R1).
APOLOGIES = frozenset({"justified", "partly", "reopened"})


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Something that a script lacks, and the rule that asks for it."""

    rule: str
    what: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A composed script and what it lacks.

    `fell_back`: it is in English because the wanted language has no templates.
    """

    script: Script
    warnings: tuple[Shortfall, ...]
    fell_back: bool


def template_for(case: Case, kind: TouchKind, amends: int | None = None) -> str:
    """Return the name of the template for a message of `kind`; a status is about promise `amends`.

    Raises WrongUse for a nudge, which goes to the owner and has no script.
    """
    complaint = case.complaint
    if kind is TouchKind.NUDGE:
        raise WrongUse("a nudge has no script", "it is a reminder to the owner")
    if kind is TouchKind.STATUS:
        about = [a for a in case.standing_amends if amends is None or a.k == amends]
        return "status-kept" if about and all(a.settled for a in about) else "status-late"
    if kind in (TouchKind.ACKNOWLEDGE, TouchKind.CHECK_IN, TouchKind.CONFIRM):
        return kind.value
    if complaint.abusive:
        return "abusive"
    if complaint.finding is Finding.UNFOUNDED:
        return "unfounded"
    if case.round > 1:
        return "reopened"
    return complaint.finding.value


def compose(case: Case, context: ScriptContext, templates: Templates | None = None) -> Script:
    """Return only the script of `draft`."""
    return draft(case, context, templates).script


def draft(case: Case, context: ScriptContext, templates: Templates | None = None) -> Draft:
    """Return the composed script and what it lacks.

    Free text is shortened to stay within `LONGEST_S` if possible. Raises RuleSaysNo when the case
    has no owner's name (S1), or a status has no promise to be about; BadData for a broken template.
    """
    templates = templates or Templates()
    choice = language_for(context.language or case.customer.language, templates.languages())
    tongue = language(choice.language)
    owner = clean_name(context.owner) or clean_name(case.complaint.owner)
    if not fit_words(owner, NAME_WORDS, tongue)[1]:
        raise RuleSaysNo(
            "nobody answers for this case (S1)",
            "write your name into [owner] of voicenote.toml, or: voicenote triage N --owner NAME",
        )
    name = context.template or template_for(case, context.kind, context.amends)
    promises = _choose_promises(case, context)
    if name.startswith("status-") and not promises:
        raise RuleSaysNo(
            f"case {case.number} has no promise that a status could be about",
            "say which amends it is about",
            ["amends"],
        )
    said = _drop_past_dates(promises, context.today) if name in APOLOGIES else promises
    script, budget = _fit_time(case, context, owner, name, tongue, said, templates)
    warnings = _shortfalls(case, context, name, promises, budget, script)
    return Draft(script, warnings, choice.fell_back)


def seconds(script: Script, wpm: float | None = None) -> float:
    """Return the seconds it takes to say a script, pauses included, at `wpm` words per minute.

    Without `wpm`, the language's usual pace is used. Long words count for more than one.
    """
    pace = wpm or language(script.language).pace
    return sayable_seconds([sentence.said for sentence in script.sentences], pace)


def _choose_promises(case: Case, context: ScriptContext) -> tuple[Promise, ...]:
    """Return the promises to mention: the context's, else the case's, else the complaint's.

    Waived ones are left out, as are those of other rounds or another K where that matters.
    """
    if context.promises is not None:
        return context.promises
    standing = case.round_amends
    if context.amends is not None:
        standing = tuple(a for a in case.standing_amends if a.k == context.amends)
    return tuple(a.promise for a in standing) if case.amends else case.complaint.promises


def _fit_time(
    case: Case,
    context: ScriptContext,
    owner: str,
    name: str,
    tongue: Language,
    promises: tuple[Promise, ...],
    templates: Templates,
) -> tuple[Script, WordBudget]:
    tried: tuple[list[tuple[str, str, bool]], bool] | None = None
    for budget in BUDGETS:
        slots = Placeholders()
        values = TemplateValues(context, tongue, budget, slots).of(case, owner, promises)
        same = (slots.values, budget.brief)
        if same == tried:
            continue  # this budget makes nothing shorter than the one before
        tried = same
        sentences = templates.render(tongue, name, values, slots)
        script = Script(language=tongue.code, template=name, sentences=sentences)
        if seconds(script, context.wpm) <= LONGEST_S:
            break
    return script, budget


def _has_passed(promise: Promise, today: date) -> bool:
    return promise.promised_by is not None and promise.promised_by < today


def _drop_past_dates(promises: tuple[Promise, ...], today: date) -> tuple[Promise, ...]:
    """Return the promises without dates that have passed: no one can promise for yesterday."""
    return tuple(
        replace(promise, promised_by=None, target=None) if _has_passed(promise, today) else promise
        for promise in promises
    )


def _promise_shortfalls(
    name: str, promises: tuple[Promise, ...], budget: WordBudget, today: date
) -> Iterator[Shortfall]:
    if name in APOLOGIES and not promises:
        yield Shortfall("S3", "no amends: say what will be done, and by when (R1)")
    if name == "reopened" and not promises:
        yield Shortfall("R6", "a second apology needs a new amends or a kept promise")
    if name in APOLOGIES and any(_has_passed(promise, today) for promise in promises):
        yield Shortfall("S27", "a promised date has passed, so it is left out: give a new one")
    if any(promise.promised_by is None for promise in promises):
        yield Shortfall("S26", "a promise has no date")
    if len(promises) > budget.promises:
        yield Shortfall("R15", f"{len(promises) - budget.promises} promises did not fit in")
    if any(len(p.text.split()) > budget.promise for p in promises[: budget.promises]):
        yield Shortfall("R15", "a promise was shortened: say it in fewer words")


def _shortfalls(
    case: Case,
    context: ScriptContext,
    name: str,
    promises: tuple[Promise, ...],
    budget: WordBudget,
    script: Script,
) -> tuple[Shortfall, ...]:
    found = list(_promise_shortfalls(name, promises, budget, context.today))
    if name == "status-late" and context.next_by is None:
        found.append(Shortfall("R11", "a late promise needs a new date"))
    if not case.complaint.bothered_most.strip():
        found.append(Shortfall("S2", "what bothered them most is not known"))
    if name == "unfounded" and not case.complaint.finding_reason.strip():
        found.append(Shortfall("S17", "unfounded needs a written reason"))
    if (length := seconds(script, context.wpm)) > LONGEST_S:
        found.append(Shortfall("R15", f"it takes about {length:.0f} seconds to say"))
    return tuple(found)
