"""`reopen`: start a new round for cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from voicenote.cli.terminal.case_work import Telling, Wanted, run_work, work_options
from voicenote.cli.terminal.session import Session, command


@command()
@work_options("reason")
@click.option("--reason", default="", help="Why it is opened again.")
def reopen(session: Session, /, *, wanted: Wanted, reason: str) -> int:
    """Open cases again: a new round, with a new script. With --all, every closed case."""
    from voicenote.engine.case.closing import reopening
    from voicenote.model.case import Stage

    telling = Telling(
        label="Opening again",
        counted=("case is open again", "cases are open again"),
        one=_describe,
        none="No case is closed.",
    )
    given = {"reason": reason}
    return run_work(session, wanted, reopening, telling, given, steps=(Stage.CLOSED,))


def _describe(done: Mapping[str, Any]) -> str:
    number, round_ = done["case"], done["round"]
    again = f" Promise something new before you apologise again: voicenote amends add {number}"
    return f"Case {number} is open again, round {round_}.{again if round_ > 1 else ''}"
