"""Undoing that a person gave a message to a case, while nothing has followed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from voicenote.engine.case.consent import UNPLACED, hold_in
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.ledger import case_store, clock_history, kept_arrivals, match_history, touches
from voicenote.ledger.changes import change_touch, hold_case
from voicenote.ledger.match_history import Line, PastMatch
from voicenote.ledger.store import Transaction
from voicenote.model.touch import TouchState

#: What can't be undone automatically, and what to say about it.
_LASTING = {
    "customer_opted_out": "the customer has opted out with it, and an opt-out is never taken back",
    "case_reopened": "it began a new round",
    "case_closed": "it closed the case",
    "memo_sent": "it proved that the memo was sent",
    "touch_accepted": "it proved that a message was sent",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoneMatch:
    """Message `message` fits no case again. It was given to `case`, whose customer is `customer`.

    `messages` counts those that are due again, and `held` those that wait for a look at it.
    """

    message: int
    case: int
    customer: str
    messages: int
    held: int


def undo_match(ws: Workspace, *, dry_run: bool = False) -> UndoneMatch | None:
    """Undo the newest match by hand; None when a run decided something later, or there is none.

    With `dry_run`, only return what that would be.

    Raises RuleSaysNo when it opted somebody out or began a round, or when something has followed.
    """
    with ws.ledger.write() as tx:
        decided = clock_history.last_decided(tx)
        past = match_history.last_match(tx, decided[-1].number if decided else 0)
        if past is None:
            return None
        hold_case(tx, past.case)
        message = int(past.facts["arrival"])
        if why := _why_not(past):
            raise RuleSaysNo(
                f"that message {message} is from case {past.case} can't be taken back: {why}",
                f"see: voicenote show {past.case}",
            )
        text = match_history.forget_answer(tx, past)
        messages = sum(_INVERSE[one.event](tx, one) for one in past.lines if one.event in _INVERSE)
        match_history.forget_learned(tx, past)
        kept_arrivals.take_from_case(tx, message, text)
        match_history.doubt_again(tx, past)
        held = sum(hold_in(tx, [case], channel, UNPLACED) for case, channel in past.facts["held"])
        match_history.note_undone(tx, past)
        customer = case_store.get(tx, past.case).customer.name
        if dry_run:
            tx.take_back()
    return UndoneMatch(
        message=message, case=past.case, customer=customer, messages=messages, held=held
    )


def _why_not(past: PastMatch) -> str:
    if past.facts["kind"] == "opt-out":
        return _LASTING["customer_opted_out"]
    for line in past.lines:
        if line.event in _LASTING:
            return _LASTING[line.event]
    return "something has followed since" if past.since else ""


def _restore(tx: Transaction, line: Line) -> bool:
    """Make a message due again that the answer stopped."""
    touch = touches.get(tx, int(line.facts["touch"]))
    if touch.state not in (TouchState.SKIPPED, TouchState.CANCELLED):
        return False
    change_touch(tx, touch.number, "restore", facts={"undone": line.number}, reason="")
    return True


def _unanswer(tx: Transaction, line: Line) -> bool:
    """Bring a message to the state that its other receipts say."""
    number = int(line.facts["touch"])
    change_touch(tx, number, "unanswer", facts={"undone": line.number})
    for receipt in touches.receipts_of(tx, [number]).get(number, ()):
        touches.apply_receipt(tx, number, receipt)
    return False


#: How each thing that a match did to a message is undone; whether it is due again then.
_INVERSE: Mapping[str, Callable[[Transaction, Line], bool]] = {
    "touch_cancelled": _restore,
    "touch_skipped": _restore,
    "touch_answered": _unanswer,
}
