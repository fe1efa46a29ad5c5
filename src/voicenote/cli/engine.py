"""`run`, `daemon`, `rehearse`, `mark-sent`, `resend`: the crank, and who turns it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import isnan
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.leaving import prove_due
from voicenote.cli.passes import flying_lines, held_lines, summary_of, turn_as_data, turn_lines
from voicenote.cli.receiving import troubled
from voicenote.cli.select import CASE, open_session
from voicenote.cli.session import Session, json_option, pass_session

if TYPE_CHECKING:
    from voicenote.engine.run.rehearsal import Rehearsed
    from voicenote.engine.run.run_once import Turn
    from voicenote.engine.workspace import Workspace
    from voicenote.errors import VoicenoteError

#: How far ahead a rehearsal can look: two years.
LONGEST_DAYS = 730
yes_it_is = click.option(
    "--yes-it-is",
    "clock_is_right",
    is_flag=True,
    help="The clock is right, although it has jumped: go on with it.",
)
case_number = click.argument("number", type=CASE, metavar="N")


@click.command()
@click.option(
    "--to", metavar="ADDRESS", help="Send proofs of what is due to yourself instead, and no more."
)
@yes_it_is
@json_option
@pass_session
def run(session: Session, /, *, to: str | None, clock_is_right: bool) -> int:
    """One pass, for cron: idempotent, locked, quiet when nothing happened.

    Exit code 1 when something was refused, is uncertain, or is kept in by a brake, or when the
    clock has jumped; 69 when a channel could not be heard.

    With --json: {"sent", "failed", "uncertain", "skipped", "received", "waiting", "reasons",
    "nudges", "held", "in_flight", "unmatched", "troubles", "clock", "recalled"}.
    """
    from voicenote.engine.run.run_once import one_pass

    if to is not None:
        prove_due(session, to)
        return 0
    screen = session.screen
    with open_session(session) as ws, screen.bar("Sending") as advance:
        turn = one_pass(ws, lambda _done, _total: advance(1), clock_is_right=clock_is_right)
    if session.json:
        screen.data(turn_as_data(turn))
    else:
        for line in turn_lines(turn):
            screen.warn(line)
        zone = ws.settings.owner.time_zone
        for line in (*held_lines(turn, zone), *flying_lines(turn, zone)):
            screen.note(line)
        if summary := summary_of(turn):
            screen.out(summary)
    asks = turn.failed or turn.uncertain or turn.braked or turn.clock
    return 1 if asks else troubled(turn.troubles)


@click.command()
@click.option(
    "--every",
    type=click.FloatRange(1, 86400),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="Look at least this often.",
)
@yes_it_is
@pass_session
def daemon(session: Session, /, *, every: float, clock_is_right: bool) -> None:
    """Passes, each at the next due time. SIGTERM and Ctrl-C end it after the pass under way.

    Settings that change in voicenote.toml meanwhile are taken up by the next pass; wrong ones are
    told, and it goes on with those it had. What the environment says stays as it was.
    """
    from voicenote.engine.run.renewal import Renewal
    from voicenote.engine.run.scheduler import Daemon
    from voicenote.settings import load
    from voicenote.wiring import now, open_workspace

    if isnan(every):
        raise click.BadParameter("nan is no number of seconds", param_hint="--every")
    screen = session.screen
    told_clock: datetime | None = None

    def tell(what: Turn | VoicenoteError) -> None:
        from voicenote.errors import VoicenoteError

        nonlocal told_clock
        if isinstance(what, VoicenoteError):
            screen.warn(f"voicenote: {what.what}")
            for problem in getattr(what, "problems", ()):
                place = f"line {problem.line}: " if problem.line else ""
                field = f"{problem.field}: " if problem.field else ""
                screen.warn(f"    {place}{field}{problem.what} ({problem.advice})")
            screen.warn(what.advice)
            return
        known = what.clock.known if what.clock else None
        if known == told_clock:
            what.clock = None  # it was told when it jumped, and not at every pass
        told_clock = known
        if what.clock or not what.quiet:
            screen.note(f"{now():%Y-%m-%d %H:%M}Z  {summary_of(what)}")
            for line in turn_lines(what):
                screen.warn(line)

    def open_anew() -> Workspace:
        ws = open_workspace(load(session.home, session.env))
        screen.note(f"{now():%Y-%m-%d %H:%M}Z  the settings have changed, and were read again")
        return ws

    with open_session(session) as ws:
        screen.note("Watching the ledger; Ctrl-C ends it.")
        renewal = Renewal(ws.settings.file, open_anew)
        Daemon(ws, every_s=every, tell=tell, clock_is_right=clock_is_right, renewal=renewal).run()
        screen.note("Ended.")


@click.command()
@click.option("--until", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="The last day.")
@click.option(
    "--days",
    type=click.IntRange(1, LONGEST_DAYS),
    default=45,
    show_default=True,
    help="Or so many days.",
)
@json_option
@pass_session
def rehearse(session: Session, /, *, until: datetime | None, days: int) -> None:
    """The future on a copy: what would be sent, and when. Nothing leaves."""
    from voicenote.wiring import now, rehearsal

    start = now()
    end = until.replace(hour=23, minute=59, tzinfo=UTC) if until else start + timedelta(days=days)
    if not start <= end <= start + timedelta(days=LONGEST_DAYS + 1):
        raise click.BadParameter(
            f"{end:%Y-%m-%d} is not within the next {LONGEST_DAYS} days", param_hint="--until"
        )
    screen = session.screen
    rows: list[dict[str, Any]] = []
    with rehearsal(session.settings, start) as passes:
        for made in passes(end):
            rows += _rehearsal_rows(made)
            screen.note(f"{made.at:%Y-%m-%d %H:%M}Z  {summary_of(made.turn) or 'waits for you'}")
    if session.json:
        screen.data(rows)
        return
    if not rows:
        screen.note("Nothing would be sent.")
        return
    screen.table(
        ("when (UTC)", "case", "touch", "channel", ""),
        [
            (f"{r['at']:%a %Y-%m-%d %H:%M}", r["case"], r["kind"], r["channel"], r["why"])
            for r in rows
        ],
    )


def _rehearsal_rows(made: Rehearsed) -> list[dict[str, Any]]:
    sent = [
        {"at": made.at, "case": t.case, "kind": t.kind.value, "channel": t.channel, "why": ""}
        for t in made.touches
        if t.kind.value != "nudge"
    ]
    waits = [
        {"at": made.at, "case": case, "kind": "waits for you", "channel": "", "why": why}
        for case, why in made.turn.waiting
    ]
    told = [
        {"at": made.at, "case": case, "kind": "nudge", "channel": "to you", "why": text}
        for case, text in made.turn.nudges
    ]
    return sent + told + waits


@click.command("mark-sent")
@case_number
@json_option
@pass_session
def mark_sent(session: Session, /, *, number: int) -> None:
    """Settle an uncertain touch of case N: you know that it left."""
    from voicenote.engine.run.recovery import settle_sent

    with open_session(session) as ws:
        settled = settle_sent(ws, number)
    data = {"case": number, "touches": [one.touch for one in settled]}
    session.screen.show(data, lambda: f"{len(settled)} marked as sent.")


@click.command()
@case_number
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
