"""What goes out, and what comes back of it: late, twice, or out of order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from voicenote.errors import TryAgain
from voicenote.ledger import case_reports, case_store, optouts, touches
from voicenote.ledger.changes import change_touch
from voicenote.ledger.store import Ledger
from voicenote.model.address import Address
from voicenote.model.case import Complaint, Customer
from voicenote.model.receipt import Receipt, ReceiptKind
from voicenote.model.touch import PlannedTouch, TouchKind, TouchState


def by_outbox(_touch: object) -> str:
    return "outbox"


K, T = ReceiptKind, TouchState


@pytest.fixture
def sent(ledger: Ledger, complaint: Callable[..., Complaint], new_id: Callable[[], str]) -> int:
    """One touch that its channel has accepted."""
    with ledger.write() as tx:
        case_store.add(tx, [complaint()])
        due = PlannedTouch(kind=TouchKind.MEMO, step=1, wanted_at=tx.now, due_at=tx.now)
        [number] = touches.book(tx, case_store.get(tx, 1), "p", [due], by_outbox, new_id)
        for event in ("claim", "commit", "accept"):
            change_touch(tx, number, event)
    return number


@pytest.mark.parametrize(
    ("came", "state"),
    [
        ([K.DELIVERED, K.DELIVERED], T.DELIVERED),
        ([K.HEARD, K.DELIVERED], T.HEARD),
        ([K.ANSWERED, K.HEARD, K.DELIVERED], T.ANSWERED),
        ([K.DELIVERED, K.BOUNCED], T.BOUNCED),
        ([K.HEARD, K.BOUNCED], T.HEARD),
        ([K.BOUNCED, K.DELIVERED, K.HEARD], T.BOUNCED),
        ([K.AUTO_REPLY, K.AUTO_REPLY], T.ACCEPTED),
        ([K.ACCEPTED, K.ACCEPTED], T.ACCEPTED),
        ([K.UNCERTAIN, K.REFUSED], T.ACCEPTED),
    ],
)
def test_receipts_late_repeated_and_out_of_order(
    ledger: Ledger, sent: int, came: Sequence[ReceiptKind], state: TouchState
) -> None:
    for kind in came:
        with ledger.write() as tx:
            touches.receive(tx, sent, Receipt(kind=kind, at=tx.now, provider_id="x"))
    with ledger.read() as tx:
        assert touches.get(tx, sent).state is state
        assert [one.kind for one in touches.receipts_of(tx, [sent])[sent]] == came
        told = [row for row in case_reports.history(tx) if row.get("touch") == sent]
        assert len(told) == 3 + len(came)


def test_a_nudge_is_left_once_for_each_key(
    ledger: Ledger, complaint: Callable[..., Complaint]
) -> None:
    with ledger.write() as tx:
        case_store.add(tx, [complaint()])
        assert touches.nudge(tx, 1, "k", "overdue", "do it")
        assert not touches.nudge(tx, 1, "k", "overdue", "do it")
        assert touches.nudges_since(tx, 0) == [(1, "do it")]


def test_an_opt_out_holds_for_every_spelling_of_every_address(
    ledger: Ledger, complaint: Callable[..., Complaint]
) -> None:
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
        Customer(name="Dana", addresses=(Address("email", "other@example.com"),)),
    )
    with ledger.write() as tx:
        told = [complaint(str(n), customer=person) for n, person in enumerate(people)]
        numbers = [added.case for added in case_store.add(tx, told)]
        loaded = case_store.load(tx, numbers)
        optouts.opt_out(tx, loaded[numbers[0]])
        optouts.opt_out(tx, loaded[numbers[0]])
        assert optouts.find_gone(tx, numbers) == set(numbers[:3])
        assert optouts.find_gone(tx, []) == set()


def test_an_opt_out_holds_for_a_person_without_any_address(
    ledger: Ledger, complaint: Callable[..., Complaint]
) -> None:
    with ledger.write() as tx:
        told = [complaint(str(n), customer=Customer(name="Ann")) for n in (1, 2)]
        mine, other = (added.case for added in case_store.add(tx, told))
        optouts.opt_out(tx, case_store.get(tx, mine))
        assert optouts.find_gone(tx, [mine, other]) == {mine}


def test_what_is_due_comes_in_order_and_nothing_before_its_time(
    ledger: Ledger, sent: int, clock: Callable[..., object], new_id: Callable[[], str]
) -> None:
    from datetime import timedelta

    with ledger.write() as tx:
        later = [
            PlannedTouch(
                kind=TouchKind.CHECK_IN,
                step=2,
                wanted_at=tx.now,
                due_at=tx.now + timedelta(hours=hours),
            )
            for hours in (5, 1, 3)
        ]
        five, one, three = touches.book(tx, case_store.get(tx, 1), "p", later, by_outbox, new_id)
        assert touches.due_numbers(tx) == []
        assert touches.next_due_at(tx) == tx.now + timedelta(hours=1)
    clock.move(hours=3)  # type: ignore[attr-defined]
    with ledger.read() as tx:
        assert touches.due_numbers(tx) == [(one, 1), (three, 1)]
        assert touches.next_due_at(tx, tx.now) == tx.now + timedelta(hours=2)
        assert touches.get(tx, five).channel == "outbox"


def receive_or_give_up(ledger: Ledger, number: int, receipt: Receipt) -> None:
    with ledger.write() as tx:
        tx.connection.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
        touches.receive(tx, number, receipt)


def test_two_who_take_in_for_the_same_case_do_it_one_after_the_other(
    ledger: Ledger, sent: int
) -> None:
    """On PostgreSQL the second one waits: here not for long."""
    if ledger.is_sqlite:
        return  # it has one writer at a time
    came = Receipt(kind=K.AUTO_REPLY, at=ledger.clock())
    with ledger.write() as tx:
        touches.receive(tx, sent, came)
        with pytest.raises(TryAgain, match="somebody else is writing"):
            receive_or_give_up(ledger, sent, came)
    with ledger.write() as tx:
        touches.receive(tx, sent, came)
        assert len(touches.receipts_of(tx, [sent])[sent]) == 2
