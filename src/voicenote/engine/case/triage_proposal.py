"""Triage proposals: made for a case, accepted as they are or as the owner wants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from voicenote.engine.case.approval import change_plan_in, memo_waits, plan_for
from voicenote.engine.case.money_bands import bands_of
from voicenote.engine.case.promises import add_in
from voicenote.engine.case.withdrawal import ask_again
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData
from voicenote.followup.compensation import Adequacy, Judgement
from voicenote.followup.proposal import (
    ASK_FIRST,
    FEW_WORDS,
    LAST_WORD,
    House,
    Lost,
    Proposal,
    Wishes,
    change_proposal,
    lost_most,
    propose,
)
from voicenote.followup.release_rules import REWORDS, steps_from
from voicenote.ledger import case_reports, case_store
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case
from voicenote.model.promise import AmendsKind
from voicenote.model.touch import TouchKind

#: The plans that a finding chooses; they follow it when it changes.
PLANS = (ASK_FIRST, FEW_WORDS, LAST_WORD)


@dataclass(frozen=True, slots=True)
class Suggested:
    """A proposal with the template that its script is composed from."""

    proposal: Proposal
    template: str


def lost_before(tx: Transaction, case: Case) -> Lost:
    """Return the owner's newest word on what was lost most; else a guess (R9)."""
    named = [r["lost"] for r in case_reports.history(tx, case.number) if r["event"] == "harm_named"]
    return Lost(named[-1]) if named else lost_most(case.complaint)


def house_of(ws: Workspace, tx: Transaction, case: Case) -> House:
    """Return what a proposal needs besides the case, on the customer's calendar."""
    from voicenote.script.languages import language, language_for
    from voicenote.script.templating import Templates

    owner, decency = ws.settings.owner, ws.decency
    known = Templates((ws.home / "templates",)).languages()
    tongue = language(language_for(case.customer.language or owner.language, known).language)
    age = tx.now - case.complaint.opened_at
    return House(
        today=tx.now.astimezone(ws.zone_of(case)).date(),
        works=decency.works,
        bands=bands_of(ws),
        words={kind: tongue.amends[kind.value] for kind in AmendsKind},
        plan=ws.settings.schedule.plan,
        owner=ws.owner_of(case),
        late=age.total_seconds() > ws.settings.policy.memo_hours * 3600,
    )


def propose_triage(
    ws: Workspace, tx: Transaction, case: Case, wishes: Wishes | None = None
) -> Suggested:
    """Return what triage proposes for a case, changed by the owner's `wishes`.

    Raises BadData for wishes that can't be promised.
    """
    from voicenote.script.compose import template_for

    house = house_of(ws, tx, case)
    found = propose(case, house, lost_before(tx, case))
    if wishes is not None:
        try:
            found = change_proposal(found, wishes, house)
        except ValueError as error:
            raise BadData(f"this cannot be promised: {error}", "correct it") from None
    return Suggested(found, template_for(case, TouchKind.MEMO))


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted proposal: the name of its amends, its plan, and warnings."""

    case: int
    amends: str
    plan: str
    warnings: tuple[str, ...]


def accept(ws: Workspace, number: int, wishes: Wishes, override: str = "") -> Accepted:
    """Add the proposed promise and switch to its plan, both or neither.

    Raises RuleSaysNo for money beyond the rule without an `override`, BadSettings for an unknown
    plan, BadData for wishes that can't be promised.
    """
    with ws.ledger.write() as tx:
        case = case_store.get(tx, number)
        before = propose_triage(ws, tx, case).proposal
        found = propose_triage(ws, tx, case, wishes).proposal
        name, judged, asked = "", None, ""
        waited = memo_waits(tx, case)
        if found.promise is not None:
            name, judged = add_in(ws, tx, number, found.promise, override)
            asked = ask_again(ws, tx, number, f"amends {name} was promised since")
        if plan_for(ws, case_store.get(tx, number)) != found.plan:
            change_plan_in(ws, tx, number, found.plan)
        edits = {} if found == before else {"edited": True}
        tx.tell("proposal_accepted", number, amends=name, plan=found.plan, **edits)
        stopped = waited and not memo_waits(tx, case)
    told = (asked, _stop_line(number, found.plan) if stopped else "")
    return Accepted(
        number, name, found.plan, (*_describe_judgement(judged), *(text for text in told if text))
    )


def _stop_line(number: int, plan: str) -> str:
    return (
        f"The memo of case {number} was to leave, and will not go now: the plan {plan} has none. "
        f"When you have something to say: {steps_from(number, REWORDS)}"
    )


def _describe_judgement(judged: Judgement | None) -> tuple[str, ...]:
    return () if judged is None or judged.level is Adequacy.FINE else (judged.what,)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedAmends:
    """The proposed promise."""

    kind: AmendsKind
    text: str
    value: Decimal | None
    currency: str | None
    target: date | None
    promised_by: date | None
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalView:
    """A proposal for display: its template, its plan, the promise if any, and why."""

    template: str
    plan: str
    amends: ProposedAmends | None
    why: tuple[str, ...]


def proposal_view(found: Suggested) -> ProposalView:
    """Return a proposal for display."""
    promise, amends = found.proposal.promise, None
    if promise is not None:
        amends = ProposedAmends(
            kind=promise.kind,
            text=promise.text,
            value=promise.value.amount if promise.value else None,
            currency=promise.value.currency if promise.value else None,
            target=promise.target,
            promised_by=promise.promised_by,
            owner=promise.owner,
        )
    return ProposalView(
        template=found.template,
        plan=found.proposal.plan,
        amends=amends,
        why=tuple(found.proposal.why),
    )
