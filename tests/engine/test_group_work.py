"""Changes to many cases: a group in one transaction, a bad case alone, and what stops halfway."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event

from tests.engine.world import Clock, World, case_of, history, person, release, states, take, told
from voicenote.engine.case import batches, closing, consent, group_work, promises
from voicenote.engine.case.approval import change_plan, hold, resume
from voicenote.engine.case.attention import list_on_hold
from voicenote.engine.case.case_triage import Triage, triaging
from voicenote.engine.case.group_work import CaseWork, Done, carry_out
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.singly import CaseTask, Failed
from voicenote.engine.workspace import Workspace
from voicenote.ledger import case_store, tables, touches
from voicenote.model.case import Complaint
from voicenote.model.promise import AmendsKind, Promise
from voicenote.model.receipt import Verdict


def people(count: int) -> list[Complaint]:
    """Complaints of as many people, each with an address of their own."""
    return [
        told(
            f"A-{n}",
            customer=person(
                name=f"Dana {n}", email=f"dana{n}@example.com", time_zone="Asia/Jerusalem"
            ),
            what_happened=f"The ribbon {n} was blue",
        )
        for n in range(1, count + 1)
    ]


def learn(*numbers: int, cause: str = "haste") -> list[CaseTask]:
    given = {"cause": cause, "prevention": "a list"}
    return [CaseTask(number, given=given) for number in numbers]


def lessons(ws: Workspace) -> list[int]:
    with ws.ledger.read() as tx:
        return sorted(tx.connection.execute(tables.lessons.select()).scalars())


def test_a_group_is_one_transaction(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten cases in groups of four are three commits, so ten thousand wait for the disk seldom."""
    monkeypatch.setattr(group_work, "GROUP", 4)
    numbers = take(ws, *people(10))
    commits: list[object] = []
    event.listen(ws.ledger.engine, "commit", commits.append)
    found = list(carry_out(ws, learn(*numbers), closing.learning(ws)))
    assert [one.case for one in found] == numbers
    assert len(commits) == 3


