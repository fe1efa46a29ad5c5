"""`rehearse`: show what will happen, on a copy of the ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.terminal.promise_options import DAY
from voicenote.cli.terminal.run_report import summary_of
from voicenote.cli.terminal.session import Session, command

if TYPE_CHECKING:
    from voicenote.engine.run.rehearsal import Rehearsed


#: How far ahead a rehearsal can look: two years.
LONGEST_DAYS = 730


@command()
@click.option("--until", type=DAY, help="The last day to look at, such as friday or 24.12.")
@click.option(
    "--days",
    type=click.IntRange(1, LONGEST_DAYS),
    default=45,
    show_default=True,
    help="How many days to look ahead, without --until.",
)
def rehearse(session: Session, /, *, until: date | None, days: int) -> None:
    """Show on a copy what would be sent, and when. Nothing is really sent."""
    from voicenote.wiring import now, rehearsal

    start = now()
    last = datetime.combine(until, time(23, 59), UTC) if until else None
    end = last or start + timedelta(days=days)
    if not start <= end <= start + timedelta(days=LONGEST_DAYS + 1):
        raise click.BadParameter(
            f"{end:%Y-%m-%d} isn't within the next {LONGEST_DAYS} days", param_hint="--until"
        )
    screen = session.screen
    rows: list[dict[str, Any]] = []
    with rehearsal(session.settings, start) as passes:
        for made in passes(end):
            rows += _rehearsal_rows(made)
            screen.note(f"{made.at:%Y-%m-%d %H:%M}Z  {summary_of(made.turn) or 'waits for you'}")
    screen.rows(
        rows,
        ("when (UTC)", "case", "message", "channel", ""),
        [
            (f"{r['at']:%a %Y-%m-%d %H:%M}", r["case"], r["kind"], r["channel"], r["why"])
            for r in rows
        ],
        "Nothing would be sent.",
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
