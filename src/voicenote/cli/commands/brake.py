"""`brake`: channels that are paused, and why."""

from __future__ import annotations

import click

from voicenote.cli.terminal.case_options import open_session
from voicenote.cli.terminal.session import Session, json_option, pass_session
from voicenote.errors import RuleSaysNo


@click.command()
@click.option(
    "--release",
    "channels",
    multiple=True,
    metavar="CHANNEL",
    help="Let this channel go on; you have found out why its touches came back.",
)
@json_option
@pass_session
def brake(session: Session, /, *, channels: tuple[str, ...]) -> int:
    """The brakes that are on. One stops a channel of which too much is refused or bounces.

    Exit code 1 when one is on. With --json: a list of {"channel", "put_on_at", "tried", "failed",
    "batch"}.
    """
    from voicenote.engine.run.rate_limits import release
    from voicenote.ledger import brakes

    screen = session.screen
    with open_session(session) as ws:
        released = release(ws, channels) if channels else []
        with ws.ledger.read() as tx:
            found = brakes.on(tx)
    missing = set(channels) - {one.channel for one in released}
    if missing:
        raise RuleSaysNo(f"no brake is on for {', '.join(sorted(missing))}", "see: voicenote brake")
    if session.json:
        screen.data([one._asdict() for one in found])
    for one in released:
        screen.note(f"Released: {one.channel}. The next pass sends what waited.")
    for one in [] if session.json else found:
        screen.out(f"{one.told}, since {one.put_on_at:%Y-%m-%d %H:%M} UTC")
        screen.out(f"  {one.cure}")
    if not (found or released or session.json):
        screen.out("No brake is on.")
    return 1 if found else 0
