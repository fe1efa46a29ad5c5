"""A status changes by the table, by compare-and-set, with its history, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from voicenote.errors import ImpossibleTransition, TryAgain, WrongUse
from voicenote.ledger import case_reports, case_store, changes, tables, touches
from voicenote.ledger.changes import (
    AMENDS_HISTORY,
    CASE_HISTORY,
    TOUCH_HISTORY,
    change_amends,
    change_case,
    change_touch,
)
from voicenote.ledger.store import Ledger, Transaction
from voicenote.model import transitions
from voicenote.model.case import Complaint
from voicenote.model.touch import PlannedTouch, TouchKind, TouchState
from voicenote.model.transitions import AMENDS, CASE, TOUCH


def by_outbox(_touch: object) -> str:
    return "outbox"


Make = Callable[..., Complaint]


@pytest.fixture
def touch(ledger: Ledger, complaint: Make, new_id: Callable[[], str]) -> int:
    """One case with one touch that is due."""
    with ledger.write() as tx:
        case_store.add(tx, [complaint()])
        due = PlannedTouch(kind=TouchKind.MEMO, step=1, wanted_at=tx.now, due_at=tx.now)
        [number] = touches.book(tx, case_store.get(tx, 1), "p", [due], by_outbox, new_id)
    return number


def events(ledger: Ledger) -> list[str]:
    with ledger.read() as tx:
        return [str(row["event"]) for row in case_reports.history(tx)]


def test_every_event_of_the_tables_has_its_word_in_the_history() -> None:
    assert set(CASE_HISTORY) == set(CASE)
    assert set(AMENDS_HISTORY) == set(AMENDS)
    assert set(TOUCH_HISTORY) == set(TOUCH)


def test_what_the_table_has_not_changes_nothing(ledger: Ledger, touch: int) -> None:
    before = events(ledger)

    def impossible(change: Callable[[Transaction], object]) -> None:
        with pytest.raises(ImpossibleTransition), ledger.write() as tx:
            change(tx)

    impossible(lambda tx: change_case(tx, 1, "approve"))
    impossible(lambda tx: change_amends(tx, 1, 1, "confirm"))
    impossible(lambda tx: change_touch(tx, touch, "accept"))
    assert events(ledger) == before


def test_what_is_not_there_cannot_change(ledger: Ledger, touch: int) -> None:
    def missing(change: Callable[[Transaction], object], what: str) -> None:
        with pytest.raises(WrongUse, match=what), ledger.write() as tx:
            change(tx)

    missing(lambda tx: change_case(tx, 9, "close"), "no case 9")
    missing(lambda tx: change_amends(tx, 1, 9, "do"), "no amends 1.9")
    missing(lambda tx: change_touch(tx, 99, "claim"), "message 99 doesn't exist")


def test_a_claim_is_changed_only_by_whoever_holds_its_token(ledger: Ledger, touch: int) -> None:
    with ledger.write() as tx:
        change_touch(tx, touch, "claim", claim="mine")
    with pytest.raises(TryAgain, match="taken over"), ledger.write() as tx:
        change_touch(tx, touch, "commit", token="thine")  # noqa: S106 - no password
    with ledger.write() as tx:
        assert change_touch(tx, touch, "commit", token="mine") is TouchState.COMMITTING  # noqa: S106


def test_of_two_who_change_the_same_thing_at_once_the_second_is_told(
    ledger: Ledger, touch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read is compared again when it is set: here another one came in between."""
    plain = transitions.after

    def slow(table: Any, state: TouchState, event: str, *_: str) -> TouchState:
        other = update(tables.touches).values(state=TouchState.HELD.value)
        racing.connection.execute(other)
        found: TouchState = plain(table, state, event)
        return found

    monkeypatch.setattr(changes, "after", slow)
    with pytest.raises(TryAgain, match="somebody else"), ledger.write() as racing:
        change_touch(racing, touch, "claim")
    monkeypatch.undo()
    with ledger.read() as tx:
        assert touches.get(tx, touch).state is TouchState.DUE


def test_two_connections_cannot_both_claim_a_touch(ledger: Ledger, touch: int) -> None:
    won: list[str] = []
    for name in ("first", "second"):
        try:
            with ledger.write() as tx:
                change_touch(tx, touch, "claim", claim=name)
                won.append(name)
        except ImpossibleTransition:
            pass
    assert won == ["first"]


def test_a_status_and_its_history_are_one_transaction(ledger: Ledger, touch: int) -> None:
    before = events(ledger)

    def half() -> None:
        with ledger.write() as tx:
            change_touch(tx, touch, "claim", claimed_at=tx.now + timedelta(hours=1))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half()
    assert events(ledger) == before
    with ledger.write() as tx:
        change_touch(tx, touch, "claim")
    assert events(ledger) == [*before, "touch_claimed"]
