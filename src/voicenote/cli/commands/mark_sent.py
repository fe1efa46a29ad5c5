"""`mark-sent`: record that uncertain messages were sent."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from voicenote.cli.terminal.case_options import several_cases
from voicenote.cli.terminal.session import Session, command
from voicenote.cli.terminal.settling import settle_each


@command("mark-sent")
@several_cases
def mark_sent(session: Session, /, *, numbers: Sequence[int]) -> int:
    """Settle the uncertain messages of each case: you know that they were sent.

    With --json: {"case", "messages"}; of several cases a list, with {"case", "error", "advice"} for
    those without an uncertain message.
    """
    from voicenote.engine.run.recovery import settle_sent

    with session.open() as ws:
        return settle_each(session, numbers, partial(settle_sent, ws), "marked as sent")
