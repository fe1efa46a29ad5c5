"""Approving a memo and booking its plan; holding, resuming and changing plans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from voicenote.engine.case.batches import why_held
from voicenote.engine.case.decisions import why_booked_held
from voicenote.engine.case.release import release
from voicenote.engine.case.routing import way_and_why
from voicenote.engine.case.withdrawal import ask_again_if_doubtful
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.followup.case_status import told_already
from voicenote.followup.proposal import plan_of_finding
from voicenote.followup.release_rules import also_recalled
from voicenote.ledger import case_store, doubts, optouts, scripts, touches
from voicenote.ledger.changes import change_touch
from voicenote.ledger.snapshots import snapshot
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case, Stage
from voicenote.model.touch import (
    MAY_HAVE_LEFT,
    OPENING,
    WAITING,
    PlannedTouch,
    Touch,
    TouchKind,
    TouchState,
)
from voicenote.schedule import book as booking
from voicenote.schedule import offset

#: A memo in one of these states isn't booked anew. One that came back may still have been read:
#: only `resend` sends it again.
_BOOKED = WAITING | MAY_HAVE_LEFT | {TouchState.BOUNCED}


@dataclass(frozen=True, slots=True)
class Approved:
    """An approved case, with what is booked of its plan and what the owner should know."""

    case: int
    plan: str
    touches: tuple[Touch, ...]
    notes: tuple[str, ...] = ()


def plan_for(ws: Workspace, case: Case) -> str:
    """Return the plan of a case: its own, or the one that its finding asks for (S9, S10)."""
    return case.plan or plan_of_finding(case.complaint) or ws.settings.schedule.plan


def preview_plan(
    ws: Workspace, case: Case, now: datetime, plan: str = ""
) -> tuple[PlannedTouch, ...]:
    """Return what booking a plan now would book. Raises BadSettings for an unknown plan."""
    return booking.book(
        ws.plan(plan or plan_for(ws, case)),
        case,
        ws.hours_of(case),
        ws.owner_hours,
        now,
        offset.parse(ws.settings.schedule.too_late),
    )


def approve_cases(
    ws: Workspace, numbers: Sequence[int], *, automatic: bool = False, anyway: str = ""
) -> Iterator[Approved]:
    """Approve the memo of each case and book its plan, yielding as it goes.

    Raises RuleSaysNo for a case that is closed, has no memo of its newest script or whose customer
    opted out, for a second empty apology (R6) and for a script that is too fresh (S11). Unless
    `anyway` gives a reason, also for words that the check calls an error or that no longer hold
    (R20, S27), and for money beyond the band (R8, S9). That reason goes into the history.
    """
    for number in numbers:
        with ws.ledger.write() as tx:
            case = case_store.locked(tx, number)
            notes = _approve(ws, tx, case, anyway.strip(), automatic=automatic)
            booked = tuple(touches.of_round(tx, case))
        yield Approved(number, plan_for(ws, case), booked, notes)


def _approve(
    ws: Workspace, tx: Transaction, case: Case, anyway: str, *, automatic: bool
) -> tuple[str, ...]:
    """Approve the memo of one case, book its plan where it isn't booked, and return the notes."""
    number = case.number
    need_open(case)
    in_touch(tx, case)
    found = scripts.drafts(tx, [number]).get((number, case.round))
    if found is None or found.memo is None:
        step = "script" if found is None else "render"
        raise RuleSaysNo(
            f"case {number} has no memo of its newest script", f"voicenote {step} {number}"
        )
    notes: tuple[str, ...] = ()
    anew = not found.approved or case.stage is not Stage.FOLLOWING
    if anew:
        day = _leaving_on(ws, tx, case)
        notes = release(ws, tx, case, found, day, anyway, automatic=automatic)
        for touch in _waiting_memos(tx, case):
            if touch.reason != touch.why_unreached:
                touches.note(tx, touch.number, touch.why_unreached)
    booked = touches.of_round(tx, case)
    states = {touch.state for touch in booked if touch.kind in OPENING}
    if states.isdisjoint(_BOOKED):
        _cancel(tx, booked, "the memo is booked anew")
        book(ws, tx, case, _plan_with_memo(ws, case))
    elif states.isdisjoint(_BOOKED - {TouchState.BOUNCED}):
        what, advice = f"the memo of case {number} came back", f"voicenote resend {number}"
        if not anew:
            raise RuleSaysNo(what, f"to send it again: {advice}")
        notes = (*notes, f"{what}; to send it again: {advice}")
    return notes


