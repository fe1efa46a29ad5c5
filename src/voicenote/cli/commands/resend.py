"""`resend`: send uncertain messages again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import click

from voicenote.cli.terminal.case_options import several_cases
from voicenote.cli.terminal.session import Session, command
from voicenote.cli.terminal.settling import settle_each


@command()
@several_cases
@click.option("--by", "channel", default="", metavar="CHANNEL", help="Send it by this channel.")
def resend(session: Session, /, *, numbers: Sequence[int], channel: str) -> int:
    """Schedule the stuck message of each case again: you know that it did not arrive.

    With --json: {"case", "messages"}; of several cases a list, with {"case", "error", "advice"} for
    those that can't be sent again.
    """
    from voicenote.engine.run.rate_limits import list_pauses_of
    from voicenote.engine.run.recovery import settle_again

    with session.open(whole=True) as ws:
        settle = partial(settle_again, ws, channel=channel)
        code = settle_each(session, numbers, settle, "scheduled again; a run sends them when due")
        for one in list_pauses_of(ws, numbers):
            session.screen.warn(f"{one.told}, so they wait; {one.cure}")
    return code
