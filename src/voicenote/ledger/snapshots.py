"""Snapshots of cases for the pure decisions, and which cases a run has to look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select, union

from voicenote.ledger import case_store, optouts, tables, touches
from voicenote.ledger.case_rows import OWED
from voicenote.ledger.changes import no_such_case
from voicenote.ledger.store import Transaction
from voicenote.ledger.unreadable import reading
from voicenote.model.case import Case, Stage
from voicenote.model.snapshot import Snapshot
from voicenote.model.touch import ARRIVED, WAITING, TouchState

ZoneOf = Callable[[Case], ZoneInfo]


def snapshots(tx: Transaction, numbers: Sequence[int], zone_of: ZoneOf) -> dict[int, Snapshot]:
    """Return the snapshots of many cases, by number. `zone_of` gives the customer's time zone.

    Raises BadData when a row of theirs can't be read.
    """
    found: dict[int, Snapshot] = {}
    for chunk in case_store.chunks(numbers):
        with reading(chunk):
            found.update(_snapshots(tx, chunk, zone_of))
    return found


def _snapshots(tx: Transaction, numbers: Sequence[int], zone_of: ZoneOf) -> dict[int, Snapshot]:
    loaded = case_store.load(tx, numbers)
    booked = touches.of_cases(tx, numbers)
    receipts = touches.receipts_of(tx, [touch.number for touch in booked])
    said = touches.answers_of(tx, numbers)
    gone = optouts.find_gone(tx, numbers)
    touches_of = defaultdict(list)
    for touch in booked:
        touches_of[touch.case].append(touch)
    found: dict[int, Snapshot] = {}
    for number, case in loaded.items():
        mine = tuple(touches_of[number])
        answers = said.get(number, [])
        found[number] = Snapshot(
            case=case,
            zone=zone_of(case),
            touches=mine,
            receipts={t.number: receipts[t.number] for t in mine if t.number in receipts},
            answers=tuple(answer for _, answer in answers),
            answer_rounds=tuple(round_ for round_, _ in answers),
            opted_out=number in gone,
        )
    return found


def snapshot(tx: Transaction, number: int, zone_of: ZoneOf) -> Snapshot:
    """Return the snapshot of one case. Raises WrongUse when there is no case of that number."""
    found = snapshots(tx, [number], zone_of)
    if number not in found:
        raise no_such_case(number)
    return found[number]


def find_stirred(tx: Transaction) -> list[int]:
    """Return the cases that may need a decision because time has passed or a channel reported.

    They have a message that is due, a promise whose date has come, or no message left to send.
    Skipping all others keeps a run over ten thousand quiet cases quick.
    """
    touch, promised, case = tables.touches, tables.amends, tables.cases
    tomorrow = (tx.now + timedelta(days=1)).date()
    due: Select[tuple[int]] = select(touch.c.case).where(
        touch.c.state == TouchState.DUE.value, touch.c.due_at <= tx.now
    )
    overdue: Select[tuple[int]] = (
        select(promised.c.case)
        .join(case, case.c.number == promised.c.case)
        .where(
            promised.c.state.in_(OWED),
            promised.c.promised_by < tomorrow,
            case.c.stage != Stage.CLOSED.value,
        )
    )
    waiting = select(touch.c.case).where(touch.c.state.in_([state.value for state in WAITING]))
    arrived = [state.value for state in ARRIVED]
    spent: Select[tuple[int]] = (
        select(case.c.number.label("case"))
        .join(touch, touch.c.case == case.c.number)
        .where(
            case.c.stage == Stage.FOLLOWING.value,
            case.c.number.not_in(waiting),
            # while a promise is owed or the lesson is missing, time alone can't close the case
            case.c.number.in_(select(tables.lessons.c.case)),
            case.c.number.not_in(select(promised.c.case).where(promised.c.state.in_(OWED))),
            touch.c.state.in_(arrived),
        )
        .group_by(case.c.number)
        .having(func.count() > 2)
    )
    query = union(due, overdue, spent)
    return sorted(row["case"] for row in tx.connection.execute(query).mappings())
