"""Answers, lessons, closing and reopening of cases: of one, or of many as `CaseWork`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from voicenote.engine.case.decisions import close_in, decide_in, reopen_in
from voicenote.engine.case.group_work import CaseWork, Done, carry_out_one
from voicenote.engine.case.promises import to_come
from voicenote.engine.singly import CaseTask
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.followup.case_status import unsettled_answer
from voicenote.followup.closing_rules import closing_outcome, missing
from voicenote.ledger import case_store, joined, optouts, touches
from voicenote.ledger.settled_answers import settle_answers
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case, Lesson, Outcome, Stage
from voicenote.model.receipt import Answer, Verdict
from voicenote.model.snapshot import Snapshot
from voicenote.model.touch import MAY_HAVE_LEFT, WAITING, TouchKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingStatus:
    """Where a case stands after an answer; `dropped` counts its messages that are not sent now."""

    case: int
    verdict: Verdict
    stage: Stage
    round: int
    missing: tuple[str, ...]
    dropped: int


#: Why a case is opened again, when nobody says it.
TAKEN_UP = "taken up again by its owner"


def answering(ws: Workspace) -> CaseWork:
    """Return the work of recording what customers said: `verdict`, `text` and `via`.

    It stops the plan, and *not yet* begins a new round. The data are those of a `ClosingStatus`.
    """

    def act(tx: Transaction, seen: Snapshot, task: CaseTask) -> Done:
        _need_unmerged(seen.case)
        given = task.given
        said = Answer(
            verdict=given["verdict"],
            at=tx.now,
            text=given.get("text") or "",
            via=given.get("via") or "",
        )
        same = (replace(one, at=said.at, writer=said.writer) == said for one in seen.round_answers)
        new = task.row is None or not any(same)
        if new:
            _answer(ws, tx, seen.case, said, opted_out=seen.opted_out)
        return Done(task.case, {"verdict": said.verdict, "waited": _waiting(seen)}, changed=new)

    def after(_tx: Transaction, now: Snapshot, done: Done) -> Done:
        case, waited = now.case, done.data["waited"]
        assert isinstance(waited, frozenset)  # noqa: S101 - as `act` has put it
        data = {
            "case": case.number,
            "verdict": done.data["verdict"],
            "stage": case.stage,
            "round": case.round,
            "missing": () if case.stage is Stage.CLOSED else missing(now),
            "dropped": len(waited - _waiting(now)),
        }
        return replace(done, data=data)

    return CaseWork(act=act, fresh=True, after=after)


def answer(ws: Workspace, number: int, verdict: Verdict, text: str, via: str) -> ClosingStatus:
    """Record what the customer of one case said; return where it stands."""
    given = {"verdict": verdict, "text": text, "via": via}
    data: Mapping[str, Any] = carry_out_one(ws, CaseTask(number, given=given), answering(ws)).data
    return ClosingStatus(**data)


def _waiting(seen: Snapshot) -> frozenset[int]:
    waiting = (one for one in seen.touches if one.state in WAITING)
    return frozenset(one.number for one in waiting if one.kind is not TouchKind.NUDGE)


def answer_in(ws: Workspace, tx: Transaction, number: int, said: Answer) -> int:
    """Record an answer as `answer` does, within a transaction; return its number.

    An answer to a case that was merged is one to the case that goes on for it.
    """
    number = joined.lead_of(tx, number)
    case = case_store.locked(tx, number)
    added = _answer(ws, tx, case, said, opted_out=optouts.has_opted_out(tx, number))
    decide_in(ws, tx, [number])
    return added


def _answer(ws: Workspace, tx: Transaction, case: Case, said: Answer, *, opted_out: bool) -> int:
    again = case.round < ws.settings.policy.rounds and not case.complaint.abusive
    if case.taken_out:  # the owner decides
        return touches.answer(tx, case, said)
    if case.stage is Stage.CLOSED and said.verdict is Verdict.NOT_YET and again and not opted_out:
        round_ = reopen_in(tx, case.number, "the customer says: not yet")
        case = replace(case, round=round_)
    return touches.answer(tx, case, said)


def _need_unmerged(case: Case) -> None:
    if case.merged_into is not None:
        raise RuleSaysNo(
            f"case {case.number} was merged into case {case.merged_into}, which goes on for it",
            f"give that number instead: {case.merged_into}; or part them: voicenote undo",
        )


def _close(tx: Transaction, seen: Snapshot, task: CaseTask) -> Done:
    number, wish = task.case, task.given.get("outcome")
    case = seen.case
    closed, waits = case.stage is Stage.CLOSED, unsettled_answer(seen) is not None
    if closed:
        if wish not in (None, case.outcome) or (task.row is None and not waits):
            raise RuleSaysNo(f"case {number} is already closed", f"see: voicenote show {number}")
        outcome = case.outcome
    else:
        if gaps := missing(seen, wish):
            raise RuleSaysNo(
                f"case {number} cannot be closed yet", "do what is missing, one by one:", gaps
            )
        outcome = closing_outcome(seen, wish)
        close_in(tx, number, outcome)
    if waits:
        tx.tell("answer_settled", number)
    if waits or not closed:
        settle_answers(tx, number)
    data = {"case": number, "stage": Stage.CLOSED, "outcome": outcome}
    return Done(number, data, changed=waits or not closed)


#: Closing with an `outcome`, or with the one that the customer's word gives. RuleSaysNo lists what
#: is missing. A closed case that was answered since is left closed.
CLOSING = CaseWork(act=_close, fresh=True, decides=False)


def close(ws: Workspace, number: int, wish: Outcome | None = None) -> Outcome:
    """Close one case and return its outcome."""
    done = carry_out_one(ws, CaseTask(number, given={"outcome": wish}), CLOSING)
    return Outcome(str(done.data["outcome"]))


def reopening(ws: Workspace) -> CaseWork:
    """Return the work of opening cases again, for a `reason`; the data have the round.

    It is a new one, unless nothing was said in the one before. RuleSaysNo past the cap (S10), and
    for an open case of which nothing has been sent.
    """

    def act(tx: Transaction, seen: Snapshot, task: CaseTask) -> Done:
        case, reason = seen.case, task.given.get("reason") or TAKEN_UP
        if task.row is not None and case.stage is Stage.OPENED and case.round > 1:
            return _reopened(case.number, case.round, changed=False)
        _need_unmerged(case)
        mine = [touch for touch in seen.touches if touch.kind is not TouchKind.NUDGE]
        if not any(touch.state in MAY_HAVE_LEFT for touch in mine):
            return _reopened(case.number, _take_up(tx, seen, reason))
        cap = ws.settings.policy.rounds
        if case.round >= cap:
            raise RuleSaysNo(
                f"case {case.number} has had {case.round} rounds, which is the limit",
                "settle it in person, or raise [policy] rounds",
            )
        return _reopened(case.number, reopen_in(tx, case.number, reason))

    return CaseWork(act=act, decides=False)


def reopen(ws: Workspace, number: int, reason: str) -> int:
    """Open one case again and return its round."""
    done = carry_out_one(ws, CaseTask(number, given={"reason": reason}), reopening(ws))
    return int(str(done.data["round"]))


def _reopened(number: int, round_: int, *, changed: bool = True) -> Done:
    return Done(number, {"case": number, "stage": Stage.OPENED, "round": round_}, changed=changed)


def _take_up(tx: Transaction, seen: Snapshot, reason: str) -> int:
    """Open a closed case again of which nothing was sent: its customer knows of no round yet."""
    number = seen.case.number
    if seen.case.stage is not Stage.CLOSED:
        raise RuleSaysNo(
            f"nothing of case {number} has been sent, so there is nothing to take up again",
            f"go on with it: voicenote script {number}; what is missing: voicenote show {number}",
        )
    return reopen_in(tx, number, reason, anew=bool(seen.round_answers))


def learning(ws: Workspace) -> CaseWork:
    """Return the work of writing lessons: `cause`, `prevention`, `owner`, `due` and `done`.

    What isn't given stays as it was: with `done` alone, the prevention of a lesson is in place.
    RuleSaysNo without a cause and a prevention; WrongUse for a new date that has passed in the
    owner's time zone, unless the prevention is in place.
    """

    def act(tx: Transaction, seen: Snapshot, task: CaseTask) -> Done:
        case, given = seen.case, task.given
        before = case.lesson
        lesson = _lesson_of(ws, tx, case, given)
        if lesson == before:
            changed = False
        else:
            if lesson.due and not lesson.done_at and (before is None or before.due != lesson.due):
                to_come(lesson.due.date(), tx.now.astimezone(ws.owner_hours.zone).date())
            case_store.write_lesson(tx, case.number, lesson)
            changed = True
        data = {
            "case": case.number,
            "cause": lesson.cause,
            "prevention": lesson.prevention,
            "done": lesson.done_at is not None,
        }
        return Done(case.number, data, changed=changed)

    return CaseWork(act=act)


def _lesson_of(ws: Workspace, tx: Transaction, case: Case, given: Mapping[str, Any]) -> Lesson:
    """Return the lesson of a case with what is given of it."""
    before = case.lesson
    cause = (given.get("cause") or (before.cause if before else case.complaint.cause)).strip()
    prevention = (given.get("prevention") or (before.prevention if before else "")).strip()
    if not (cause and prevention):
        if given.get("done") and not (given.get("cause") or given.get("prevention")):
            raise RuleSaysNo(
                f"case {case.number} has no lesson yet", f"voicenote lesson {case.number}"
            )
        raise RuleSaysNo(
            "a lesson names a cause and what prevents it", "give --cause and --prevention"
        )
    kept = before or Lesson(cause="", prevention="", owner=ws.settings.owner.name)
    return replace(
        kept,
        cause=cause,
        prevention=prevention,
        owner=given.get("owner") or kept.owner or ws.settings.owner.name,
        due=given.get("due") or kept.due,
        done_at=kept.done_at or (tx.now if given.get("done") else None),
    )


def write_lesson(ws: Workspace, number: int, lesson: Lesson) -> None:
    """Write the lesson of one case as it is given."""
    given = {name: getattr(lesson, name) for name in ("cause", "prevention", "owner", "due")}
    given["done"] = lesson.done_at is not None
    carry_out_one(ws, CaseTask(number, given=given), learning(ws))


def lesson_done(ws: Workspace, number: int) -> None:
    """Record that the prevention of one case's lesson is in place."""
    carry_out_one(ws, CaseTask(number, given={"done": True}), learning(ws))
