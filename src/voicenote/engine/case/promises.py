"""Amends: added, done with evidence, confirmed, broken, waived. The plan follows each change.

The changes are `CaseWork`, so one promise is changed as many are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from voicenote.engine.case.approval import book_promise, need_open
from voicenote.engine.case.case_view import PromiseView, promise_view
from voicenote.engine.case.group_work import CaseWork, Done, carry_out_one
from voicenote.engine.case.money_bands import weigh
from voicenote.engine.case.promise_words import amends_of, misfits, old_words
from voicenote.engine.case.withdrawal import ask_again
from voicenote.engine.singly import CaseTask
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, RuleSaysNo, WrongUse
from voicenote.followup.closing_rules import evidence_for
from voicenote.followup.compensation import Adequacy, Judgement
from voicenote.ledger import case_store, optouts, touches
from voicenote.ledger.changes import change_amends
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case, Stage
from voicenote.model.promise import Amends, Promise
from voicenote.model.snapshot import Snapshot
from voicenote.model.touch import WAITING, TouchKind
from voicenote.script.deed_conflicts import deed_notes


@dataclass(frozen=True, slots=True)
class AddedPromise:
    """An added promise: its name ``N.K``, and a warning about the money, if any.

    `asked_again` is set when the memo was approved without it and needs another approval.
    `unheard` is set when the memo was sent without it, so the customer doesn't know of it.
    """

    name: str
    warning: str
    asked_again: str = ""
    unheard: str = ""


def add(ws: Workspace, number: int, promise: Promise, override: str = "") -> AddedPromise:
    """Add a promise to a case; a plan that has begun follows it.

    Raises RuleSaysNo for a closed case, and for money that is too much (R8) or for an unfounded
    complaint (S9) unless `override` gives a reason, which goes into the history. Raises WrongUse
    for a day that has passed where the customer is.
    """
    with ws.ledger.write() as tx:
        name, judged = add_in(ws, tx, number, promise, override)
        asked = ask_again(ws, tx, number, f"amends {name} was promised since")
        unheard = _how_they_hear(ws, tx, case_store.get(tx, number).amends[-1])
        tag = case_store.get(tx, number).customer.language or ws.settings.owner.language
    weighed = () if judged.level is Adequacy.FINE else (judged.what,)
    warning = "\n".join((*weighed, *deed_notes(promise, tag)))
    return AddedPromise(name, warning, asked, unheard)


def _how_they_hear(ws: Workspace, tx: Transaction, new: Amends) -> str:
    """Return how a customer hears of a promise made after the memo was sent; "" if not needed."""
    case = case_store.get(tx, new.case)
    if case.stage is not Stage.FOLLOWING or optouts.has_opted_out(tx, case.number):
        return ""
    waiting = (one for one in touches.of_cases(tx, [case.number]) if one.state in WAITING)
    of_it = (one for one in waiting if one.planned.amends == new.k)
    first = next((one for one in of_it if one.kind is not TouchKind.NUDGE), None)
    said = f"{case.customer.name} has not heard of amends {new.name}: the memo left before it"
    if first is None:
        return f"{said}, and no message of the plan speaks of it. Tell them yourself."
    when = first.due_at.astimezone(ws.zone_of(case))
    kind = first.kind.words
    return (
        f"{said}. The first message that speaks of it is the {kind} of {when:%a %Y-%m-%d %H:%M} "
        f"({when.tzinfo}); until then, tell them yourself."
    )


def add_in(
    ws: Workspace, tx: Transaction, number: int, promise: Promise, override: str = ""
) -> tuple[str, Judgement]:
    """Add a promise within a transaction; return its name and the money's judgement."""
    case = case_store.get(tx, number)
    need_open(case)
    today = tx.now.astimezone(ws.zone_of(case)).date()
    to_come(promise.promised_by, today)
    to_come(promise.target, today)
    judged = weigh(ws, tx, case, promise, override)
    k = case_store.promise(tx, number, promise)
    book_promise(ws, tx, number, k)
    return f"{number}.{k}", judged


