"""`rehearse`: show what will happen, on a copy of the ledger."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from voicenote.cli.terminal.promise_options import DAY
from voicenote.cli.terminal.session import Session, command
from voicenote.counting import count_of

if TYPE_CHECKING:
    from voicenote.engine.run.rehearsal import Explained, Rehearsed


#: How far ahead a rehearsal can look: two years.
LONGEST_DAYS = 730
#: In the place of the channel of what would be skipped.
_NOT_SENT = "not sent"
#: What programs are told of a customer whom no channel reaches.
_NOT_REACHED = "not reached"
#: What alone changes in a nudge that is given again.
_AGO = re.compile(r"\d{1,5} days? ago")


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
    """Show on a copy what would be sent, when, and by which step of its plan.

    Nothing is really sent. Times are yours; where the customer's clock shows another one, that is
    said too. What you would be told again and again is one row. With --json: a list of {"at",
    "case", "kind", "channel", "why", "time_zone"}, all of them; "time_zone" is the customer's, and
    the "kind" of a customer whom no channel reaches is "not reached".
    """
    from voicenote.engine.run_problems import tell_time
    from voicenote.wiring import now, rehearsal

    zone = session.settings.owner.time_zone
    start = now()
    last = datetime.combine(until, time(23, 59), ZoneInfo(zone)) if until else None
    end = last or start + timedelta(days=days)
    if not start <= end <= start + timedelta(days=LONGEST_DAYS + 1):
        raise click.BadParameter(
            f"{end:%Y-%m-%d} isn't within the next {LONGEST_DAYS} days", param_hint="--until"
        )
    screen = session.screen
    rows: list[dict[str, Any]] = []
    unreached: dict[tuple[str, str], None] = {}
    with rehearsal(session.settings, start) as passes, screen.bar("Rehearsing") as advance:
        for made in passes(end):
            rows += _rehearsal_rows(made)
            unreached |= dict.fromkeys(made.turn.unreached)
            advance(1)
    shown = [
        (tell_time(row["at"], zone), row["case"], row["kind"], row["channel"], why)
        for row, why in _fold([row for row in rows if row["kind"] != _NOT_REACHED], zone)
    ]
    if not session.json:
        screen.warn(*map("; ".join, unreached))
    headers = (f"when ({zone})", "case", "message", "channel", "why")
    screen.rows(rows, headers, shown, f"Nothing would be sent until {tell_time(end, zone)}.")


def _rehearsal_rows(made: Rehearsed) -> list[dict[str, Any]]:
    found = [
        (one.touch.case, one.touch.kind.value, _way(one), one.why, one.zone.key)
        for one in made.messages
    ]
    found += [(case, _NOT_SENT, "", why, "") for case, why in made.turn.reasons]
    found += [(case, "waits for you", "", why, "") for case, why in made.turn.waiting]
    found += [(case, _NOT_REACHED, "", why, "") for case, why in made.unreached]
    found += [(case, "nudge", "to you", text, "") for case, text in made.turn.nudges]
    names = ("case", "kind", "channel", "why", "time_zone")
    return [{"at": made.at, **dict(zip(names, row, strict=True))} for row in found]


def _way(one: Explained) -> str:
    return _NOT_SENT if one.touch.state == "skipped" else one.touch.channel


def _fold(rows: Sequence[dict[str, Any]], zone: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield each row with its reason; what tells its owner the same again only once.

    A message to somebody whose clock shows another time says what it shows.
    """
    from voicenote.engine.run_problems import tell_time

    alike: dict[tuple[object, ...], list[dict[str, Any]]] = {}
    for row in rows:
        key = row["kind"], row["case"], _AGO.sub("", row["why"]), row["time_zone"] and row["at"]
        alike.setdefault(key, []).append(row)
    for first, *more in alike.values():
        why = first["why"]
        if first["time_zone"] and first["channel"] != _NOT_SENT:
            there, here = (tell_time(first["at"], one) for one in (first["time_zone"], zone))
            why += f" ({there} in {first['time_zone']})" * (there != here)
        if more:
            until = tell_time(more[-1]["at"], zone)
            why += f" (and {count_of(len(more), 'more time')} until {until})"
        yield first, why
