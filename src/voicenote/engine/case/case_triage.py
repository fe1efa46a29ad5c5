"""Triage: what the owner found out about a complaint, and the proposal that follows from it.

Both are kept with their reasons (S7, S10, S17).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

from voicenote.engine.case.accept_proposal import accept_in, is_accepted
from voicenote.engine.case.cause_history import find_prevented
from voicenote.engine.case.group_work import CaseWork, Done
from voicenote.engine.case.promise_words import say_deed_in
from voicenote.engine.case.triage_proposal import named_lost
from voicenote.engine.case.triage_view import TriageView, guess_severity, list_changes, view_of
from voicenote.engine.case.withdrawal import ask_again
from voicenote.engine.singly import CaseTask
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, RuleSaysNo
from voicenote.followup.causes import CauseSeen
from voicenote.followup.proposal import FOLLOWING, Lost
from voicenote.ledger import case_store, customers
from voicenote.ledger.store import Transaction
from voicenote.ledger.word_renewal import TRIAGED, is_said
from voicenote.model.case import Case, Failure, Finding, Stage
from voicenote.model.money import Money
from voicenote.model.snapshot import Snapshot
from voicenote.model.transitions import UNSENT

#: The fields of a customer that say how to address them.
ADDRESS = ("greet_as", "title", "gender", "how_many", "formality")
#: The key of what a case was before, until its view is made.
_BEFORE = "before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """What was found; None leaves a field as it is, and "" clears it.

    `harm` needs a currency, here or before. `lost` is what they lost most: money, product, service
    or attention (R9). `deed` is of the only promise; the last five are the customer's.
    """

    finding: str | None = None
    reason: str | None = None
    abusive: bool | None = None
    severity: str | None = None
    harm: Decimal | None = None
    currency: str | None = None
    cause: str | None = None
    bothered_most: str | None = None
    feeling: str | None = None
    at_stake: str | None = None
    expected: str | None = None
    owner: str | None = None
    lost: str | None = None
    failure: str | None = None
    said_back: str | None = None
    our_fault: str | None = None
    meant: str | None = None
    deed: str | None = None
    greet_as: str | None = None
    title: str | None = None
    gender: str | None = None
    how_many: str | None = None
    formality: str | None = None


def triaging(ws: Workspace) -> CaseWork:
    """Return the work of triage: `found` is a `Triage`; with `wishes`, the proposal is accepted.

    Data and errors are those of `apply_triage` and `accept`, both or neither.
    """
    known: dict[str, CauseSeen] | None = None  # read once: triage writes no lesson

    def causes(tx: Transaction) -> dict[str, CauseSeen]:
        nonlocal known
        known = find_prevented(tx) if known is None else known
        return known

    def act(tx: Transaction, seen: Snapshot, task: CaseTask) -> Done:
        number, given = task.case, task.given
        again, wishes = task.row is not None, given.get("wishes")
        if wishes is None:  # the view is made of the whole group, read again at once
            new = _save_new(ws, tx, seen.case, given["found"], again=again)
            return Done(number, {_BEFORE: seen.case}, changed=new != Triage())
        view, case = triage_in(
            ws, tx, seen.case, given["found"], again=again, accepting=True, known=causes(tx)
        )
        changed = case is not seen.case
        if again and is_accepted(ws, view, case, wishes):
            return Done(number, _data(view), changed=changed, notes=view.warnings)
        done = accept_in(ws, tx, case, wishes, given.get("override") or "")
        accepted = {"amends": done.amends, "plan": done.plan, "warnings": done.warnings}
        notes = (*view.warnings, *done.warnings)
        return Done(number, {**_data(view), "accepted": accepted}, notes=notes)

    def after(tx: Transaction, now: Snapshot, done: Done) -> Done:
        before = done.data.get(_BEFORE)
        if not isinstance(before, Case):
            return done
        asked = _ask_again(ws, tx, before, now.case) if done.changed else ""
        view = view_of(ws, tx, now.case, asked, causes(tx))
        return replace(done, data=_data(view), notes=view.warnings)

    return CaseWork(act=act, decides=False, after=after)


def _data(view: TriageView) -> dict[str, object]:
    return {one.name: getattr(view, one.name) for one in fields(view)}


def apply_triage(
    ws: Workspace, number: int, triage: Triage, *, accepting: bool = False
) -> TriageView:
    """Save what was found; return it with the proposal that follows from it.

    When it is about to be accepted, a severity that is proposed is saved too, unless a person has
    chosen one.
    Raises RuleSaysNo for *unfounded* or *abusive* without a reason, or after the memo was sent;
    BadData for harm without a currency.
    """
    with ws.ledger.write() as tx:
        case = case_store.locked(tx, number)
        return triage_in(ws, tx, case, triage, accepting=accepting)[0]


def triage_in(
    ws: Workspace,
    tx: Transaction,
    before: Case,
    triage: Triage,
    *,
    again: bool = False,
    accepting: bool = False,
    known: Mapping[str, CauseSeen] | None = None,
) -> tuple[TriageView, Case]:
    """Save what was found, as `apply_triage` does; return also the case, another if it changed.

    With `again`, what is known already is no error after the memo has left; `known` as in
    `view_of`.
    """
    number, new = before.number, _save_new(ws, tx, before, triage, again=again)
    case = before if new == Triage() else case_store.get(tx, number)
    grave = guess_severity(tx, case) if accepting and triage.severity is None else None
    if grave:
        _save(ws, tx, case, Triage(severity=grave.value))
        case = case_store.get(tx, number)
    if case is before:
        return view_of(ws, tx, before, known=known), before
    return view_of(ws, tx, case, _ask_again(ws, tx, before, case), known), case


def _save_new(
    ws: Workspace, tx: Transaction, before: Case, triage: Triage, *, again: bool
) -> Triage:
    """Save and return what of a triage isn't known already; with `again`, nothing new is fine."""
    new = _new_in(tx, before, triage)
    if not again or new != Triage():
        _save(ws, tx, before, new)
    return new


