"""case → script. Pure: a case and a few facts in, sentences out; it reads only templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from voicenote.errors import RuleSaysNo, WrongUse
from voicenote.model.amends import Amends, AmendsState, Promise
from voicenote.model.case import Case, Finding
from voicenote.model.receipt import Answer
from voicenote.model.script import Script
from voicenote.model.touch import TouchKind
from voicenote.script.languages import Language, language, language_for
from voicenote.script.numbers import (
    date_spoken,
    date_written,
    money_spoken,
    money_written,
)
from voicenote.script.quoting import bare, excerpt, plain, quotable, shorten
from voicenote.script.spoken import names, speakable
from voicenote.script.templates import Blank, Slate, Templates

#: A memo is this long at most, in seconds (R15).
LONGEST_S = 60.0
#: Silence that a sentence adds to the reader's pace, in seconds.
PAUSE_S = 0.2
#: The longest name that is said, in words.
NAME_WORDS = 6
#: The templates in which an unpromised repair is worth a warning (S3, R1).
_REPAIRING = frozenset({"justified", "partly", "reopened"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a script needs beside its case.

    `owner` is the name that is spoken (S1); empty: the case's own. `today` is the calendar date in
    the customer's zone. `template` empty: `template_for(case, kind, amends)`. `language` is a
    BCP 47 tag; empty: the customer's. `promises` to speak of; None: those of the case that stand.
    `amends` is the K of the promise that a status touch is about. `next_by` is the date of the next
    thing that the owner promises: a late promise's new date, or by when an acknowledged customer
    hears more. `synthetic`: a machine will speak, and the script says so. `answers`: what the
    customer said in earlier rounds, oldest first. `wpm` is the voice's pace in words a minute;
    None: the language's.
    """

    owner: str
    today: date
    business: str = ""
    kind: TouchKind = TouchKind.MEMO
    template: str = ""
    language: str = ""
    promises: tuple[Promise, ...] | None = None
    amends: int | None = None
    next_by: date | None = None
    synthetic: bool = False
    answers: tuple[Answer, ...] = ()
    wpm: float | None = None


