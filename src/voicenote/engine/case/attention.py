"""What needs the owner most, over all cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from voicenote.counting import count_of
from voicenote.engine.case.cause_history import all_returned
from voicenote.engine.case.consent import TO_READ, UNPLACED
from voicenote.engine.case.release import mark_stale
from voicenote.engine.case.troubles import OwnNeed, troubles_apart
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData
from voicenote.followup.case_status import acknowledged_at, clock_start, memo_at
from voicenote.followup.interpret import quote_inline
from voicenote.followup.memo_steps import Need, PlainRow
from voicenote.followup.priorities import Row, rank_needs
from voicenote.ledger import (
    arrivals,
    attachments,
    persons,
    touches,
    unreachable,
)
from voicenote.ledger.arrivals import UnmatchedArrival
from voicenote.ledger.plain_cases import PlainCase, find_idle, list_stirring, list_unmade
from voicenote.ledger.snapshots import snapshots
from voicenote.ledger.store import Transaction
from voicenote.ledger.unreadable import readable
from voicenote.model.attachment import AttachmentState
from voicenote.model.case import Severity, Stage
from voicenote.model.snapshot import Snapshot
from voicenote.model.touch import BATCH_HELD
from voicenote.schedule.clocks import Clocks, ClockState, Reading, read_clock
from voicenote.settings import Policy

#: How many messages that hold nobody are listed one by one.
_LISTED = 5
_SEE = "voicenote receive --unmatched"


@dataclass(frozen=True, slots=True)
class Attention:
    """What needs the owner: `needs` of cases, the most urgent first, and `apart` from any case."""

    needs: tuple[Need, ...]
    apart: tuple[OwnNeed, ...]


def what_needs_me(ws: Workspace) -> Attention:
    """Return everything that needs the owner."""
    policy = ws.settings.policy
    with ws.ledger.read() as tx:
        breach = tx.now - timedelta(hours=policy.breach_hours)
        unmade = _list_unmade(tx)
        spared = find_idle(tx, breach).union(one.number for one in unmade)
        others = [number for number in list_stirring(tx) if number not in spared]
        known, bad = readable(lambda some: snapshots(tx, some, ws.zone_of), others)
        found = mark_stale(ws, tx, known).values()
        back = all_returned(tx)
        also = persons.all_open(tx)
        plain = (
            PlainRow(
                one.number,
                one.customer,
                Stage(one.stage),
                one.severity == Severity.SERIOUS,
                one.opened_at,
                one.opened_at <= breach,
                back.get(one.number, ""),
                also.get(one.number, ()),
            )
            for one in unmade
        )
        rows = [
            Row(
                seen,
                _breached(seen, tx.now, policy),
                back.get(seen.case.number, ""),
                also.get(seen.case.number, ()),
            )
            for seen in found
        ]
        return Attention(rank_needs(rows, tx.now, plain), tuple(_apart(ws, tx, list(bad.values()))))


def _list_unmade(tx: Transaction) -> list[PlainCase]:
    try:
        return list_unmade(tx)
    except BadData:  # then each case is read on its own, which tells which one is damaged
        return []


def _apart(ws: Workspace, tx: Transaction, bad: Sequence[BadData]) -> Iterator[OwnNeed]:
    unmatched = arrivals.unmatched(tx)
    yield from (OwnNeed("unmatched", *held_lines(one)) for one in unmatched if one.held)
    yield from troubles_apart(ws, tx, bad)
    waiting = arrivals.waiting(tx)
    listed = [one for one in unmatched if one.number in waiting[:_LISTED]]
    yield from (OwnNeed("unmatched", *held_lines(one)) for one in listed)
    if more := len(waiting) - len(listed):
        yield OwnNeed("unmatched", _told_count(more), _SEE)


def next_message_at(ws: Workspace) -> datetime | None:
    """Return when the next message is due (UTC), which may have passed; None when none is."""
    with ws.ledger.read() as tx:
        return touches.next_due_at(tx)


def list_on_hold(ws: Workspace) -> list[tuple[str, str]]:
    """Return (what, cure) of due messages that their owner holds, by batch or for one case."""
    held: Counter[tuple[str, str]] = Counter()
    with ws.ledger.read() as tx:
        for case, why, count in unreachable.count_on_hold(tx):
            if why in (TO_READ, UNPLACED):
                continue  # somebody has to read first: `next` says what
            whose, cure = f"case {case}", f"voicenote plan {case} --resume"
            if why.startswith(BATCH_HELD):
                batch = why.removeprefix(BATCH_HELD)
                whose, cure = f"the batch {batch}", f"voicenote batch resume {batch!r}"
            held[whose, cure] += count
    return [
        (f"{count_of(count, 'due message')} of {whose}: on hold", cure)
        for (whose, cure), count in held.items()
    ]


def post_problems(ws: Workspace) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with what came in, and what to do: messages and files of customers."""
    with ws.ledger.read() as tx:
        waiting = len(arrivals.waiting(tx))
        late = [one for one in attachments.in_state(tx, AttachmentState.WAITING) if one.tries]
        kept = attachments.in_state(tx, AttachmentState.KEPT)
    if waiting:
        yield _told_count(waiting), _SEE
    if late:
        files = count_of(len(late), "file of customers", "files of customers")
        yield f"{files} could not be fetched yet: {late[-1].reason}", "the next run tries again"
    if gone := sum(not (ws.home / one.file).is_file() for one in kept):
        files = count_of(gone, "file of customers is", "files of customers are")
        yield f"{files} gone from {ws.home / 'attachments'}", "restore them"


def held_lines(one: UnmatchedArrival) -> tuple[str, str]:
    """Return what an unmatched arrival says and holds, and what to do about it."""
    who = f"{one.sender or 'somebody'} has written by {one.channel}{quote_inline(one.text)}"
    what = f"{who}: {one.reason}"
    if one.held:
        what += f". It may be {one.whom}, to whom nothing goes until you have looked"
    case = one.held[0] if len(one.held) == 1 else "N"
    yes = "if it is" if one.held else "if you know whose it is"
    no = "if it isn't" if one.held else "if it is nobody's"
    advice = f"{yes}: voicenote receive --match {one.number} --case {case}"
    return what, f"{advice}; {no}: voicenote receive --let-go {one.number}"


def _told_count(number: int) -> str:
    return f"{count_of(number, 'message')} matched to no case"


def clock_of(seen: Snapshot, now: datetime, policy: Policy) -> Reading | None:
    """Return how a case stands against its clocks (R4); None when no clock runs."""
    start = clock_start(seen)
    if start is None:
        return None
    told, memo = acknowledged_at(seen), memo_at(seen)
    clocks = Clocks.of_hours(policy.acknowledge_hours, policy.memo_hours, policy.breach_hours)
    return read_clock(start, now, acknowledged_at=told, memo_at=memo, clocks=clocks)


def _breached(seen: Snapshot, now: datetime, policy: Policy) -> bool:
    reading = clock_of(seen, now, policy)
    return reading is not None and reading.state is ClockState.BREACHED