def _ask_again(ws: Workspace, tx: Transaction, before: Case, case: Case) -> str:
    """Take an approval back if the case has changed, and return what is to be told of it."""
    old, now = before.complaint, case.complaint
    changed = [*list_changes(old, now), *list_changes(old.customer, now.customer)]
    named = ", ".join(name.replace("_", " ") for name in changed)
    why = f"it was triaged again since: {named}"
    return ask_again(ws, tx, before.number, why) if changed else ""


def _new_in(tx: Transaction, case: Case, triage: Triage) -> Triage:
    """Return what of a triage isn't known already."""
    known, harm = case.complaint, case.complaint.harm
    promised = case.round_amends
    now: dict[str, object] = {one.name: getattr(known, one.name, "") for one in fields(triage)}
    now |= {name: getattr(case.customer, name) for name in ADDRESS}
    now |= {"reason": known.finding_reason, "harm": harm.amount if harm else None}
    now |= {"currency": harm.currency if harm else None}
    now["deed"] = promised[0].promise.deed if len(promised) == 1 else None
    if triage.lost is not None:
        now["lost"] = named_lost(tx, case)
    if triage.severity and case.stage in UNSENT and not is_said(tx, case.number, "severity"):
        now["severity"] = None  # the usual one becomes the owner's own when they name it
    same = [
        one.name
        for one in fields(triage)
        if (given := getattr(triage, one.name)) is not None
        and (given == now[one.name] or (given == "" and now[one.name] is None))
    ]
    alone = triage.currency is None or "currency" in same
    if ("harm" in same) != alone:  # an amount goes with its currency
        same = [name for name in same if name not in ("harm", "currency")]
    return replace(triage, **dict.fromkeys(same))


def _save(ws: Workspace, tx: Transaction, case: Case, triage: Triage) -> None:
    """Save what was found. A plan follows the finding, unless the owner chose it by name."""
    number = case.number
    _need_early(case)
    found = {
        f.name: value for f in fields(triage) if (value := getattr(triage, f.name)) is not None
    }
    harsh = triage.finding == Finding.UNFOUNDED.value or triage.abusive
    if harsh and not (triage.reason or case.complaint.finding_reason).strip():
        raise RuleSaysNo(
            "unfounded or abusive needs a written reason: nearly all tell the truth (S17)",
            "say why with --reason",
        )
    lost, currency = found.pop("lost", None), found.pop("currency", "")
    if address := {one: found.pop(one) for one in ADDRESS if one in found}:
        customers.address_as(tx, number, address)
    if "deed" in found:
        say_deed_in(tx, number, found.pop("deed"))
    if "failure" in found:
        found["failure"] = Failure(found["failure"]).value if found["failure"] else None
    if "reason" in found:
        found["finding_reason"] = found.pop("reason")
    if "harm" in found:
        before = case.complaint.harm.currency if case.complaint.harm else ""
        found |= _harm(found.pop("harm"), (currency or before).upper())
    followed = case.plan in (*FOLLOWING, ws.settings.schedule.plan)
    if {"finding", "abusive"} & set(found) and followed and case.stage is not Stage.APPROVED:
        found["plan"] = ""
    if found:
        case_store.revise(tx, number, TRIAGED, **found)
    if lost is not None:
        tx.tell("harm_named", number, lost=Lost(lost).value)


def _need_early(case: Case) -> None:
    if case.stage not in UNSENT:
        raise RuleSaysNo(
            f"the memo of case {case.number} has already been sent",
            f"if it must change, take it up again: voicenote reopen {case.number}",
        )


def _harm(amount: Decimal, currency: str) -> dict[str, Any]:
    try:
        money = Money(amount, currency)
    except ValueError as error:
        raise BadData(
            "an amount of harm needs its currency", "give it with --currency, such as EUR"
        ) from error
    return {"harm_amount": str(money.amount), "harm_currency": money.currency}
