"""One change made to many cases: a group in one durable transaction, a bad case left out of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from voicenote.engine.case.decisions import decide_in
from voicenote.engine.case.release import mark_stale
from voicenote.engine.singly import OF_ONE_CASE, CaseTask, Failed, singly
from voicenote.engine.workspace import Workspace
from voicenote.ledger.changes import hold_cases, no_such_case
from voicenote.ledger.snapshots import snapshots
from voicenote.ledger.store import Transaction
from voicenote.model.snapshot import Snapshot

#: How many cases are changed in one transaction.
GROUP = 200


@dataclass(frozen=True, slots=True)
class Done:
    """What was done with one case: as data for ``--json``, and notes for the owner.

    `changed` is False when it was so already.
    """

    case: int
    data: Mapping[str, object]
    changed: bool = True
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseWork:
    """How a change is made to a case, within a transaction.

    `act` gets the case as it is; it raises an error of one case to leave it as it is. With `fresh`,
    it is told of stale words. Afterwards the plans follow, unless `decides` is False; then `after`
    completes what is told from what became of the case.
    """

    act: Callable[[Transaction, Snapshot, CaseTask], Done]
    fresh: bool = False
    decides: bool = True
    after: Callable[[Transaction, Snapshot, Done], Done] | None = None


def carry_out(ws: Workspace, tasks: Iterable[CaseTask], work: CaseWork) -> Iterator[Done | Failed]:
    """Yield what was done for each task, or why not. What has been yielded is on the disk.

    Tasks for one case keep their order. Raises errors that don't concern one case.
    """
    for wave in _waves(tasks):
        yield from singly(lambda group: _work_on(ws, group, work), wave, GROUP)


def carry_out_one(ws: Workspace, task: CaseTask, work: CaseWork) -> Done:
    """Carry out one task, and raise its error."""
    (done,) = _work_on(ws, [task], work)
    assert isinstance(done, Done)  # noqa: S101 - alone, its error is raised
    return done


def _waves(tasks: Iterable[CaseTask]) -> list[list[CaseTask]]:
    """Return the tasks in lists in which each case comes once: the first of each, and so on."""
    times: Counter[int] = Counter()
    waves: dict[int, list[CaseTask]] = defaultdict(list)
    for task in tasks:
        waves[times[task.case]].append(task)
        times[task.case] += 1
    return list(waves.values())


def _work_on(ws: Workspace, group: Sequence[CaseTask], work: CaseWork) -> list[Done | Failed]:
    with ws.ledger.write() as tx:
        numbers = sorted(task.case for task in group)
        hold_cases(tx, numbers)  # before their messages, in the same order as sending
        known = _look(ws, tx, numbers, work)
        found = _act_on_all(tx, known, group, work)
        changed = [one.case for one in found if isinstance(one, Done) and one.changed]
        if work.decides and changed:
            decide_in(ws, tx, changed)
        if work.after is None:
            return found
        known, after = _look(ws, tx, numbers, work), work.after
        return [
            one if isinstance(one, Failed) else after(tx, known[one.case], one) for one in found
        ]


def _look(
    ws: Workspace, tx: Transaction, numbers: Sequence[int], work: CaseWork
) -> dict[int, Snapshot]:
    known = snapshots(tx, numbers, ws.zone_of)
    return mark_stale(ws, tx, known) if work.fresh else known


def _act_on_all(
    tx: Transaction, known: Mapping[int, Snapshot], group: Sequence[CaseTask], work: CaseWork
) -> list[Done | Failed]:
    """Act on a group at once; if a case of it fails, on each by itself, which takes longer."""
    if len(group) == 1:  # its error takes back the whole transaction
        return [_act_on(tx, known, group[0], work)]
    try:
        with tx.connection.begin_nested():
            return [_act_on(tx, known, task, work) for task in group]
    except OF_ONE_CASE:
        return [_act(tx, known, task, work) for task in group]


def _act(
    tx: Transaction, known: Mapping[int, Snapshot], task: CaseTask, work: CaseWork
) -> Done | Failed:
    try:
        with tx.connection.begin_nested():
            return _act_on(tx, known, task, work)
    except OF_ONE_CASE as error:
        return Failed.of(task, error)


def _act_on(tx: Transaction, known: Mapping[int, Snapshot], task: CaseTask, work: CaseWork) -> Done:
    if task.case not in known:
        raise no_such_case(task.case)
    return work.act(tx, known[task.case], task)
