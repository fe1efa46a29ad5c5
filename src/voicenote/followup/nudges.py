"""Nudges: what the owner is told, in which words, each with a key so it is told once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from voicenote.counting import count_of
from voicenote.followup.actions import About, Nudge
from voicenote.followup.case_status import (
    amends_of,
    describe_fate,
    done_command,
    is_right,
    memo_at,
    mend_address,
    name_promise,
    open_answer,
    openings,
    overdue_promises,
    rests_on_silence,
    tell_local,
    today,
)
from voicenote.followup.closing_rules import missing
from voicenote.followup.interpret import quote_inline
from voicenote.followup.release_rules import REWORDS, steps_to_approval, told_of_recall
from voicenote.model.case import Stage
from voicenote.model.promise import Amends
from voicenote.model.receipt import Verdict
from voicenote.model.snapshot import Snapshot
from voicenote.model.touch import OPENING, Touch, TouchKind, TouchState


def nudges(snapshot: Snapshot, now: datetime, rounds: int) -> tuple[Nudge, ...]:
    """Return all that the owner of an open case should know at `now`, the most urgent first.

    `rounds` is the cap of the policy. The keys tell which were given before.
    """
    if snapshot.case.stage is Stage.CLOSED:
        return ()
    found = [
        *_overdue(snapshot, now),
        *_of_touches(snapshot),
        *answer_nudges(snapshot, rounds),
        *_steps(snapshot),
    ]
    order = list(About)
    return tuple(sorted(found, key=lambda nudge: order.index(nudge.about)))


def _nudge(snapshot: Snapshot, about: About, text: str, mark: object) -> Nudge:
    """Return a nudge about a case; `mark` tells it from the case's others about the same."""
    return Nudge(about, text, f"nudge:{snapshot.case.number}:{about.value}:{mark}")


def too_late_nudge(snapshot: Snapshot, touch: Touch) -> Nudge:
    """Return the nudge for a message that was not sent because it is too late (invariant 4)."""
    number = snapshot.case.number
    cure = f"ask them yourself, and write down what they say: voicenote answer {number}"
    if touch.kind in OPENING and snapshot.case.released:
        cure = f"if it still makes sense: voicenote resend {number}"
    elif touch.kind in OPENING:
        cure = f"it is not approved; if it still makes sense: {steps_to_approval(snapshot)}"
    text = (
        f"case {number}: the {touch.kind.words} was due {tell_local(snapshot, touch.due_at)}, "
        f"too late to be sent now; {cure}"
    )
    return _nudge(snapshot, About.TOO_LATE, text, f"{touch.number}:{touch.attempt}")


def status_nudge(snapshot: Snapshot, touch: Touch, now: datetime) -> Nudge | None:
    """Return the nudge for a promise due and not kept; None if an overdue nudge says so (R11)."""
    one = amends_of(snapshot, touch.planned.amends)
    if one is None or one.overdue(today(snapshot, now)):
        return None
    text = f"{_promised(snapshot, one)} and is not done: tell them yourself, then do it. "
    return _nudge(snapshot, About.STATUS, text + _when_done(one), touch.number)


def _overdue(snapshot: Snapshot, now: datetime) -> Iterator[Nudge]:
    """Yield a nudge for each overdue promise: on the first three days, then every week (R11)."""
    for one, days in overdue_promises(snapshot, now):
        step = min(days, 3) if days < 7 else days // 7 * 7
        ago = f"{count_of(days, 'day')} ago"
        text = f"OVERDUE: {_promised(snapshot, one)}, {ago}. {_when_done(one)}"
        mark = f"{one.k}:{one.promise.promised_by}:{step}"
        yield _nudge(snapshot, About.OVERDUE, text, mark)


def _promised(snapshot: Snapshot, one: Amends) -> str:
    to, by = snapshot.case.customer.name, one.promise.promised_by
    return f"{name_promise(one)} was promised to {to} for {by}"


def _when_done(one: Amends) -> str:
    return f"When it is done: {done_command(one.name)}"


def _of_touches(snapshot: Snapshot) -> Iterator[Nudge]:
    """Yield a nudge for each message to the customer that may not have arrived."""
    number = snapshot.case.number
    again = f"voicenote resend {number}"
    states = (TouchState.UNCERTAIN, TouchState.REFUSED, TouchState.BOUNCED)
    for touch in snapshot.touches:
        if touch.kind is TouchKind.NUDGE or touch.state not in states:
            continue
        uncertain = touch.state is TouchState.UNCERTAIN
        if is_right(snapshot) and (not uncertain or touch.is_by_hand):
            continue
        about = About.UNCERTAIN if uncertain else About.NOT_ARRIVED
        other = f"{mend_address(snapshot, touch)}; else find another way to "
        cure = f"{other}{snapshot.case.customer.name}; then {again}"
        if uncertain:
            cure = f"check, then voicenote mark-sent {number} or {again}"
        text = f"case {number}: {describe_fate(touch)}; {cure}"
        yield _nudge(snapshot, about, text, f"{touch.number}:{touch.attempt}")


def answer_nudges(snapshot: Snapshot, rounds: int) -> Iterator[Nudge]:
    """Yield a nudge for the newest answer, unless it is a plain yes: the closing follows that."""
    case, answer = snapshot.case, open_answer(snapshot)
    if answer is None:
        return
    not_yet = answer.verdict is Verdict.NOT_YET
    says = "says that it is not yet right" if not_yet else "has answered"
    text = (
        f"case {case.number}: {case.customer.name} {says}{quote_inline(answer.text)}; "
        f"voicenote show {case.number}, "
        f"then voicenote {'script' if not_yet else 'answer'} {case.number}"
    )
    yield _nudge(snapshot, About.ANSWER, text, answer.at.isoformat())
    if not_yet and memo_at(snapshot) and case.round >= rounds:
        text = (
            f"case {case.number} has had {case.round} rounds and is not yet right: decide "
            f"yourself, voicenote reopen {case.number} or voicenote close {case.number}"
        )
        yield _nudge(snapshot, About.ROUNDS, text, case.round)


def _steps(snapshot: Snapshot) -> Iterator[Nudge]:
    """Yield what only waits for the owner: the approval of a memo, or the closing."""
    case = snapshot.case
    if case.stage is Stage.RENDERED and not (snapshot.opted_out or is_right(snapshot)):
        memos, steps = openings(snapshot), steps_to_approval(snapshot)
        told = told_of_recall(memos[-1].reason) if memos else ""
        if snapshot.stale_words and REWORDS not in told:
            told = "has to be written again, as the case has changed since"
        elif REWORDS not in told:
            steps = f"voicenote play {case.number}, then {steps}"
        said = f"{told}; {steps}" if told else f"waits for your approval: {steps}"
        text = f"case {case.number}: the memo for {case.customer.name} {said}"
        yield _nudge(snapshot, About.APPROVAL, text, case.round)
    if not missing(snapshot) and not rests_on_silence(snapshot):
        text = f"case {case.number}: nothing is missing any more: voicenote close {case.number}"
        yield _nudge(snapshot, About.CLOSE, text, case.round)
