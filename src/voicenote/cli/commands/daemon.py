"""`daemon`: run again and again, each time when something is due."""

from __future__ import annotations

from datetime import datetime
from math import isnan
from typing import TYPE_CHECKING

import click

from voicenote.cli.terminal.failures import as_data, as_text, explain
from voicenote.cli.terminal.run_report import clock_option, log_option, summary_of, turn_lines
from voicenote.cli.terminal.session import Session, command

if TYPE_CHECKING:
    from voicenote.engine.run.run_once import Turn
    from voicenote.engine.workspace import Workspace
    from voicenote.errors import VoicenoteError


@command(json=False)
@click.option(
    "--every",
    type=click.FloatRange(1, 86400),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="Check for something to do at least this often.",
)
@clock_option
@log_option
def daemon(session: Session, /, *, every: float, clock_is_right: bool, log_json: bool) -> None:
    """Keep running, and send when something is due. SIGTERM and Ctrl-C end it after a run.

    Changes in voicenote.toml apply from the next run on. When they are wrong, it says so and keeps
    the settings it had. Changes in the environment need a restart.
    """
    from voicenote.engine.run.run_log import run_data
    from voicenote.engine.run.scheduler import Daemon, Renewal
    from voicenote.engine.run_problems import tell_time
    from voicenote.settings import load_draft
    from voicenote.wiring import check, now, open_workspace

    if isnan(every):
        raise click.BadParameter("nan isn't a number of seconds", param_hint="--every")
    screen = session.screen
    screen.quiet = screen.quiet or log_json
    told_clock: datetime | None = None
    zone = session.settings.owner.time_zone

    def tell(what: Turn | VoicenoteError) -> None:
        from voicenote.errors import VoicenoteError

        nonlocal told_clock
        if isinstance(what, VoicenoteError):
            if log_json:
                screen.log(as_data(explain(what)))
            else:
                screen.warn(as_text(explain(what)))
            return
        if log_json:
            if what.noted:
                screen.log(run_data(what.noted, what.logins))
            return
        known = what.clock.known if what.clock else None
        if known == told_clock:
            what.clock = None  # reported when it jumped, and not again at every run
        told_clock = known
        if what.clock or not what.quiet:
            screen.note(f"{tell_time(now(), zone)}  {summary_of(what)}")
            screen.warn(*turn_lines(what, zone))

    def open_anew() -> Workspace:
        nonlocal zone
        settings = load_draft(session.home, session.env)
        check(settings)
        ws = open_workspace(settings)
        zone = settings.owner.time_zone
        at = tell_time(now(), zone)
        screen.note(f"{at}  the settings have changed and were read again")
        return ws

    with session.open(whole=True) as ws:
        screen.note("Running; press Ctrl-C to end it.")
        renewal = Renewal(ws.settings.file, open_anew)
        Daemon(ws, every_s=every, tell=tell, clock_is_right=clock_is_right, renewal=renewal).run()
        screen.note("Ended.")
