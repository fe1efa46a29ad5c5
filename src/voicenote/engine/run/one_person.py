"""One person with several open cases gets one message a day, and one plan at a time asks them."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from voicenote.engine.run.follow_up import still_due
from voicenote.engine.run.lookahead import TouchView
from voicenote.engine.workspace import Workspace
from voicenote.followup.case_status import QUESTIONS
from voicenote.ledger import attempts, persons, touches
from voicenote.ledger.store import Transaction
from voicenote.model.touch import Touch, TouchKind, TouchState

_DAY = timedelta(days=1)


def put_off(ws: Workspace, view: TouchView, now: datetime) -> bool:
    """Move a message that has to wait for those of the person's other cases; return whether it has.

    The questions after it move as much, so that they stay as far apart. They are too late by as
    much later.
    """
    if not view.also:
        return False
    with ws.ledger.write("voicenote") as tx:
        until = _until(tx, view, now)
        if until is None or not still_due(tx, view.touch):
            return until is not None
        hours = ws.hours_of(view.case)
        shift = hours.next(until) - view.touch.due_at
        for one in (view.touch, *_questions_after(tx, view)):
            due = hours.next(one.due_at + shift)
            touches.move(tx, one.number, due, shift=due - one.due_at)
            facts = {"to": due.isoformat(), "why": f"they have case {view.also[0]} too"}
            tx.tell("touch_moved", view.case.number, touch=one.number, **facts)
    return True


def _questions_after(tx: Transaction, view: TouchView) -> list[Touch]:
    """Return the questions of the case that wait behind this one; none behind anything else."""
    first = view.touch
    if first.kind not in QUESTIONS:
        return []
    return [
        one
        for one in touches.of_cases(tx, [first.case])
        if one.kind in QUESTIONS and one.state is TouchState.DUE and one.number != first.number
        if one.due_at >= first.due_at
    ]


def _until(tx: Transaction, view: TouchView, now: datetime) -> datetime | None:
    """Return until when a message waits, or None.

    There are no two on one day of theirs. The first of the cases whose memo was sent leads: while
    its plan has a question to ask, the questions of the others wait.
    """
    others = [one for one in touches.of_cases(tx, view.also) if one.kind is not TouchKind.NUDGE]
    today = now.astimezone(view.seen.zone).date()
    gone = [attempts.last_gone_at(tx, view.also), *(one.sent_at for one in others)]
    if any(at is not None and at.astimezone(view.seen.zone).date() == today for at in gone):
        return datetime.combine(today + _DAY, time(), view.seen.zone)
    if view.touch.kind not in QUESTIONS:
        return None
    leading = {one for one in persons.following(tx, view.also) if one < view.case.number}
    asks = [
        one.due_at
        for one in others
        if one.case in leading and one.kind in QUESTIONS and one.state is TouchState.DUE
    ]
    return max(min(asks), now) + _DAY if asks else None