def need_open(case: Case) -> None:
    """Raise RuleSaysNo for a case that is closed."""
    if case.stage is Stage.CLOSED:
        raise RuleSaysNo(f"case {case.number} is closed", f"voicenote reopen {case.number}")


def in_touch(tx: Transaction, case: Case) -> None:
    """Raise RuleSaysNo for a case whose customer has opted out."""
    if optouts.has_opted_out(tx, case.number):
        raise RuleSaysNo(
            f"case {case.number}: {case.customer.name} has opted out; nothing will be sent",
            f"keep what you promised them, then: voicenote close {case.number}",
        )


def memo_waits(tx: Transaction, case: Case) -> bool:
    """Whether the memo of a case is booked and not yet sent."""
    return bool(_waiting_memos(tx, case))


def _waiting_memos(tx: Transaction, case: Case) -> list[Touch]:
    booked = touches.of_round(tx, case)
    return [touch for touch in booked if touch.kind in OPENING and touch.state in WAITING]


def _leaving_on(ws: Workspace, tx: Transaction, case: Case) -> date:
    """Return the day on which the memo of a case will be sent, on the customer's calendar."""
    due = [touch.due_at for touch in _waiting_memos(tx, case)]
    if not due:
        wanted = preview_plan(ws, case, tx.now, _plan_with_memo(ws, case))
        due = [touch.due_at for touch in wanted if touch.kind in OPENING]
    leaves = ws.hours_of(case).next(max([tx.now, *due[:1]]))
    return leaves.astimezone(ws.zone_of(case)).date()


def _plan_with_memo(ws: Workspace, case: Case) -> str:
    """Return the plan that carries the memo: the case's own, unless that only acknowledges."""
    plan = plan_for(ws, case)
    return plan if _carries_memo(ws, plan) else ws.settings.schedule.plan


def _carries_memo(ws: Workspace, plan: str) -> bool:
    return any(step.kind in OPENING for step in ws.plan(plan).steps)


def book(ws: Workspace, tx: Transaction, case: Case, plan: str, held: str | None = None) -> None:
    """Book a plan of a case from now on; `held` is why it is held, None if it isn't.

    If no channel reaches the customer, it is held until one does.
    """
    wanted = preview_plan(ws, case, tx.now, plan)
    if any(t.kind in OPENING and t.state in _BOOKED for t in touches.of_round(tx, case)):
        # this round's memo was sent, may have been, or is waiting: don't book it twice
        wanted = tuple(touch for touch in wanted if touch.kind not in OPENING)
    _book(ws, tx, case, plan, wanted, held=held)
    if case.plan != plan:
        case_store.revise(tx, case.number, "plan_chosen", plan=plan)


def _book(
    ws: Workspace,
    tx: Transaction,
    case: Case,
    plan: str,
    wanted: Sequence[PlannedTouch],
    *,
    held: str | None,
) -> None:
    if optouts.has_opted_out(tx, case.number):
        return  # the next run would cancel it
    ways = {touch.channels: way_and_why(ws, case.customer, touch.channels) for touch in wanted}
    booked = touches.book(tx, case, plan, wanted, lambda t: ways[t.channels][0], ws.new_id)
    stuck = next((why for _, why in ways.values() if why), None)  # a plan waits as a whole
    reason = stuck if held is None else held
    for number, touch in zip(booked, wanted, strict=True):
        # an owner is told meanwhile, unless the plan waits for them or has not begun
        if reason is not None and (touch.kind is not TouchKind.NUDGE or reason in ("", stuck)):
            change_touch(tx, number, "hold", facts={"reason": reason}, reason=reason)


def _cancel(tx: Transaction, booked: Sequence[Touch], reason: str) -> None:
    for touch in booked:
        if touch.state in WAITING:
            why = reason + also_recalled(touch.reason)
            change_touch(tx, touch.number, "cancel", facts={"reason": reason}, reason=why)


