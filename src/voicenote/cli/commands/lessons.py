"""`lessons`: show the ranked causes, and the outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from voicenote.cli.terminal.session import Session, command

if TYPE_CHECKING:
    from voicenote.engine.case.cause_history import OutcomeReport


@command()
@click.option(
    "--outcomes", is_flag=True, help="Show how many customers were kept, and what it cost."
)
def lessons(session: Session, /, *, outcomes: bool) -> None:
    """Rank the causes, and show which came back and whether their prevention is in place.

    With --outcomes: how many customers became allies, are satisfied, neutral or lost, did not
    answer, or opted out; and what was paid in amends, beside the number of customers kept.

    With --outcomes --json: {"ally", "satisfied", "neutral", "lost", "open", "no-answer",
    "opted-out", "withdrawn", "merged", "amends_paid": [{"value", "currency"}],
    "customers": {"kept", "lost", "no-answer", "opted-out"}}.
    """
    from voicenote.engine.case import cause_history

    with session.open() as ws:
        if outcomes:
            _outcomes(session, cause_history.outcomes(ws))
            return
        rows = cause_history.causes(ws)
    session.screen.rows(
        rows,
        ("cause", "cases", "again", "prevention"),
        [(r.cause, r.count, "yes" if r.repeated else "", r.state) for r in rows],
        "No lessons yet. To write one: voicenote lesson N",
    )


def _outcomes(session: Session, found: OutcomeReport) -> None:
    screen, paid, who = session.screen, found.amends_paid, found.customers
    if session.json:
        sums = [{"value": f"{sum_:f}", "currency": code} for code, sum_ in paid.items()]
        screen.data({**found.cases, "amends_paid": sums, "customers": who})
        return
    screen.table(("outcome", "cases"), list(found.cases.items()))
    worth = " and ".join(f"{sum_:f} {code}" for code, sum_ in paid.items())
    screen.out(
        f"Paid in amends: {worth or 'nothing'}. "
        f"Customers kept: {who['kept']}; lost: {who['lost']}; no answer: {who['no-answer']}; "
        f"opted out: {who['opted-out']}."
    )