def to_come(day: date | None, today: date) -> None:
    """Raise WrongUse for a day that has passed: a promise for it can't be kept."""
    if day is not None and day < today:
        raise WrongUse(f"{day} has passed: it is {today}", "give a day in the future")


def keeping(ws: Workspace) -> CaseWork:
    """Return the work of recording that promises were done, with their `evidence`.

    RuleSaysNo without evidence (S4), and for money that is too much (R8) or for an unfounded
    complaint (S9), in the promise or in its evidence, unless `override` gives a reason.
    """

    def change(tx: Transaction, case: Case, amends: Amends, given: Mapping[str, Any]) -> None:
        shown = evidence_for(amends, given.get("evidence") or "")
        reason = given.get("override") or ""
        weigh(ws, tx, case, override=reason, evidence={amends.k: shown})
        values = {"evidence": shown, "done_at": tx.now}
        change_amends(tx, case.number, amends.k, "do", facts={"evidence": shown}, **values)

    return _changing(ws, "done", "was done", change)


def confirming(ws: Workspace) -> CaseWork:
    """Return the work of recording that customers confirm what was done; also in closed cases."""

    def change(tx: Transaction, case: Case, amends: Amends, _given: Mapping[str, Any]) -> None:
        change_amends(tx, case.number, amends.k, "confirm", confirmed_at=tx.now)

    return _changing(ws, "confirmed", "was confirmed", change, closed_too=True)


def breaking(ws: Workspace) -> CaseWork:
    """Return the work of recording that promises were not kept, with a `reason`."""

    def change(tx: Transaction, case: Case, amends: Amends, given: Mapping[str, Any]) -> None:
        change_amends(tx, case.number, amends.k, "break", facts=_reason(given))

    return _changing(ws, "broken", "was broken", change)


def waiving(ws: Workspace) -> CaseWork:
    """Return the work of recording that customers waive promises. RuleSaysNo without a `reason`."""

    def change(tx: Transaction, case: Case, amends: Amends, given: Mapping[str, Any]) -> None:
        if not _reason(given):
            raise RuleSaysNo(
                f"amends {amends.name} cannot be waived without a reason",
                "only the customer can let you off: write their words with --reason",
            )
        change_amends(tx, case.number, amends.k, "waive", facts=_reason(given))

    return _changing(ws, "waived", "was waived", change)


def _reason(given: Mapping[str, Any]) -> dict[str, object]:
    reason = (given.get("reason") or "").strip()
    return {"reason": reason} if reason else {}


def promising_again(ws: Workspace) -> CaseWork:
    """Return the work of giving promises a new day, `by`: the customer has agreed to it.

    With `deed` or `text` they are said anew. WrongUse for a day that has passed where the customer
    is, BadData for one before the target date, and RuleSaysNo as `add` does. Notes say where the
    words still name another day.
    """

    def change(tx: Transaction, case: Case, amends: Amends, given: Mapping[str, Any]) -> None:
        by = given["by"]
        to_come(by, tx.now.astimezone(ws.zone_of(case)).date())
        if amends.promise.target and amends.promise.target > by:
            raise BadData(f"{by} is before the target date {amends.promise.target}", "choose later")
        weigh(ws, tx, case, override=given.get("override") or "")
        values = {name: given[name] for name in ("text", "deed") if given.get(name) is not None}
        facts: dict[str, object] = {"promised_by": by.isoformat(), **values}
        k = amends.k
        change_amends(tx, case.number, k, "promise", facts=facts, promised_by=by, **values)
        book_promise(ws, tx, case.number, k)

    def notes(case: Case, amends: Amends, given: Mapping[str, Any]) -> tuple[str, ...]:
        said = {name: given[name] for name in ("text", "deed") if given.get(name) is not None}
        new = replace(amends, promise=replace(amends.promise, promised_by=given["by"], **said))
        return old_words(new, case.customer.language or ws.settings.owner.language)

    return _changing(ws, "promised", "has another date", change, notes=notes)


