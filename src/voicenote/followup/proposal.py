"""Triage proposals: which script, which amends by when, and which plan. Pure.

The kind of deed is what they ask for, or matches the kind of harm and of failure (R9), money stays
within the band (R8), and the owner's target date is earlier than the promised one (S27).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from voicenote.errors import BadSettings
from voicenote.followup.compensation import Bands, propose_sum
from voicenote.model.case import Case, Complaint, Failure, Finding, Severity
from voicenote.model.money import Money
from voicenote.model.promise import AmendsKind, Promise

#: Whether a day is a working day where the customer is.
Works = Callable[[date], bool]
#: How far ahead to look, in days; no calendar rests longer than this.
HORIZON = 400


class Lost(StrEnum):
    """What the customer lost most: the kind of harm (R9)."""

    MONEY = "money"
    PRODUCT = "product"
    SERVICE = "service"
    ATTENTION = "attention"


#: The deeds that suit each harm (R9), the one to propose first: money for money lost, exchange for
#: a flawed product, redo for a failed service, attention for neglect.
MATCHING: Mapping[Lost, tuple[AmendsKind, ...]] = {
    Lost.MONEY: (AmendsKind.REFUND, AmendsKind.CREDIT),
    Lost.PRODUCT: (AmendsKind.EXCHANGE, AmendsKind.FIX, AmendsKind.REFUND),
    Lost.SERVICE: (AmendsKind.REDO, AmendsKind.FIX),
    Lost.ATTENTION: (AmendsKind.CALL, AmendsKind.GIFT, AmendsKind.WORD),
}
#: The deeds that suit each kind of failure, the one to propose first, and what it cost them most.
SUITING: Mapping[Failure, tuple[Lost, tuple[AmendsKind, ...]]] = {
    Failure.MONEY: (Lost.MONEY, MATCHING[Lost.MONEY]),
    Failure.LATE: (Lost.SERVICE, (AmendsKind.GIFT, *MATCHING[Lost.SERVICE], AmendsKind.CREDIT)),
    Failure.FAULTY: (Lost.PRODUCT, MATCHING[Lost.PRODUCT]),
    Failure.WRONG: (Lost.PRODUCT, (*MATCHING[Lost.PRODUCT], AmendsKind.REDO)),
    Failure.RUDE: (Lost.ATTENTION, MATCHING[Lost.ATTENTION]),
    Failure.SILENCE: (Lost.ATTENTION, MATCHING[Lost.ATTENTION]),
    Failure.DANGER: (Lost.ATTENTION, (*MATCHING[Lost.ATTENTION], AmendsKind.REFUND)),
    Failure.BROKEN: (Lost.SERVICE, MATCHING[Lost.SERVICE]),
}
#: The deeds that a kind of failure has words of its own for.
_SAYS: Mapping[Failure, tuple[AmendsKind, ...]] = {
    Failure.LATE: (AmendsKind.GIFT,),
    Failure.DANGER: (AmendsKind.CALL, AmendsKind.REFUND),
    Failure.BROKEN: (AmendsKind.REDO,),
}
#: How a reason names a kind of failure.
_FAILURES: Mapping[Failure, str] = {
    Failure.LATE: "it came late",
    Failure.FAULTY: "it was faulty",
    Failure.WRONG: "it was wrong",
    Failure.MONEY: "it is about money",
    Failure.RUDE: "somebody was rude",
    Failure.SILENCE: "nobody answered",
    Failure.DANGER: "it was dangerous",
    Failure.BROKEN: "a promise was broken",
}
#: Working days within which to promise a deed, and the earlier day to aim at (S27).
DAYS: Mapping[AmendsKind, tuple[int, int]] = {
    AmendsKind.REFUND: (7, 3),
    AmendsKind.CREDIT: (3, 1),
    AmendsKind.EXCHANGE: (10, 6),
    AmendsKind.REDO: (10, 6),
    AmendsKind.FIX: (10, 6),
    AmendsKind.CALL: (2, 1),
    AmendsKind.GIFT: (10, 6),
    AmendsKind.WORD: (2, 1),
}
#: The plans that go with a finding; every other case follows the owner's own plan.
LAST_WORD, FEW_WORDS, ASK_FIRST = "last-word", "few-words", "acknowledge"
#: The plans that a finding chooses; they follow it when it changes.
FOLLOWING = (LAST_WORD, FEW_WORDS, ASK_FIRST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leads:
    """What the words of a complaint tell: its failure, the deed they ask for, the only sum.

    `asked_in` are their words that ask for it.
    """

    failure: Failure | None = None
    asked: AmendsKind | None = None
    asked_in: str = ""
    sum: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What a proposal needs to know besides the case.

    `words` is what each deed is called in the customer's language, `after` what else a kind of
    failure asks for, `today` the date where they are, `plan` the plan of a case that names none,
    `late` whether the memo's clock has run out.
    """

    today: date
    works: Works
    bands: Bands
    words: Mapping[AmendsKind, str]
    plan: str
    after: Mapping[Failure, str] = field(default_factory=dict)
    leads: Leads = field(default_factory=Leads)
    owner: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the owner wants to change in a proposal; None leaves it."""

    kind: AmendsKind | None = None
    text: str | None = None
    deed: str | None = None
    value: Decimal | None = None
    currency: str | None = None
    target: date | None = None
    promised_by: date | None = None
    plan: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What to do about a case. `promise` is None for nothing new; `why` explains each choice."""

    plan: str
    promise: Promise | None
    lost: Lost
    why: tuple[str, ...]


