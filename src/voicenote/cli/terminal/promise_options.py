"""Options for a promise: its day, its kind, and why it may cost more."""

from __future__ import annotations

from datetime import date, datetime

import click

from voicenote.cli.terminal.case_options import given_reason

#: The years that an import accepts.
FIRST_YEAR, LAST_YEAR = 1990, 2200
KINDS = ("refund", "credit", "exchange", "redo", "fix", "call", "gift", "word")


def picked_day(
    _context: click.Context, _parameter: click.Parameter, value: datetime | None
) -> date | None:
    """Return click's `DAY` as a date. Refuses years that an import wouldn't accept."""
    if value and not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise click.BadParameter(f"{value.year:04} isn't a likely year; check its digits")
    return value.date() if value else None


DAY = click.DateTime(["%Y-%m-%d"])
override_option = click.option(
    "--override",
    metavar="REASON",
    default="",
    callback=given_reason,
    help="Why it may be more money than the rules allow.",
)
