"""`pause`: show the paused channels and why, and resume one."""

from __future__ import annotations

import click

from voicenote.cli.terminal.session import Session, command
from voicenote.errors import RuleSaysNo


@command()
@click.option(
    "--resume",
    "channels",
    multiple=True,
    metavar="CHANNEL",
    help="Let this channel go on; you have found out why its messages came back.",
)
def pause(session: Session, /, *, channels: tuple[str, ...]) -> int:
    """Show which channels are paused: too many of their messages were refused or bounced.

    Exit code 1 when one is. With --json: a list of {"channel", "paused_at", "tried", "failed",
    "batch"}.
    """
    from voicenote.engine.run.rate_limits import list_paused, resume_channels
    from voicenote.engine.run_problems import tell_time

    screen = session.screen
    with session.open(whole=True) as ws:
        ended = {one.channel for one in resume_channels(ws, channels)} if channels else set()
        found, zone = list_paused(ws), ws.settings.owner.time_zone
    if missing := sorted(set(channels) - ended):
        raise RuleSaysNo(f"not paused: {', '.join(missing)}", "see: voicenote pause")
    for channel in sorted(ended):
        screen.note(f"{channel} goes on. The next run sends what waited.")
    if session.json:
        screen.data([one._asdict() for one in found])
        return 1 if found else 0
    for one in found:
        screen.out(f"{one.told}, since {tell_time(one.paused_at, zone)}\n  {one.cure}")
    if not (found or ended):
        screen.out("No channel is paused.")
    return 1 if found else 0
