"""Undoing what the last run decided because of the clock: skipped, broken, closed.

Only what nothing has followed is undone. If a message was sent since, or a person has acted, the
decision stays, and is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.followup.release_rules import told_of_recall
from voicenote.ledger import case_store, clock_history, meta, touches
from voicenote.ledger.attempts import SKEW
from voicenote.ledger.changes import change_amends, change_case, change_touch
from voicenote.ledger.clock_history import (
    ClockDecision,
    KnownTime,
    date_words_back,
    keep_known_time,
)
from voicenote.ledger.store import Transaction
from voicenote.model.case import Stage
from voicenote.model.promise import AmendsState
from voicenote.model.touch import TouchKind, TouchState

CHANGED = "it was changed since"
SENT = "a message has been sent since"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What was undone of the run at `at` (None: no run), and in which cases.

    `messages` counts those to customers, as a run does; nudges come back with them. `moved`
    counts messages that a clock ahead had put off and that are due again. `kept` is (case, why) of
    what stays as it is.
    """

    at: datetime | None
    messages: int
    promises: int
    closed: int
    moved: int
    cases: tuple[int, ...]
    kept: tuple[tuple[int, str], ...]


def undo(ws: Workspace, *, dry_run: bool = False) -> Undone:
    """Undo what the last run decided by the clock, unless it was undone before.

    With `dry_run`, only return what that would be.

    If that clock was ahead of the current one, the current one is believed from now on. Raises
    RuleSaysNo when there is nothing to undo.
    """
    with ws.ledger.write() as tx:
        lines, moved = clock_history.last_decided(tx), _bring_back(ws, tx)
        if not (lines or moved):
            raise RuleSaysNo(
                "there is nothing to undo: no run has skipped, broken or closed anything",
                "a single case: voicenote resend N, amends again N.K, or reopen N",
            )
        sent = clock_history.sent_since(tx, lines[0].number) if lines else set()
        kept = {line.case: SENT for line in lines if line.case in sent}
        done: list[ClockDecision] = []
        # a case is reopened before its waiting messages
        for line in sorted(lines, key=lambda one: (one.event != "case_closed", one.number)):
            if line.case in kept:
                continue
            if _INVERSE[line.event](tx, line):
                done.append(line)
            else:
                kept.setdefault(line.case, CHANGED)
        changed = sorted({line.case for line in done})
        for case in changed:
            clock_history.forget_timely(tx, case, lines[0].at, lines[-1].at)
        counts = {
            "messages": sum(_to_customer(tx, line) for line in done),
            "promises": sum(line.event == "amends_broken" for line in done),
            "closed": sum(line.event == "case_closed" for line in done),
        }
        if lines:
            clock_history.note_undone(tx, lines)
        if moved or lines[-1].at > tx.now + SKEW:
            newest = meta.newest_line(tx)
            date_words_back(tx)
            keep_known_time(tx, KnownTime(number=newest[0] if newest else 0, at=tx.now))
        if dry_run:
            tx.take_back()
    return Undone(
        at=lines[0].at if lines else None,
        **counts,
        moved=moved,
        cases=tuple(changed),
        kept=tuple(sorted(kept.items())),
    )


def _to_customer(tx: Transaction, line: ClockDecision) -> bool:
    """Whether a line is about a message to a customer, rather than a note to the owner."""
    if not line.event.startswith("touch"):
        return False
    return touches.get(tx, int(line.facts["touch"])).kind is not TouchKind.NUDGE


def _restore_touch(tx: Transaction, line: ClockDecision) -> bool:
    number = int(line.facts["touch"])
    touch, case = touches.get(tx, number), case_store.get(tx, line.case)
    over = case.stage is Stage.CLOSED or touch.round != case.round
    if over or touch.state not in (TouchState.SKIPPED, TouchState.CANCELLED):
        return False
    why = "" if case.released else told_of_recall(touch.reason)
    change_touch(tx, number, "restore", facts={"undone": line.number}, reason=why)
    return True


def _restore_promise(tx: Transaction, line: ClockDecision) -> bool:
    k = int(line.facts["amends"])
    found = next((one for one in case_store.get(tx, line.case).amends if one.k == k), None)
    if found is None or found.state is not AmendsState.BROKEN:
        return False
    change_amends(tx, line.case, k, "restore", facts={"undone": line.number})
    return True


def _restore_case(tx: Transaction, line: ClockDecision) -> bool:
    if case_store.get(tx, line.case).stage is not Stage.CLOSED:
        return False
    facts: dict[str, object] = {"undone": line.number}
    change_case(tx, line.case, "restore", facts=facts, outcome=None, closed_at=None)
    return True


#: How each decision is undone; a function returns False if things have changed since.
_INVERSE: Mapping[str, Callable[[Transaction, ClockDecision], bool]] = {
    "touch_skipped": _restore_touch,
    "touch_cancelled": _restore_touch,
    "amends_broken": _restore_promise,
    "case_closed": _restore_case,
}


def _bring_back(ws: Workspace, tx: Transaction) -> int:
    """Make messages that a clock ahead had put off due at a decent hour; return how many."""
    moved = 0
    for number, case in clock_history.strayed(tx, tx.now + SKEW):
        touch = touches.get(tx, number)
        if touch.state is TouchState.DUE and touch.due_at > tx.now + SKEW:
            due = ws.hours_of(case_store.get(tx, case)).next(tx.now)
            touches.move(tx, number, due)
            tx.tell("touch_moved", case, touch=number, to=due.isoformat())
            moved += 1
    return moved
