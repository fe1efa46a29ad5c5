"""`reopen`: start a new round for a case."""

from __future__ import annotations

import click

from voicenote.cli.terminal.case_options import case_argument
from voicenote.cli.terminal.session import Session, command


@command()
@case_argument
@click.option("--reason", default="taken up again by its owner", help="Why it is opened again.")
def reopen(session: Session, /, *, number: int, reason: str) -> None:
    """Open a case again: a new round, with a new script."""
    from voicenote.engine.case.closing import reopen as reopen_

    with session.open() as ws:
        round_ = reopen_(ws, number, reason)
    again = " Promise something new before you apologise again: voicenote amends add " + str(number)
    session.screen.show(
        {"case": number, "stage": "opened", "round": round_},
        lambda: f"Case {number} is open again, round {round_}." + again * (round_ > 1),
    )
