"""`run`, `daemon`, `rehearse`, `mark-sent`, `resend`: the crank, and who turns it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import isnan
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.leaving import prove_due
from voicenote.cli.receiving import (
    trouble_lines,
    troubled,
    troubles_as_data,
    unmatched_lines,
)
from voicenote.cli.select import CASE, opened
from voicenote.cli.session import Session, json_option, pass_session

if TYPE_CHECKING:
    from voicenote.engine.crank.clock_jump import Jumped
    from voicenote.engine.crank.rehearsal import Rehearsed
    from voicenote.engine.crank.turn import Turn
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
    from voicenote.engine.crank.turn import one_pass

    if to is not None:
        prove_due(session, to)
        return 0
    screen = session.screen
    with opened(session) as ws, screen.bar("Sending") as advance:
        turn = one_pass(ws, lambda _done, _total: advance(1), clock_is_right=clock_is_right)
    if session.json:
        screen.data(_turn(turn))
    else:
        for line in _told(turn):
            screen.warn(line)
        zone = ws.settings.owner.time_zone
        for line in (*_held(turn, zone), *_flying(turn, zone)):
            screen.note(line)
        if summary := _summary(turn):
            screen.out(summary)
    asks = turn.failed or turn.uncertain or turn.braked or turn.clock
    return 1 if asks else troubled(turn.troubles)


def _turn(turn: Turn) -> dict[str, Any]:
    names = ("sent", "failed", "uncertain", "skipped", "received")
    return {
        **{name: getattr(turn, name) for name in names},
        "waiting": [{"case": case, "why": why} for case, why in turn.waiting],
        "reasons": [{"case": case, "why": why} for case, why in turn.reasons],
        "nudges": [{"case": case, "text": text} for case, text in turn.nudges],
        "unmatched": turn.unmatched,
        "troubles": troubles_as_data(turn.troubles),
        "held": [
            {"channel": one.channel, "count": count, "why": one.why, "until": one.until}
            for one, count in turn.held.items()
        ],
        "in_flight": [one._asdict() for one in turn.flying],
        "clock": turn.clock,
        "recalled": turn.recalled,
    }


def _told(turn: Turn) -> list[str]:
    told = [f"case {case}: {why}" for case, why in (*turn.reasons, *turn.waiting)]
    braked = [f"{count} wait: {one.why}" for one, count in turn.held.items() if not one.until]
    came = [*(text for _, text in turn.nudges), *unmatched_lines(turn.unmatched)]
    return [*_jumped(turn.clock), *came, *told, *braked, *trouble_lines(turn.troubles)]


def _jumped(clock: Jumped | None) -> list[str]:
    """Say in one line that the clock is not believed: cron mails it with every pass."""
    from voicenote.engine.crank.clock_jump import told_of

    return ["; ".join(told_of(clock))] if clock else []


def _held(turn: Turn, zone: str) -> list[str]:
    """Say what a limit keeps in until later, in the owner's clock: it needs nobody."""
    from zoneinfo import ZoneInfo

    return [
        f"{count} wait: {one.why}; the next from "
        f"{one.until.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M} on"
        for one, count in turn.held.items()
        if one.until
    ]


def _flying(turn: Turn, zone: str) -> list[str]:
    """Say what another pass is sending, or was when it ended: it needs nobody either."""
    from zoneinfo import ZoneInfo

    clock = ZoneInfo(zone)
    return [
        f"case {one.case}: the {one.kind} is in flight since {one.since.astimezone(clock):%H:%M};"
        " if the pass that sends it has died, it is settled after"
        f" {one.until.astimezone(clock):%H:%M}"
        for one in turn.flying
    ]


def _summary(turn: Turn) -> str:
    names = ("sent", "failed", "uncertain", "skipped", "received")
    parts = [f"{getattr(turn, name)} {name}" for name in names if getattr(turn, name)]
    parts += [f"{turn.recalled} had been sent already"] if turn.recalled else []
    return ", ".join(parts)


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
    from voicenote.engine.crank.daemon import Daemon
    from voicenote.engine.crank.renewal import Renewal
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
            screen.note(f"{now():%Y-%m-%d %H:%M}Z  {_summary(what)}")
            for line in _told(what):
                screen.warn(line)

    def open_anew() -> Workspace:
        ws = open_workspace(load(session.home, session.env))
        screen.note(f"{now():%Y-%m-%d %H:%M}Z  the settings have changed, and were read again")
        return ws

    with opened(session) as ws:
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
            rows += _rehearsed(made)
            screen.note(f"{made.at:%Y-%m-%d %H:%M}Z  {_summary(made.turn) or 'waits for you'}")
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


def _rehearsed(made: Rehearsed) -> list[dict[str, Any]]:
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
    from voicenote.engine.crank.settling import settle_sent

    with opened(session) as ws:
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
    from voicenote.engine.crank.settling import settle_again

    with opened(session) as ws:
        settled = settle_again(ws, number, channel)
    data = {"case": number, "touches": [one.touch for one in settled]}
    session.screen.show(data, lambda: f"{len(settled)} booked again; the next pass sends them.")
