"""Customers with their addresses: reading and writing them in one place."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, delete, insert, select

from voicenote.ledger import rows, signs, tables
from voicenote.ledger.list_params import in_list, list_param
from voicenote.ledger.store import Transaction
from voicenote.model.address import Address
from voicenote.model.case import Customer

_NAMES = rows.kept_fields(Customer, tables.customers)
_FIELDS = [tables.customers.c[name] for name in _NAMES]
_ADDRESS = (tables.addresses.c.kind, tables.addresses.c.value, tables.addresses.c.typed)
_PEOPLE = (
    select(tables.customers.c.number, *_FIELDS, *_ADDRESS)
    .outerjoin(tables.addresses, tables.addresses.c.customer == tables.customers.c.number)
    .where(tables.customers.c.number.in_(list_param("numbers")))
    .order_by(tables.addresses.c.number.desc())
)


@lru_cache(maxsize=4096)
def hash_address(mark: str) -> str:
    """Return the SHA-256 by which an address is compared; `mark` is from `model.address.mark`."""
    return hashlib.sha256(mark.encode()).hexdigest()


def read_customers(tx: Transaction, numbers: Collection[int]) -> dict[int, Customer]:
    """Return customers with their addresses, by number; addresses newest first."""
    fields: dict[int, Sequence[Any]] = {}
    addresses: dict[int, list[Address]] = {}
    last = -len(_ADDRESS)
    for number, *values in tx.connection.execute(_PEOPLE, {"numbers": list(numbers)}):
        if bytes in map(type, values):
            raise ValueError(f"customer {number} has bytes where text belongs")
        if number not in fields:
            fields[number], addresses[number] = values[:last], []
        if values[last] is not None:
            addresses[number].append(Address(*values[last:]))
    return {
        number: Customer(
            **dict(zip(_NAMES, values, strict=True)),
            addresses=tuple(addresses[number]),
        )
        for number, values in fields.items()
    }


def read_customer(tx: Transaction, number: int) -> Customer:
    """Return one customer as they are in the ledger now."""
    return read_customers(tx, [number])[number]


def find_owners(tx: Transaction, marks: Iterable[str]) -> set[int]:
    """Return the numbers of the customers who have one of these addresses (as marks)."""
    return {row[0] for row in tx.connection.execute(select_owners(tx, marks))}


def select_owners(tx: Transaction, marks: Iterable[str]) -> Select[Any]:
    """Return the query for the customers who have one of these addresses (as marks)."""
    table = tables.addresses
    wanted = {hash_address(one) for one in marks}
    return select(table.c.customer).where(
        in_list(table.c.sha256, wanted, tx.connection.dialect.name)
    )


def find_kinds(tx: Transaction) -> set[str]:
    """Return the kinds of address that customers in the ledger have."""
    return set(tx.connection.execute(select(tables.addresses.c.kind).distinct()).scalars())


def add_customers(tx: Transaction, people: Sequence[Customer]) -> list[int]:
    """Add customers with their addresses; return their numbers."""
    numbers = tx.reserve_numbers(tables.customers, len(people))
    values = [
        {"number": number, **rows.write(one, tables.customers)}
        for number, one in zip(numbers, people, strict=True)
    ]
    tx.connection.execute(insert(tables.customers), values)
    _insert(tx, zip(numbers, [one.addresses for one in people], strict=True))
    signs.add_signs(tx, zip(numbers, people, strict=True))
    return numbers


def give_addresses(tx: Transaction, number: int, addresses: Sequence[Address]) -> None:
    """Add addresses to a customer; the first of each kind is the one to write to from now on.

    Their older addresses stay theirs, and still identify them.
    """
    table = tables.addresses
    for one in addresses:
        same = (table.c.kind == one.kind) & (table.c.sha256 == hash_address(one.mark))
        tx.connection.execute(delete(table).where(same & (table.c.customer == number)))
    _insert(tx, [(number, addresses)])
    if addresses:
        signs.renew_signs(tx, number, read_customer(tx, number))


def _insert(tx: Transaction, given: Iterable[tuple[int, Sequence[Address]]]) -> None:
    """Insert each customer's addresses in reverse, because the newest row is the one in use."""
    values = [
        {
            "customer": number,
            "kind": one.kind,
            "value": one.value,
            "typed": one.typed,
            "sha256": hash_address(one.mark),
            "since": tx.now,
        }
        for number, addresses in given
        for one in reversed(addresses)
    ]
    if values:
        tx.connection.execute(insert(tables.addresses), values)
