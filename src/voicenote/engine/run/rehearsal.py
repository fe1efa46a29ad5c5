"""The future on a copy: the same engine, with a clock moved by hand. Nothing is sent."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from voicenote.engine.case.memo_notes import is_unheard
from voicenote.engine.run.run_once import Turn, one_pass
from voicenote.engine.workspace import Workspace
from voicenote.ledger import case_store, touches
from voicenote.ledger.snapshots import find_stirred
from voicenote.ledger.store import Transaction
from voicenote.ledger.unreachable import tell_unreached
from voicenote.model.touch import Touch, TouchKind, TouchState
from voicenote.schedule.step_text import describe_step

#: Between two messages, time alone can change things (a promise becomes overdue): look daily.
DAY = timedelta(days=1)
#: The time between cron's runs: what a limit holds goes on with the next one.
PASSES = timedelta(minutes=5)


class MovedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        """Return its current time."""
        return self.now


@dataclass(frozen=True, slots=True)
class Explained:
    """A message that was sent or skipped, why it was, and the customer's time zone."""

    touch: Touch
    why: str
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One run in the future: when it was, and what it did.

    `unreached` are (case, why) of customers whom no channel reaches, each once.
    """

    at: datetime
    turn: Turn
    touches: tuple[Touch, ...]
    messages: tuple[Explained, ...]
    unreached: tuple[tuple[int, str], ...] = ()


def rehearse(ws: Workspace, clock: MovedClock, until: datetime) -> Iterator[Rehearsed]:
    """Make every run that matters from now until `until`; yield those in which something happened.

    `ws` works on a copy, by `clock`, with a folder for every channel.
    """
    last = False
    with ws.ledger.read() as tx:
        known = {one.number for one in _list_skipped(tx, ())}
    told_of: set[tuple[int, str]] = set()
    while clock.now <= until:
        turn = one_pass(ws)
        new = _list_unreached(ws, told_of) if turn.unreached else ()
        told_of.update(new)
        if not turn.quiet or new or (turn.waiting and not last):
            with ws.ledger.read() as tx:
                left = tuple(touches.left_at(tx, clock.now))
                skipped = _list_skipped(tx, known) if turn.skipped else []
                told = [one for one in (*left, *skipped) if one.kind is not TouchKind.NUDGE]
                explained = tuple(_explain(ws, tx, one) for one in told)
            known |= {one.number for one in skipped}
            yield Rehearsed(clock.now, turn, left, explained, new)
        if last:
            return
        following = _next(ws, clock.now)
        if turn.again_at is not None:
            following = min(following, max(turn.again_at, clock.now + PASSES))
        last = following > until
        clock.now = min(following, until)


def _list_unreached(
    ws: Workspace, known: Collection[tuple[int, str]]
) -> tuple[tuple[int, str], ...]:
    with ws.ledger.read() as tx:
        return tuple(one for one in tell_unreached(tx) if one not in known)


def _list_skipped(tx: Transaction, known: Collection[int]) -> list[Touch]:
    skipped = touches.in_state(tx, [TouchState.SKIPPED])
    return [one for one in skipped if one.number not in known]


def _explain(ws: Workspace, tx: Transaction, touch: Touch) -> Explained:
    """Say why a message was skipped, or of which step of which plan it is."""
    case, planned = case_store.get(tx, touch.case), touch.planned
    plan, zone = ws.plans.get(touch.plan), ws.zone_of(case)
    if touch.state is TouchState.SKIPPED:
        return Explained(touch, touch.reason, zone)
    why = f"step {planned.step} of {touch.plan}"
    step = plan.steps[planned.step - 1] if plan and 0 < planned.step <= len(plan.steps) else None
    if step and step.kind is touch.kind:
        why += f": {describe_step(step, f'{touch.case}.{planned.amends}' * bool(planned.amends))}"
    elif not touch.plan:
        why = "you asked for it"
    why += "; a letter without sound (R24)" * is_unheard(tx, touch)
    return Explained(touch, why, zone)


def _next(ws: Workspace, now: datetime) -> datetime:
    with ws.ledger.read() as tx:
        due = touches.next_due_at(tx, now)
        restless = bool(find_stirred(tx))
    tomorrow = now + DAY
    if due is None:
        return tomorrow
    return min(due, tomorrow) if restless or due > tomorrow else due
