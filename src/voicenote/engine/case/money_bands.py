"""Promised money: weighed against the harm, and refused above the band."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType

from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.followup.compensation import Adequacy, Bands, Judgement, judge
from voicenote.ledger import case_reports
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case
from voicenote.model.promise import Promise

#: The history event for a promise of more than the rule allows, with the owner's reason.
OVERRIDDEN = "compensation_overridden"


def bands_of(ws: Workspace) -> Bands:
    """Return the compensation band of ``[policy]``."""
    policy = ws.settings.policy
    given = (policy.compensation_low, policy.compensation_high, policy.compensation_refuse)
    low, high, refuse = (Decimal(f"{percent:g}") for percent in given)
    return Bands(low=low, high=high, refuse=refuse)


def weigh(
    ws: Workspace,
    tx: Transaction,
    case: Case,
    more: Promise | None = None,
    override: str = "",
    evidence: Mapping[int, str] = MappingProxyType({}),
) -> Judgement:
    """Weigh all the money of a case plus `more`; an override goes into the history.

    `evidence` is what is being given for a promise, by its K. Raises RuleSaysNo for money that
    the rule refuses (R8, S9), unless `override` gives a reason or an earlier override covers it.
    """
    found = judge(case, bands_of(ws), more, evidence)
    if found.level is not Adequacy.REFUSE:
        return found
    if override.strip():
        facts = {"reason": override.strip(), "instead_of": found.what, "rule": found.rule}
        tx.tell(OVERRIDDEN, case.number, **facts, total=found.total)
        return found
    if more is None and _covered(tx, case, found):
        return found
    raise RuleSaysNo(found.what, found.advice)


def _covered(tx: Transaction, case: Case, found: Judgement) -> bool:
    """Whether an override of this rule is on record, for at least this much in each currency."""
    for row in case_reports.history(tx, case.number, standing=True):
        if row["event"] != OVERRIDDEN:
            continue
        rule = row.get("rule") or ("S9" if "(S9)" in str(row["instead_of"]) else "R8")
        most = dict(_sums(str(row["total"])))
        enough = all(one.amount <= most.get(one.currency, Decimal(-1)) for one in found.totals)
        if rule == found.rule and enough:
            return True
    return False


def _sums(total: str) -> Iterator[tuple[str, Decimal]]:
    for one in filter(None, total.split(" + ")):
        amount, _, currency = one.partition(" ")
        yield currency, Decimal(amount)
