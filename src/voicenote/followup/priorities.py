"""What needs the owner most, over all cases in one order. Overdue promises come first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from voicenote.counting import count_of
from voicenote.followup.case_status import (
    QUESTIONS,
    asked_in_vain,
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
    settled,
    today,
    unsettled_answer,
    verdict,
)
from voicenote.followup.closing_rules import EVIDENCE, missing
from voicenote.followup.interpret import quote_answer
from voicenote.followup.memo_steps import (
    Need,
    PlainRow,
    Urgency,
    first_step,
    hurried,
    name_others,
    plain_need,
    warned,
)
from voicenote.followup.release_rules import steps_to_approval, told_of_recall
from voicenote.model.case import Severity, Stage
from voicenote.model.promise import AmendsState
from voicenote.model.receipt import Answer, Verdict
from voicenote.model.snapshot import Snapshot
from voicenote.model.touch import OPENING, WAITING, TouchKind, TouchState

#: How many days ahead a promise is due soon.
SOON = timedelta(days=2)
_BACK = (TouchState.REFUSED, TouchState.BOUNCED)
_STALE = "the case has changed since its memo was written; write it again"


@dataclass(frozen=True, slots=True)
class Row:
    """A case to be ranked.

    `breached`: its response clock ran out (R4), as the schedule says. `warning`: its cause came
    back after its prevention (S12), as the lessons say. `also`: the person's other open cases.
    """

    snapshot: Snapshot
    breached: bool = False
    warning: str = ""
    also: tuple[int, ...] = ()


def rank_needs(
    rows: Iterable[Row], now: datetime, plain: Iterable[PlainRow] = ()
) -> tuple[Need, ...]:
    """Return everything that needs the owner at `now` (aware), the most urgent first."""
    found = [name_others(need, row.also) for row in rows for need in needs(row, now)]
    found += map(plain_need, plain)
    return tuple(sorted(found, key=lambda need: need.order))


def needs(row: Row, now: datetime) -> Iterator[Need]:
    """Yield what this case needs of its owner. A closed one only when it was answered again."""
    snapshot = row.snapshot
    yield from _answer(snapshot)
    if snapshot.case.stage is Stage.CLOSED:
        return
    yield from _promises(snapshot, now)
    yield from _touches(snapshot)
    yield from _memo_needs(row)
    yield from _closing_needs(snapshot)


def _need(
    snapshot: Snapshot, urgency: Urgency, since: datetime, sentence: str, command: str
) -> Need:
    case = snapshot.case
    return Need(
        urgency=urgency,
        case=case.number,
        sentence=f"case {case.number}, {case.customer.name}: {sentence}",
        command=command,
        since=since,
        serious=case.complaint.severity is Severity.SERIOUS,
    )


def _promises(snapshot: Snapshot, now: datetime) -> Iterator[Need]:
    """Yield the promises that are overdue, and those that are to be done soon."""
    overdue = {one.k: days for one, days in overdue_promises(snapshot, now)}
    for one in snapshot.case.amends:
        aim = one.promise.target or one.promise.promised_by
        if days := overdue.get(one.k):
            urgency, since = Urgency.OVERDUE, now - timedelta(days=days)
            sentence = f"is {count_of(days, 'day')} overdue"
        elif one.state is AmendsState.PROMISED and aim and aim - today(snapshot, now) <= SOON:
            urgency, since = Urgency.DUE_SOON, now + (aim - today(snapshot, now))
            sentence = f"is to be done by {aim}; note {EVIDENCE[one.promise.kind]}"
        else:
            continue
        sentence = f"{name_promise(one)} {sentence}"
        yield _need(snapshot, urgency, since, sentence, done_command(one.name))


def _touches(snapshot: Snapshot) -> Iterator[Need]:
    """Yield what holds messages, and those that may not have arrived."""
    number = snapshot.case.number
    held = [t for t in snapshot.round_touches if t.state is TouchState.HELD and t.reason]
    # those are told of together, or the owner has held the whole batch
    held = [t for t in held if not (t.is_unreached or t.is_batch_held)]
    if held:
        count = count_of(len(held), "message is held", "messages are held")
        sentence = f"{count} ({held[0].reason}); look, then let them go"
        since = min(touch.due_at for touch in held)
        yield _need(snapshot, Urgency.HELD, since, sentence, f"voicenote plan {number} --resume")
    for touch in snapshot.round_touches:
        if touch.kind is TouchKind.NUDGE or (touch.is_by_hand and is_right(snapshot)):
            continue
        if touch.state is TouchState.UNCERTAIN:
            sentence = f"{describe_fate(touch)}; check, then say"
            command = f"voicenote mark-sent {number}"
            yield _need(snapshot, Urgency.UNCERTAIN, touch.due_at, sentence, command)
        elif touch.state in _BACK and not (snapshot.opted_out or is_right(snapshot)):
            mend = f"{mend_address(snapshot, touch)}; else find another way, then send it again"
            sentence = f"{describe_fate(touch)}; {mend}"
            command = f"voicenote resend {number}"
            yield _need(snapshot, Urgency.NOT_ARRIVED, touch.due_at, sentence, command)


def _answer(snapshot: Snapshot) -> Iterator[Need]:
    """Yield a need for the newest answer of a person, unless it is a yes."""
    case, closed = snapshot.case, snapshot.case.stage is Stage.CLOSED
    newest = unsettled_answer(snapshot) if closed else open_answer(snapshot)
    if newest is None:
        return
    ending = f"; to leave it closed, voicenote close {case.number}" * closed
    if case.taken_out:
        since = case.closed_at is None or newest.at > case.closed_at
        what = "has written since you took it out" if since else "wrote before you took it out"
        what += f"{_from(newest)}{quote_answer(newest)}"
        sentence = f"{what}{ending}; to take it up again"
        command = f"voicenote reopen {case.number}"
    elif newest.verdict is Verdict.NOT_YET:
        again = verdict(snapshot) is Verdict.NOT_YET and not snapshot.opted_out
        command = f"voicenote reopen {case.number}" if again else f"voicenote show {case.number}"
        said = f"says{_from(newest)} that it is not yet right{quote_answer(newest)}"
        sentence = said + ending
    else:
        sentence = f"has answered{_from(newest)}, and waits for you{quote_answer(newest)}"
        sentence += _ask_to_listen(newest, case.number)
        command = f"voicenote answer {case.number}"
    yield _need(snapshot, Urgency.ANSWER, newest.at, sentence, command)


def _ask_to_listen(answer: Answer, number: int) -> str:
    """Return what to do about an answer in sound: what was heard in it decides nothing."""
    if not answer.sounds:
        return ""
    told = f"; listen: voicenote play {number} --answers"
    return told + f"; is it put right? voicenote answer {number} --put-right" * bool(answer.heard)


def _from(answer: Answer) -> str:
    """Return the address of an answer if it isn't one of the customer's, in words; else ""."""
    return f" from {answer.writer} (not an address of theirs)" * bool(answer.writer)


def _memo_needs(row: Row) -> Iterator[Need]:
    """Yield the next step for an unsent memo. Customers who opted out get none."""
    snapshot, case = row.snapshot, row.snapshot.case
    step = first_step(case.stage, case.number, without_sound=snapshot.without_sound)
    if snapshot.opted_out or memo_at(snapshot) is not None or is_right(snapshot):
        return
    memos = openings(snapshot)
    if case.released and any(touch.is_unreached for touch in memos):
        return  # told of together with all others
    if memos and memos[-1].state in (*_BACK, TouchState.UNCERTAIN):
        return  # told of by that message: no run sends it again
    since = case.complaint.opened_at
    if step and case.stage is Stage.RENDERED:
        first, _, _ = steps_to_approval(snapshot).partition(", then ")
        step = (_why_not_approved(snapshot) or step[0], first)
    if case.stage is Stage.APPROVED and (given_up := _given_up(snapshot)):
        step = (given_up, f"voicenote resend {case.number}")
    step = warned(step, row.warning)
    if step is None and row.breached:
        step = ("send the memo, at the next decent hour", "voicenote run")
    if step:
        urgency = Urgency.APPROVAL if case.stage is Stage.RENDERED else Urgency.MAKE
        urgency, sentence, command = hurried(urgency, step, breached=row.breached)
        yield _need(snapshot, urgency, since, sentence, command)


def _why_not_approved(snapshot: Snapshot) -> str:
    """Return why a memo isn't approved: it was taken back, or its words are out of date."""
    memos = [touch for touch in snapshot.round_touches if touch.kind in OPENING and touch.reason]
    if not memos:
        return _STALE if snapshot.stale_words else ""
    if memos[-1].state in WAITING:
        told = told_of_recall(memos[-1].reason)
        return f"the memo {told}" if told else ""
    return f"{describe_fate(memos[-1])}, and is not approved"


