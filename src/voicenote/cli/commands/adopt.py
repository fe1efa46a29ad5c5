"""`adopt`: let a copied or moved ledger send from here."""

from __future__ import annotations

import click

from voicenote.cli.terminal.batch_report import describe_hold
from voicenote.cli.terminal.session import Session, command

#: What to say when this copy has become the one that sends.
TAKEN = (
    "This ledger sends from here now; its other copies on your account ask first.\n"
    "A copy on another machine or account cannot know this: make sure it does not send."
)


@command()
@click.option(
    "--moved",
    is_flag=True,
    help="It was only moved and is up to date: hold nothing. Be sure of it.",
)
def adopt(session: Session, /, *, moved: bool) -> None:
    """Let a restored or copied ledger send from here, and from nowhere else.

    Everything that waits in it is held first, because it may have been sent since the copy was
    made.

    With --json: {"doubt", "held", "cases", "uncertain"}.
    """
    from voicenote.engine.run.ownership import adopt as adopt_

    screen = session.screen
    with session.open() as ws:
        done = adopt_(ws, moved=moved)
    if not done.doubt:
        screen.show(done, lambda: "This ledger already sends from here; nothing has changed.")
        return
    screen.show(done, lambda: TAKEN)
    screen.warn(*describe_hold(done.held, done.cases, done.uncertain))
