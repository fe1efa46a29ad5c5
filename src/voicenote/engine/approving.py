"""Release a memo, book its plan; hold, resume and change plans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.followup.amends import second_apology
from voicenote.ledger import cases, scripts, touches
from voicenote.ledger.changes import change_case, change_touch
from voicenote.ledger.snapshots import snapshot
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case, Finding, Stage
from voicenote.model.touch import (
    ARRIVED,
    IN_FLIGHT,
    OPENING,
    WAITING,
    PlannedTouch,
    Touch,
    TouchState,
)
from voicenote.schedule import book as booking
from voicenote.schedule import offset

#: A memo in one of these has left, or may have.
GONE = ARRIVED | IN_FLIGHT | {TouchState.UNCERTAIN}


@dataclass(frozen=True, slots=True)
class Approved:
    """A case that was released, with what is booked of its plan."""

    case: int
    plan: str
    touches: tuple[Touch, ...]


def plan_for(ws: Workspace, case: Case) -> str:
    """Return the plan of a case: its own, or the one that its finding asks for (S9, S10)."""
    if case.plan:
        return case.plan
    if case.complaint.abusive:
        return "last-word"
    if case.complaint.finding is Finding.UNFOUNDED:
        return "few-words"
    return ws.settings.schedule.plan


def planned(ws: Workspace, case: Case, now: datetime, plan: str = "") -> tuple[PlannedTouch, ...]:
    """Return what booking a plan now would book. Raises BadSettings for an unknown plan."""
    return booking.book(
        ws.plan(plan or plan_for(ws, case)),
        booking.anchors_of(case, now),
        ws.hours_of(case),
        ws.owner_hours,
        now,
        offset.parse(ws.settings.schedule.too_late),
    )


def approve_cases(
    ws: Workspace, numbers: Sequence[int], *, automatic: bool = False
) -> Iterator[Approved]:
    """Release the memo of each case and book its plan, yielding as it goes.

    Raises RuleSaysNo for a case that has no memo of its newest script.
    """
    for number in numbers:
        with ws.ledger.write() as tx:
            case = cases.get(tx, number)
            found = scripts.drafts(tx, [number]).get((number, case.round))
            if found is None or found.memo is None:
                step = "script" if found is None else "render"
                raise RuleSaysNo(
                    f"case {number} has no memo of its newest script", f"voicenote {step} {number}"
                )
            again = second_apology(snapshot(tx, number, ws.zone_of))
            if again:
                raise RuleSaysNo(f"one apology for one failure (R6): {again}", "words alone hurt")
            if not found.approved or case.stage is Stage.RENDERED:
                scripts.approve(tx, number, found.memo, automatic=automatic)
                facts: dict[str, object] = {"script_sha256": found.script.sha256}
                facts |= {"memo_sha256": found.memo.sha256, "automatic": automatic}
                change_case(tx, number, "approve", facts=facts)
            if not any(touch.kind in OPENING for touch in _booked(tx, case)):
                book(ws, tx, case, _plan_with_memo(ws, case))
            booked = _booked(tx, case)
        yield Approved(number, plan_for(ws, case), booked)


def _booked(tx: Transaction, case: Case) -> tuple[Touch, ...]:
    return tuple(t for t in touches.of_cases(tx, [case.number]) if t.round == case.round)


def _plan_with_memo(ws: Workspace, case: Case) -> str:
    """Return the plan that carries the memo: the case's own, unless that only acknowledges."""
    plan = plan_for(ws, case)
    return plan if _carries_memo(ws, plan) else ws.settings.schedule.plan


def _carries_memo(ws: Workspace, plan: str) -> bool:
    return any(step.kind in OPENING for step in ws.plan(plan).steps)


def book(ws: Workspace, tx: Transaction, case: Case, plan: str) -> None:
    """Book a plan of a case from this moment on."""
    wanted = planned(ws, case, tx.now, plan)
    if any(t.kind in OPENING and t.state in GONE for t in _booked(tx, case)):
        # this round has had its memo, or may have: another plan does not say it again
        wanted = tuple(touch for touch in wanted if touch.kind not in OPENING)
    touches.book(tx, case, plan, wanted, ws.channel_for(case.customer), ws.new_id)
    if case.plan != plan:
        cases.revise(tx, case.number, "plan_chosen", plan=plan)


def book_promise(ws: Workspace, tx: Transaction, number: int) -> None:
    """Book what a new promise adds to a plan that is under way."""
    case = cases.get(tx, number)
    there = [t.planned for t in _booked(tx, case)]
    if not there:
        return
    plan = plan_for(ws, case)
    more = booking.additions(planned(ws, case, tx.now, plan), there)
    dated = [touch for touch in more if touch.amends is not None]
    if dated:
        touches.book(tx, case, plan, dated, ws.channel_for(case.customer), ws.new_id)


def change_plan(ws: Workspace, number: int, plan: str) -> None:
    """Choose another plan; what waits of the old one is cancelled, and the new one booked.

    A case that is not approved yet keeps the choice for later, unless nothing in the plan needs
    the approval: an acknowledgement goes out at once (S13).
    """
    ws.plan(plan)
    with ws.ledger.write() as tx:
        case = cases.get(tx, number)
        if case.stage is Stage.CLOSED:
            raise RuleSaysNo(f"case {number} is closed", f"voicenote reopen {number}")
        waiting = [t for t in _booked(tx, case) if t.state in WAITING]
        for touch in waiting:
            reason = f"the plan became {plan}"
            change_touch(tx, touch.number, "cancel", facts={"reason": reason}, reason=reason)
        cases.revise(tx, number, "plan_chosen", plan=plan)
        released = case.stage in (Stage.APPROVED, Stage.FOLLOWING)
        if waiting or released or not _carries_memo(ws, plan):
            book(ws, tx, cases.get(tx, number), plan)


def hold(ws: Workspace, number: int) -> int:
    """Hold what waits of a plan; return how many touches."""
    with ws.ledger.write() as tx:
        due = [t for t in _booked(tx, cases.get(tx, number)) if t.state is TouchState.DUE]
        for touch in due:
            change_touch(tx, touch.number, "hold")
    return len(due)


def resume(ws: Workspace, number: int) -> int:
    """Let a held plan go on; what became due meanwhile goes out one a day."""
    with ws.ledger.write() as tx:
        case = cases.get(tx, number)
        held = [t for t in _booked(tx, case) if t.state is TouchState.HELD]
        moved = booking.resume([t.planned for t in held], ws.hours_of(case), ws.owner_hours, tx.now)
        for touch, new in zip(held, moved, strict=True):
            values = {"due_at": new.due_at, "too_late_at": new.too_late_at}
            change_touch(tx, touch.number, "resume", **values)  # type: ignore[arg-type]
    return len(held)