def words_for(ws: Workspace, number: int, k: int, by: date) -> tuple[str, tuple[str, ...]]:
    """Return how promise `k` is said, and what of it wouldn't fit the day `by`."""
    with ws.ledger.read() as tx:
        case = case_store.get(tx, number)
    promise = amends_of(case, k).promise
    tag = case.customer.language or ws.settings.owner.language
    return promise.deed, misfits(replace(promise, promised_by=by), tag)


def done(ws: Workspace, number: int, k: int, evidence: str, override: str = "") -> str:
    """Record that one promise was done; return a note if an approval was taken back."""
    return _carry_out_one(ws, number, k, keeping, evidence=evidence, override=override)


def confirm(ws: Workspace, number: int, k: int) -> str:
    """Record that the customer confirms one promise; return as `done` does."""
    return _carry_out_one(ws, number, k, confirming)


def mark_broken(ws: Workspace, number: int, k: int, reason: str) -> str:
    """Record that one promise was not kept; return as `done` does."""
    return _carry_out_one(ws, number, k, breaking, reason=reason)


def waive(ws: Workspace, number: int, k: int, reason: str) -> str:
    """Record that the customer waives one promise; return as `done` does."""
    return _carry_out_one(ws, number, k, waiving, reason=reason)


def promise_again(ws: Workspace, number: int, k: int, by: date, override: str = "") -> str:
    """Give one promise a new date; return as `done` does."""
    return _carry_out_one(ws, number, k, promising_again, by=by, override=override)


def _carry_out_one(
    ws: Workspace, number: int, k: int, work: Callable[[Workspace], CaseWork], **given: object
) -> str:
    return " ".join(carry_out_one(ws, CaseTask(number, k, given), work(ws)).notes[:1])


Change = Callable[[Transaction, Case, Amends, Mapping[str, Any]], None]
Notes = Callable[[Case, Amends, Mapping[str, Any]], tuple[str, ...]]


def _changing(
    ws: Workspace,
    state: str,
    said: str,
    change: Change,
    *,
    closed_too: bool = False,
    notes: Notes = lambda _case, _amends, _given: (),
) -> CaseWork:
    """Return the work of a change that leads to `state`; `said` tells it in the past.

    If the memo was approved but not sent, it needs another approval: a note says so. In a closed
    case, a change is allowed only with `closed_too`.
    """

    def act(tx: Transaction, seen: Snapshot, task: CaseTask) -> Done:
        case, amends = seen.case, amends_of(seen.case, task.k)
        data = {"amends": amends.name, "state": state}
        if task.row is not None and _is_so_already(amends, state, task.given):
            return Done(case.number, data, changed=False)
        if not closed_too:
            need_open(case)
        change(tx, case, amends, task.given)
        asked = ask_again(ws, tx, case.number, f"amends {amends.name} {said} since")
        told = (asked, *notes(case, amends, task.given))
        return Done(case.number, data, notes=tuple(filter(None, told)))

    return CaseWork(act=act)


def _is_so_already(amends: Amends, state: str, given: Mapping[str, Any]) -> bool:
    """Whether a promise is already as a file says."""
    if state == "promised":
        return amends.state.value == state and amends.promise.promised_by == given["by"]
    evidence = " ".join((given.get("evidence") or amends.evidence).split())
    return amends.state.value == state and evidence == amends.evidence


def list_promises(ws: Workspace, *, everything: bool = False) -> list[PromiseView]:
    """Return every promise, the first due on top; of closed cases too with `everything`."""
    rows: list[PromiseView] = []
    with ws.ledger.read() as tx:
        for case in case_store.load(tx, case_store.numbers_of(tx)).values():
            if case.stage is Stage.CLOSED and not everything:
                continue
            today = tx.now.astimezone(ws.zone_of(case)).date()
            rows += [promise_view(case, amends, today) for amends in case.amends]
    return sorted(rows, key=lambda row: (row.promised_by or date.max, row.case))
