"""`lesson`: write down what to learn from a case."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import click

from voicenote.cli.terminal.case_options import case_argument
from voicenote.cli.terminal.promise_options import DAY
from voicenote.cli.terminal.session import Session, command


@command()
@case_argument
@click.option("--cause", help="What caused it, in a few words; use the same words each time.")
@click.option("--prevention", help="What will keep it from happening again.")
@click.option("--owner", default="", help="Who is responsible; default: you.")
@click.option("--due", type=DAY, help="When it is due, such as friday or 24.12.")
@click.option("--done", is_flag=True, help="The prevention is in place.")
def lesson(
    session: Session,
    /,
    *,
    number: int,
    cause: str | None,
    prevention: str | None,
    owner: str,
    due: date | None,
    done: bool,
) -> None:
    """Write down what to learn from a case. A case can't be closed without it."""
    from voicenote.engine.case import closing
    from voicenote.model.case import Lesson
    from voicenote.wiring import now

    if done and not (cause or prevention):
        with session.open() as ws:
            closing.lesson_done(ws, number)
        session.screen.show({"case": number, "done": True}, lambda: "The prevention is in place.")
        return
    screen = session.screen
    if screen.interactive:
        cause = cause or screen.ask("What caused it?", needed=True)
        prevention = prevention or screen.ask(
            "What will keep it from happening again?", needed=True
        )
    written = Lesson(
        cause=cause or "",
        prevention=prevention or "",
        owner=owner or session.settings.owner.name,
        due=datetime.combine(due, time(), UTC) if due else None,
        done_at=now() if done else None,
    )
    with session.open() as ws:
        closing.write_lesson(ws, number, written)
    screen.show({"case": number, "cause": cause, "prevention": prevention}, lambda: "Saved.")
