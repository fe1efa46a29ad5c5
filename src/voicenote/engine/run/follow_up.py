"""What a run makes ready itself: follow-ups, approved through their template, and owner's notes."""

from __future__ import annotations

from datetime import datetime

from voicenote.engine.case.case_script import MEMO, errors_in, slot_of
from voicenote.engine.case.release import facts_hold, facts_sha256
from voicenote.engine.memo.drafting import words_for
from voicenote.engine.memo.render_case import render
from voicenote.engine.memo.unkept import watch_memos
from voicenote.engine.run.lookahead import TouchView
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.followup.case_status import done_command
from voicenote.ledger import case_store, memos, scripts, touches
from voicenote.ledger.changes import change_touch
from voicenote.ledger.scripts import Approval
from voicenote.ledger.snapshots import snapshot
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case
from voicenote.model.memo import Memo
from voicenote.model.receipt import Receipt, ReceiptKind
from voicenote.model.sentences import Script
from voicenote.model.snapshot import Snapshot
from voicenote.model.touch import Touch, TouchState


def still_due(tx: Transaction, touch: Touch) -> bool:
    """Whether a message is still due as it was when it was read, maybe a while ago."""
    there = touches.get(tx, touch.number)
    return there.state is TouchState.DUE and there.due_at <= tx.now


def make_ready(ws: Workspace, seen: TouchView) -> None:
    """Compose, render and approve a follow-up whose template may be sent without asking.

    An existing one is composed again if its case has changed, unless it may already have been
    sent. A memo is never approved here. Raises RuleSaysNo when the owner has to check it first.
    """
    case, touch, slot, found = seen.case, seen.touch, slot_of(seen.touch), seen.draft
    if slot == MEMO or (
        found is not None
        and found.approved
        and (seen.may_have_left_at or facts_hold(ws, seen.seen, found))
    ):
        return
    with ws.ledger.write("voicenote") as tx:
        # the case may have changed since it was read: the words must be true now
        case = case_store.locked(tx, case.number)
        if not still_due(tx, touch):
            return
        now_ = snapshot(tx, case.number, ws.zone_of)
        script = words_for(ws, tx, case, touch.kind, amends=touch.planned.amends).draft.script
        _may_go_unasked(ws, tx, now_, touch, script)
        number = scripts.keep_script(tx, case.number, touch.round, slot, script)
        draft = scripts.drafts(tx, [case.number], slot=slot)[case.number, touch.round]
        given = Approval(at=tx.now, facts_sha256=facts_sha256(ws, now_, draft))
        if draft.approved and draft.memo is not None:  # the same words: keep their memo
            _keep(tx, case, touch, draft.memo, script, given)
            return
    with watch_memos(ws) as note:
        memo = render(ws, case, draft, note)
        with ws.ledger.write("voicenote") as tx:
            memos.keep_memo(tx, case.number, number, memo)
            _keep(tx, case, touch, memo, script, given)


def _may_go_unasked(
    ws: Workspace, tx: Transaction, seen: Snapshot, touch: Touch, script: Script
) -> None:
    """Raise RuleSaysNo for a follow-up that the owner has to check first."""
    what = f"the {touch.kind.value} of case {seen.case.number} ({script.template}) waits for you"
    if script.template not in ws.settings.policy.auto_approve:
        raise RuleSaysNo(
            what, f'say it yourself, or add "{script.template}" to [policy] auto_approve'
        )
    for error in errors_in(ws, tx, seen, script, composed=script):
        raise RuleSaysNo(
            f"{what}: {error.why.rstrip('.')} ({error.rule})",
            f"say it yourself, or correct its template: voicenote templates new {script.template}",
        )


def _keep(
    tx: Transaction, case: Case, touch: Touch, memo: Memo, script: Script, given: Approval
) -> None:
    memos.approve(tx, case.number, memo, automatic=True, given=given)
    facts: dict[str, object] = {"slot": slot_of(touch), "template": script.template}
    tx.tell("memo_approved", case.number, **facts, automatic=True)


def tell_owner(ws: Workspace, case: Case, touch: Touch) -> None:
    """Give the owner the note of a nudge touch. It uses no channel, so one commit is enough."""
    text = nudge_text(case, touch)
    receipt_detail = {"to": ws.owner_of(case)}
    with ws.ledger.write("voicenote") as tx:
        touches.nudge(tx, case.number, touch.key, "plan", text)
        for event in ("claim", "commit"):
            change_touch(tx, touch.number, event)
        receipt = Receipt(kind=ReceiptKind.ACCEPTED, at=tx.now, detail=receipt_detail)
        touches.receive(tx, touch.number, receipt, sent_at=tx.now)


def nudge_text(case: Case, touch: Touch) -> str:
    """Return what a nudge of the plan says to the owner."""
    found = next((one for one in case.amends if one.k == touch.planned.amends), None)
    if found is None:
        return f"{case.customer.name} waits for your memo: voicenote script {case.number}"
    due = found.promise.promised_by
    return (
        f"amends {found.name} ({found.promise.text}) is promised to {case.customer.name} by {due}: "
        f"{done_command(found.name)}"
    )


def move_to_decent_hour(ws: Workspace, case: Case, touch: Touch, now: datetime) -> bool:
    """Move a message that became due at a decent hour but would be sent in a quiet one."""
    decent = ws.hours_of(case).next(now)
    if decent <= now:
        return False
    with ws.ledger.write("voicenote") as tx:
        if still_due(tx, touch):
            touches.move(tx, touch.number, decent)
            tx.tell("touch_moved", case.number, touch=touch.number, to=decent.isoformat())
    return True
