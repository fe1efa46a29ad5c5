"""What cases teach together: causes ranked, and whether their prevention was done in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from voicenote.engine.workspace import Workspace
from voicenote.followup.causes import (
    Cause,
    CauseSeen,
    came_back,
    cause_of,
    count_customers,
    count_outcomes,
    normalise_cause,
    prevented,
    rank_causes,
)
from voicenote.ledger import case_reports, case_rows, case_store
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case, Lesson, Outcome
from voicenote.model.money import add_up


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeReport:
    """How cases and customers ended up, and what amends cost (S6, R14, S20).

    `cases` counts the cases by outcome, and the open ones; `amends_paid` is the total value of the
    amends that were done, by currency; `customers` counts who was kept, lost, gave no answer,
    or opted out.
    """

    cases: Mapping[str, int]
    amends_paid: Mapping[str, Decimal]
    customers: Mapping[str, int]


def causes(ws: Workspace) -> tuple[Cause, ...]:
    """Return the causes of all cases, the most frequent first."""
    with ws.ledger.read() as tx:
        loaded = case_store.load(tx, case_store.numbers_of(tx)).values()
        meant = (case for case in loaded if not case.taken_out)
        return rank_causes(map(cause_of, meant), tx.now)


def find_prevented(tx: Transaction) -> dict[str, CauseSeen]:
    """Return, for each cause with a prevention done, the case that did it first."""
    return prevented(
        CauseSeen(case=row.case, cause=row.cause, opened_at=row.opened_at, lesson=row.lesson)
        for row in case_reports.preventions(tx)
    )


def warn_of_returned_causes(tx: Transaction, found: Iterable[Case]) -> dict[int, str]:
    """Return the warning of each case whose cause came back after its prevention (S12)."""
    return _warn(tx, lambda: map(cause_of, found))


def all_returned(tx: Transaction) -> dict[int, str]:
    """Return the warnings as `warn_of_returned_causes` does, for all open cases in few queries."""
    return _warn(
        tx,
        lambda: (
            CauseSeen(case=number, cause=cause, opened_at=opened)
            for number, cause, opened in case_rows.open_causes(tx)
        ),
    )


def _warn(tx: Transaction, rows: Callable[[], Iterable[CauseSeen]]) -> dict[int, str]:
    """Return the warnings of `rows`, which are read only if something was ever prevented."""
    known = find_prevented(tx)
    told = ((row.case, came_back(row, known)) for row in rows()) if known else ()
    return {number: text for number, text in told if text}


@dataclass(frozen=True, slots=True)
class Unlearnt:
    """The open cases of a cause that have no lesson, and the newest lesson of that cause.

    `others` counts the open cases without a lesson by their causes.
    """

    cases: tuple[int, ...]
    lesson: Lesson | None
    others: Mapping[str, int]


def find_unlearnt(ws: Workspace, cause: str) -> Unlearnt:
    """Return what a lesson about `cause` would cover."""
    with ws.ledger.read() as tx:
        known = dict(case_reports.list_lessons(tx))
        rows = [row for row in case_rows.open_causes(tx) if row[0] not in known]
    wanted = normalise_cause(cause)
    mine = tuple(number for number, named, _ in rows if normalise_cause(named) == wanted)
    same = [one for one in known.values() if normalise_cause(one.cause) == wanted]
    others = Counter(named for _, named, _ in rows)
    return Unlearnt(mine, same[-1] if same else None, dict(others.most_common(10)))


def outcomes(ws: Workspace) -> OutcomeReport:
    """Return how all cases and customers ended up."""
    with ws.ledger.read() as tx:
        found = case_reports.outcomes(tx)
        sums = add_up(case_reports.list_paid(tx))
        closed = case_reports.closings(tx)
    return OutcomeReport(
        cases=count_outcomes((Outcome(name) if name else None, count) for name, count in found),
        amends_paid=sums,
        customers=count_customers((customer, Outcome(name)) for customer, name in closed),
    )
