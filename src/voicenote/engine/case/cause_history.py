"""What cases teach together: causes ranked, and whether their prevention was done in time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from voicenote.engine.workspace import Workspace
from voicenote.followup.causes import (
    Cause,
    CauseSeen,
    add_up_amends,
    came_back,
    cause_of,
    count_customers,
    count_outcomes,
    prevented,
    rank_causes,
)
from voicenote.ledger import case_reports, case_rows, case_store
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case, Outcome


def causes(ws: Workspace) -> list[dict[str, Any]]:
    """Return the causes of all cases as data, the most frequent first."""
    with ws.ledger.read() as tx:
        loaded = case_store.load(tx, case_store.numbers_of(tx)).values()
        found = rank_causes((cause_of(case) for case in loaded), tx.now)
    return [_as_data(cause) for cause in found]


def warn_of_returned_causes(tx: Transaction, found: Iterable[Case]) -> dict[int, str]:
    """Return the warning of each case whose cause came back after its prevention (S12)."""
    known = known_preventions(tx)
    if not known:
        return {}
    told = ((case.number, came_back(cause_of(case), known)) for case in found)
    return {number: text for number, text in told if text}


def known_preventions(tx: Transaction) -> dict[str, CauseSeen]:
    """Return, for each cause, the case that first did something against it."""
    rows = case_reports.preventions(tx)
    return prevented(
        CauseSeen(case=row.case, cause=row.cause, opened_at=row.opened_at, lesson=row.lesson)
        for row in rows
    )


def all_returned(tx: Transaction) -> dict[int, str]:
    """Return the same for every open case, in as few queries as can be."""
    known = known_preventions(tx)
    if not known:
        return {}
    told = (
        (number, came_back(CauseSeen(case=number, cause=cause, opened_at=opened), known))
        for number, cause, opened in case_rows.open_causes(tx)
    )
    return {number: text for number, text in told if text}


def outcomes(ws: Workspace) -> dict[str, Any]:
    """Return what became of the customers, and what it cost to put things right (S6, R14, S20).

    Each outcome, and ``open``, with its number of cases; ``amends_paid``, the worth of deeds done,
    a sum a currency; ``customers``, how many were kept, lost, or gave no answer.
    """
    with ws.ledger.read() as tx:
        found = case_reports.outcomes(tx)
        sums = add_up_amends(case_reports.list_paid(tx))
        closed = case_reports.closings(tx)
    return {
        **count_outcomes((Outcome(name) if name else None, count) for name, count in found),
        "amends_paid": [
            {"value": f"{amount:f}", "currency": currency} for currency, amount in sums.items()
        ],
        "customers": count_customers((customer, Outcome(name)) for customer, name in closed),
    }


def _as_data(cause: Cause) -> dict[str, Any]:
    return {
        "cause": cause.name,
        "count": cause.count,
        "cases": list(cause.cases),
        "repeated": cause.repeats,
        "in_time": list(cause.in_time),
        "late": list(cause.late),
        "overdue": list(cause.overdue),
        "returned": list(cause.returned),
        "state": _state(cause),
    }


def _state(cause: Cause) -> str:
    if cause.returned:
        return "came back after its prevention"
    if cause.overdue:
        return "overdue"
    if cause.late:
        return "done late"
    return "done in time" if cause.in_time else ""
