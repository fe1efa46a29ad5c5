"""Triage: what the owner found out about a complaint, kept with its reason (S7, S10, S17)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from voicenote.engine.case.cause_history import warn_of_returned_causes
from voicenote.engine.case.money_bands import bands_of
from voicenote.engine.case.triage_proposal import (
    PLANS,
    ProposalView,
    lost_before,
    proposal_view,
    propose_triage,
)
from voicenote.engine.case.withdrawal import ask_again
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, RuleSaysNo
from voicenote.followup.compensation import Adequacy, judge
from voicenote.followup.proposal import Lost
from voicenote.ledger import case_store
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case, Finding, Severity, Stage
from voicenote.model.money import Money

#: The stages in which triage can still change what is said.
EARLY = (Stage.OPENED, Stage.SCRIPTED, Stage.RENDERED, Stage.APPROVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """What was found; None leaves a field as it is. `harm` needs a currency, here or before.

    `lost` is what they lost most: money, product, service or attention (R9).
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageView:
    """What was found about a case, with warnings and a proposal; `next` is the command to run."""

    case: int
    finding: Finding
    reason: str
    abusive: bool
    severity: Severity
    harm: Decimal | None
    currency: str | None
    cause: str
    lost: Lost
    warnings: tuple[str, ...]
    proposal: ProposalView
    next: str


def apply_triage(ws: Workspace, number: int, triage: Triage) -> TriageView:
    """Save what was found; return it with the proposal that follows from it.

    Raises RuleSaysNo for *unfounded* or *abusive* without a reason, or after the memo was sent;
    BadData for harm without a currency.
    """
    with ws.ledger.write() as tx:
        before = case_store.get(tx, number).complaint
        found_in(tx, number, triage, own_plans=(*PLANS, ws.settings.schedule.plan))
        case = case_store.get(tx, number)
        complaint, names = case.complaint, [field.name for field in fields(before)]
        changed = [n for n in names if getattr(before, n) != getattr(complaint, n)]
        named = ", ".join(name.replace("_", " ") for name in changed)
        why = f"it was triaged again since: {named}"
        asked = ask_again(ws, tx, number, why) if changed else ""
        return TriageView(
            case=number,
            finding=complaint.finding,
            reason=complaint.finding_reason,
            abusive=complaint.abusive,
            severity=complaint.severity,
            harm=complaint.harm.amount if complaint.harm else None,
            currency=complaint.harm.currency if complaint.harm else None,
            cause=complaint.cause,
            lost=lost_before(tx, case),
            warnings=(*([asked] if asked else []), *_warnings(ws, tx, case)),
            proposal=proposal_view(propose_triage(ws, tx, case)),
            next=f"voicenote script {number}",
        )


def found_in(
    tx: Transaction, number: int, triage: Triage, *, own_plans: tuple[str, ...] = ()
) -> None:
    """Save what was found, within a transaction.

    A plan in `own_plans` follows the finding; one that the owner chose by name stays.
    """
    case = case_store.get(tx, number)
    if case.stage not in EARLY:
        raise RuleSaysNo(
            f"the memo of case {number} has left already",
            f"if it must change, take it up again: voicenote reopen {number}",
        )
    values = _values(triage)
    reason = (triage.reason or case.complaint.finding_reason).strip()
    harsh = triage.finding == Finding.UNFOUNDED.value or triage.abusive
    if harsh and not reason:
        raise RuleSaysNo(
            "unfounded or abusive needs a written reason: nearly all tell the truth (S17)",
            "say why with --reason",
        )
    if triage.harm is not None:
        before = case.complaint.harm.currency if case.complaint.harm else ""
        values |= _harm(triage.harm, (triage.currency or before).upper())
    forks = {"finding", "abusive"} & set(values)
    if forks and case.plan in own_plans and case.stage is not Stage.APPROVED:
        values["plan"] = ""
    if values:
        case_store.revise(tx, number, "case_triaged", **values)
    if triage.lost is not None:
        tx.tell("harm_named", number, lost=Lost(triage.lost).value)


def _warnings(ws: Workspace, tx: Transaction, case: Case) -> list[str]:
    """Return warnings for the owner: a cause that came back, or money beyond the rules."""
    found = warn_of_returned_causes(tx, [case]).get(case.number, "")
    judged = judge(case, bands_of(ws))
    money = "" if judged.level is Adequacy.FINE else f"{judged.what}; {judged.advice}"
    return [text for text in (found, money) if text]


def _values(triage: Triage) -> dict[str, Any]:
    columns = {"reason": "finding_reason"}
    own = ("harm", "currency", "lost")
    return {
        columns.get(field.name, field.name): value
        for field in fields(triage)
        if field.name not in own and (value := getattr(triage, field.name)) is not None
    }


def _harm(amount: Decimal, currency: str) -> dict[str, str]:
    try:
        money = Money(amount, currency)
    except ValueError as error:
        raise BadData(
            "an amount of harm needs its currency", "give it with --currency, such as EUR"
        ) from error
    return {"harm_amount": str(money.amount), "harm_currency": money.currency}
