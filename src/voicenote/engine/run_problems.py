"""What is wrong with the runs: one failed or was killed, or none is made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from voicenote.counting import count_of
from voicenote.ledger import run_notes
from voicenote.ledger.run_notes import CASE, CLOCK, RUN, LastRun
from voicenote.ledger.store import Transaction

#: A run that has not ended by then was killed; most take seconds.
KILLED_AFTER = timedelta(minutes=30)
#: How long a message may be due before somebody asks why nothing was sent.
PATIENCE = timedelta(hours=1)
NO_RUNS = (
    "voicenote run; to have it done every few minutes: voicenote schedule --install, or "
    "voicenote daemon"
)


class RunProblem(NamedTuple):
    """What is wrong, and what to do; `about` is a channel, `RUN`, `CLOCK` or `CASE`."""

    about: str
    what: str
    cure: str


def run_problems(tx: Transaction, zone: str) -> Iterator[RunProblem]:
    """Yield each problem of the runs. Times are told in the owner's `zone`."""
    last, now = run_notes.last_run(tx), tx.now
    if last is not None:
        yield from _of_last(last, now, zone)
    for channel, many, reason, again_at in run_notes.list_retries(tx):
        could = count_of(many, "message could", "messages could")
        what = f"{could} not be sent by {channel} yet: {reason}"
        cure = f"tried again from {tell_time(again_at, zone)}; to try the channel: voicenote doctor"
        yield RunProblem(channel, what, cure)
    count, since = run_notes.waiting_since(tx)
    if since is None or now - since < PATIENCE or (last is not None and last.began >= since):
        return
    have = count_of(count, "message has", "messages have")
    what = f"{have} been due since {tell_time(since, zone)}, and no run was made since"
    yield RunProblem(RUN, what, NO_RUNS)


def _of_last(last: LastRun, now: datetime, zone: str) -> Iterator[RunProblem]:
    began = tell_time(last.began, zone)
    if last.ended is None and now - last.began > KILLED_AFTER:
        what = f"the run of {began} never ended: it was killed, or the machine went down"
        yield RunProblem(RUN, what, "voicenote run goes on where it stopped")
    if last.since is None:
        return
    since = f" (since {tell_time(last.since, zone)})" if last.since != last.began else ""
    for about, what, advice in last.troubles:
        told = {
            RUN: f"the run of {began} failed{since}: {what}",
            CLOCK: what,
            CASE: f"{what}, in the run of {began}",
        }.get(about, f"{about} could not be read in the run of {began}{since}: {what}")
        yield RunProblem(about, told, advice)


def tell_time(moment: datetime, zone: str) -> str:
    """Return a moment in a zone, to the minute."""
    return f"{moment.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M}"
