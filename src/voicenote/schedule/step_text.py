"""A step of a plan in words: when it comes, and what makes it needless."""

from __future__ import annotations

from voicenote.counting import count_of
from voicenote.schedule.offset import Offset
from voicenote.schedule.plans import Start, Step, Unless

_STARTS = {
    Start.BOOKED: "the start",
    Start.OPENED: "the complaint",
    Start.TARGET: "the target day",
    Start.PROMISED_BY: "the promised day",
}
_UNLESS = {
    Unless.NOTHING: "",
    Unless.ANSWERED: ", unless they have answered",
    Unless.PUT_RIGHT: ", unless they say that it has been put right",
    Unless.KEPT: ", unless the promise is kept",
    Unless.MEMO_ARRIVED: ", unless the memo has arrived",
}


def describe_step(step: Step, promise: str = "") -> str:
    """Return ``3 days after the start, unless they have answered``; `promise` is its N.K."""
    start = _STARTS[step.start] + (f" of amends {promise}" if promise else "")
    if not step.after.zero:
        when = f"{_describe(step.after)} {'before' if step.after.back else 'after'} {start}"
    elif step.start.dated:
        when = f"on {start}"
    else:
        when = "at the first decent hour"
    return when + _UNLESS[step.unless]


def _describe(after: Offset) -> str:
    minutes = int(after.time.total_seconds() // 60)
    parts = (
        (after.months, "month"),
        (after.days, "day"),
        (minutes // 60, "hour"),
        (minutes % 60, "minute"),
    )
    return " and ".join(count_of(count, what) for count, what in parts if count) or "moments"
