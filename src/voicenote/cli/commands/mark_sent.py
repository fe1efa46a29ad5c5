"""`mark-sent`: an uncertain message was sent."""

from __future__ import annotations

import click

from voicenote.cli.terminal.case_options import case_argument, open_session
from voicenote.cli.terminal.session import Session, json_option, pass_session


@click.command("mark-sent")
@case_argument
@json_option
@pass_session
def mark_sent(session: Session, /, *, number: int) -> None:
    """Settle an uncertain touch of case N: you know that it left."""
    from voicenote.engine.run.recovery import settle_sent

    with open_session(session) as ws:
        settled = settle_sent(ws, number)
    data = {"case": number, "touches": [one.touch for one in settled]}
    session.screen.show(data, lambda: f"{len(settled)} marked as sent.")
