"""Triage: what the owner found out about a complaint, kept with its reason (S7, S10, S17)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, RuleSaysNo
from voicenote.ledger import cases
from voicenote.model.case import Finding, Stage
from voicenote.model.money import Money

#: The stages in which what was found can still change what is said.
EARLY = (Stage.OPENED, Stage.SCRIPTED, Stage.RENDERED, Stage.APPROVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """What was found; None leaves a field as it is. `harm` needs a currency, here or before."""

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


def apply_triage(ws: Workspace, number: int, triage: Triage) -> dict[str, Any]:
    """Keep what was found; return it with the command that comes next.

    Raises RuleSaysNo for *unfounded* or *abusive* without a reason, or after the memo has left;
    BadData for harm without a currency.
    """
    with ws.ledger.write() as tx:
        case = cases.get(tx, number)
        if case.stage not in EARLY:
            raise RuleSaysNo(
                f"the memo of case {number} has left already",
                f"if it must change, take it up again: voicenote reopen {number}",
            )
        values = _values(triage)
        reason = triage.reason or case.complaint.finding_reason
        harsh = triage.finding == Finding.UNFOUNDED.value or triage.abusive
        if harsh and not reason:
            raise RuleSaysNo(
                "unfounded or abusive needs a written reason: nearly all tell the truth (S17)",
                "say why with --reason",
            )
        if triage.harm is not None:
            before = case.complaint.harm.currency if case.complaint.harm else ""
            values |= _harm(triage.harm, (triage.currency or before).upper())
        if values:
            cases.revise(tx, number, "case_triaged", **values)
        complaint = cases.get(tx, number).complaint
    return {
        "case": number,
        "finding": complaint.finding.value,
        "reason": complaint.finding_reason,
        "abusive": complaint.abusive,
        "severity": complaint.severity.value,
        "harm": str(complaint.harm) if complaint.harm else None,
        "cause": complaint.cause,
        "next": f"voicenote script {number}",
    }


def _values(triage: Triage) -> dict[str, Any]:
    columns = {"reason": "finding_reason"}
    own = ("harm", "currency")
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
