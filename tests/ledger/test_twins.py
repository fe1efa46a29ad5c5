"""Opt-outs by one number of a telephone outlive the schema in which its other number counts too."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import MetaData, insert

from tests.ledger.test_store import of_release
from voicenote.ledger import customer_store, optouts, tables
from voicenote.ledger.store import open_ledger
from voicenote.model.address import Address
from voicenote.model.case import Customer

LONG, SHORT = "+5511987654321", "+551187654321"


def old_hash(number: str) -> str:
    return hashlib.sha256(number.encode()).hexdigest()


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(("gone", "later"), [(LONG, SHORT), (SHORT, LONG), (LONG, LONG)])
def test_an_opt_out_by_one_number_of_two_is_kept(
    url: str,
    clock: Callable[[], datetime],
    new_id: Callable[[], str],
    known: bool,
    gone: str,
    later: str,
) -> None:
    with of_release(url, "0009") as connection:
        old = MetaData()
        old.reflect(connection)
        connection.execute(insert(old.tables["meta"]), {"name": "ledger_id", "value": "kept"})
        row = {"address_sha256": old_hash(gone), "at": clock(), "form": "whole"}
        connection.execute(insert(old.tables["optouts"]), row)
        if known:
            blank = {
                c.name: "" for c in old.tables["customers"].columns if c.name != "opted_out_at"
            }
            ana = {**blank, "number": 77, "name": "Ana"}
            connection.execute(insert(old.tables["customers"]), ana)
            address = {"number": 77, "customer": 77, "kind": "whatsapp", "value": gone, "typed": ""}
            address |= {"sha256": old_hash(gone), "since": clock()}
            connection.execute(insert(old.tables["addresses"]), address)
    ledger = open_ledger(url, clock=clock, actor="t", new_id=new_id)
    with ledger.write() as tx:
        if known:
            assert customer_store.find_owners(tx, ["+551187654321"]) == {77}
        ben = Customer(name="Ana", addresses=(Address("whatsapp", later),))
        (number,) = customer_store.add_customers(tx, [ben])
        optouts.recognise(tx, [(number, ben)])
        where = tables.customers.c.number == number
        assert tx.connection.execute(tables.customers.select().where(where)).one().opted_out_at
        hashes = set(tx.connection.execute(tables.optouts.select()).scalars())
        assert old_hash(SHORT) in hashes
    ledger.close()
