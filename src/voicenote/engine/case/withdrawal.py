"""Taking back a memo's approval, with the reason and the steps to send it after all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from voicenote.engine.case.case_script import MEMO
from voicenote.engine.case.release import judge_release, words_fit
from voicenote.engine.workspace import Workspace
from voicenote.followup.release_rules import ASKS, REWORDS, Objection, steps_from
from voicenote.ledger import case_store, scripts, touches
from voicenote.ledger.changes import change_case, hold_case
from voicenote.ledger.snapshots import snapshot
from voicenote.ledger.store import Transaction
from voicenote.model.case import RELEASED, Stage
from voicenote.model.touch import ARRIVED, OPENING, WAITING, Touch, TouchState

#: In these states a memo was sent, or may have been: it can't be taken back.
_OUT = ARRIVED | {TouchState.COMMITTING, TouchState.UNCERTAIN}


def ask_again(ws: Workspace, tx: Transaction, number: int, why: str) -> str:
    """Take back the approval of an unsent memo after its case has changed.

    Its message stays due, shows `why`, and is sent once it is approved again. Returns the note for
    the owner, with the next steps; "" when there was no approval to take back.
    """
    waiting = _approved_touches(tx, number)
    if waiting is None:
        return ""
    mark = ASKS if words_fit(ws, tx, snapshot(tx, number, ws.zone_of)) else REWORDS
    _take_back(tx, number, waiting, mark, why)
    said = "it waits for your approval again" if mark == ASKS else "its words no longer fit"
    return (
        f"The memo of case {number} was approved before this, and {said}: "
        f"{steps_from(number, mark)}"
    )


def ask_about(tx: Transaction, number: int, doubts: Sequence[Objection]) -> str:
    """Take back an approval because of `doubts`, without a change to its case; return a note."""
    why = "; ".join(one.what for one in doubts)
    mark = REWORDS if any(one.key == "R20 facts" for one in doubts) else ASKS
    waiting = _approved_touches(tx, number)
    if waiting is None:
        return ""
    _take_back(tx, number, waiting, mark, why)
    return (
        f"The memo of case {number} was approved before, and waits for your approval again, "
        f"because {why}: {doubts[0].advice}"
    )


def ask_again_if_doubtful(ws: Workspace, tx: Transaction, number: int, day: date) -> str:
    """Take back an approval if there are doubts about a memo to be sent on `day`; return a note."""
    seen = snapshot(tx, number, ws.zone_of)
    found = scripts.drafts(tx, [number], slot=MEMO).get((number, seen.case.round))
    if found is None or not found.approved:
        return ""
    doubts = judge_release(ws, tx, seen, found, day, anew=False).doubts
    return ask_about(tx, number, doubts) if doubts else ""


def _approved_touches(tx: Transaction, number: int) -> list[Touch] | None:
    """Return the waiting messages of an approved memo; None if there is nothing to take back."""
    hold_case(tx, number)
    if case_store.stage_of(tx, number) not in RELEASED:
        return None
    case = case_store.get(tx, number)
    memos = [touch for touch in touches.of_round(tx, case) if touch.kind in OPENING]
    waiting = [touch for touch in memos if touch.state in WAITING]
    if any(touch.state in _OUT for touch in memos):
        return None
    return None if case.stage is Stage.FOLLOWING and not waiting else waiting


def _take_back(tx: Transaction, number: int, waiting: Sequence[Touch], mark: str, why: str) -> None:
    change_case(tx, number, "recall", facts={"reason": why})
    for touch in waiting:
        touches.note(tx, touch.number, f"{mark}{why}")


def note_new_words(tx: Transaction, numbers: Sequence[int]) -> None:
    """Mark memos that waited for new words as having them and waiting for approval."""
    for touch in touches.of_cases(tx, numbers):
        if touch.kind in OPENING and REWORDS in touch.reason:
            touches.note(tx, touch.number, touch.reason.replace(REWORDS, ASKS))