def lost_most(complaint: Complaint, failure: Failure | None = None) -> Lost:
    """Guess the kind of harm: money if an amount is known, else by the failure, or the product."""
    if complaint.harm is not None and complaint.harm.amount > 0:
        return Lost.MONEY
    if failure is not None:
        return SUITING[failure][0]
    if complaint.product.strip():
        return Lost.PRODUCT
    return Lost.ATTENTION if complaint.severity is Severity.LOW else Lost.SERVICE


def plan_of_finding(complaint: Complaint) -> str:
    """Return the plan that an abusive or unfounded complaint gets (S9, S10); "" for any other."""
    if complaint.abusive:
        return LAST_WORD
    return FEW_WORDS if complaint.finding is Finding.UNFOUNDED else ""


def propose(case: Case, house: House, lost: Lost | None = None) -> Proposal:
    """Return what to do about a case; `lost` is the owner's word for what was lost most.

    Raises BadSettings when the calendar has no working days.
    """
    plan, why = _plan(case, house)
    promise, reasons = _promise(case, house, lost)
    kind_of_harm = lost or lost_most(case.complaint, house.leads.failure)
    return Proposal(plan=plan, promise=promise, lost=kind_of_harm, why=(*reasons, why))


def _plan(case: Case, house: House) -> tuple[str, str]:
    complaint = case.complaint
    if complaint.abusive:
        return LAST_WORD, "one courteous last word, and nothing after it (S10)"
    if complaint.finding is Finding.UNFOUNDED:
        return FEW_WORDS, "few words, no sorry, no money; and nothing after them (S9)"
    if case.plan not in ("", house.plan, *FOLLOWING):
        return case.plan, "you have chosen this plan"
    unknown = not (complaint.bothered_most.strip() or complaint.expected.strip())
    if unknown and case.round == 1 and not (house.late or case.plan == house.plan):
        return ASK_FIRST, "what they expect is not known: mirror it, and ask first (S13)"
    return house.plan, "the memo, a word at every promised date, and the question whether it helped"