def _given_up(snapshot: Snapshot) -> str:
    """Return why an approved memo won't be sent automatically any more, or ""."""
    memos = [touch for touch in snapshot.round_touches if touch.kind in OPENING]
    if not memos or memos[-1].state not in (TouchState.SKIPPED, TouchState.CANCELLED):
        return ""
    return f"{describe_fate(memos[-1])}; let it go, if it should leave"


def _closing_needs(snapshot: Snapshot) -> Iterator[Need]:
    """Yield the need for the lesson, once only that is missing, or for closing."""
    case = snapshot.case
    since = case.complaint.opened_at
    left = missing(snapshot)
    waits = any(t.state in WAITING and t.kind in QUESTIONS for t in snapshot.round_touches)
    mute = "" if waits or not rests_on_silence(snapshot) else asked_in_vain(snapshot)
    if mute and len(left) <= 1 + (case.lesson is None):
        sentence = f"was asked by {mute}, which brings no answers back; ask them another way"
        yield _need(snapshot, Urgency.CLOSE, since, sentence, f"voicenote answer {case.number}")
        return
    if not left and rests_on_silence(snapshot):
        return
    if not left:
        sentence, command = "nothing is missing any more", f"voicenote close {case.number}"
        yield _need(snapshot, Urgency.CLOSE, since, sentence, command)
    elif case.lesson is None and len(left) == 1 and settled(case.amends):
        sentence, command = "only the lesson is missing", f"voicenote lesson {case.number}"
        yield _need(snapshot, Urgency.LESSON, since, sentence, command)
