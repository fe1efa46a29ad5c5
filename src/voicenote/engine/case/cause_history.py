"""What cases teach together: causes ranked, and whether their prevention was done in time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

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


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseView:
    """A cause with its cases, and which of them had its prevention done in time, late or not.

    `returned` are the cases in which it came back after that; `state` says it in words.
    """

    cause: str
    count: int
    cases: tuple[int, ...]
    repeated: bool
    in_time: tuple[int, ...]
    late: tuple[int, ...]
    overdue: tuple[int, ...]
    returned: tuple[int, ...]
    state: str


@dataclass(frozen=True, slots=True)
class PaidAmends:
    """The total value of the amends that were done, in one currency."""

    value: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeReport:
    """How cases and customers ended up, and what amends cost (S6, R14, S20).

    `cases` counts the cases by outcome, and the open ones; `customers` counts who was kept, lost,
    or gave no answer.
    """

    cases: Mapping[str, int]
    amends_paid: tuple[PaidAmends, ...]
    customers: Mapping[str, int]


def causes(ws: Workspace) -> list[CauseView]:
    """Return the causes of all cases, the most frequent first."""
    with ws.ledger.read() as tx:
        loaded = case_store.load(tx, case_store.numbers_of(tx)).values()
        found = rank_causes((cause_of(case) for case in loaded), tx.now)
    return [_cause_view(cause) for cause in found]


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
    """Return the warnings as `warn_of_returned_causes` does, for all open cases in few queries."""
    known = known_preventions(tx)
    if not known:
        return {}
    told = (
        (number, came_back(CauseSeen(case=number, cause=cause, opened_at=opened), known))
        for number, cause, opened in case_rows.open_causes(tx)
    )
    return {number: text for number, text in told if text}


def outcomes(ws: Workspace) -> OutcomeReport:
    """Return how all cases and customers ended up."""
    with ws.ledger.read() as tx:
        found = case_reports.outcomes(tx)
        sums = add_up_amends(case_reports.list_paid(tx))
        closed = case_reports.closings(tx)
    return OutcomeReport(
        cases=count_outcomes((Outcome(name) if name else None, count) for name, count in found),
        amends_paid=tuple(PaidAmends(amount, currency) for currency, amount in sums.items()),
        customers=count_customers((customer, Outcome(name)) for customer, name in closed),
    )


def _cause_view(cause: Cause) -> CauseView:
    return CauseView(
        cause=cause.name,
        count=cause.count,
        cases=cause.cases,
        repeated=cause.repeats,
        in_time=cause.in_time,
        late=cause.late,
        overdue=cause.overdue,
        returned=cause.returned,
        state=_state(cause),
    )


def _state(cause: Cause) -> str:
    if cause.returned:
        return "came back after its prevention"
    if cause.overdue:
        return "overdue"
    if cause.late:
        return "done late"
    return "done in time" if cause.in_time else ""
