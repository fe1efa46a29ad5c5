"""Batches: the cases of one import, looked at, put on hold and let go together."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from voicenote.engine.case.group_work import GROUP
from voicenote.engine.case.selection import need_batch
from voicenote.engine.singly import Failed, singly
from voicenote.engine.workspace import Workspace
from voicenote.ledger import case_reports, case_store, meta, touches
from voicenote.ledger.changes import hold_cases
from voicenote.ledger.store import Transaction
from voicenote.model.case import Stage
from voicenote.model.touch import BATCH_HELD, Touch, TouchKind, TouchState
from voicenote.schedule import book as booking

#: Where the ledger keeps the names of the batches on hold.
_NAME = "held_batches"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchView:
    """A batch: how many cases are at each stage, and how many messages wait or are held.

    `on_hold`: nothing of it is sent, also what is approved from now on.
    """

    batch: str
    added_at: datetime
    cases: int
    stages: Mapping[str, int]
    waiting: int
    held: int
    on_hold: bool


def list_batches(ws: Workspace, name: str | None = None) -> list[BatchView]:
    """Return all batches, or one, the newest first. Raises WrongUse for one that isn't there."""
    with ws.ledger.read() as tx:
        need_batch(tx, name)
        held = read_held(tx)
        messages = case_reports.count_messages(tx)
        stages: dict[str, dict[str, int]] = defaultdict(dict)
        added: dict[str, datetime] = {}
        for batch, stage, count, at in case_reports.count_stages(tx):
            stages[batch][stage] = count
            added[batch] = min(at, added.get(batch, at))
    views = [
        BatchView(
            batch=batch,
            added_at=at,
            cases=sum(stages[batch].values()),
            stages={one.value: n for one in Stage if (n := stages[batch].get(one.value))},
            waiting=messages.get((batch, TouchState.DUE.value), 0),
            held=messages.get((batch, TouchState.HELD.value), 0),
            on_hold=batch in held,
        )
        for batch, at in added.items()
        if name in (None, batch)
    ]
    return sorted(views, key=lambda view: view.added_at, reverse=True)


def read_held(tx: Transaction) -> list[str]:
    """Return the names of the batches on hold."""
    return [str(name) for name in json.loads(meta.get(tx, _NAME) or "[]")]


def why_held(tx: Transaction, batch: str) -> str:
    """Return why nothing of a batch is sent; "" when it isn't on hold."""
    return f"{BATCH_HELD}{batch}" if batch and batch in read_held(tx) else ""


def hold_batch(ws: Workspace, name: str) -> Iterator[tuple[int, int] | Failed]:
    """Put a batch on hold; yield each case with how many messages are held now.

    What is approved after this is held when it is due. Raises WrongUse for an unknown batch.
    """
    numbers = _mark(ws, name, on_hold=True)
    reason = f"{BATCH_HELD}{name}"

    def work(group: Sequence[int]) -> list[tuple[int, int]]:
        with ws.ledger.write() as tx:
            of_case = _messages(tx, group, TouchState.DUE)
            due = [touch for mine in of_case.values() for touch in mine]
            changes = [(touch, {"reason": reason}) for touch in due]
            touches.change_touches(tx, "hold", changes, {"reason": reason})
        return [(number, len(of_case[number])) for number in group]

    yield from singly(work, numbers, GROUP)


def resume_batch(ws: Workspace, name: str) -> Iterator[tuple[int, int] | Failed]:
    """Let a batch go on; yield each case with how many messages wait again.

    What became due meanwhile goes one a day. What is held for another reason stays held.
    """
    numbers = _mark(ws, name, on_hold=False)

    def work(group: Sequence[int]) -> list[tuple[int, int]]:
        with ws.ledger.write() as tx:
            of_case = let_messages_go(ws, tx, group)
        return [(number, len(of_case[number])) for number in group]

    yield from singly(work, numbers, GROUP)


def let_messages_go(
    ws: Workspace, tx: Transaction, group: Sequence[int]
) -> Mapping[int, list[Touch]]:
    """Let go what is held with the batch of these cases; return which messages, by case."""
    of_case = _messages(tx, group, TouchState.HELD)
    cases = case_store.load(tx, [number for number in group if of_case[number]])
    changes: list[tuple[Touch, Mapping[str, object]]] = []
    for number, case in cases.items():
        planned = [touch.planned for touch in of_case[number]]
        moved = booking.resume(planned, ws.hours_of(case), ws.owner_hours, tx.now)
        for touch, new in zip(of_case[number], moved, strict=True):
            times = {"due_at": new.due_at, "too_late_at": new.too_late_at}
            changes.append((touch, {"reason": "", **times}))
    touches.change_touches(tx, "resume", changes)
    return of_case


def _mark(ws: Workspace, name: str, *, on_hold: bool) -> list[int]:
    """Note whether a batch is on hold; return its cases."""
    with ws.ledger.write() as tx:
        need_batch(tx, name)
        before = read_held(tx)
        if (name in before) is not on_hold:
            after = sorted({*before, name} if on_hold else {*before} - {name})
            meta.put_value(tx, _NAME, json.dumps(after) if after else "")
            tx.tell("batch_held" if on_hold else "batch_resumed", batch=name)
        return case_store.numbers_of(tx, batch=name)


def _messages(
    tx: Transaction, numbers: Sequence[int], state: TouchState
) -> Mapping[int, list[Touch]]:
    """Return the messages to customers that are due, or held with their batch, by case."""
    hold_cases(tx, numbers)
    found: dict[int, list[Touch]] = defaultdict(list)
    for touch in touches.of_cases(tx, numbers):
        meant = touch.state is state and touch.kind is not TouchKind.NUDGE
        if meant and (touch.is_batch_held or state is not TouchState.HELD):
            found[touch.case].append(touch)
    return found