def _promise(
    case: Case, house: House, named: Lost | None
) -> tuple[Promise | None, tuple[str, ...]]:
    complaint = case.complaint
    if complaint.abusive or complaint.finding is Finding.UNFOUNDED:
        return None, ()
    kinds, reason = _suiting(complaint, house.leads, named)
    if there := case.round_amends:
        name, standing = there[0].name, {one.promise.kind for one in there}
        if standing & set(kinds):
            return None, (f"amends {name} stands, and suits it: {reason} (R9)",)
        lost = lost_most(complaint)
        if named is None and standing & set(MATCHING[lost]):
            return None, (f"amends {name} stands, and suits what they lost, {lost.value} (R9)",)
        return None, (f"amends {name} stands, but {reason}: {kinds[0].value} would suit it (R9)",)
    kind, why = kinds[0], [f"{kinds[0].value}, because {reason} (R9)"]
    value, told = None, ""
    if kind is AmendsKind.REFUND:
        value, told = propose_sum(complaint, house.bands, house.leads.sum)
    by, target = _dates(kind, house)
    dates = f"promise it by {by}, aim at {target}: be earlier than they expect (S27)"
    promise = Promise(
        kind=kind,
        text=_text(kind, house),
        value=value,
        target=target,
        promised_by=by,
        owner=house.owner,
    )
    return promise, (*why, *filter(None, [told]), dates)


def _suiting(
    complaint: Complaint, leads: Leads, named: Lost | None
) -> tuple[tuple[AmendsKind, ...], str]:
    """Return the deeds that suit a complaint, the best first, and why."""
    if named is not None:
        return MATCHING[named], f"what they lost is {named.value}"
    asked = (leads.asked,) if leads.asked else ()
    reason = f"they ask for it: “{leads.asked_in}”" if asked else ""
    if complaint.harm is not None and complaint.harm.amount > 0:
        lost = Lost.MONEY
        return (*asked, *MATCHING[lost]), reason or f"what they lost is {lost.value}"
    if leads.failure is not None:
        _, kinds = SUITING[leads.failure]
        return (*asked, *kinds), reason or _FAILURES[leads.failure]
    lost = lost_most(complaint)
    return (*asked, *MATCHING[lost]), reason or f"what they lost is {lost.value}"


def _text(kind: AmendsKind, house: House) -> str:
    """Return what a deed is called, in the customer's language."""
    failure = house.leads.failure
    if failure is not None and failure in house.after and kind in _SAYS.get(failure, ()):
        return house.after[failure]
    return house.words[kind]


def _dates(kind: AmendsKind, house: House) -> tuple[date, date]:
    promised, aimed = DAYS[kind]
    return (
        working_day_after(house.today, promised, house.works),
        working_day_after(house.today, aimed, house.works),
    )


def working_day_after(day: date, count: int, works: Works) -> date:
    """Return the `count`-th working day after `day`. Raises BadSettings when there is none."""
    left = count
    for ahead in range(1, HORIZON):
        here = day + timedelta(days=ahead)
        left -= works(here)
        if left == 0:
            return here
    raise BadSettings(
        f"there are no {count} working days after {day}", "give more of them in [schedule]"
    )


def change_proposal(proposal: Proposal, wishes: Wishes, house: House) -> Proposal:
    """Return the proposal as the owner wants it. Raises ValueError for what can't be promised."""
    promise = proposal.promise
    new = (wishes.kind, wishes.text, wishes.value, wishes.promised_by, wishes.target)
    if any(wish is not None for wish in new):
        kind = wishes.kind or (promise.kind if promise else MATCHING[proposal.lost][0])
        if promise is None or kind is not promise.kind:
            by, target = _dates(kind, house)
            promise = Promise(
                kind=kind, text=_text(kind, house), target=target, promised_by=by, owner=house.owner
            )
        value = promise.value
        if wishes.value is not None:
            currency = wishes.currency or (value.currency if value else "")
            value = Money(wishes.value, currency.upper())
        by_ = wishes.promised_by or promise.promised_by
        aim = wishes.target or promise.target
        if wishes.target is None and by_ and aim and aim > by_:
            aim = by_
        promise = replace(
            promise, text=wishes.text or promise.text, value=value, promised_by=by_, target=aim
        )
    if promise is not None and wishes.deed is not None:
        promise = replace(promise, deed=wishes.deed)
    return replace(proposal, promise=promise, plan=wishes.plan or proposal.plan)
