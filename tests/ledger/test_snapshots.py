"""Which cases a pass looks at; lists; and copies."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from voicenote.ledger import case_reports, case_rows, case_store, optouts, tables, touches
from voicenote.ledger.changes import change_amends, change_case, change_touch
from voicenote.ledger.copying import copy_into
from voicenote.ledger.snapshots import find_stirred, snapshot, snapshots
from voicenote.ledger.store import Ledger, Transaction, open_ledger
from voicenote.model.case import Case, Complaint, Lesson
from voicenote.model.receipt import Answer, Verdict
from voicenote.model.touch import PlannedTouch, TouchKind


def by_outbox(_touch: object) -> str:
    return "outbox"


Make = Callable[..., Complaint]


def zone(_case: Case) -> ZoneInfo:
    return ZoneInfo("UTC")


@pytest.fixture
def ids(new_id: Callable[[], str]) -> Callable[[], str]:
    return new_id


def planned(at: datetime, kind: TouchKind = TouchKind.CHECK_IN, step: int = 1) -> PlannedTouch:
    return PlannedTouch(kind=kind, step=step, wanted_at=at, due_at=at)


def following(tx: Transaction, number: int) -> None:
    for event in ("compose", "render", "approve", "send"):
        change_case(tx, number, event)


def arrived(tx: Transaction, number: int, count: int, ids: Callable[[], str]) -> None:
    """Book `count` touches that have reached their channel."""
    case = case_store.get(tx, number)
    wanted = [planned(tx.now, step=n) for n in range(count)]
    for one in touches.book(tx, case, "p", wanted, by_outbox, ids):
        for event in ("claim", "commit", "accept"):
            change_touch(tx, one, event)


def test_only_what_time_or_a_channel_has_stirred_is_looked_at(
    ledger: Ledger, complaint: Make, ids: Callable[[], str]
) -> None:
    with ledger.write() as tx:
        told = [complaint(f"R-{n}", promises=()) for n in range(6)]
        told += [complaint(f"P-{n}") for n in range(3)]
        due, quiet, held, later, spent, fresh, overdue, kept, _ = [
            one.case for one in case_store.add(tx, told)
        ]
        touches.book(tx, case_store.get(tx, due), "p", [planned(tx.now)], by_outbox, ids)
        [number] = touches.book(
            tx, case_store.get(tx, held), "p", [planned(tx.now)], by_outbox, ids
        )
        change_touch(tx, number, "hold")
        tomorrow = tx.now + timedelta(days=30)
        touches.book(tx, case_store.get(tx, later), "p", [planned(tomorrow)], by_outbox, ids)
        for number, count in ((spent, 3), (fresh, 2), (quiet, 3)):
            arrived(tx, number, count, ids)
            following(tx, number)
        for number in (spent, fresh):
            case_store.write_lesson(tx, number, Lesson(cause="c", prevention="p", owner="o"))
        change_amends(tx, kept, 1, "do", evidence="TX 1")
        assert find_stirred(tx) == [due, spent]
        assert quiet not in find_stirred(tx)
    ledger.clock.move(days=8)  # type: ignore[attr-defined]
    with ledger.read() as tx:
        assert find_stirred(tx) == [due, spent, overdue, overdue + 2]
    with ledger.write() as tx:
        change_case(tx, overdue + 2, "close")
        assert find_stirred(tx) == [due, spent, overdue]
        change_amends(tx, overdue, 1, "break")
        assert find_stirred(tx) == [due, spent, overdue]


def test_a_snapshot_holds_all_that_is_known(
    ledger: Ledger, complaint: Make, ids: Callable[[], str]
) -> None:
    with ledger.write() as tx:
        case_store.add(tx, [complaint("A"), complaint("B", name="Ron", email="ron@example.com")])
        arrived(tx, 1, 2, ids)
        touches.answer(
            tx, case_store.get(tx, 1), Answer(verdict=Verdict.UNCLEAR, at=tx.now, text="hm")
        )
        change_case(tx, 1, "close")
        change_case(tx, 1, "reopen", round=2)
        touches.answer(tx, case_store.get(tx, 1), Answer(verdict=Verdict.PUT_RIGHT, at=tx.now))
        optouts.opt_out(tx, case_store.get(tx, 2))
        seen, other = snapshot(tx, 1, zone), snapshots(tx, [2, 1, 99], zone)[2]
    assert seen.answer_rounds == (1, 2)
    assert [one.verdict for one in seen.round_answers] == [Verdict.PUT_RIGHT]
    assert (len(seen.touches), seen.round_touches) == (2, ())
    assert (seen.opted_out, other.opted_out) == (False, True)


def test_a_list_tells_what_is_owed_due_and_said(
    ledger: Ledger, complaint: Make, ids: Callable[[], str]
) -> None:
    with ledger.write() as tx:
        case_store.add(tx, [complaint("A"), complaint("B", promises=())], "night")
        later = [planned(tx.now + timedelta(days=n)) for n in (5, 2)]
        touches.book(tx, case_store.get(tx, 1), "p", later, by_outbox, ids)
        touches.answer(tx, case_store.get(tx, 1), Answer(verdict=Verdict.UNCLEAR, at=tx.now))
        change_case(tx, 2, "close", outcome="neutral")
        promised = tx.now.date() + timedelta(days=7)
        found, bad = case_rows.list_cases(tx, promised + timedelta(days=1))
        assert ([row.case for row in found.rows], bad) == ([1], [])
        assert found.owed_by == {1: promised}
        assert case_rows.list_cases(tx, promised)[0].owed_by == {}
        assert found.next_touch == {1: tx.now + timedelta(days=2)}
        assert (found.answered, found.uncertain) == ({(1, 1)}, set())
        every, _ = case_rows.list_cases(tx, promised, everything=True)
        assert [row.case for row in every.rows] == [1, 2]
        assert case_rows.list_cases(tx, promised, batch="other")[0].rows == []
        assert case_reports.batches(tx) == {"night": 2}


def test_a_copy_holds_every_row_and_opens_as_it_is(
    ledger: Ledger, complaint: Make, ids: Callable[[], str], tmp_path: Path
) -> None:
    with ledger.write() as tx:
        case_store.add(tx, [complaint(f"R-{n}") for n in range(600)])
        arrived(tx, 1, 3, ids)
    file = tmp_path / "copy.sqlite3"
    copy_into(ledger, file)
    with closing(
        open_ledger(f"sqlite:///{file}", clock=ledger.clock, actor="t", new_id=ids)
    ) as copy:
        for table in tables.meta.metadata.sorted_tables:
            query = select(table).order_by(*table.primary_key.columns)
            with ledger.read() as one, copy.read() as two:
                rows = one.connection.execute(query).all()
                assert two.connection.execute(query).all() == rows, table.name
        with copy.write() as tx:
            following(tx, 1)
    with ledger.read() as tx:
        assert case_store.get(tx, 1).stage.value == "opened"
