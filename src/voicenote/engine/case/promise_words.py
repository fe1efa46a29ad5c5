"""How a promise is said to the customer: in the owner's own sentences."""

from __future__ import annotations

from dataclasses import replace

from voicenote.engine.case.approval import need_open
from voicenote.engine.case.withdrawal import ask_again
from voicenote.engine.workspace import Workspace
from voicenote.errors import WrongUse
from voicenote.ledger import case_store
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case
from voicenote.model.promise import Amends, Promise
from voicenote.script.deed_conflicts import deed_notes, find_deed_conflicts


def amends_of(case: Case, k: int) -> Amends:
    """Return promise `k` of a case. Raises WrongUse when there is none."""
    for amends in case.amends:
        if amends.k == k:
            return amends
    known = ", ".join(amends.name for amends in case.amends) or "none"
    raise WrongUse(f"case {case.number} has no amends {case.number}.{k}", f"it has: {known}")


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


def misfits(promise: Promise, tag: str) -> tuple[str, ...]:
    """Return where the words of a promise, its deed or else its text, don't fit its day or sum."""
    if promise.deed:
        return deed_notes(promise, tag)
    found = find_deed_conflicts(replace(promise, deed=promise.text, value=None), tag)
    return tuple(note.replace("the deed says", "its text says") for note in found)


def old_words(amends: Amends, tag: str) -> tuple[str, ...]:
    """Return where the words of a promise don't fit its day or its sum, each with the cure."""
    name = amends.name
    cure = f'voicenote amends say {name} --deed "…"'
    return tuple(f"amends {name}: {note}: {cure}" for note in misfits(amends.promise, tag))
