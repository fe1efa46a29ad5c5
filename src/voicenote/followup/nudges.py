"""Nudges: what the owner is told, in which words, each with a key so it is told once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from voicenote.followup.actions import About, Nudge
from voicenote.followup.case_status import (
    amends_of,
    memo_at,
    name_promise,
    openings,
    rests_on_silence,
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

_WORDS = {
    Verdict.PUT_RIGHT: "says that it is put right",
    Verdict.NOT_YET: "says that it is not yet right",
    Verdict.UNCLEAR: "has answered",
}


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


def too_late_nudge(snapshot: Snapshot, touch: Touch) -> Nudge:
    """Return the nudge for a message that was not sent because it is too late (invariant 4)."""
    number = snapshot.case.number
    when = f"{touch.due_at:%Y-%m-%d %H:%M} UTC"
    cure = f"ask them yourself, and write down what they say: voicenote answer {number}"
    if touch.kind in OPENING:
        released = snapshot.case.stage in (Stage.APPROVED, Stage.FOLLOWING)
        steps = f"voicenote resend {number}" if released else steps_to_approval(snapshot)
        cure = f"if it still makes sense: {steps}"
        cure = cure if released else f"it is not approved; {cure}"
    return Nudge(
        About.TOO_LATE,
        f"case {number}: the {_kind(touch)} was due {when}, too late to be sent now; {cure}",
        f"nudge:{number}:too-late:{touch.number}:{touch.attempt}",
    )


def status_nudge(snapshot: Snapshot, touch: Touch, now: datetime) -> Nudge | None:
    """Return the nudge for a promise due and not kept; None if an overdue nudge says so (R11)."""
    one = amends_of(snapshot, touch.planned.amends)
    if one is None or one.overdue(today(snapshot, now)):
        return None
    return Nudge(
        About.STATUS,
        f"{name_promise(one)} was promised to {snapshot.case.customer.name} for "
        f"{one.promise.promised_by} and is not done: tell them yourself, then do it. "
        f"{_done_command(one)}",
        f"nudge:{snapshot.case.number}:status:{touch.number}",
    )


def _overdue(snapshot: Snapshot, now: datetime) -> Iterator[Nudge]:
    """Yield a nudge for each overdue promise: on the first three days, then every week (R11)."""
    day = today(snapshot, now)
    for one in snapshot.case.amends:
        due = one.promise.promised_by
        if due is None or not one.overdue(day):
            continue
        days = (day - due).days
        step = min(days, 3) if days < 7 else days // 7 * 7
        yield Nudge(
            About.OVERDUE,
            f"OVERDUE: {name_promise(one)} was promised to {snapshot.case.customer.name} for "
            f"{due}, {days} day{'s' * (days > 1)} ago. {_done_command(one)}",
            f"nudge:{snapshot.case.number}:overdue:{one.k}:{due}:{step}",
        )


def _of_touches(snapshot: Snapshot) -> Iterator[Nudge]:
    number = snapshot.case.number
    for touch in snapshot.touches:
        if touch.kind is TouchKind.NUDGE:
            continue
        why = f" ({touch.reason})" if touch.reason else ""
        if touch.state is TouchState.UNCERTAIN:
            yield Nudge(
                About.UNCERTAIN,
                f"case {number}: the {_kind(touch)} may have been sent or not{why}; check, then "
                f"voicenote mark-sent {number} or voicenote resend {number}",
                f"nudge:{number}:uncertain:{touch.number}:{touch.attempt}",
            )
        elif touch.state in (TouchState.REFUSED, TouchState.BOUNCED):
            yield Nudge(
                About.NOT_ARRIVED,
                f"case {number}: the {_kind(touch)} was {touch.state.value}{why}; find another "
                f"way to {snapshot.case.customer.name}, then voicenote resend {number}",
                f"nudge:{number}:not-arrived:{touch.number}:{touch.attempt}",
            )


def answer_nudges(snapshot: Snapshot, rounds: int) -> Iterator[Nudge]:
    """Yield a nudge for the newest answer, unless it is a plain yes: the closing follows that."""
    case = snapshot.case
    if not snapshot.round_answers:
        return
    answer = max(snapshot.round_answers, key=lambda one: one.at)
    if answer.verdict is Verdict.PUT_RIGHT:
        return
    then = "script" if answer.verdict is Verdict.NOT_YET else "answer"
    yield Nudge(
        About.ANSWER,
        f"case {case.number}: {case.customer.name} {_WORDS[answer.verdict]}"
        f"{quote_inline(answer.text)}; "
        f"voicenote show {case.number}, then voicenote {then} {case.number}",
        f"nudge:{case.number}:answer:{answer.at.isoformat()}",
    )
    if answer.verdict is Verdict.NOT_YET and memo_at(snapshot) and case.round >= rounds:
        yield Nudge(
            About.ROUNDS,
            f"case {case.number} has had {case.round} rounds and is not yet right: decide "
            f"yourself, voicenote reopen {case.number} or voicenote close {case.number}",
            f"nudge:{case.number}:rounds:{case.round}",
        )


def _steps(snapshot: Snapshot) -> Iterator[Nudge]:
    case = snapshot.case
    if case.stage is Stage.RENDERED and not snapshot.opted_out:
        memos = openings(snapshot)
        told = told_of_recall(memos[-1].reason) if memos else ""
        steps = steps_to_approval(snapshot)
        steps = steps if REWORDS in told else f"voicenote play {case.number}, then {steps}"
        yield Nudge(
            About.APPROVAL,
            f"case {case.number}: the memo for {case.customer.name} "
            + (f"{told}; {steps}" if told else f"waits for your approval: {steps}"),
            f"nudge:{case.number}:approval:{case.round}",
        )
    if not missing(snapshot) and not rests_on_silence(snapshot):
        yield Nudge(
            About.CLOSE,
            f"case {case.number}: nothing is missing any more: voicenote close {case.number}",
            f"nudge:{case.number}:close:{case.round}",
        )


def _done_command(one: Amends) -> str:
    return f'When it is done: voicenote amends done {one.name} --evidence "…"'


def _kind(touch: Touch) -> str:
    return touch.kind.value.replace("-", " ")
