"""`run`: send what is due, once."""

from __future__ import annotations

import click

from voicenote.cli.commands.proof import prove_due
from voicenote.cli.terminal.run_report import (
    clock_option,
    log_option,
    next_message_line,
    summary_of,
    troubled,
    turn_as_data,
    turn_lines,
    waiting_lines,
)
from voicenote.cli.terminal.session import Session, command


@command()
@click.option(
    "--to", metavar="ADDRESS", help="Only send yourself proofs of what is due; do nothing else."
)
@clock_option
@log_option
def run(session: Session, /, *, to: str | None, clock_is_right: bool, log_json: bool) -> int:
    """Send what is due, once; for cron. Safe to repeat, and silent in cron when nothing happened.

    Exit code 1 when a message was refused, is uncertain or waits for a paused channel, or when the
    clock has jumped; 69 when a channel could not be read.

    With --json: {"sent", "failed", "uncertain", "skipped", "received", "waiting", "reasons",
    "nudges", "held", "in_flight", "unmatched", "files", "troubles", "clock", "recalled",
    "stays_here", "unreached", "logins", "on_hold"}.
    """
    from voicenote.engine.case.attention import list_on_hold, next_message_at
    from voicenote.engine.run.run_log import run_data
    from voicenote.engine.run.run_once import one_pass

    if to is not None:
        prove_due(session, to)
        return 0
    screen = session.screen
    screen.quiet = screen.quiet or log_json
    with session.open(whole=True) as ws, screen.bar("Sending") as advance:
        turn = one_pass(
            ws,
            lambda _done, _total: advance(1),
            clock_is_right=clock_is_right,
            by="hand" if screen.watched else "schedule",
        )
        # cron, where nobody is at a terminal, stays silent while nothing happens
        told = screen.watched or session.json or not turn.quiet
        upcoming, on_hold = next_message_at(ws), list_on_hold(ws) if told else []
    if log_json and turn.noted:
        screen.log(run_data(turn.noted, turn.logins))
    zone = ws.settings.owner.time_zone
    if session.json:
        screen.data(turn_as_data(turn, on_hold))
    elif not log_json:
        warnings = turn_lines(turn, zone)
        notes = [*waiting_lines(turn, zone), *map("; ".join, on_hold)]
        screen.warn(*warnings)
        for line in notes:
            screen.note(line)
        if summary := summary_of(turn):
            screen.out(summary)
        elif screen.interactive and not (warnings or notes):
            screen.note(f"Nothing to send now. {next_message_line(upcoming, zone)}")
    asks = turn.failed or turn.uncertain or turn.paused or turn.clock
    return 1 if asks else troubled(turn.troubles)
