"""`mark-sent`: record that an uncertain message was sent."""

from __future__ import annotations

from voicenote.cli.terminal.case_options import case_argument
from voicenote.cli.terminal.session import Session, command


@command("mark-sent")
@case_argument
def mark_sent(session: Session, /, *, number: int) -> None:
    """Settle an uncertain message of case N: you know that it was sent."""
    from voicenote.engine.run.recovery import settle_sent

    with session.open() as ws:
        settled = settle_sent(ws, number)
    data = {"case": number, "messages": [one.touch for one in settled]}
    session.screen.show(data, lambda: f"{len(settled)} marked as sent.")