@dataclass(frozen=True, slots=True)
class Warn:
    """Something that the script is short of, with the rule that wants it."""

    rule: str
    what: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A composed script and what it is short of.

    `fell_back`: it is in English, because the language asked for has no templates.
    """

    script: Script
    warnings: tuple[Warn, ...]
    fell_back: bool


@dataclass(frozen=True, slots=True)
class _Room:
    """How many words each kind of free text may take; too long to say, the next room is tried.

    `brief` lets a template leave out what is only pleasant to hear.
    """

    quote: int
    extra: int
    promise: int
    promises: int = 3
    extras: frozenset[str] = field(
        default=frozenset({"feeling", "at_stake", "identity", "expected"})
    )
    brief: bool = False


_ROOMS = (
    _Room(25, 12, 25),
    _Room(25, 10, 25, extras=frozenset({"feeling", "at_stake", "expected"})),
    _Room(22, 10, 22, extras=frozenset({"feeling", "at_stake"})),
    _Room(20, 8, 20, promises=2, extras=frozenset({"feeling"})),
    _Room(18, 0, 20, promises=2, extras=frozenset()),
    _Room(16, 0, 20, promises=2, extras=frozenset(), brief=True),
    _Room(12, 0, 18, promises=2, extras=frozenset(), brief=True),
    _Room(14, 0, 18, promises=1, extras=frozenset(), brief=True),
    _Room(8, 0, 12, promises=1, extras=frozenset(), brief=True),
    _Room(7, 0, 9, promises=1, extras=frozenset(), brief=True),
    _Room(6, 0, 6, promises=1, extras=frozenset(), brief=True),
)


def template_for(case: Case, kind: TouchKind, amends: int | None = None) -> str:
    """The name of the template for a touch of `kind`; `amends` is the K that a status speaks of.

    Raises WrongUse for a nudge: it goes to the owner and has no script.
    """
    complaint = case.complaint
    if kind is TouchKind.NUDGE:
        raise WrongUse("a nudge has no script", "it is a line to the owner")
    if kind is TouchKind.STATUS:
        kept = (AmendsState.DONE, AmendsState.CONFIRMED)
        about = [a for a in _standing(case) if amends is None or a.k == amends]
        return "status-kept" if about and all(a.state in kept for a in about) else "status-late"
    if kind in (TouchKind.ACKNOWLEDGE, TouchKind.CHECK_IN, TouchKind.CONFIRM):
        return kind.value
    if complaint.abusive:
        return "abusive"
    if complaint.finding is Finding.UNFOUNDED:
        return "unfounded"
    if case.round > 1:
        return "reopened"
    return complaint.finding.value


def compose(case: Case, facts: Facts, templates: Templates | None = None) -> Script:
    """The script of `draft`, for who does not want to hear what it is short of."""
    return draft(case, facts, templates).script


def draft(case: Case, facts: Facts, templates: Templates | None = None) -> Draft:
    """Compose what will be said, within a minute where that can be had by shortening free text.

    Raises RuleSaysNo when nobody answers for the case (S1) or a template that speaks of a promise
    has none; BadData for a broken template.
    """
    templates = templates or Templates()
    owner = bare(plain(facts.owner or case.complaint.owner))
    if not owner:
        raise RuleSaysNo("nobody answers for this case (S1)", "give it an owner", ["owner"])
    name = facts.template or template_for(case, facts.kind, facts.amends)
    choice = language_for(facts.language or case.customer.language, templates.languages())
    tongue = language(choice.language)
    promises = _promises(case, facts)
    if name.startswith("status-") and not promises:
        raise RuleSaysNo(
            f"a status of case {case.number} has no promise to speak of",
            "say which amends it is about",
            ["amends"],
        )
    script, room = _fitted(case, facts, owner, name, tongue, promises, templates)
    warnings = _warnings(case, facts, name, promises, room, script)
    return Draft(script, warnings, choice.fell_back)


def seconds(script: Script, wpm: float | None = None) -> float:
    """How long the script takes to say, in seconds, pauses included, at `wpm` words a minute.

    Without `wpm`, at the language's usual pace. Long words count for more than one.
    """
    tongue = language(script.language)
    words = sum(_weight(word) for s in script.sentences for word in s.said.split())
    return words / (wpm or tongue.pace) * 60 + PAUSE_S * len(script.sentences)


def _weight(word: str) -> float:
    return max(1.0, len(word) / 14)


def _standing(case: Case) -> tuple[Amends, ...]:
    return tuple(a for a in case.amends if a.state is not AmendsState.WAIVED)


def _promises(case: Case, facts: Facts) -> tuple[Promise, ...]:
    """The promises to speak of, the ones still to come first."""
    if facts.promises is not None:
        return facts.promises
    standing = [a for a in _standing(case) if facts.amends is None or a.k == facts.amends]
    if facts.amends is None and case.round > 1:
        standing = [a for a in standing if a.round == case.round]
    if standing or case.amends:
        return tuple(a.promise for a in standing)
    return case.complaint.promises


def _fitted(
    case: Case,
    facts: Facts,
    owner: str,
    name: str,
    tongue: Language,
    promises: tuple[Promise, ...],
    templates: Templates,
) -> tuple[Script, _Room]:
    for room in _ROOMS:
        slate = Slate()
        values = _values(case, facts, owner, tongue, promises, room, slate)
        sentences = templates.render(tongue, name, values, slate)
        script = Script(language=tongue.code, template=name, sentences=sentences)
        if seconds(script, facts.wpm) <= LONGEST_S:
            break
    return script, room


def _values(
    case: Case,
    facts: Facts,
    owner: str,
    tongue: Language,
    promises: tuple[Promise, ...],
    room: _Room,
    slate: Slate,
) -> dict[str, object]:
    """Everything a template may name. Blanks print a value; the others are for its conditions."""
    complaint, customer = case.complaint, case.customer

    def said(text: str, limit: int, *, personal: bool = True) -> Blank:
        whole = bare(quotable(text)) if limit else ""
        written = bare(shorten(whole, limit, tongue.dangling)[0])
        return slate.put(*_within(written, limit, tongue), personal=personal)

    def extra(field_: str) -> Blank:
        text = str(getattr(complaint, field_))
        return said(text, room.extra if field_ in room.extras else 0)

    def day(date_: date | None) -> Blank:
        if date_ is None:
            return slate.put("", "")
        return slate.put(
            date_written(date_, facts.today, tongue), date_spoken(date_, facts.today, tongue)
        )

    def called(name: str, spoken: str = "", *, personal: bool) -> Blank:
        written, mouth = _within(bare(plain(name))[:80], NAME_WORDS, tongue)
        if spoken and written:
            mouth = _within(bare(plain(spoken))[:80], NAME_WORDS, tongue)[1] or mouth
        return slate.put(written, mouth, personal=personal)

    def promised(promise: Promise) -> Mapping[str, object]:
        text = said(promise.text, room.promise) or said(tongue.amends[promise.kind.value], 9)
        money = slate.put("", "")
        if promise.value and not names(promise.text, promise.value.amount):
            money = slate.put(
                money_written(promise.value, tongue), money_spoken(promise.value, tongue)
            )
        return {
            "kind": promise.kind.value,
            "text": text,
            "money": money,
            "by": day(promise.promised_by),
        }

    lesson = case.lesson
    prevention = said(lesson.prevention if lesson else "", room.promise)
    firm = bool(lesson and lesson.owner and lesson.due and prevention)
    answer = next((a.text for a in reversed(facts.answers) if a.text.strip()), "")
    spoken_promises = [promised(promise) for promise in promises[: room.promises]]
    return {
        "owner": called(owner, personal=False),
        "business": called(facts.business, personal=False),
        "customer": called(customer.name, customer.say_as, personal=True),
        "most": bool(bare(quotable(complaint.bothered_most))),
        "quote": _quote(complaint.bothered_most, complaint.what_happened, room, tongue, slate),
        "answer": _quote(answer, "", room, tongue, slate),
        **{field_: extra(field_) for field_ in ("feeling", "at_stake", "identity", "expected")},
        "cause": said(_from_code(complaint.cause), min(room.promise, 12)),
        "reason": said(complaint.finding_reason, room.promise),
        "promises": spoken_promises,
        "promise": spoken_promises[0] if spoken_promises else None,
        "dated": any(promise.promised_by for promise in promises[: room.promises]),
        "firm": firm,
        "prevented": bool(lesson and lesson.done_at and prevention),
        "prevention": prevention,
        "prevention_owner": called(lesson.owner if lesson else "", personal=True),
        "prevention_by": day(lesson.due.date() if lesson and lesson.due else None),
        "next_by": day(facts.next_by),
        "synthetic": facts.synthetic,
        "brief": room.brief,
    }


def _from_code(cause: str) -> str:
    """A cause such as ``late-delivery`` or ``late_delivery`` in words."""
    return cause if " " in cause.strip() else cause.replace("-", " ").replace("_", " ")


def _quote(first: str, second: str, room: _Room, tongue: Language, slate: Slate) -> Blank:
    """The customer's words in the language's quote marks; the voice says them without."""
    for source in (first, second):
        kept, cut = excerpt(quotable(source, tongue.salutations), room.quote, tongue.dangling)
        kept = bare(kept)
        kept = _single_quoted(kept[:1].upper() + kept[1:])
        written, spoken = _within(kept, room.quote, tongue)
        if spoken:
            opening, closing = tongue.quotes
            more = "…" if cut or written != kept else ""
            return slate.put(f"{opening}{written}{more}{closing}", spoken)
    return slate.put("", "")


def _within(written: str, limit: int, tongue: Language) -> tuple[str, str]:
    """`written` and how it is said, with words dropped from its end while numbers make it long."""
    spoken = bare(speakable(written, tongue))
    while sum(map(_weight, spoken.split())) > limit + 2 and written:
        written = bare(written.rpartition(" ")[0])
        spoken = bare(speakable(written, tongue))
    return (written, spoken) if spoken else ("", "")


def _single_quoted(text: str) -> str:
    """`text` with the quote marks inside it made single, so that the outer ones stay the outer."""
    return text.translate(str.maketrans('"“”„«»', "''''''"))


def _warnings(
    case: Case,
    facts: Facts,
    name: str,
    promises: tuple[Promise, ...],
    room: _Room,
    script: Script,
) -> tuple[Warn, ...]:
    found: list[Warn] = []
    if name in _REPAIRING and not promises:
        found.append(Warn("S3", "no amends: say what will be done, and by when (R1)"))
    if name == "reopened" and not promises:
        found.append(Warn("R6", "a second apology needs a new amends or a kept promise"))
    if any(promise.promised_by is None for promise in promises):
        found.append(Warn("S26", "a promise has no date"))
    if len(promises) > room.promises:
        found.append(Warn("R15", f"{len(promises) - room.promises} promises did not fit in"))
    if any(len(p.text.split()) > room.promise for p in promises[: room.promises]):
        found.append(Warn("R15", "a promise's words were shortened: put them more briefly"))
    if name == "status-late" and facts.next_by is None:
        found.append(Warn("R11", "a late promise needs a new date"))
    if not case.complaint.bothered_most.strip():
        found.append(Warn("S2", "what bothered them most is not known"))
    if name == "unfounded" and not case.complaint.finding_reason.strip():
        found.append(Warn("S17", "unfounded needs a written reason"))
    if (length := seconds(script, facts.wpm)) > LONGEST_S:
        found.append(Warn("R15", f"it takes about {length:.0f} seconds to say"))
    return tuple(found)
