"""Reports on unmatched arrivals, and on channels that couldn't be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voicenote.errors import VoicenoteError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voicenote.ledger.arrivals import UnmatchedArrival


def describe_arrival(one: UnmatchedArrival) -> str:
    """Return the beginning of what somebody wrote, in at most 80 characters."""
    words = " ".join((one.text or one.subject).split())
    return f"{words[:79]}…" if len(words) > 80 else words


def unmatched_lines(found: Sequence[UnmatchedArrival]) -> list[str]:
    """Return a line for each arrival that doesn't match a case."""
    return [
        f"not matched to a case: {describe_arrival(one) or 'a report'} ({one.channel}, from "
        f"{one.sender or 'no one'}): {one.reason}"
        for one in found
    ]


def trouble_lines(troubles: Sequence[tuple[str, VoicenoteError]]) -> list[str]:
    """Return a line for each channel that couldn't be read, with what to do."""
    return [
        f"{name} can't be read now: {error.what}" + (f" ({error.advice})" if error.advice else "")
        for name, error in troubles
    ]


def troubles_as_data(troubles: Sequence[tuple[str, VoicenoteError]]) -> list[dict[str, str]]:
    """Return the channels that couldn't be read as data for ``--json``."""
    return [
        {"channel": name, "what": error.what, "advice": error.advice} for name, error in troubles
    ]


def troubled(troubles: Sequence[tuple[str, VoicenoteError]]) -> int:
    """Return the exit code: that of the first trouble, or 0."""
    return troubles[0][1].exit_code if troubles else 0
