"""Triage: what the owner found out about a complaint, and the proposal that follows from it.

Both are kept with their reasons (S7, S10, S17).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

from voicenote.engine.case.approval import change_plan_in, memo_waits, plan_for
from voicenote.engine.case.case_view import TermsView, terms_view
from voicenote.engine.case.cause_history import warn_of_returned_causes
from voicenote.engine.case.money_bands import bands_of
from voicenote.engine.case.promises import add_in, say_deed_in
from voicenote.engine.case.triage_proposal import propose_for
from voicenote.engine.case.withdrawal import ask_again
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, RuleSaysNo
from voicenote.followup.compensation import Adequacy, judge
from voicenote.followup.proposal import (
    ASK_FIRST,
    FEW_WORDS,
    LAST_WORD,
    Lost,
    Wishes,
)
from voicenote.followup.release_rules import REWORDS, steps_from
from voicenote.ledger import case_store, customers
from voicenote.ledger.store import Transaction
from voicenote.ledger.word_renewal import TRIAGED
from voicenote.model.case import Case, Complaint, Customer, Failure, Finding, Severity, Stage
from voicenote.model.money import Money
from voicenote.model.touch import TouchKind
from voicenote.script.asked import find_grave_words
from voicenote.script.compose import template_for
from voicenote.script.deed_conflicts import deed_notes
from voicenote.script.failure import guess_failure
from voicenote.script.habits import is_coarse
from voicenote.script.whose_words import find_misvoiced

#: The stages in which triage can still change what is said.
EARLY = (Stage.OPENED, Stage.SCRIPTED, Stage.RENDERED, Stage.APPROVED)
#: The fields of a customer that say how to address them.
ADDRESS = ("greet_as", "title", "gender", "how_many", "formality")
#: The plans that a finding chooses; they follow it when it changes.
PLANS = (ASK_FIRST, FEW_WORDS, LAST_WORD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """What was found; None leaves a field as it is, and "" clears it.

    `harm` needs a currency, here or before. `lost` is what they lost most: money, product, service
    or attention (R9). `deed` is of the only promise; the last five are the customer's.
    """

    finding: str | None = None
    reason: str | None = None
    abusive: bool | None = None
    severity: str | None = None
    harm: Decimal | None = None
    currency: str | None = None
    cause: str | None = None
    bothered_most: str | None = None
    feeling: str | None = None
    at_stake: str | None = None
    expected: str | None = None
    owner: str | None = None
    lost: str | None = None
    failure: str | None = None
    said_back: str | None = None
    our_fault: str | None = None
    meant: str | None = None
    deed: str | None = None
    greet_as: str | None = None
    title: str | None = None
    gender: str | None = None
    how_many: str | None = None
    formality: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalView:
    """A proposal for display: its template, its plan, the promise if any, and why."""

    template: str
    plan: str
    amends: TermsView | None
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageView:
    """What was found about a case, with warnings and a proposal; `next` is the command to run.

    `failure_guess` is what the words tell of the kind of failure, when the owner hasn't said it.
    `severity_guess` is what a danger makes of a severity that is still the usual one, and
    `grave_words` are theirs that tell of it.
    """

    case: int
    finding: Finding
    reason: str
    abusive: bool
    severity: Severity
    severity_guess: Severity | None
    grave_words: tuple[str, ...]
    harm: Decimal | None
    currency: str | None
    cause: str
    failure: Failure | None
    failure_guess: Failure | None
    lost: Lost
    warnings: tuple[str, ...]
    proposal: ProposalView
    next: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted proposal: the name of its amends, its plan, and warnings."""

    case: int
    amends: str
    plan: str
    warnings: tuple[str, ...]


def apply_triage(ws: Workspace, number: int, triage: Triage) -> TriageView:
    """Save what was found; return it with the proposal that follows from it.

    Raises RuleSaysNo for *unfounded* or *abusive* without a reason, or after the memo was sent;
    BadData for harm without a currency.
    """
    with ws.ledger.write() as tx:
        before = case_store.get(tx, number).complaint
        _save(ws, tx, number, triage)
        case = case_store.get(tx, number)
        complaint = case.complaint
        changed = [*_changes(before, complaint), *_changes(before.customer, complaint.customer)]
        named = ", ".join(name.replace("_", " ") for name in changed)
        why = f"it was triaged again since: {named}"
        asked = ask_again(ws, tx, number, why) if changed else ""
        judged = judge(case, bands_of(ws))
        money = "" if judged.level is Adequacy.FINE else f"{judged.what}; {judged.advice}"
        found = propose_for(ws, tx, case)
        normal = complaint.severity is Severity.NORMAL
        grave = find_grave_words(case) if normal else ()
        rude = _warn_of_abuse(ws, case)
        tag = case.customer.language or ws.settings.owner.language
        said = replace(complaint, promises=tuple(one.promise for one in case.round_amends))
        misvoiced = map(str, find_misvoiced(said, tag))
        notes = [note for one in said.promises for note in deed_notes(one, tag)]
        told = (
            *misvoiced,
            *notes,
            rude,
            asked,
            warn_of_returned_causes(tx, [case]).get(number, ""),
            money,
        )
        return TriageView(
            case=number,
            finding=complaint.finding,
            reason=complaint.finding_reason,
            abusive=complaint.abusive,
            severity=complaint.severity,
            severity_guess=Severity.SERIOUS if grave else None,
            grave_words=grave,
            harm=complaint.harm.amount if complaint.harm else None,
            currency=complaint.harm.currency if complaint.harm else None,
            cause=complaint.cause,
            failure=complaint.failure,
            failure_guess=None if complaint.failure else guess_failure(case),
            lost=found.lost,
            warnings=tuple(filter(None, told)),
            proposal=ProposalView(
                template=template_for(case, TouchKind.MEMO),
                plan=found.plan,
                amends=terms_view(found.promise) if found.promise else None,
                why=found.why,
            ),
            next=f"voicenote script {number}",
        )


