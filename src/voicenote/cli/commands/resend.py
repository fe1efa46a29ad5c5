"""`resend`: an uncertain message is sent again."""

from __future__ import annotations

import click

from voicenote.cli.terminal.case_options import case_argument, open_session
from voicenote.cli.terminal.session import Session, json_option, pass_session


@click.command()
@case_argument
@click.option("--by", "channel", default="", metavar="CHANNEL", help="By this channel.")
@json_option
@pass_session
def resend(session: Session, /, *, number: int, channel: str) -> None:
    """Book the stuck touch of case N again: you know that it did not arrive."""
    from voicenote.engine.run.recovery import settle_again

    with open_session(session) as ws:
        settled = settle_again(ws, number, channel)
    data = {"case": number, "touches": [one.touch for one in settled]}
    session.screen.show(data, lambda: f"{len(settled)} booked again; the next pass sends them.")
