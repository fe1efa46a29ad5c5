"""Composing scripts. Pure: a case and its context in, sentences out; only templates are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32

from voicenote.errors import RuleSaysNo, WrongUse
from voicenote.model.case import Case, Finding
from voicenote.model.sentences import Script
from voicenote.model.touch import TouchKind
from voicenote.script.addressing import choose_forms
from voicenote.script.context import ScriptContext
from voicenote.script.fitting import RankedSentence, drop_padding, fit
from voicenote.script.languages import Language, language, language_for
from voicenote.script.placeholders import Placeholders
from voicenote.script.promise_state import PromiseState, drop_past_dates, has_passed, states_of
from voicenote.script.quoting import clean_name, to_one_line
from voicenote.script.spoken import sayable_seconds
from voicenote.script.template_values import TemplateValues, say_name, say_words
from voicenote.script.templating import Templates

#: The longest memo, in seconds (R15).
LONGEST_S = 60.0
#: The templates of a full apology, which needs a promise (S3, R1).
APOLOGIES = frozenset({"justified", "partly", "reopened"})
#: The templates that say all that is known of what happened.
_WHOLE = APOLOGIES | {"unfounded", "acknowledge"}
#: A promise that takes longer than this leaves no room for anything else, in seconds.
_LONGEST_PROMISE_S = 20.0
#: Attempts to fit a minute: how many words of the customer's may be quoted, and up to which rank
#: sentences may go. Up to 9 they are only pleasant, and go before a word of the customer's (R19).
_PLEASANT = 9
_ATTEMPTS = ((40, 9), (28, 9), (22, 9), (22, 99), (14, 99), (9, 99), (6, 99), (3, 99))
#: What is only pleasant isn't needed where less than half would be the case's own, unless the
#: message gets shorter than this, in seconds.
_SHORTEST_S = 21.0
#: A message after the memo only reminds of what happened.
_REMINDER = 22


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Something that a script lacks, and the rule that asks for it.

    `missing`: the case lacks it; otherwise it is known, and there is no time or no need to say it.
    """

    rule: str
    what: str
    missing: bool = True


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

    It stays within `LONGEST_S` if possible: what is only pleasant to hear goes first, facts go last
    and are named, a promise is never cut (R19, R22). Raises RuleSaysNo when the case has no owner's
    name (S1), or a status has no promise to be about; BadData for a broken template.
    """
    templates = templates or Templates()
    choice = language_for(context.language or case.customer.language, templates.languages())
    tongue = language(choice.language)
    owner = clean_name(context.owner) or clean_name(case.complaint.owner)
    if not say_name(owner, tongue.code)[1]:
        raise RuleSaysNo(
            "nobody answers for this case (S1)",
            "write your name into [owner] of voicenote.toml, or: voicenote triage N --owner NAME",
        )
    name = context.template or template_for(case, context.kind, context.amends)
    states = states_of(case, context)
    if name.startswith("status-") and not states:
        raise RuleSaysNo(
            f"case {case.number} has no promise that a status could be about",
            "say which amends it is about",
            ["amends"],
        )
    said = drop_past_dates(states, context.today) if name in APOLOGIES else states
    kept, gone = _fit_time(case, context, owner, name, tongue, said, templates)
    script = Script(
        language=tongue.code, template=name, sentences=tuple(one.sentence for one in kept)
    )
    warnings = (
        *_promise_shortfalls(name, states, context, tongue),
        *_shortfalls(case, context, name, script),
        *_unsaid(case, name, kept, gone),
    )
    return Draft(script, warnings, choice.fell_back)


def seconds(script: Script, wpm: float | None = None) -> float:
    """Return the seconds it takes to say a script, pauses included, at `wpm` words per minute.

    Without `wpm`, the language's usual pace is used. Long words count for more than one.
    """
    pace = wpm or language(script.language).pace
    return sayable_seconds([sentence.said for sentence in script.sentences], pace)


def _fit_time(
    case: Case,
    context: ScriptContext,
    owner: str,
    name: str,
    tongue: Language,
    states: tuple[PromiseState, ...],
    templates: Templates,
) -> tuple[list[RankedSentence], list[RankedSentence]]:
    """Return the sentences that are said, and those that are left out for want of time."""
    forms = choose_forms(case.customer, context.owner_gender, tongue)
    seed = crc32(f"{case.complaint.source} {case.complaint.ref}".encode())
    pace, quoted = context.wpm or tongue.pace, 0
    ranked: Sequence[RankedSentence] = ()
    longest = _ATTEMPTS[0][0] if name in _WHOLE else _REMINDER
    for limit, most in _ATTEMPTS:
        words = min(limit, longest)
        if words != quoted:
            slots = Placeholders()
            values = TemplateValues(context, tongue, words, slots).of(case, owner, states)
            ranked = templates.render(tongue, name, values, slots, seed, forms)
            quoted = words
        kept, gone, fits = fit(ranked, most, pace, LONGEST_S)
        if fits:
            break
    if name in APOLOGIES:
        kept = drop_padding(kept, _PLEASANT, pace, _SHORTEST_S)
    return kept, gone


def _promise_shortfalls(
    name: str, states: tuple[PromiseState, ...], context: ScriptContext, tongue: Language
) -> Iterator[Shortfall]:
    if name in APOLOGIES and not states:
        yield Shortfall("S3", "no amends: say what will be done, and by when (R1)")
    if name == "reopened" and not states:
        yield Shortfall("R6", "a second apology needs a new amends or a kept promise")
    if name in APOLOGIES and any(has_passed(one.promise, context.today) for one in states):
        yield Shortfall("S27", "a promised date has passed, so it is left out: give a new one")
    if any(one.promise.promised_by is None for one in states):
        yield Shortfall("S26", "a promise has no date")
    pace = context.wpm or tongue.pace
    for promise, *_ in states:
        text = promise.deed or promise.text
        spoken = say_words(text, tongue.code)[1]
        if sayable_seconds([spoken], pace) > _LONGEST_PROMISE_S:
            yield Shortfall("R22", f"a promise is long, so say it in fewer words: {text[:40]}…")
        if not promise.deed and len(to_one_line(text).split()) > len(spoken.split()):
            yield Shortfall("R22", f"part of a promise can't be said aloud: {text[:40]}")


def _shortfalls(
    case: Case, context: ScriptContext, name: str, script: Script
) -> Iterator[Shortfall]:
    complaint = case.complaint
    if name == "status-late" and context.next_by is None:
        yield Shortfall("R11", "a late promise needs a new date")
    if not (complaint.bothered_most.strip() or (complaint.said_back and complaint.meant)):
        yield Shortfall("S2", "what bothered them most is not known")
    if name == "unfounded" and not complaint.finding_reason.strip():
        yield Shortfall("S17", "unfounded needs a written reason")
    if (length := seconds(script, context.wpm)) > LONGEST_S:
        yield Shortfall("R15", f"it takes about {length:.0f} seconds to say", missing=False)


def _unsaid(
    case: Case, name: str, kept: Sequence[RankedSentence], gone: Sequence[RankedSentence]
) -> Iterator[Shortfall]:
    """Yield which facts of the case are not heard, and why."""
    if name not in _WHOLE:
        return
    heard = {fact for one in kept for fact in one.facts}
    dropped = {fact for one in gone for fact in one.facts} - heard
    if dropped:
        what = ", ".join(sorted(name.replace("_", " ") for name in dropped))
        yield Shortfall("R19", f"left out to stay within a minute: {what}", missing=False)
    complaint = case.complaint
    own = {
        "what_happened": complaint.said_back,
        "bothered_most": complaint.said_back,
        **dict.fromkeys(("feeling", "at_stake", "identity", "expected"), complaint.meant),
        "cause": complaint.our_fault,
    }
    covered = [
        fact
        for fact, instead in own.items()
        if instead and getattr(complaint, fact).strip() and fact not in heard | dropped
    ]
    if covered:
        what = ", ".join(fact.replace("_", " ") for fact in covered)
        yield Shortfall("R19", f"your own words stand for: {what}", missing=False)
