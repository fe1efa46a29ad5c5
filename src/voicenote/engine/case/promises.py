"""Amends: added, done with evidence, confirmed, broken, waived. The plan follows each change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from voicenote.engine.case.approval import book_promise, need_open
from voicenote.engine.case.case_view import PromiseView, promise_view
from voicenote.engine.case.decisions import decide_in
from voicenote.engine.case.money_bands import weigh
from voicenote.engine.case.withdrawal import ask_again
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, ImpossibleTransition, RuleSaysNo, WrongUse
from voicenote.followup.closing_rules import evidence_for
from voicenote.followup.compensation import Adequacy, Judgement
from voicenote.ledger import case_store, optouts, touches
from voicenote.ledger.changes import change_amends
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case, Stage
from voicenote.model.promise import Amends, Promise
from voicenote.model.touch import WAITING, TouchKind
from voicenote.script.deed_conflicts import deed_notes


def amends_of(case: Case, k: int) -> Amends:
    """Return promise `k` of a case. Raises WrongUse when there is none."""
    for amends in case.amends:
        if amends.k == k:
            return amends
    known = ", ".join(amends.name for amends in case.amends) or "none"
    raise WrongUse(f"case {case.number} has no amends {case.number}.{k}", f"it has: {known}")


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


def say_deed_in(tx: Transaction, number: int, deed: str, k: int | None = None) -> None:
    """Change how a promise is said to the customer, within a transaction; "" takes it back.

    Without `k` it is the only promise of the case's round. Raises WrongUse when there is no such
    promise, or more than one.
    """
    case = case_store.locked(tx, number)
    need_open(case)
    found = _only_promise(case) if k is None else amends_of(case, k)
    if found.promise.deed != deed:
        case_store.say_deed(tx, number, found.k, deed)


def _only_promise(case: Case) -> Amends:
    standing = case.round_amends
    if not standing:
        raise WrongUse(
            f"case {case.number} has no promise yet that you could put into words",
            f"promise it first: voicenote triage {case.number} --accept",
        )
    if len(standing) > 1:
        raise WrongUse(
            f"case {case.number} has {len(standing)} promises",
            f"say which: voicenote amends say {standing[0].name} --deed TEXT",
        )
    return standing[0]


def say_deed(ws: Workspace, number: int, k: int, deed: str) -> tuple[str, ...]:
    """Change how promise `k` is said; return notes.

    They say that an approval was taken back, and where the deed isn't what is promised.
    """
    with ws.ledger.write() as tx:
        say_deed_in(tx, number, deed, k)
        again = ask_again(
            ws, tx, number, f"the deed of amends {number}.{k} is said otherwise since"
        )
        case = case_store.get(tx, number)
    tag = case.customer.language or ws.settings.owner.language
    return (*filter(None, [again]), *deed_notes(amends_of(case, k).promise, tag))


def to_come(day: date | None, today: date) -> None:
    """Raise WrongUse for a day that has passed: a promise for it can't be kept."""
    if day is not None and day < today:
        raise WrongUse(f"{day} has passed: it is {today}", "give a day that is still to come")


def done(ws: Workspace, number: int, k: int, evidence: str, override: str = "") -> str:
    """Record that a promise was done; return a note if an approval was taken back.

    Raises RuleSaysNo without evidence (S4), and for money that is too much (R8) or for an unfounded
    complaint (S9), in the promise or in its evidence, unless `override` gives a reason.
    """

    def change(tx: Transaction, amends: Amends) -> None:
        shown = evidence_for(amends, evidence)
        weigh(ws, tx, case_store.get(tx, number), override=override, evidence={k: shown})
        facts: dict[str, object] = {"evidence": shown}
        change_amends(tx, number, k, "do", facts=facts, evidence=shown, done_at=tx.now)

    return _change(ws, number, k, change, "was done")


def confirm(ws: Workspace, number: int, k: int) -> str:
    """Record that the customer confirms it arrived; return as `done` does."""
    return _event(ws, number, k, "confirm", stamp="confirmed_at")


def mark_broken(ws: Workspace, number: int, k: int, reason: str) -> str:
    """Record that a promise was not kept; return as `done` does."""
    return _event(ws, number, k, "break", reason=reason)


def waive(ws: Workspace, number: int, k: int, reason: str) -> str:
    """Record that the customer waives a promise; return as `done` does.

    Raises RuleSaysNo without a reason.
    """
    if not reason.strip():
        raise RuleSaysNo(
            f"amends {number}.{k} cannot be waived without a reason",
            "only the customer can let you off: write their words with --reason",
        )
    return _event(ws, number, k, "waive", reason=reason)


def promise_again(ws: Workspace, number: int, k: int, by: date, override: str = "") -> str:
    """Give a promise a new date: it was or will be broken, and the customer knows.

    Returns as `done` does. Raises WrongUse for a day that has passed where the customer is,
    BadData for one before the target date, and RuleSaysNo as `add` does.
    """

    def change(tx: Transaction, amends: Amends) -> None:
        to_come(by, tx.now.astimezone(ws.zone_of(case_store.get(tx, number))).date())
        if amends.promise.target and amends.promise.target > by:
            raise BadData(f"{by} is before the target date {amends.promise.target}", "choose later")
        weigh(ws, tx, case_store.get(tx, number), override=override)
        facts: dict[str, object] = {"promised_by": by.isoformat()}
        change_amends(tx, number, k, "promise", facts=facts, promised_by=by)
        book_promise(ws, tx, number, k)

    return _change(ws, number, k, change, "has another date")


def _event(
    ws: Workspace, number: int, k: int, event: str, *, reason: str = "", stamp: str = ""
) -> str:
    def change(tx: Transaction, _amends: Amends) -> None:
        facts: dict[str, object] = {"reason": reason} if reason else {}
        values: dict[str, Any] = {stamp: tx.now} if stamp else {}
        change_amends(tx, number, k, event, facts=facts, **values)

    said = {"confirm": "was confirmed", "break": "was broken", "waive": "was waived"}[event]
    return _change(ws, number, k, change, said, closed_too=event == "confirm")


def _change(
    ws: Workspace,
    number: int,
    k: int,
    change: Callable[[Transaction, Amends], None],
    said: str,
    *,
    closed_too: bool = False,
) -> str:
    """Change a promise of an open case, and decide what follows, in one transaction.

    If the memo was approved but not sent, it needs another approval: `said` tells why. Returns a
    note about that. In a closed case, a change is allowed only with `closed_too`.
    """
    with ws.ledger.write() as tx:
        case = case_store.locked(tx, number)
        amends = amends_of(case, k)
        if not closed_too:
            need_open(case)
        try:
            change(tx, amends)
        except ImpossibleTransition as no:
            what = f"amends {amends.name}: {no.what}"
            raise ImpossibleTransition(what, no.advice.replace("N.K", amends.name)) from None
        asked = ask_again(ws, tx, number, f"amends {amends.name} {said} since")
        decide_in(ws, tx, [number])
    return asked


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