def book_promise(ws: Workspace, tx: Transaction, number: int, k: int) -> None:
    """Book the messages for promise `k`, new or newly dated, of a plan that has begun.

    Messages booked for an earlier date of it are cancelled. In a held plan the new ones are held.
    """
    booked = touches.of_cases(tx, [number])
    if not booked:
        return
    case = case_store.get(tx, number)
    booked = [touch for touch in booked if touch.round == case.round]
    if not booked:
        return
    of_it = [touch for touch in booked if touch.planned.amends == k]
    _cancel(tx, of_it, "the promise has another date")
    plan = plan_for(ws, case)
    dated = [touch for touch in preview_plan(ws, case, tx.now, plan) if touch.amends == k]
    if dated:
        _book(ws, tx, case, plan, dated, held=why_booked_held(booked))


def change_plan(ws: Workspace, number: int, plan: str) -> None:
    """Choose another plan: cancel what waits of the old one, and book the new one.

    A case that isn't approved yet keeps the choice for later, unless nothing in the plan needs
    the approval: an acknowledgement is sent at once (S13).
    """
    with ws.ledger.write() as tx:
        change_plan_in(ws, tx, number, plan)


def change_plan_in(ws: Workspace, tx: Transaction, number: int, plan: str) -> None:
    """Change the plan as `change_plan` does, within a transaction."""
    ws.plan(plan)
    case = case_store.locked(tx, number)
    need_open(case)
    carries = _carries_memo(ws, plan)
    waiting = [t for t in touches.of_round(tx, case) if t.state in WAITING]
    # a waiting memo keeps its key: if a backup was restored, it may already have been sent
    why = f"the plan is {plan} now"
    _cancel(tx, [t for t in waiting if not (carries and t.kind in OPENING)], why)
    case_store.revise(tx, number, "plan_chosen", plan=plan)
    if waiting or case.released or not carries:
        _not_told_twice(ws, tx, case, plan)
        book(ws, tx, case_store.get(tx, number), plan, held=why_booked_held(waiting))


def _not_told_twice(ws: Workspace, tx: Transaction, case: Case, plan: str) -> None:
    """Raise RuleSaysNo for a plan that would only repeat an acknowledgement (R6)."""
    kinds = {step.kind for step in ws.plan(plan).steps} - {TouchKind.NUDGE}
    if kinds != {TouchKind.ACKNOWLEDGE}:
        return
    at = told_already(snapshot(tx, case.number, ws.zone_of))
    if at is not None:
        when = at.astimezone(ws.zone_of(case))
        raise RuleSaysNo(
            f"case {case.number} had its acknowledgement on {when:%Y-%m-%d %H:%M}, and "
            f"{case.customer.name} has not written since: one is enough (R6)",
            f"make the memo: voicenote script {case.number}",
        )


def hold(ws: Workspace, number: int) -> int:
    """Hold the waiting messages of a plan; return how many."""
    with ws.ledger.write() as tx:
        booked = touches.of_round(tx, case_store.get(tx, number))
        due = [touch for touch in booked if touch.state is TouchState.DUE]
        for touch in due:
            change_touch(tx, touch.number, "hold")
    return len(due)


def resume(ws: Workspace, number: int) -> str:
    """Resume a held plan; what became due meanwhile is sent one a day.

    A memo that would no longer be true when it is sent waits for the owner first: then this returns
    a note about it, else "".
    """
    with ws.ledger.write() as tx:
        case = case_store.get(tx, number)
        if case.batch and why_held(tx, case.batch):
            what = f"case {number} waits with its batch {case.batch!r}, which is on hold"
            raise RuleSaysNo(what, f"voicenote batch resume {case.batch!r}")
        doubts.settle(tx, case=number)  # somebody has looked
        held = [t for t in touches.of_round(tx, case) if t.state is TouchState.HELD]
        moved = booking.resume([t.planned for t in held], ws.hours_of(case), ws.owner_hours, tx.now)
        for touch, new in zip(held, moved, strict=True):
            change_touch(tx, touch.number, "resume", due_at=new.due_at, too_late_at=new.too_late_at)
        day = _leaving_on(ws, tx, case)
        return ask_again_if_doubtful(ws, tx, number, day) if held else ""
