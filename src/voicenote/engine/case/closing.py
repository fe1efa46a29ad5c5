"""Answers, lessons, closing and reopening of cases."""

from __future__ import annotations

from dataclasses import dataclass, replace

from voicenote.engine.case.decisions import close_in, decide_in, reopen_in
from voicenote.engine.case.promises import to_come
from voicenote.engine.case.release import fresh_snapshot
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.followup.closing_rules import closing_outcome, missing
from voicenote.ledger import case_store, optouts, touches
from voicenote.ledger.changes import hold_case
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case, Lesson, Outcome, Stage
from voicenote.model.receipt import Answer, Verdict
from voicenote.model.touch import MAY_HAVE_LEFT, WAITING, TouchKind


@dataclass(frozen=True, slots=True)
class ClosingStatus:
    """Where a case stands after an answer; `dropped` counts its messages that are not sent now."""

    case: int
    stage: Stage
    round: int
    missing: tuple[str, ...]
    dropped: int = 0


def answer(ws: Workspace, number: int, verdict: Verdict, text: str, via: str) -> ClosingStatus:
    """Record what the customer said. It stops the plan, and *not yet* begins a new round."""
    with ws.ledger.write() as tx:
        waited = _waiting_numbers(tx, number)
        answer_in(ws, tx, number, Answer(verdict=verdict, at=tx.now, text=text, via=via))
        seen = fresh_snapshot(ws, tx, number)
        dropped = len(waited - _waiting_numbers(tx, number))
    left = () if seen.case.stage is Stage.CLOSED else missing(seen)
    return ClosingStatus(number, seen.case.stage, seen.case.round, left, dropped)


def _waiting_numbers(tx: Transaction, number: int) -> set[int]:
    booked = touches.of_cases(tx, [number])
    return {t.number for t in booked if t.state in WAITING and t.kind is not TouchKind.NUDGE}


def answer_in(ws: Workspace, tx: Transaction, number: int, said: Answer) -> int:
    """Record an answer as `answer` does, within a transaction; return its number."""
    case = case_store.locked(tx, number)
    again = case.round < ws.settings.policy.rounds and not case.complaint.abusive
    again = again and not optouts.has_opted_out(tx, number)
    if case.stage is Stage.CLOSED and said.verdict is Verdict.NOT_YET and again:
        reopen_in(tx, number, "the customer says: not yet")
        case = case_store.get(tx, number)
    added = touches.answer(tx, case, said)
    decide_in(ws, tx, [number])
    return added


def close(ws: Workspace, number: int, wish: Outcome | None = None) -> Outcome:
    """Close a case and return its outcome. Raises RuleSaysNo, which lists what is missing."""
    with ws.ledger.write() as tx:
        hold_case(tx, number)  # before its messages, in the same order as sending
        seen = fresh_snapshot(ws, tx, number)
        if seen.case.stage is Stage.CLOSED:
            raise RuleSaysNo(f"case {number} is closed already", f"see: voicenote show {number}")
        gaps = missing(seen, wish)
        if gaps:
            raise RuleSaysNo(
                f"case {number} cannot be closed yet", "do what is missing, one by one:", gaps
            )
        outcome = closing_outcome(seen, wish)
        close_in(tx, number, outcome)
    return outcome


def reopen(ws: Workspace, number: int, reason: str) -> int:
    """Reopen a case and return its round: a new one, unless nothing was said in the one before.

    Raises RuleSaysNo past the cap (S10), and for an open case of which nothing has been sent.
    """
    with ws.ledger.write() as tx:
        case = case_store.locked(tx, number)
        mine = [t for t in touches.of_cases(tx, [number]) if t.kind is not TouchKind.NUDGE]
        if not any(touch.state in MAY_HAVE_LEFT for touch in mine):
            return _take_up(tx, case, reason)
        cap = ws.settings.policy.rounds
        if case.round >= cap:
            raise RuleSaysNo(
                f"case {number} has had {case.round} rounds, which is the cap",
                "settle it in person, or raise [policy] rounds",
            )
        reopen_in(tx, number, reason)
    return case.round + 1


def _take_up(tx: Transaction, case: Case, reason: str) -> int:
    """Open a closed case again of which nothing was sent: its customer knows of no round yet."""
    number = case.number
    if case.stage is not Stage.CLOSED:
        raise RuleSaysNo(
            f"nothing of case {number} has been sent, so there is nothing to take up again",
            f"go on with it: voicenote script {number}; what is missing: voicenote show {number}",
        )
    said = touches.answers_of(tx, [number]).get(number, [])
    reopen_in(tx, number, reason, anew=any(round_ == case.round for round_, _ in said))
    return case_store.get(tx, number).round


def write_lesson(ws: Workspace, number: int, lesson: Lesson) -> None:
    """Save what was learned from a case.

    Raises RuleSaysNo without a cause and a prevention. Raises WrongUse for a new date that has
    passed in the owner's time zone, unless the prevention is in place.
    """
    if not (lesson.cause.strip() and lesson.prevention.strip()):
        raise RuleSaysNo(
            "a lesson names a cause and what prevents it", "give --cause and --prevention"
        )
    with ws.ledger.write() as tx:
        before = case_store.get(tx, number).lesson
        if lesson.due and not lesson.done_at and (before is None or before.due != lesson.due):
            to_come(lesson.due.date(), tx.now.astimezone(ws.owner_hours.zone).date())
        case_store.write_lesson(tx, number, lesson)
        decide_in(ws, tx, [number])


def lesson_done(ws: Workspace, number: int) -> None:
    """Record that the prevention of a case's lesson is in place."""
    with ws.ledger.write() as tx:
        case = case_store.get(tx, number)
        if case.lesson is None:
            raise RuleSaysNo(f"case {number} has no lesson yet", f"voicenote lesson {number}")
        case_store.write_lesson(tx, number, replace(case.lesson, done_at=tx.now))
