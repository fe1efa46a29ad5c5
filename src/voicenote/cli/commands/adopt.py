"""`adopt`: a copied or moved ledger sends from here."""

from __future__ import annotations

import click

from voicenote.cli.terminal.hold_report import describe_hold
from voicenote.cli.terminal.session import Session, command

#: Said when a copy was made the one that sends.
TAKEN = (
    "This ledger sends from here now; its other copies of your account ask.\n"
    "A copy on another machine, or of another account, does not know: see that it does not send."
)


@command()
@click.option(
    "--moved", is_flag=True, help="It was only moved, as it was last: nothing is held. Be sure."
)
def adopt(session: Session, /, *, moved: bool) -> None:
    """Let a restored or copied ledger send from here: it is the one that goes on, the only one.

    All that waits in it is held first, because nobody knows what has left since it was copied.

    With --json: {"doubt", "held", "cases", "uncertain"}.
    """
    from voicenote.engine.run.ownership import adopt as adopt_

    screen = session.screen
    with session.open() as ws:
        done = adopt_(ws, moved=moved)
    if not done.doubt:
        screen.show(done, lambda: "This ledger is at home here already; nothing has changed.")
        return
    screen.show(done, lambda: TAKEN)
    for line in describe_hold(done.held, done.cases, done.uncertain):
        screen.warn(line)
