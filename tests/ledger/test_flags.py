"""What a list of cases flags is what its owner has to look at, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from voicenote.ledger import case_rows, case_store, optouts, touches
from voicenote.ledger.changes import change_touch
from voicenote.ledger.store import Ledger, Transaction
from voicenote.model.address import Address
from voicenote.model.case import Complaint, Customer
from voicenote.model.touch import IN_FLIGHT, PlannedTouch, TouchKind

TOKYO = ZoneInfo("Asia/Tokyo")

Make = Callable[..., Complaint]
Ids = Callable[[], str]


def booked(tx: Transaction, kind: TouchKind, ids: Ids) -> int:
    due = PlannedTouch(kind=kind, step=1, wanted_at=tx.now, due_at=tx.now)
    [number] = touches.book(tx, case_store.get(tx, 1), "p", [due], lambda _touch: "outbox", ids)
    return number


def test_what_was_refused_or_bounced_or_is_held_for_a_reason_is_flagged(
    ledger: Ledger, complaint: Make, new_id: Ids
) -> None:
    with ledger.write() as tx:
        case_store.add(tx, [complaint()])
        memo, check_in, confirm, mine = (
            booked(tx, kind, new_id)
            for kind in (TouchKind.MEMO, TouchKind.CHECK_IN, TouchKind.CONFIRM, TouchKind.STATUS)
        )
        assert case_rows.troubled(tx, TOKYO) == {}
        for event in ("claim", "commit", "accept", "bounce"):
            change_touch(tx, memo, event)
        for event in ("claim", "refuse"):
            change_touch(tx, check_in, event)
        change_touch(tx, confirm, "hold", reason="this ledger is a copy")
        change_touch(tx, mine, "hold")
        assert case_rows.troubled(tx, TOKYO) == {(1, 1): "memo bounced, check-in refused, 1 held"}


def test_what_is_in_flight_is_flagged_with_its_hour(
    ledger: Ledger, complaint: Make, new_id: Ids
) -> None:
    with ledger.write() as tx:
        case_store.add(tx, [complaint()])
        memo = booked(tx, TouchKind.MEMO, new_id)
        change_touch(tx, memo, "claim", claimed_at=tx.now)
        for event in ("", "commit"):
            if event:
                change_touch(tx, memo, event)
            assert case_rows.troubled(tx, TOKYO) == {(1, 1): "memo being sent since 21:00"}
    assert {state.value for state in IN_FLIGHT} == set(case_rows.IN_FLIGHT)


def test_a_nudge_is_not_flagged(ledger: Ledger, complaint: Make, new_id: Ids) -> None:
    with ledger.write() as tx:
        case_store.add(tx, [complaint()])
        change_touch(tx, booked(tx, TouchKind.NUDGE, new_id), "hold", reason="a copy")
        assert case_rows.troubled(tx, TOKYO) == {}


def test_who_opted_out_is_the_same_as_for_the_pass(ledger: Ledger, complaint: Make) -> None:
    people = (
        Customer(
            name="Dana",
            addresses=(
                Address("email", "Dana@Example.com"),
                Address("phone", "+37255512345"),
            ),
        ),
        Customer(name="D.", addresses=(Address("email", " dana@example.COM"),)),
        Customer(name="Someone", addresses=(Address("whatsapp", "+37255512345"),)),
        Customer(name="Dana"),
        Customer(name="Nobody else", addresses=(Address("email", "other@example.com"),)),
    )
    with ledger.write() as tx:
        told = [complaint(str(n), customer=person) for n, person in enumerate(people)]
        numbers = [added.case for added in case_store.add(tx, told)]
        loaded = case_store.load(tx, numbers)
        assert case_rows.opted_out(tx) == set()
        optouts.opt_out(tx, loaded[numbers[0]])
        optouts.opt_out(tx, loaded[numbers[3]])
        asked = optouts.find_gone(tx, numbers)
        found = case_rows.opted_out(tx)
    assert found == asked == set(numbers[:4])
