"""The report on a run, for `run` and `daemon`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.terminal.arrival_report import trouble_lines, troubles_as_data, unmatched_lines
from voicenote.cli.terminal.batch_report import named_once

if TYPE_CHECKING:
    from voicenote.engine.clock_check import ClockDoubt
    from voicenote.engine.run.run_once import Turn

#: How many cases a run reports; `next` has all.
MOST_CASES = 10

clock_option = click.option(
    "--yes-it-is",
    "clock_is_right",
    is_flag=True,
    help="The clock is right although it has jumped: go on.",
)


def turn_as_data(turn: Turn) -> dict[str, Any]:
    """Return what a run did as data for ``--json``."""
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


def turn_lines(turn: Turn) -> list[str]:
    """Return what a person should know about a run: a line per case, up to `MOST_CASES`."""
    from voicenote.followup.release_rules import ASKS, REWORDS

    asks = [(case, named_once(case, why)) for case, why in (*turn.reasons, *turn.waiting)]
    waiting = {case for case, _ in turn.waiting}  # a nudge about the same memo says no more
    marks = (ASKS, REWORDS)
    nudges = [
        (case, text)
        for case, text in turn.nudges
        if case not in waiting or not any(mark in text for mark in marks)
    ]
    told = _by_case([*asks, *nudges])
    paused = [f"{count} wait: {one.why}" for one, count in turn.held.items() if not one.until]
    came = unmatched_lines(turn.unmatched)
    return [*_jumped(turn.clock), *came, *told, *paused, *trouble_lines(turn.troubles)]


def _by_case(found: Sequence[tuple[int, str]]) -> list[str]:
    """Return a line for each case with the first thing found, up to `MOST_CASES`.

    It is short because cron mails it with every run.
    """
    by_case: dict[int, list[str]] = {}
    for case, text in found:
        by_case.setdefault(case, []).append(text)
    lines = [
        first + (f" (and {len(more)} more: voicenote show {case})" if more else "")
        for case, (first, *more) in list(by_case.items())[:MOST_CASES]
    ]
    left = len(by_case) - len(lines)
    return lines + [f"… and {left} more case{'s' * (left > 1)}: voicenote next --all"] * bool(left)


def _jumped(clock: ClockDoubt | None) -> list[str]:
    """Return one line when the clock is in doubt; just one, as cron mails it with every run."""
    from voicenote.engine.run.clock_jump import told_of

    return ["; ".join(told_of(clock))] if clock else []


def held_lines(turn: Turn, zone: str) -> list[str]:
    """Return lines on messages that a limit delays, in the owner's time. No one needs to act."""
    from zoneinfo import ZoneInfo

    return [
        f"{count} wait: {one.why}; the next goes out from "
        f"{one.until.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M}"
        for one, count in turn.held.items()
        if one.until
    ]


def flying_lines(turn: Turn, zone: str) -> list[str]:
    """Return lines on messages that another run is sending, or was when it ended.

    Times are in the owner's zone. No one needs to act.
    """
    from zoneinfo import ZoneInfo

    clock = ZoneInfo(zone)
    return [
        f"case {one.case}: the {one.kind} is being sent since {one.since.astimezone(clock):%H:%M};"
        f" if that run was stopped, it is settled after {one.until.astimezone(clock):%H:%M}"
        for one in turn.flying
    ]


def summary_of(turn: Turn) -> str:
    """Return what a run did in one line; "" when it did nothing."""
    names = ("sent", "failed", "uncertain", "skipped", "received")
    parts = [f"{getattr(turn, name)} {name}" for name in names if getattr(turn, name)]
    parts += [f"{turn.recalled} had already been sent"] if turn.recalled else []
    return ", ".join(parts)
