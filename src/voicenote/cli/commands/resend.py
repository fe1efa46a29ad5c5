"""`resend`: send an uncertain message again."""

from __future__ import annotations

import click

from voicenote.cli.terminal.case_options import case_argument
from voicenote.cli.terminal.session import Session, command


@command()
@case_argument
@click.option("--by", "channel", default="", metavar="CHANNEL", help="Send it by this channel.")
def resend(session: Session, /, *, number: int, channel: str) -> None:
    """Schedule the stuck message of case N again: you know that it did not arrive."""
    from voicenote.engine.run.recovery import settle_again

    with session.open(whole=True) as ws:
        settled = settle_again(ws, number, channel)
    data = {"case": number, "messages": [one.touch for one in settled]}
    session.screen.show(data, lambda: f"{len(settled)} scheduled again; the next run sends them.")
