"""`close`: close a case, or list what is missing."""

from __future__ import annotations

import click

from voicenote.cli.terminal.case_options import case_argument
from voicenote.cli.terminal.session import Session, command

OUTCOMES = ("ally", "satisfied", "neutral", "lost", "no-answer")


@command()
@case_argument
@click.option("--outcome", type=click.Choice(OUTCOMES), help="How it ended with the customer.")
def close(session: Session, /, *, number: int, outcome: str | None) -> None:
    """Close a case, or list what is missing."""
    from voicenote.engine.case.closing import close as close_
    from voicenote.model.case import Outcome

    with session.open() as ws:
        found = close_(ws, number, Outcome(outcome) if outcome else None)
    data = {"case": number, "stage": "closed", "outcome": found.value}
    session.screen.show(data, lambda: f"Case {number} is closed: {found.value}.")
