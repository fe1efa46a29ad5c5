"""What a case holds that words may stand on: everything that is known, and what is promised."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from voicenote.model.case import Case
from voicenote.model.money import Money
from voicenote.model.promise import AmendsKind, Promise
from voicenote.model.sentences import Section, Sentence
from voicenote.script.check.normalise import fold
from voicenote.script.context import ScriptContext
from voicenote.script.grounding.claim_tables import DEED, LENGTH, claim_tables
from voicenote.script.grounding.claimed_figures import (
    figures_of_day,
    numbers_in,
    percents_in,
    sums_of,
    times_in,
)

#: The sections in which the owner says what is or will be done.
PROMISING = frozenset(
    {Section.AMENDS, Section.PREVENT, Section.EXPECTATIONS, Section.INVITE, Section.DISCLOSE}
)
#: What a kind of promise is called among the kinds of deeds; a word promises nothing.
_AS = {kind: kind.value for kind in AmendsKind if kind is not AmendsKind.WORD}
_WORD = re.compile(r"[^\W_]+(?:'[^\W\d_]+)?")


@dataclass(frozen=True, slots=True)
class Grounds:
    """What some texts hold: figures, sums, kinds of deeds, words, and the text, folded.

    `lengths` are the units of time in them.
    """

    figures: frozenset[str]
    sums: frozenset[Money]
    deeds: frozenset[str]
    words: frozenset[str]
    lengths: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a case: `known` is all of it, `promised` what the owner is to do or did.

    `told` is `known` with the days of the promises: what may be said where the owner says what
    will be.

    `theirs` are the customer's own words, sentence by sentence as words. `done`: something that was
    promised is done. `words` are all.
    `own_text` are the words that are the owner's, in order, and `all_text` all of them.
    `told_figures` are the numbers of the complaint and the promises, without those of days.
    `lesson` is what changes. `currency` is the usual one of the
    case.
    """

    code: str
    known: Grounds
    promised: Grounds
    told: Grounds
    theirs: tuple[tuple[str, ...], ...]
    done: bool
    currency: str
    promises: tuple[Promise, ...]
    words: frozenset[str]
    own_text: str
    all_text: str
    told_figures: frozenset[str]
    lesson: str
    today: date


def evidence_of(
    case: Case,
    context: ScriptContext,
    code: str,
    promises: tuple[Promise, ...],
    template: Sequence[Sentence] = (),
) -> Evidence:
    """Return what words in language `code` may stand on.

    `promises` are those to mention. `template` is what the templates say of the same case, which
    claims nothing that isn't so.
    """
    complaint = case.complaint
    sums = [one.value for one in promises if one.value]
    currency = next((one.currency for one in (*sums, complaint.harm) if one), "")
    said = [complaint.said_back, complaint.our_fault, complaint.meant]
    vows = [*_promised_texts(case, promises, context)]
    promised = [*vows]
    promised += [one.text for one in template if one.section in PROMISING]
    promised += [one.said for one in template if one.section in PROMISING]
    days = [one.promised_by for one in promises if one.promised_by]
    days += [context.next_by] if context.next_by else []
    days += [case.lesson.due.date()] if case.lesson and case.lesson.due else []
    kinds = _kinds_of(case, promises)
    full = [one for one in promises if one.kind in (AmendsKind.REFUND, AmendsKind.CREDIT)]
    if complaint.harm and any(one.value is None for one in full):
        sums.append(complaint.harm)  # "your money back" is what it cost them
    theirs = _their_words(case, context)
    story = [*theirs, *said, complaint.product, complaint.cause, complaint.finding_reason]
    known = [*story, *_known_texts(case, context, template)]
    harm = [complaint.harm] if complaint.harm else []
    near = relative_days(days, context.today)
    opened = [complaint.opened_at.date()]
    vowed = _grounds(promised, code, currency, sums, days, kinds, near)
    every = _grounds(known, code, currency, [*sums, *harm], opened, kinds, near, promised)
    return Evidence(
        code=code,
        known=every,
        promised=vowed,
        told=replace(every, figures=every.figures | vowed.figures),
        theirs=tuple(words_of(text) for text in theirs if text),
        done=any(one.settled for one in case.standing_amends),
        currency=currency,
        promises=promises,
        words=every.words | vowed.words,
        own_text=" ".join(words_of(". ".join((vowed.text, *said)))),
        all_text=" ".join(words_of(f"{every.text}. {vowed.text}")),
        told_figures=frozenset(
            one.value for text in (*story, *vows) for one in numbers_in(text, code)
        ),
        lesson=f"{case.lesson.prevention} {case.lesson.owner}" if case.lesson else "",
        today=context.today,
    )


