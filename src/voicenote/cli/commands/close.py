"""`close`: close cases, or list what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from voicenote.cli.terminal.case_work import Telling, Wanted, run_work, work_options
from voicenote.cli.terminal.session import Session, command
from voicenote.cli.terminal.word_choice import WordChoice

OUTCOMES = ("ally", "satisfied", "neutral", "lost", "no-answer", "opted-out")


@command()
@work_options("outcome")
@click.option("--outcome", type=WordChoice(*OUTCOMES), help="How it ended with the customer.")
def close(session: Session, /, *, wanted: Wanted, outcome: str | None) -> int:
    """Close cases, or list what is missing.

    With --all, every case that is followed up: those are closed of which nothing is missing. A
    closed case whose customer has written since stays closed, and next tells of it no more.

    With --json: {"case", "stage", "outcome"}; of several a list, with {"case", "error", "advice",
    "missing"} for those that stay open.
    """
    from voicenote.engine.case.closing import CLOSING
    from voicenote.model.case import Outcome, Stage

    def prepare(given: dict[str, Any]) -> Mapping[str, Any]:
        return {"outcome": Outcome(given["outcome"]) if given["outcome"] else None}

    telling = Telling(
        label="Closing",
        counted=("case closed", "cases closed"),
        one=lambda done: f"Case {done['case']} is closed: {done['outcome']}.",
        none="No case is being followed up.",
    )
    given, steps = {"outcome": outcome}, (Stage.FOLLOWING,)
    return run_work(
        session, wanted, lambda _ws: CLOSING, telling, given, steps=steps, prepare=prepare
    )
