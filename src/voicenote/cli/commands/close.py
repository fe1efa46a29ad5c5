"""`close`: a loop is closed, or what is missing is listed."""

from __future__ import annotations

import click

from voicenote.cli.terminal.case_options import case_argument, open_session
from voicenote.cli.terminal.session import Session, json_option, pass_session

OUTCOMES = ("ally", "satisfied", "neutral", "lost", "no-answer")


@click.command()
@case_argument
@click.option("--outcome", type=click.Choice(OUTCOMES), help="What became of the customer.")
@json_option
@pass_session
def close(session: Session, /, *, number: int, outcome: str | None) -> None:
    """Close a loop, or list what is missing."""
    from voicenote.engine.case.closing import close as close_
    from voicenote.model.case import Outcome

    with open_session(session) as ws:
        found = close_(ws, number, Outcome(outcome) if outcome else None)
    data = {"case": number, "stage": "closed", "outcome": found.value}
    session.screen.show(data, lambda: f"Case {number} is closed: {found.value}.")
