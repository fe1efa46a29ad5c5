"""A customer's addresses: any kind, several of one, found by an index."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.dialects import sqlite

from voicenote.ledger import case_store, customer_store, optouts
from voicenote.ledger.store import Ledger
from voicenote.model.address import Address, mark
from voicenote.model.case import Complaint, Customer

Make = Callable[..., Complaint]


def test_the_newest_of_a_kind_is_written_to_and_the_others_are_known(
    ledger: Ledger, complaint: Make
) -> None:
    with ledger.write() as tx:
        case_store.add(tx, [complaint()])
        customer_store.give_addresses(tx, 1, [Address("email", "new@example.com")])
        customer = case_store.get(tx, 1).customer
        assert customer.address("email") == "new@example.com"
        assert customer.marks == {"new@example.com", "dana@example.com"}
        assert optouts.cases_of(tx, ["dana@example.com"]) == [1]
        customer_store.give_addresses(tx, 1, [Address("email", "dana@example.com")])
        again = case_store.get(tx, 1).customer
        assert (again.address("email"), len(again.addresses)) == ("dana@example.com", 2)


def test_an_address_of_a_plug_in_is_kept_and_is_no_other_kinds(
    ledger: Ledger, complaint: Make
) -> None:
    slack = Customer(name="Dana", addresses=(Address("slack", "12345", "12345"),))
    chat = Customer(name="Dana", addresses=(Address("telegram", "12345"),))
    with ledger.write() as tx:
        case_store.add(tx, [complaint("A", customer=slack), complaint("B", customer=chat)])
        assert case_store.get(tx, 1).customer == slack
        assert optouts.cases_of(tx, [mark("12345", "slack")]) == [1]
        optouts.opt_out_address(tx, "slack:12345")
        assert optouts.find_gone(tx, [1, 2]) == {1}


def test_owners_are_found_by_an_index(ledger: Ledger) -> None:
    with ledger.read() as tx:
        if not ledger.is_sqlite:
            return
        query = customer_store.select_owners(tx, ["a@x.ee"]).compile(
            dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
        )
        plan = tx.connection.exec_driver_sql(f"explain query plan {query}").all()
    assert "ix_addresses_sha256" in plan[0][3]
