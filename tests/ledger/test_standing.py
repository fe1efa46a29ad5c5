"""How a case stands: it says so whenever anything has changed that sending goes by."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from voicenote.ledger import arrivals, case_store, optouts, touches
from voicenote.ledger.changes import change_case
from voicenote.ledger.fingerprint import Fingerprint, read_standing, standings
from voicenote.ledger.store import Ledger, Transaction
from voicenote.model.address import Address
from voicenote.model.case import Case, Complaint, Customer
from voicenote.model.receipt import Answer, Verdict

DEEDS: dict[str, Callable[[Transaction, Case, Case], object]] = {
    "an answer": lambda tx, case, _: touches.answer(
        tx, case, Answer(verdict=Verdict.UNCLEAR, at=tx.now, text="thanks")
    ),
    "a change of its stage": lambda tx, case, _: change_case(tx, case.number, "close"),
    "triage": lambda tx, case, _: case_store.revise(tx, case.number, "case_triaged", abusive=True),
    "an opt-out": lambda tx, case, _: optouts.opt_out(tx, case),
    "an opt-out by another case": lambda tx, _, other: optouts.opt_out(tx, other),
    "an opt-out by address": lambda tx, _, __: optouts.opt_out_address(tx, "DANA@example.com "),
    "another address by another case": lambda tx, _, other: arrivals.join(
        tx, other, Address("telegram", "4711")
    ),
}


def of(tx: Transaction, number: int) -> Fingerprint:
    """How a case stands, by both ways to ask, which say the same."""
    many = standings(tx, [number])[number]
    one = read_standing(tx, case_store.get(tx, number))
    assert one[:-1] == many[:-1]
    return one


@pytest.fixture
def pair(ledger: Ledger) -> tuple[Case, Case]:
    """Two cases of one person."""
    person = Customer(name="Dana", addresses=(Address("email", "dana@example.com"),))
    with ledger.write() as tx:
        told = [
            Complaint(
                source="csv", ref=ref, opened_at=tx.now, customer=person, what_happened="late"
            )
            for ref in ("A-1", "A-2")
        ]
        first, second = (case_store.get(tx, added.case) for added in case_store.add(tx, told))
    return first, second


@pytest.mark.parametrize("deed", DEEDS)
def test_a_case_stands_otherwise_after(ledger: Ledger, pair: tuple[Case, Case], deed: str) -> None:
    case, other = pair
    with ledger.read() as tx:
        before = of(tx, case.number)
    with ledger.write() as tx:
        DEEDS[deed](tx, case, other)
    with ledger.read() as tx:
        # as whoever had read it before asks again
        assert read_standing(tx, case) != before


def test_a_case_stands_as_it_did_whatever_happens_to_others(
    ledger: Ledger, pair: tuple[Case, Case]
) -> None:
    case, other = pair
    with ledger.read() as tx:
        before = of(tx, case.number)
    with ledger.write() as tx:
        change_case(tx, other.number, "close")
        optouts.opt_out_address(tx, "ron@example.com")
    with ledger.read() as tx:
        assert of(tx, case.number) == before