def _changes(before: Complaint | Customer, after: Complaint | Customer) -> list[str]:
    """Return the fields in which two complaints or customers differ, except the customer."""
    names = (field.name for field in fields(before) if field.name != "customer")
    changed = [name for name in names if getattr(before, name) != getattr(after, name)]
    return ["deed" if name == "promises" else name for name in changed]


def _warn_of_abuse(ws: Workspace, case: Case) -> str:
    """Return the proposal to end it courteously (S10), when the customer's words hold abuse."""
    complaint = case.complaint
    words = f"{complaint.what_happened} {complaint.bothered_most}"
    tag = case.customer.language or ws.settings.owner.language
    if complaint.abusive or not is_coarse(words, tag.partition("-")[0]):
        return ""
    return (
        "there is abuse in their words, which is not said back. If it is more than anger, end it "
        f"with one courteous message: voicenote triage {case.number} --abusive --reason TEXT (S10)"
    )


def _save(ws: Workspace, tx: Transaction, number: int, triage: Triage) -> None:
    """Save what was found. A plan follows the finding, unless the owner chose it by name."""
    case = case_store.get(tx, number)
    if case.stage not in EARLY:
        raise RuleSaysNo(
            f"the memo of case {number} has left already",
            f"if it must change, take it up again: voicenote reopen {number}",
        )
    found = {
        f.name: value for f in fields(triage) if (value := getattr(triage, f.name)) is not None
    }
    harsh = triage.finding == Finding.UNFOUNDED.value or triage.abusive
    if harsh and not (triage.reason or case.complaint.finding_reason).strip():
        raise RuleSaysNo(
            "unfounded or abusive needs a written reason: nearly all tell the truth (S17)",
            "say why with --reason",
        )
    lost, currency = found.pop("lost", None), found.pop("currency", "")
    customers.address_as(tx, number, {one: found.pop(one) for one in ADDRESS if one in found})
    if "deed" in found:
        say_deed_in(tx, number, found.pop("deed"))
    if "failure" in found:
        found["failure"] = Failure(found["failure"]).value if found["failure"] else None
    if "reason" in found:
        found["finding_reason"] = found.pop("reason")
    if "harm" in found:
        before = case.complaint.harm.currency if case.complaint.harm else ""
        found |= _harm(found.pop("harm"), (currency or before).upper())
    followed = case.plan in (*PLANS, ws.settings.schedule.plan)
    if {"finding", "abusive"} & set(found) and followed and case.stage is not Stage.APPROVED:
        found["plan"] = ""
    if found:
        case_store.revise(tx, number, TRIAGED, **found)
    if lost is not None:
        tx.tell("harm_named", number, lost=Lost(lost).value)


def _harm(amount: Decimal, currency: str) -> dict[str, Any]:
    try:
        money = Money(amount, currency)
    except ValueError as error:
        raise BadData(
            "an amount of harm needs its currency", "give it with --currency, such as EUR"
        ) from error
    return {"harm_amount": str(money.amount), "harm_currency": money.currency}


def accept(ws: Workspace, number: int, wishes: Wishes, override: str = "") -> Accepted:
    """Add the proposed promise and switch to its plan, both or neither.

    Raises RuleSaysNo for money beyond the rule without an `override`, BadSettings for an unknown
    plan, BadData for wishes that can't be promised.
    """
    with ws.ledger.write() as tx:
        case = case_store.get(tx, number)
        found, waited = propose_for(ws, tx, case, wishes), memo_waits(tx, case)
        edits = {} if found == propose_for(ws, tx, case) else {"edited": True}
        name, told = "", []
        if found.promise is not None:
            name, judged = add_in(ws, tx, number, found.promise, override)
            told.append("" if judged.level is Adequacy.FINE else judged.what)
            told.append(ask_again(ws, tx, number, f"amends {name} was promised since"))
        elif wishes.deed is not None:
            say_deed_in(tx, number, wishes.deed)
            told.append(ask_again(ws, tx, number, "the deed is said otherwise since"))
        if plan_for(ws, case_store.get(tx, number)) != found.plan:
            change_plan_in(ws, tx, number, found.plan)
        tx.tell("proposal_accepted", number, amends=name, plan=found.plan, **edits)
        if waited and not memo_waits(tx, case):
            told.append(
                f"The memo of case {number} was to leave, and will not go now: the plan "
                f"{found.plan} has none. When you have something to say: "
                f"{steps_from(number, REWORDS)}"
            )
    return Accepted(number, name, found.plan, tuple(filter(None, told)))
