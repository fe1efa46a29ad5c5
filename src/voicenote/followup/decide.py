"""What next, for one case: a pure function from (snapshot, now) to actions.

Deciding twice changes nothing: once its actions are carried out, there is nothing more to do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from voicenote.followup.actions import (
    Action,
    CancelTouch,
    CloseAsNoAnswer,
    MarkBroken,
    Nudge,
    Reopen,
    SkipTouch,
)
from voicenote.followup.case_status import (
    QUESTIONS,
    SILENT_TOUCHES,
    amends_of,
    answered_since,
    booked_at,
    memo_at,
    needs_yes,
    opening_kinds,
    openings,
    settled,
    silences,
    tell_local,
    today,
    told_already,
    verdict,
)
from voicenote.followup.closing_rules import missing
from voicenote.followup.nudges import answer_nudges, nudges, status_nudge, too_late_nudge
from voicenote.followup.release_rules import also_recalled
from voicenote.model.case import Stage
from voicenote.model.promise import AmendsState
from voicenote.model.receipt import Verdict
from voicenote.model.snapshot import Snapshot
from voicenote.model.touch import IN_FLIGHT, WAITING, Touch, TouchKind, TouchState
from voicenote.model.transitions import AMENDS, CASE, TOUCH, after

#: How many rounds may begin automatically (S10), unless ``[policy]`` says otherwise.
ROUNDS = 3
#: How long the last question waits for an answer before silence counts.
PATIENCE = timedelta(days=3)


def decide(snapshot: Snapshot, now: datetime, rounds: int = ROUNDS) -> tuple[Action, ...]:
    """Return what to do about this case at `now` (aware), in order.

    `rounds` is how many rounds may begin automatically (S10). The rules: a person's answer, an
    opt-out, a closed case or a new round cancels what waits (invariant 6, S10). What is needless,
    too late, or speaks of a promise that isn't kept is skipped (invariant 4, R11). A promise past
    its date is broken. A *not yet* reopens. Silence after three questions closes (R14). Owners are
    told once for each key.
    """
    known = {touch.key for touch in snapshot.touches}
    if snapshot.case.stage is Stage.CLOSED or _reopens(snapshot, rounds):
        return _turn_over(snapshot, now, rounds, known)
    found = [one for touch in snapshot.touches for one in _about_touch(snapshot, touch, now)]
    tell = [one for one in found if isinstance(one, Nudge)]
    actions: list[Action] = [one for one in found if not isinstance(one, Nudge)]
    actions += _break_overdue(snapshot, now)
    later = apply_actions(snapshot, actions)
    if _silence_closes(later, now):
        actions += _cancel_all(later, "the case is closed: no answer")
        return (*actions, CloseAsNoAnswer())
    return (*actions, *_new([*tell, *nudges(later, now, rounds)], known))


def unwanted(snapshot: Snapshot, touch: Touch) -> str:
    """Return why a message that is about to be sent is no longer wanted, or ""."""
    if snapshot.case.stage is Stage.CLOSED:
        return "the case is closed"
    return _why_cancel(snapshot, touch)


def apply_actions(snapshot: Snapshot, actions: Iterable[Action]) -> Snapshot:
    """Return `snapshot` as it is after these actions. Nudges change nothing in it.

    Raises ImpossibleTransition for an action that the state table doesn't allow.
    """
    case, touches = snapshot.case, list(snapshot.touches)
    for action in actions:
        match action:
            case CancelTouch(number, reason) | SkipTouch(number, reason):
                event = "cancel" if isinstance(action, CancelTouch) else "skip"
                touches = [
                    replace(
                        one, state=after(TOUCH, one.state, event), reason=reason, reason_code=""
                    )
                    if one.number == number
                    else one
                    for one in touches
                ]
            case MarkBroken(k):
                amends = tuple(
                    replace(one, state=after(AMENDS, one.state, "break")) if one.k == k else one
                    for one in case.amends
                )
                case = replace(case, amends=amends)
            case Reopen():
                stage = after(CASE, case.stage, "reopen")
                case = replace(case, stage=stage, round=case.round + 1, outcome=None)
            case CloseAsNoAnswer():
                case = replace(case, stage=after(CASE, case.stage, "close"))
            case Nudge():
                pass
    return replace(snapshot, case=case, touches=tuple(touches))


def _turn_over(
    snapshot: Snapshot, now: datetime, rounds: int, known: Collection[str]
) -> tuple[Action, ...]:
    """Return the actions for a case that is closed or reopens: nothing of it may still wait."""
    if not _reopens(snapshot, rounds):
        return tuple(_cancel_all(snapshot, "the case is closed"))
    actions: list[Action] = [
        *_cancel_all(snapshot, "the customer says that it is not yet right"),
        *_break_overdue(snapshot, now),
        Reopen("the customer says that it is not yet right"),
    ]
    told = answer_nudges(snapshot, rounds)
    later = nudges(apply_actions(snapshot, actions), now, rounds)
    return (*actions, *_new([*told, *later], known))


def _reopens(snapshot: Snapshot, rounds: int) -> bool:
    """Whether the newest clear word is *not yet*, and another round is left.

    Abuse has none, and what was taken out waits for the owner.
    """
    case = snapshot.case
    return (
        verdict(snapshot) is Verdict.NOT_YET
        and case.stage in CASE["reopen"]
        and case.round < rounds
        and not case.complaint.abusive
        and not case.taken_out
        and not snapshot.opted_out
    )


def _cancel_all(snapshot: Snapshot, reason: str) -> list[Action]:
    return [CancelTouch(one.number, reason) for one in snapshot.touches if one.state in WAITING]


def _break_overdue(snapshot: Snapshot, now: datetime) -> list[Action]:
    day = today(snapshot, now)
    return [
        MarkBroken(one.k)
        for one in snapshot.case.amends
        if one.state is AmendsState.PROMISED and one.overdue(day)
    ]


def _about_touch(snapshot: Snapshot, touch: Touch, now: datetime) -> Iterator[Action]:
    """Yield what to do about one message; a skip that a person has to know of with a nudge."""
    if touch.state not in WAITING:
        return
    if stop := _why_cancel(snapshot, touch):
        yield CancelTouch(touch.number, stop)
    elif touch.state is TouchState.DUE and touch.due_at <= now:
        yield from _about_due(snapshot, touch, now)


def _about_due(snapshot: Snapshot, touch: Touch, now: datetime) -> Iterator[Action]:
    late, nudge = touch.planned.too_late_at, None
    if needless := _why_needless(snapshot, touch, now):
        yield SkipTouch(touch.number, needless)
    elif late is not None and late < now:
        why = f"too late: it was due {tell_local(snapshot, touch.due_at)}"
        yield SkipTouch(touch.number, why + also_recalled(touch.reason))
        nudge = None if touch.kind is TouchKind.NUDGE else too_late_nudge(snapshot, touch)
    elif touch.kind is TouchKind.STATUS and not _promises_settled(snapshot, touch):
        yield SkipTouch(touch.number, "the promise is not kept: a person tells them (R11)")
        nudge = status_nudge(snapshot, touch, now)
    if nudge:
        yield nudge


def _why_cancel(snapshot: Snapshot, touch: Touch) -> str:
    """Return why this message is no longer wanted, or ""."""
    case = snapshot.case
    if touch.round != case.round:
        return "a new round has begun"
    if touch.kind is TouchKind.NUDGE:
        return ""
    if snapshot.opted_out:
        return "the customer opted out"
    if answered_since(snapshot, booked_at(snapshot, touch)):
        return "the customer answered"
    if case.complaint.abusive and touch.kind not in opening_kinds(case):
        return "one courteous note, and then nothing more (S10)"
    return ""


def _why_needless(snapshot: Snapshot, touch: Touch, now: datetime) -> str:
    """Return why this message, now due, is not needed or makes no sense, or ""."""
    one, kind = amends_of(snapshot, touch.planned.amends), touch.kind
    state, had_memo = one.state if one else None, memo_at(snapshot) is not None
    unless = {
        "answered": answered_since(snapshot, booked_at(snapshot, touch)),
        "put-right": verdict(snapshot) is Verdict.PUT_RIGHT,
        "kept": _promises_settled(snapshot, touch),
        "memo-arrived": had_memo,
    }
    reasons = {
        "the promise was waived": state is AmendsState.WAIVED,
        "this round has had its memo: one apology for one failure (R6)": (
            had_memo and kind in opening_kinds(snapshot.case)
        ),
        "they were told already that you heard them, and have not written since (R6)": (
            kind is TouchKind.ACKNOWLEDGE and told_already(snapshot, touch) is not None
        ),
        "the customer has confirmed it already": (
            kind is TouchKind.STATUS and state is AmendsState.CONFIRMED
        ),
        f"not needed: {touch.planned.unless.replace('-', ' ')}": unless.get(touch.planned.unless),
        "the memo has not arrived, so there is nothing to ask about": (
            kind in QUESTIONS and openings(snapshot) and not had_memo
        ),
        "a promise is not kept yet, so there is nothing to confirm": (
            kind is TouchKind.CONFIRM and not settled(snapshot.case.amends)
        ),
        # an overdue promise has its own nudge
        "the promise is overdue, and that is told on its own": (
            kind is TouchKind.NUDGE and one is not None and one.overdue(today(snapshot, now))
        ),
    }
    return next((why for why, holds in reasons.items() if holds), "")


def _promises_settled(snapshot: Snapshot, touch: Touch) -> bool:
    """Whether the promise that a message is about is settled; or all, if it is about none."""
    one = amends_of(snapshot, touch.planned.amends)
    return settled([one] if one else snapshot.case.amends)


def _silence_closes(snapshot: Snapshot, now: datetime) -> bool:
    """Whether the plan has run out, three questions met silence, and nothing else is missing."""
    silent = silences(snapshot)
    if (
        len(silent) < SILENT_TOUCHES
        or verdict(snapshot) is not None
        or not needs_yes(snapshot.case)
        or missing(snapshot)
        or snapshot.opted_out
    ):
        return False
    open_ = WAITING | IN_FLIGHT | {TouchState.UNCERTAIN}
    if any(t.state in open_ and t.kind is not TouchKind.NUDGE for t in snapshot.touches):
        return False
    return now >= max(touch.left_at for touch in silent) + PATIENCE


def _new(found: Iterable[Nudge], known: Collection[str]) -> tuple[Nudge, ...]:
    """Return the nudges whose key is new, each once, in order."""
    fresh = {one.key: one for one in found if one.key not in known}
    return tuple(fresh.values())
