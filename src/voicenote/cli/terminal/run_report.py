"""Reports on a run: what it did, what came in, and which channels couldn't be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from voicenote.cli.terminal.batch_report import named_once
from voicenote.counting import count_of
from voicenote.errors import VoicenoteError

if TYPE_CHECKING:
    from voicenote.engine.run.run_once import Turn
    from voicenote.ledger.arrivals import UnmatchedArrival

#: How many cases a run reports; `next` has all.
MOST_CASES = 10
#: What a run counts.
COUNTS = ("sent", "failed", "uncertain", "skipped", "received")

clock_option = click.option(
    "--yes-it-is",
    "clock_is_right",
    is_flag=True,
    help="The clock is right although it has jumped: go on.",
)

log_option = click.option(
    "--log-json",
    is_flag=True,
    help="For each run, one JSON object a line on standard error, and no other words.",
)


def turn_as_data(turn: Turn, on_hold: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
    """Return what a run did as data for ``--json``, with (what, cure) of what is held."""
    return {
        **{name: getattr(turn, name) for name in COUNTS},
        "waiting": [{"case": case, "why": why} for case, why in turn.waiting],
        "reasons": [{"case": case, "why": why} for case, why in turn.reasons],
        "nudges": [{"case": case, "text": text} for case, text in turn.nudges],
        "unmatched": turn.unmatched,
        "files": turn.files,
        "troubles": troubles_as_data(turn.troubles),
        "held": [
            {"channel": one.channel, "count": count, "why": one.why, "until": one.until}
            for one, count in turn.held.items()
        ],
        "in_flight": [one._asdict() for one in turn.flying],
        "clock": turn.clock,
        "recalled": turn.recalled,
        "stays_here": turn.stays_here,
        "unreached": [{"what": what, "do": cure} for what, cure in turn.unreached],
        "logins": [{"what": what, "do": cure} for what, cure in turn.logins],
        "on_hold": [{"what": what, "do": cure} for what, cure in on_hold],
    }


def turn_lines(turn: Turn, zone: str) -> list[str]:
    """Return what a person should know about a run: a line per case, up to `MOST_CASES`.

    Times are in `zone`, the owner's.
    """
    from voicenote.engine.run.clock_jump import told_of
    from voicenote.followup.release_rules import ASKS, REWORDS

    asks = [(case, named_once(case, why)) for case, why in (*turn.reasons, *turn.waiting)]
    waiting = {case for case, _ in turn.waiting}  # a nudge about the same memo says no more
    nudges = [
        (case, text)
        for case, text in turn.nudges
        if case not in waiting or not any(mark in text for mark in (ASKS, REWORDS))
    ]
    return [
        *(
            ["; ".join(told_of(turn.clock, zone))] if turn.clock else []
        ),  # one line, as cron mails it
        *unmatched_lines(turn.unmatched),
        *_by_case([*asks, *nudges]),
        *(f"{count} wait: {one.why}" for one, count in turn.held.items() if not one.until),
        *map("; ".join, (*turn.unreached, *turn.logins)),
        *trouble_lines(turn.troubles),
    ]


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
    return lines + [f"… and {count_of(left, 'more case')}: voicenote next --all"] * bool(left)


def waiting_lines(turn: Turn, zone: str) -> list[str]:
    """Return lines on messages that a limit delays, or that another run is or was sending.

    Times are in the owner's zone. No one needs to act.
    """
    clock = ZoneInfo(zone)
    held = [
        f"{count} wait: {one.why}; the next goes out from "
        f"{one.until.astimezone(clock):%a %Y-%m-%d %H:%M}"
        for one, count in turn.held.items()
        if one.until
    ]
    flying = [
        f"case {one.case}: the {one.kind} is being sent since {one.since.astimezone(clock):%H:%M};"
        f" if that run was stopped, it is settled after {one.until.astimezone(clock):%H:%M}"
        for one in turn.flying
    ]
    return held + flying


def next_message_line(at: datetime | None, zone: str) -> str:
    """Return a line on when the next message is due (UTC), in the owner's zone."""
    if at is None:
        return "No message is planned."
    local = at.astimezone(ZoneInfo(zone))
    return f"The next message is due {local:%a %Y-%m-%d %H:%M} ({zone}), with voicenote run."


def summary_of(turn: Turn) -> str:
    """Return what a run did in one line; "" when it did nothing."""
    here = turn.stays_here
    counts = {name: getattr(turn, name) for name in COUNTS} | {"sent": turn.sent - here}
    parts = [f"{count} {name}" for name, count in counts.items() if count]
    it_has = "it has" if here == 1 else "they have"
    parts[:0] = [f"{here} put into the outbox; {it_has} not left this machine"] * bool(here)
    parts += [f"{turn.recalled} had already been sent"] if turn.recalled else []
    return ", ".join(parts)


def describe_arrival(one: UnmatchedArrival) -> str:
    """Return the beginning of what somebody wrote, in at most 80 characters."""
    words = " ".join((one.text or one.subject).split())
    return f"{words[:79]}…" if len(words) > 80 else words


def unmatched_lines(found: Sequence[UnmatchedArrival]) -> list[str]:
    """Return a line for each arrival that doesn't match a case."""
    return [
        f"not matched to a case: {describe_arrival(one) or 'a report'} ({one.channel}, from "
        f"{one.sender or 'no one'}): {one.reason}"
        + f"; it may be {one.whom}, to whom nothing goes until you say whose it is: voicenote next"
        * bool(one.held)
        for one in found
    ]


def trouble_lines(troubles: Sequence[tuple[str, VoicenoteError]]) -> list[str]:
    """Return a line for each channel that couldn't be read, with what to do."""
    return [f"{name} can't be read now: {error.in_one_line}" for name, error in troubles]


def troubles_as_data(troubles: Sequence[tuple[str, VoicenoteError]]) -> list[dict[str, str]]:
    """Return the channels that couldn't be read as data for ``--json``."""
    return [
        {"channel": name, "what": error.what, "advice": error.advice} for name, error in troubles
    ]


def troubled(troubles: Sequence[tuple[str, VoicenoteError]]) -> int:
    """Return the exit code: that of the first trouble, or 0."""
    return troubles[0][1].exit_code if troubles else 0