def statements(ws: Workspace, tasks: list[CaseTask], work: CaseWork) -> list[str]:
    """Carry out tasks, and return the statements that the database got for them."""
    found: list[str] = []

    def hear(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        found.append(statement)

    event.listen(ws.ledger.engine, "before_cursor_execute", hear)
    assert all(isinstance(one, Done) for one in carry_out(ws, tasks, work))
    event.remove(ws.ledger.engine, "before_cursor_execute", hear)
    return found


@pytest.mark.parametrize(
    ("work", "given", "most"),
    [
        (closing.learning, {"cause": "haste", "prevention": "a list"}, 3),
        (triaging, {"found": Triage(severity="serious")}, 7),
        (closing.answering, {"verdict": Verdict.UNCLEAR, "text": "late"}, 5),
    ],
)
def test_a_case_more_in_a_group_is_a_few_statements_more(
    ws: Workspace, work: Callable[[Workspace], CaseWork], given: dict[str, Any], most: int
) -> None:
    """Its own writes; what is read is read for the whole group, under one savepoint."""
    numbers = take(ws, *people(9))
    counts = []
    for some in (numbers[:3], numbers[3:]):
        said = statements(ws, [CaseTask(n, given=given) for n in some], work(ws))
        assert sum(one.startswith("SAVEPOINT") for one in said) <= 1
        counts.append(len(said))
    assert counts[1] - counts[0] <= 3 * most


def test_a_bad_case_takes_nothing_from_its_group(ws: Workspace) -> None:
    """What it had begun is taken back; the others are kept, in the same transaction."""
    numbers = take(ws, *people(3))
    tasks = [*learn(numbers[0]), CaseTask(numbers[1]), CaseTask(99), *learn(numbers[2])]
    found = list(carry_out(ws, tasks, closing.learning(ws)))
    assert [isinstance(one, Failed) for one in found] == [False, True, True, False]
    assert lessons(ws) == [numbers[0], numbers[2]]


def test_an_override_of_a_refused_row_leaves_no_trace(ws: Workspace) -> None:
    """A change that fails after it has written something is undone whole."""
    (number, other) = take(ws, *people(2))
    promises.waive(ws, number, 1, "leave it")
    before = history(ws, number)
    given = {"evidence": "payment 7", "override": "they lost a day"}
    tasks = [CaseTask(number, 1, given), CaseTask(other, 1, given)]
    found = list(carry_out(ws, tasks, promises.keeping(ws)))
    assert [isinstance(one, Failed) for one in found] == [True, False]
    assert history(ws, number) == before


def test_what_was_done_before_it_was_stopped_stays(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C keeps whole groups; the same rows given again do the rest."""
    monkeypatch.setattr(group_work, "GROUP", 2)
    numbers = take(ws, *people(5))
    rows = [CaseTask(n, given=learn(n)[0].given, row=k) for k, n in enumerate(numbers)]
    work = carry_out(ws, rows, closing.learning(ws))
    next(work)
    del work
    assert lessons(ws) == numbers[:2]
    again = [one for one in carry_out(ws, rows, closing.learning(ws)) if isinstance(one, Done)]
    assert [one.changed for one in again] == [False, False, True, True, True]
    assert lessons(ws) == numbers


def test_two_rows_of_one_case_keep_their_order(ws: Workspace) -> None:
    """The later one wins, although both are in one group."""
    (number,) = take(ws, *people(1))
    tasks = [*learn(number, cause="haste"), *learn(number, cause="a broken oven")]
    list(carry_out(ws, tasks, closing.learning(ws)))
    lesson = case_of(ws, number).lesson
    assert lesson is not None
    assert lesson.cause == "a broken oven"


@pytest.fixture
def batch(ws: Workspace) -> list[int]:
    """Two cases of the import "june", approved, with messages that are due."""
    with ws.ledger.write() as tx:
        numbers = [one.case for one in case_store.add(tx, people(2), "june")]
    release(ws, *numbers)
    return numbers


def held(ws: Workspace, *numbers: int) -> set[str]:
    with ws.ledger.read() as tx:
        return {touch.reason for touch in touches.of_cases(tx, numbers) if touch.reason}


def test_a_batch_on_hold_sends_nothing_and_then_goes_on(
    ws: Workspace, batch: list[int], clock: Clock, world: World
) -> None:
    list(batches.hold_batch(ws, "june"))
    clock.move(days=1)
    one_pass(ws)
    assert world.left == []
    assert held(ws, *batch) == {"its batch is on hold: june"}
    list(batches.resume_batch(ws, "june"))
    one_pass(ws)
    assert len(world.left) == 2
    assert held(ws, *batch) == set()


def test_a_message_that_waits_for_a_reader_is_not_told_as_on_hold(
    ws: Workspace, batch: list[int], clock: Clock
) -> None:
    """Whoever resumed it as their own hold would write to a customer who may have said stop."""
    with ws.ledger.write() as tx:
        assert consent.hold_in(tx, batch)
    clock.move(days=1)
    assert list_on_hold(ws) == []


def test_what_is_approved_while_its_batch_is_on_hold_waits_too(
    ws: Workspace, clock: Clock, world: World
) -> None:
    """The hold is of the batch, and not only of the messages that were there."""
    with ws.ledger.write() as tx:
        numbers = [one.case for one in case_store.add(tx, people(1), "june")]
    list(batches.hold_batch(ws, "june"))
    release(ws, *numbers)
    clock.move(days=1)
    one_pass(ws)
    assert world.left == []
    list(batches.resume_batch(ws, "june"))
    one_pass(ws)
    assert len(world.left) == 1


def add_promise(ws: Workspace, number: int) -> None:
    promise = Promise(kind=AmendsKind.REFUND, text="money back", promised_by=date(2026, 3, 20))
    promises.add(ws, number, promise)


@pytest.mark.parametrize("deed", ["promise", "plan"])
def test_what_is_booked_while_its_batch_is_on_hold_goes_on_with_it(
    ws: Workspace, batch: list[int], deed: str
) -> None:
    """Nobody would let it go otherwise: `batch resume` frees only what the batch holds."""
    list(batches.hold_batch(ws, "june"))
    if deed == "promise":
        add_promise(ws, batch[0])
    else:
        change_plan(ws, batch[0], "make-it-right")
    list(batches.resume_batch(ws, "june"))
    assert [one for one in states(ws, batch[0]) if one.endswith("held")] == []


def test_what_is_booked_in_a_plan_that_its_owner_holds_is_held(
    ws: Workspace, batch: list[int]
) -> None:
    hold(ws, batch[0])
    change_plan(ws, batch[0], "make-it-right")
    assert {one.split()[-1] for one in states(ws, batch[0])} == {"held", "cancelled"}
    resume(ws, batch[0])
    assert {one.split()[-1] for one in states(ws, batch[0])} == {"due", "cancelled"}


def test_resuming_a_batch_frees_nothing_else(ws: Workspace, batch: list[int]) -> None:
    """What its owner holds alone, or what waits to be read, stays held."""
    hold(ws, batch[0])
    list(batches.hold_batch(ws, "june"))
    list(batches.resume_batch(ws, "june"))
    assert states(ws, batch[0])[0] == "memo held"
    assert states(ws, batch[1])[0] == "memo due"


def test_a_hold_that_was_stopped_halfway_still_holds_all(
    ws: Workspace, batch: list[int], clock: Clock, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch is marked first; what wasn't reached yet is held when it is due."""
    monkeypatch.setattr(batches, "GROUP", 1)
    work = batches.hold_batch(ws, "june")
    next(work)
    del work
    assert states(ws, batch[1])[0] == "memo due"
    clock.move(days=1)
    one_pass(ws)
    assert world.left == []
