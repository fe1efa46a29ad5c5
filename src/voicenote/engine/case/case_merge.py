"""Joining two cases of one failure: one goes on, with what both have; the other is closed.

What was sent stays where it is. Answers to it that come later go to the case that goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from voicenote.engine.case.approval import book_promise, need_open
from voicenote.engine.case.case_edit import Edited, edit_in
from voicenote.engine.case.case_withdraw import take_out
from voicenote.engine.case.consent import opt_out_in
from voicenote.engine.case.decisions import decide_in
from voicenote.engine.case.withdrawal import ask_again
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo, TryAgain, WrongUse
from voicenote.intake.case_text import facts_of
from voicenote.ledger import case_store, joined, optouts, touches
from voicenote.ledger.changes import hold_cases
from voicenote.ledger.identity import same_person
from voicenote.ledger.store import Transaction
from voicenote.model.address import field_of
from voicenote.model.case import Case, Severity, story_of
from voicenote.model.promise import KEPT, Amends, AmendsState
from voicenote.model.touch import IN_FLIGHT, MAY_HAVE_LEFT, WAITING, TouchKind, TouchState

#: What the case that goes on keeps of its own, even where it has nothing.
_OWN = ("finding", "finding_reason", "severity", "abusive", "opened_at", "owner")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Case `merged` goes on as `case`, with its promises (by their new names) and answers.

    `twins` are promises that both had, which stay once. `fields` were filled from the other case.
    """

    case: int
    merged: int
    promises: tuple[str, ...]
    twins: tuple[str, ...]
    answers: int
    fields: tuple[str, ...]
    cancelled: int
    notes: tuple[str, ...] = ()


def merge(ws: Workspace, number: int, other: int, anyway: str = "") -> Merged:
    """Join case `other` to case `number`, which goes on.

    Raises RuleSaysNo when one of them is closed, when they aren't the same person's unless `anyway`
    gives a reason, and when only `other` has sent something: then it has to be the one that goes
    on.
    """
    if number == other:
        raise WrongUse("a case can't be merged with itself", "voicenote merge N M takes two cases")
    with ws.ledger.write() as tx:
        hold_cases(tx, (number, other))
        case, gone = case_store.get(tx, number), case_store.get(tx, other)
        _need_mergeable(tx, case, gone, anyway)
        waiting = sum(
            t.state in WAITING and t.kind is not TouchKind.NUDGE
            for t in touches.of_cases(tx, [other])
        )
        twins = tuple(one.name for one in gone.amends if _is_twin(one, case))
        moved = joined.move_promises(
            tx, case, [one for one in gone.amends if one.name not in twins]
        )
        answers = joined.move_what_came(tx, case, other)
        fields = _fill(ws, tx, case, gone)
        take_out(tx, other, "merge", f"it goes on as case {number}", into=number)
        tx.tell("case_joined", number, merged=other, reason=anyway)
        for k in moved:
            book_promise(ws, tx, number, k)
        asked = ask_again(ws, tx, number, f"case {other} was merged into it") if moved else ""
        decide_in(ws, tx, [number])
        notes = tuple(filter(None, (asked, *fields.notes, *_told(tx, case, gone))))
    return Merged(
        case=number,
        merged=other,
        promises=tuple(f"{number}.{k}" for k in moved),
        twins=twins,
        answers=answers,
        fields=tuple(one.field for one in fields.changed),
        cancelled=waiting,
        notes=notes,
    )


def is_merged(ws: Workspace, number: int, other: int) -> bool:
    """Return whether case `other` goes on as case `number` already."""
    with ws.ledger.read() as tx:
        return case_store.get(tx, other).merged_into == number


def _need_mergeable(tx: Transaction, case: Case, gone: Case, anyway: str) -> None:
    for one in (case, gone):
        need_open(one)
    if not (anyway or same_person(case.customer, gone.customer)):
        raise RuleSaysNo(
            f"case {case.number} is {case.customer.name}'s and case {gone.number} is "
            f"{gone.customer.name}'s: they share no address",
            f"if it is one person: voicenote merge {case.number} {gone.number} --anyway REASON",
        )
    ours, theirs = (_states(tx, one.number) for one in (case, gone))
    if theirs & IN_FLIGHT:
        raise TryAgain(f"a message of case {gone.number} is being sent", "try it again in a minute")
    out = MAY_HAVE_LEFT | {TouchState.BOUNCED}
    if theirs & out and not ours & out:
        raise RuleSaysNo(
            f"{gone.customer.name} has heard of case {gone.number}, and not of case {case.number}",
            f"let that one go on: voicenote merge {gone.number} {case.number}",
        )


def _states(tx: Transaction, number: int) -> set[TouchState]:
    mine = touches.of_cases(tx, [number])
    return {touch.state for touch in mine if touch.kind is not TouchKind.NUDGE}


def _is_twin(one: Amends, case: Case) -> bool:
    """Return whether a case has the same promise, as far along; then it is promised once."""
    return any(
        mine.promise.kind is one.promise.kind
        and mine.promise.value == one.promise.value
        and story_of(mine.promise.text) == story_of(one.promise.text)
        and (mine.state in KEPT or one.state not in KEPT)
        for mine in case.amends
        if mine.state is not AmendsState.WAIVED
    )


def _fill(ws: Workspace, tx: Transaction, case: Case, gone: Case) -> Edited:
    """Take what only the other case knows: fields that are empty here, and further addresses."""
    zone = ws.zone_of(case)
    ours, theirs = facts_of(case, zone), facts_of(gone, zone)
    wanted = {
        name: text
        for name, text in theirs.items()
        if text and not ours.get(name) and name not in _OWN and not name.startswith("amends.")
    }
    known = case.customer.marks
    for kind in {one.kind for one in gone.customer.addresses}:
        new = [a for a in gone.customer.addresses if a.kind == kind and a.mark not in known]
        both = [*(a for a in case.customer.addresses if a.kind == kind), *new]
        if new:
            wanted[field_of(kind)] = "; ".join(one.value for one in both)
    if gone.complaint.opened_at < case.complaint.opened_at:
        wanted["opened_at"] = theirs["opened_at"]
    if gone.complaint.severity is Severity.SERIOUS:
        wanted["severity"] = theirs["severity"]
    done = edit_in(ws, tx, case.number, wanted)
    if optouts.is_gone_themselves(tx, gone.number):
        opt_out_in(tx, case)
    return done


def _told(tx: Transaction, case: Case, gone: Case) -> Iterator[str]:
    if story_of(case.complaint.what_happened) != story_of(gone.complaint.what_happened):
        yield (
            f"Case {gone.number} tells it in other words, which stay there: voicenote show "
            f"{gone.number}, and voicenote edit {case.number} to take them over"
        )
    if _states(tx, gone.number) & MAY_HAVE_LEFT:
        yield f"What was sent in case {gone.number} stays there; answers to it come here"
