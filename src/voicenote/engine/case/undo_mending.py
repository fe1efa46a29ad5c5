"""Taking back what the last command did to a case: edit, withdraw, merge or close."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from voicenote.counting import count_of
from voicenote.engine.case.approval import need_open
from voicenote.engine.case.case_edit import edit_in
from voicenote.engine.case.decisions import decide_in
from voicenote.engine.case.withdrawal import ask_again
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.ledger import case_store, clock_history, joined, match_history, mended, touches
from voicenote.ledger.changes import change_case, change_touch, hold_cases
from voicenote.ledger.mended import Mending
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case, Stage
from voicenote.model.touch import WAITING, TouchKind, TouchState
from voicenote.schedule import book as booking

#: How to take back by hand what undo doesn't, by event of the history.
BY_HAND: Mapping[str, str] = {
    "memo_approved": "voicenote plan {case} --hold, then voicenote script {case} --edit",
    "case_triaged": "voicenote triage {case} again, or voicenote edit {case}",
    "amends_promised": "voicenote edit {case}, or voicenote amends waive {case}.K --reason TEXT",
    "amends_done": "if it isn't done: voicenote amends broken {case}.K",
    "customer_answered": "voicenote answer {case} again: the newest answer counts",
    "case_reopened": "voicenote close {case}, or voicenote withdraw {case} --why REASON",
    "lesson_written": "voicenote lesson {case} again",
    "plan_chosen": "voicenote plan {case} --plan NAME",
    "touch_held": "voicenote plan {case} --resume",
    "touch_resumed": "voicenote plan {case} --hold",
    "customer_opted_out": "an opt-out is never taken back",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoneMending:
    """What was taken back: the command, its case, the fields set back, the messages due again."""

    undone: str
    case: int
    customer: str
    other: int | None = None
    fields: tuple[str, ...] = ()
    messages: int = 0
    notes: tuple[str, ...] = ()


def undo_mending(ws: Workspace) -> UndoneMending | None:
    """Take back the last command that mended or closed a case, where nothing has followed.

    None when it wasn't the last: a run decided something later, or a person gave a message to a
    case, or used another command. Raises RuleSaysNo when something has followed.
    """
    with ws.ledger.write() as tx:
        done = mended.last_mending(tx)
        if done is None or mended.last_by_person(tx, done.number):
            return None
        decided = clock_history.last_decided(tx)
        if decided and decided[-1].number > done.number:
            return None
        if match_history.last_match(tx, done.number) is not None:
            return None
        cases = {done.case, int(done.facts.get("other", done.case))}
        hold_cases(tx, sorted(cases))
        if cases & clock_history.sent_since(tx, done.number):
            raise _too_late(done, "a message has been sent since")
        begun, case = mended.begin(tx), case_store.get(tx, done.case)
        found = _INVERSE[done.what](ws, tx, case, done)
        mended.note_undone(tx, done, begun)
    return found


def _too_late(done: Mending, why: str) -> RuleSaysNo:
    way = {"close": "reopen", "merge": "show"}.get(done.what, "edit")
    return RuleSaysNo(
        f"the {done.what} of case {done.case} can't be taken back: {why}",
        f"see: voicenote show {done.case}; then voicenote {way} {done.case}",
    )


def _undo_edit(ws: Workspace, tx: Transaction, case: Case, done: Mending) -> UndoneMending:
    fields = done.facts["fields"]
    back = edit_in(
        ws,
        tx,
        case.number,
        {name: was for name, was, _ in fields},
        {name: now for name, _, now in fields},
    )
    return UndoneMending(
        undone="edit",
        case=case.number,
        customer=case_store.get(tx, case.number).customer.name,
        fields=tuple(one.field for one in back.changed),
        notes=back.notes,
    )


def _undo_close(ws: Workspace, tx: Transaction, case: Case, done: Mending) -> UndoneMending:
    messages = _open_again(ws, tx, case, done)
    decide_in(ws, tx, [case.number])
    return UndoneMending(
        undone=done.what, case=case.number, customer=case.customer.name, messages=messages
    )


def _open_again(ws: Workspace, tx: Transaction, case: Case, done: Mending) -> int:
    """Open a case that a command closed, and restore its messages; return how many to customers.

    What became due meanwhile goes one a day.
    """
    if case.stage is not Stage.CLOSED:
        raise _too_late(done, "it is open again")
    stage = Stage(done.facts["stage"])
    event = "restore" if stage is Stage.FOLLOWING else f"restore_{stage.value}"
    facts: dict[str, object] = {"undone": done.number}
    change_case(tx, case.number, event, facts=facts, outcome=None, closed_at=None, merged_into=None)
    held = done.facts["held"]
    ended = {
        line.facts["touch"]: line.number
        for line in done.lines
        if line.event == "touch_cancelled" and line.case == case.number
    }
    back = [one for one in touches.of_cases(tx, [case.number]) if one.number in ended]
    back = [one for one in back if one.state is TouchState.CANCELLED]
    times = booking.resume([t.planned for t in back], ws.hours_of(case), ws.owner_hours, tx.now)
    for touch, new in zip(back, times, strict=True):
        facts = {"undone": ended[touch.number]}
        change_touch(
            tx, touch.number, "restore", facts=facts,
            reason="", due_at=new.due_at, too_late_at=new.too_late_at,
        )  # fmt: skip
        why = held.get(str(touch.number))
        if why is not None:
            change_touch(tx, touch.number, "hold", facts={"reason": why}, reason=why)
    return sum(one.kind is not TouchKind.NUDGE for one in back)


def _undo_merge(ws: Workspace, tx: Transaction, case: Case, done: Mending) -> UndoneMending:
    """Part two cases again, while nothing has happened in the one that went on."""
    need_open(case)
    other = int(done.facts["other"])
    if mended.changed_since(tx, case.number, done.number):
        raise _too_late(done, "something has happened in it since")
    for k in (new for *_, new in done.facts["promises"].values()):
        for touch in touches.of_cases(tx, [case.number]):
            if touch.planned.amends == k and touch.state in WAITING:
                why = "the merge was undone"
                change_touch(tx, touch.number, "cancel", facts={"reason": why}, reason=why)
    gone = case_store.get(tx, other)
    joined.promises_back(tx, other, done.facts["promises"])
    joined.what_came_back(tx, other, case.number, done.facts["kept"])
    messages = _open_again(ws, tx, gone, done)
    tx.tell("case_parted", case.number, merged=other)
    notes: tuple[str, ...] = ()
    fields = done.facts["fields"]
    if fields:
        notes = edit_in(ws, tx, case.number, {name: was for name, was, _ in fields}).notes
    if done.facts["promises"]:
        asked = ask_again(ws, tx, case.number, f"case {other} was parted from it again")
        notes = (*notes, *filter(None, [asked]))
    decide_in(ws, tx, [case.number, other])
    return UndoneMending(
        undone="merge",
        case=case.number,
        customer=case.customer.name,
        other=other,
        fields=tuple(name for name, _, _ in fields),
        messages=messages,
        notes=notes,
    )


_INVERSE: Mapping[str, Callable[[Workspace, Transaction, Case, Mending], UndoneMending]] = {
    "edit": _undo_edit,
    "withdraw": _undo_close,
    "close": _undo_close,
    "merge": _undo_merge,
}


def describe_last(ws: Workspace) -> tuple[str, str]:
    """Return what the last command changed, and how to take it back by hand; ("", "") if none."""
    with ws.ledger.read() as tx:
        last = mended.last_by_person(tx, 0)
    if last is None:
        return "", ""
    what = f"the last command changed case {last.case}: {last.event.replace('_', ' ')}"
    advice = BY_HAND.get(last.event, "see: voicenote show {case}")
    return what, advice.format(case=last.case)


def describe(back: UndoneMending) -> str:
    """Return in words what was taken back."""
    if back.undone == "edit":
        named = ", ".join(name.replace("_", " ") for name in back.fields)
        return f"Taken back: the edit of case {back.case} ({back.customer}): {named}."
    due = f"; {count_of(back.messages, 'message')} due again" * bool(back.messages)
    if back.undone == "merge":
        return f"Taken back: cases {back.case} and {back.other} are two again{due}."
    how = {"withdraw": "withdrawn", "close": "closed"}[back.undone]
    return f"Taken back: case {back.case} ({back.customer}) is not {how} any more{due}."
