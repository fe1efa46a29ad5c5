"""Carrying out what follow-up decided, and recording it in the history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voicenote.engine.case.release import mark_stale
from voicenote.engine.clock_check import as_of
from voicenote.engine.singly import singly
from voicenote.engine.workspace import Workspace
from voicenote.followup.actions import (
    Action,
    CancelTouch,
    CloseAsNoAnswer,
    MarkBroken,
    Nudge,
    Reopen,
    SkipTouch,
)
from voicenote.followup.decide import decide
from voicenote.followup.release_rules import told_of_recall
from voicenote.ledger import case_store, touches
from voicenote.ledger.changes import change_amends, change_case, change_touch, hold_case
from voicenote.ledger.clock_history import DATE_PASSED
from voicenote.ledger.snapshots import snapshots
from voicenote.ledger.store import Transaction
from voicenote.model.case import Outcome, Stage
from voicenote.model.touch import NO_ADDRESS, WAITING, Touch, TouchState

#: One decision may call for the next (reopened, so messages are cancelled). This stops a loop.
DEEPEST = 5


def decide_cases(ws: Workspace, numbers: Sequence[int]) -> int:
    """Decide on each case and act, until nothing is left to do; return how many actions."""

    def work(chunk: Sequence[int]) -> Iterator[int]:
        with ws.ledger.write("voicenote") as tx:
            yield decide_in(ws, tx, chunk)

    done = list(singly(work, numbers, 200))
    return sum(acts for acts in done if isinstance(acts, int))


def decide_in(ws: Workspace, tx: Transaction, numbers: Sequence[int]) -> int:
    """Decide and act within a transaction, which keeps a decision with what it was based on.

    A clock that isn't believed decides nothing: the last known time is used instead.
    """
    rounds, now = ws.settings.policy.rounds, as_of(ws, tx)
    done, left = 0, list(numbers)
    for _ in range(DEEPEST):
        stirred = []
        for number, seen in snapshots(tx, left, ws.zone_of).items():
            wanted = decide(seen, now, rounds)
            if seen.case.stage is Stage.RENDERED and any(isinstance(a, Nudge) for a in wanted):
                # what the owner is told has to lead to the approval, so it is told of fresh facts
                wanted = decide(mark_stale(ws, tx, {number: seen})[number], now, rounds)
            if wanted:
                hold_case(tx, number)  # before its messages, in the same order as sending
            actions = [action for action in wanted if _apply(tx, number, action)]
            done += len(actions)
            if any(not isinstance(action, Nudge) for action in actions):
                stirred.append(number)
        if not stirred:
            break
        left = stirred
    return done


def _apply(tx: Transaction, number: int, action: Action) -> bool:
    """Carry out one action; return whether it changed anything."""
    match action:
        case CancelTouch(touch, reason):
            change_touch(tx, touch, "cancel", facts={"reason": reason}, reason=reason)
        case SkipTouch(touch, reason):
            change_touch(tx, touch, "skip", facts={"reason": reason}, reason=reason)
        case MarkBroken(k):
            change_amends(tx, number, k, "break", facts={"reason": DATE_PASSED})
        case Reopen(reason):
            reopen_in(tx, number, reason)
        case CloseAsNoAnswer():
            close_in(tx, number, Outcome.NO_ANSWER)
        case Nudge(about, text, key):
            return touches.nudge(tx, number, key, about.value, text)
    return True


def reopen_in(tx: Transaction, number: int, reason: str, *, anew: bool = True) -> int:
    """Cancel the plan's waiting messages and open the case again: with `anew`, in a new round.

    Return its round.
    """
    round_ = case_store.get(tx, number).round + anew
    cancel_waiting(tx, number, f"reopened: {reason}")
    change_case(
        tx,
        number,
        "reopen",
        facts={"reason": reason, "round": round_},
        round=round_,
        outcome=None,
        closed_at=None,
    )
    return round_


def close_in(tx: Transaction, number: int, outcome: Outcome) -> None:
    """Close a case with an outcome, and cancel what waits of its plan."""
    cancel_waiting(tx, number, "the case is closed")
    facts: dict[str, object] = {"outcome": outcome.value}
    change_case(tx, number, "close", facts=facts, outcome=outcome.value, closed_at=tx.now)


def why_booked_held(booked: Sequence[Touch]) -> str | None:
    """Return why what is booked beside messages is held as they are, so that both go on together.

    None if it isn't held now: what no channel carries, and a batch on hold, are seen to elsewhere.
    """
    held = [t for t in booked if t.state is TouchState.HELD and not t.is_batch_held]
    why = {t.why_unreached or ("" if told_of_recall(t.reason) else t.reason) for t in held}
    return min(why - {NO_ADDRESS}, default=None)


def cancel_waiting(tx: Transaction, number: int, reason: str) -> int:
    """Cancel every waiting message of a case; return how many."""
    waiting = [touch for touch in touches.of_cases(tx, [number]) if touch.state in WAITING]
    for touch in waiting:
        change_touch(tx, touch.number, "cancel", facts={"reason": reason}, reason=reason)
    return len(waiting)
