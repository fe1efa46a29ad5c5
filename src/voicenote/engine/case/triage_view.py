"""What triage shows of a case: what was found, with warnings, and the proposal that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal

from voicenote.engine.case.answer_view import heard_notes
from voicenote.engine.case.case_view import TermsView, terms_view
from voicenote.engine.case.cause_history import find_prevented
from voicenote.engine.case.money_bands import bands_of
from voicenote.engine.case.triage_proposal import propose_for
from voicenote.engine.workspace import Workspace
from voicenote.followup.causes import CauseSeen, came_back, cause_of
from voicenote.followup.compensation import Adequacy, judge
from voicenote.followup.proposal import Lost
from voicenote.ledger import case_store
from voicenote.ledger.store import Transaction
from voicenote.ledger.word_renewal import is_said
from voicenote.model.case import Case, Complaint, Customer, Failure, Finding, Severity
from voicenote.model.touch import TouchKind
from voicenote.script.asked import find_grave_words
from voicenote.script.compose import template_for
from voicenote.script.deed_conflicts import deed_notes
from voicenote.script.failure import unsaid_failure
from voicenote.script.habits import is_coarse
from voicenote.script.whose_words import find_misvoiced


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
    `severity_guess` is what a danger makes of a severity that nobody has chosen yet, and
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


def guess_severity(tx: Transaction, case: Case) -> Severity | None:
    """Return what a danger makes of a severity that nobody has chosen yet; None without one."""
    grave = case.complaint.severity is Severity.NORMAL and find_grave_words(case)
    return Severity.SERIOUS if grave and not is_said(tx, case.number, "severity") else None


def find_severity(ws: Workspace, number: int) -> Severity | None:
    """Return the severity to propose for a case, as `guess_severity` does."""
    with ws.ledger.read() as tx:
        return guess_severity(tx, case_store.get(tx, number))


def view_of(
    ws: Workspace,
    tx: Transaction,
    case: Case,
    asked: str = "",
    known: Mapping[str, CauseSeen] | None = None,
) -> TriageView:
    """Return what was found about a case; `asked` says that an approval was taken back.

    `known` are the causes with a prevention, where they were read before.
    """
    known = find_prevented(tx) if known is None else known
    complaint, number = case.complaint, case.number
    judged = judge(case, bands_of(ws))
    money = "" if judged.level is Adequacy.FINE else f"{judged.what}; {judged.advice}"
    found = propose_for(ws, tx, case)
    severity = guess_severity(tx, case)
    tag = case.customer.language or ws.settings.owner.language
    said = replace(complaint, promises=tuple(one.promise for one in case.round_amends))
    told = (
        *map(str, find_misvoiced(said, tag)),
        *(note for one in said.promises for note in deed_notes(one, tag)),
        _warn_of_abuse(ws, case),
        asked,
        came_back(cause_of(case), known),
        money,
        *heard_notes(tx, case),
    )
    return TriageView(
        case=number,
        finding=complaint.finding,
        reason=complaint.finding_reason,
        abusive=complaint.abusive,
        severity=complaint.severity,
        severity_guess=severity,
        grave_words=find_grave_words(case) if severity else (),
        harm=complaint.harm.amount if complaint.harm else None,
        currency=complaint.harm.currency if complaint.harm else None,
        cause=complaint.cause,
        failure=complaint.failure,
        failure_guess=unsaid_failure(case),
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


def list_changes(before: Complaint | Customer, after: Complaint | Customer) -> list[str]:
    """Return the fields in which two complaints or customers differ, except the customer."""
    names = (field.name for field in fields(before) if field.name != "customer")
    changed = [name for name in names if getattr(before, name) != getattr(after, name)]
    return ["deed" if name == "promises" else name for name in changed]
