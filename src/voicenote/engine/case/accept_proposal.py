"""Accepting what triage proposes for a case: its promise and its plan, both or neither."""

from __future__ import annotations

from dataclasses import dataclass

from voicenote.engine.case.approval import change_plan_in, memo_waits, plan_for
from voicenote.engine.case.promise_words import say_deed_in
from voicenote.engine.case.promises import add_in
from voicenote.engine.case.triage_proposal import propose_for
from voicenote.engine.case.triage_view import TriageView
from voicenote.engine.case.withdrawal import ask_again
from voicenote.engine.workspace import Workspace
from voicenote.followup.compensation import Adequacy
from voicenote.followup.proposal import (
    Wishes,
)
from voicenote.followup.release_rules import REWORDS, steps_from
from voicenote.ledger import case_store
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted proposal: the name of its amends, its plan, and warnings."""

    case: int
    amends: str
    plan: str
    warnings: tuple[str, ...]


def is_accepted(ws: Workspace, view: TriageView, case: Case, wishes: Wishes) -> bool:
    """Whether a proposal with these wishes is accepted already: it has its promise and its plan."""
    if view.proposal.amends or plan_for(ws, case) != (wishes.plan or view.proposal.plan):
        return False
    names = ("kind", "text", "deed", "target", "promised_by")
    wished = {name: value for name in names if (value := getattr(wishes, name)) is not None}
    if wishes.value is not None:
        wished["amount"] = wishes.value
    there = [one.promise for one in case.round_amends]
    return not wished or any(
        all(
            getattr(one.value if name == "amount" else one, name, None) == value
            for name, value in wished.items()
        )
        for one in there
    )


def accept(ws: Workspace, number: int, wishes: Wishes, override: str = "") -> Accepted:
    """Add the proposed promise and switch to its plan, both or neither.

    Raises RuleSaysNo for money beyond the rule without an `override`, BadSettings for an unknown
    plan, BadData for wishes that can't be promised.
    """
    with ws.ledger.write() as tx:
        return accept_in(ws, tx, case_store.locked(tx, number), wishes, override)


def accept_in(
    ws: Workspace, tx: Transaction, case: Case, wishes: Wishes, override: str = ""
) -> Accepted:
    """Accept a proposal as `accept` does, within a transaction."""
    number = case.number
    found, waited = propose_for(ws, tx, case, wishes), memo_waits(tx, case)
    usual = wishes == Wishes() or found == propose_for(ws, tx, case)
    name, told = "", []
    if found.promise is not None:
        name, judged = add_in(ws, tx, number, found.promise, override)
        told.append("" if judged.level is Adequacy.FINE else judged.what)
        told.append(ask_again(ws, tx, number, f"amends {name} was promised since"))
    elif wishes.deed is not None:
        say_deed_in(tx, number, wishes.deed)
        told.append(ask_again(ws, tx, number, "the deed is said otherwise since"))
    if plan_for(ws, case_store.get(tx, number)) != found.plan:
        change_plan_in(ws, tx, number, found.plan)
    edits = {} if usual else {"edited": True}
    tx.tell("proposal_accepted", number, amends=name, plan=found.plan, **edits)
    if waited and not memo_waits(tx, case):
        told.append(
            f"The memo of case {number} was to leave, and will not go now: the plan "
            f"{found.plan} has none. When you have something to say: "
            f"{steps_from(number, REWORDS)}"
        )
    return Accepted(number, name, found.plan, tuple(filter(None, told)))
