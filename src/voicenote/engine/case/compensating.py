"""Money that is promised: weighed against the harm, and refused above the band."""

from __future__ import annotations

from decimal import Decimal

from voicenote.engine.workspace import Workspace
from voicenote.errors import BadSettings, RuleSaysNo
from voicenote.followup.compensation import Bands, Judgement, Level, judge
from voicenote.ledger import listing
from voicenote.ledger.store import Transaction
from voicenote.model.amends import Promise
from voicenote.model.case import Case

#: What the history says when an owner promises more than the rule allows, and why.
OVERRIDDEN = "compensation_overridden"


def bands_of(ws: Workspace) -> Bands:
    """Return the compensation band of ``[policy]``. Raises BadSettings when it is out of order."""
    policy = ws.settings.policy
    given = (policy.compensation_low, policy.compensation_high, policy.compensation_refuse)
    low, high, refuse = (Decimal(f"{percent:g}") for percent in given)
    try:
        return Bands(low=low, high=high, refuse=refuse)
    except ValueError as error:
        raise BadSettings(f"[policy]: {error}", "correct it in voicenote.toml") from error


def weigh(
    ws: Workspace, tx: Transaction, case: Case, more: Promise | None = None, override: str = ""
) -> Judgement:
    """Weigh all the money of a case, with `more` on top; an override is told to the history.

    Raises RuleSaysNo for money that the rule refuses (R8, S9), unless `override` says why, or an
    earlier override covers it.
    """
    found = judge(case, bands_of(ws), more)
    if found.level is not Level.REFUSE:
        return found
    total = found.total
    if override.strip():
        facts = {"reason": override.strip(), "instead_of": found.what}
        tx.tell(OVERRIDDEN, case.number, **facts, total=str(total) if total else "")
        return found
    if more is None and _covered(tx, case, found):
        return found
    raise RuleSaysNo(found.what, found.advice)


def _covered(tx: Transaction, case: Case, found: Judgement) -> bool:
    """Whether an override on record was for this much at least."""
    for row in listing.history(tx, case.number):
        if row["event"] != OVERRIDDEN:
            continue
        amount, _, currency = str(row["total"]).partition(" ")
        if found.total is None or (
            currency == found.total.currency and Decimal(amount) >= found.total.amount
        ):
            return True
    return False
