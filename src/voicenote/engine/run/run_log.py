"""The log of runs: a line for each run, with its time and what each channel did.

It has counts and the troubles of channels: no secrets, and nothing that anybody wrote.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from voicenote.files import append_line
from voicenote.ledger.run_notes import LastRun

#: The file in the workspace, and the bytes after which it begins anew: months of runs.
NAME = "runs.log"
_MOST_BYTES = 1_000_000
#: Who began a run, in words.
STARTED = {"hand": "by hand", "schedule": "by schedule", "daemon": "by the daemon"}


def split_by_channel(
    outcomes: Iterable[tuple[tuple[str, str], int]],
) -> dict[str, dict[str, int]]:
    """Return how many of what became of the messages of each channel, from ((channel, it), n)."""
    split: dict[str, Counter[str]] = defaultdict(Counter)
    for (channel, outcome), count in outcomes:
        split[channel][outcome] += count
    return {channel: dict(counts) for channel, counts in split.items()}


def log_run(home: Path, run: LastRun) -> None:
    """Append a run that has ended to the log. A disk that is full must not stop a run."""
    with suppress(OSError):
        append_line(home / NAME, describe_run(run), _MOST_BYTES)


def describe_run(run: LastRun) -> str:
    """Return a run in one line: when, by whom, how long, what each channel did, and troubles."""
    channels = [f"{name} {_counted(counts)}" for name, counts in sorted(run.channels.items())]
    other = {name: count for name, count in run.counts.items() if name in _NOT_BY_CHANNEL}
    parts = [*channels, *([_counted(other)] if other else [])]
    parts += [" ".join(f"{one.about}: {one.what}".split()) for one in run.troubles]
    began = f"{run.began:%Y-%m-%dT%H:%M:%SZ}"
    return (
        f"{began}  {STARTED[run.by]}, {_seconds(run):.0f} s: {'; '.join(parts) or 'nothing to do'}"
    )


#: What a run counts that isn't about one channel.
_NOT_BY_CHANNEL = ("received", "skipped", "recalled")


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.items())


def _seconds(run: LastRun) -> float:
    return ((run.ended or run.began) - run.began).total_seconds()


def run_data(run: LastRun, logins: Iterable[tuple[str, str]] = ()) -> dict[str, Any]:
    """Return a run as the object that ``--log-json`` prints; `logins` are those that end soon."""
    return {
        "run": run.began,
        "by": run.by,
        "ended": run.ended,
        "seconds": _seconds(run),
        "counts": dict(run.counts),
        "channels": {name: dict(counts) for name, counts in sorted(run.channels.items())},
        "troubles": [one._asdict() for one in run.troubles],
        "logins": [{"what": what, "do": cure} for what, cure in logins],
    }
