"""Taking a case out: its plan stops, and it needs no lesson and no answer."""

from __future__ import annotations

from dataclasses import dataclass

from voicenote.counting import count_of
from voicenote.engine.case.approval import need_open
from voicenote.engine.case.decisions import cancel_waiting
from voicenote.engine.case.heard import heard
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.ledger import case_store, touches
from voicenote.ledger.changes import change_case
from voicenote.ledger.settled_answers import settle_answers
from voicenote.ledger.store import Transaction
from voicenote.model.case import Outcome
from voicenote.model.promise import AmendsState
from voicenote.model.touch import MAY_HAVE_LEFT, WAITING, TouchKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """A case that was taken out: how many messages are cancelled, and how many had been sent."""

    case: int
    customer: str
    why: str
    cancelled: int
    sent: int
    notes: tuple[str, ...] = ()


def withdraw(ws: Workspace, number: int, why: str) -> Withdrawn:
    """Take a case out, for the reason `why`.

    Raises RuleSaysNo for a closed case, and while a promise is owed that the customer has heard of.
    """
    with ws.ledger.write() as tx:
        case = case_store.locked(tx, number)
        need_open(case)
        owed = [
            one
            for one in case.amends
            if one.state in (AmendsState.PROMISED, AmendsState.BROKEN) and heard(tx, case, one)
        ]
        if owed:
            raise RuleSaysNo(
                f"{case.customer.name} has been promised amends {owed[0].name}, and is still owed "
                "it: a promise isn't withdrawn",
                f'voicenote amends done {owed[0].name} --evidence "…"; or amends waive, with their '
                f"words; or if another case is about it: voicenote merge N {number}",
            )
        mine = [t for t in touches.of_cases(tx, [number]) if t.kind is not TouchKind.NUDGE]
        sent = sum(touch.state in MAY_HAVE_LEFT for touch in mine)
        take_out(tx, number, "withdraw", f"withdrawn: {why}", reason=why)
    told = count_of(sent, "message")
    notes = (f"{case.customer.name} has had {told} of it, and isn't told that it ends here",)
    return Withdrawn(
        case=number,
        customer=case.customer.name,
        why=why,
        cancelled=sum(touch.state in WAITING for touch in mine),
        sent=sent,
        notes=notes if sent else (),
    )


def take_out(
    tx: Transaction, number: int, event: str, why: str, into: int | None = None, **facts: object
) -> None:
    """Close a case by `event` and cancel what waits of it."""
    cancel_waiting(tx, number, why)
    settle_answers(tx, number)
    outcome = {"withdraw": Outcome.WITHDRAWN, "merge": Outcome.MERGED}[event]
    change_case(
        tx,
        number,
        event,
        facts=facts,
        outcome=outcome.value,
        closed_at=tx.now,
        merged_into=into,
    )