def _their_words(case: Case, context: ScriptContext) -> list[str]:
    """Return what the customer wrote, and how it is kept."""
    said = case.complaint
    return [
        said.what_happened, said.bothered_most, said.feeling, said.at_stake, said.identity,
        said.expected, *(answer.text for answer in context.answers),
    ]  # fmt: skip


def _known_texts(case: Case, context: ScriptContext, template: Sequence[Sentence]) -> Iterator[str]:
    """Yield what is known besides the story: who is who, and what the templates say."""
    people = case.customer
    yield from (case.complaint.owner, context.owner, context.business, *case.complaint.involved)
    yield from (people.name, people.say_as, people.greet_as, people.title)
    for one in template:
        if one.section not in PROMISING:
            yield from (one.text, one.said)
    if case.lesson:
        yield from (case.lesson.cause, case.lesson.owner)


def _kinds_of(case: Case, promises: Iterable[Promise]) -> set[str]:
    """Return the kinds of deeds that are promised, and what goes with them."""
    kinds = {_AS[one.kind] for one in promises if one.kind in _AS}
    if case.lesson and case.lesson.prevention:
        kinds.add("rule")
    if not kinds.isdisjoint(("exchange", "redo", "gift")):
        kinds.add("send")  # a new one comes to them somehow
    return kinds


def _promised_texts(
    case: Case, promises: Iterable[Promise], context: ScriptContext
) -> Iterator[str]:
    for one in promises:
        yield from (one.text, one.deed, one.owner)
    if case.lesson:
        yield case.lesson.prevention
    # what the owner says of themselves, in their own words, may be said
    yield from (case.complaint.our_fault, context.owner, context.business)


def relative_days(days: Iterable[date], today: date) -> frozenset[str]:
    """Return what is true of some days, seen from today: by its place in `near` of the tables.

    And how many days and weeks it is until then.
    """
    found = set()
    for day in days:
        ahead, month = (day - today).days, (day.year - today.year) * 12 + day.month - today.month
        week = (day - timedelta(day.weekday()) - today).days + today.weekday()
        ends = (day + timedelta(1)).day == 1
        weekend = day.weekday() >= 4 and week == 0
        so = (
            ahead == 0, ahead == 1, week == 7, ahead == 2, week == 0, month == 0, month == 1, ends,
            weekend, ahead == 7, ahead == 14, weekend, ends and day.month == 12, 28 <= ahead <= 31,
        )  # fmt: skip
        found |= {f"in {place}" for place, true in enumerate(so) if true}
        found |= {f"{ahead} days", f"{ahead / 7:g} weeks"}
    return frozenset(found)


def words_of(text: str) -> tuple[str, ...]:
    """Return the folded words of a text."""
    return tuple(_WORD.findall(fold(text)[0]))


def _grounds(
    texts: Iterable[str],
    code: str,
    currency: str,
    sums: Sequence[Money],
    days: Iterable[date],
    kinds: Iterable[str],
    near: frozenset[str],
    undated: Iterable[str] = (),
) -> Grounds:
    """Return what texts hold; of the `undated` ones no day counts: they tell of what will be."""
    text = ". ".join(one for one in texts if one)
    figures = {one.value for one in times_in(text, code)}
    text = ". ".join((text, *(one for one in undated if one)))
    figures |= {one.value for one in numbers_in(text, code)}
    figures |= {f"{one.value}%" for one in percents_in(text, code)} | near
    figures |= {figure for day in days for figure in figures_of_day(day)}
    for money in sums:
        cents = money.amount % 1 * 100
        tomans = money.amount / 10 if money.currency == "IRR" else cents
        parts = (money.amount, money.amount // 1, cents, tomans)
        figures |= {f"{part.normalize():f}" for part in parts if part == part.to_integral_value()}
        figures.add(f"{money.amount.normalize():f}")
    hits = claim_tables(code).phrases.find(fold(text)[0])
    deeds = {hit.group.removeprefix(DEED) for hit in hits if hit.group.startswith(DEED)}
    return Grounds(
        figures=frozenset(figures),
        sums=frozenset([*sums, *sums_of(text, code, currency)]),
        deeds=frozenset({*deeds, *kinds}),
        words=frozenset(words_of(text)),
        lengths=frozenset(hit.group for hit in hits if hit.group.startswith(LENGTH)),
        text=fold(text)[0],
    )
