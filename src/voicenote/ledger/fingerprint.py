"""How a case stands: a few words by which one sees whether anything was changed since it was read.

Every change of a case tells the history in the same transaction, and nothing takes a line out of
it. So a case with as many lines as before is as it was. Only its customer may have other cases,
and change by them; that is looked at by itself. Numbers of lines are not compared: PostgreSQL
gives them out before they are committed, so that a smaller one may come later.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, exists, func, select

from voicenote.ledger import tables
from voicenote.ledger.changes import hold_case
from voicenote.ledger.customer_store import hash_address
from voicenote.ledger.list_params import list_param
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case


class Fingerprint(NamedTuple):
    """How a case stands: its lines in the history, and what its customer may change elsewhere."""

    told: int
    addresses: int
    opted_out_at: datetime | None
    gone: bool


def _standing_columns() -> tuple[Any, ...]:
    lines, known, people = tables.history, tables.addresses, tables.customers
    told = select(func.count()).where(lines.c.case == tables.cases.c.number).scalar_subquery()
    # an address that is given anew is a new row, so any change changes the sum of their numbers
    rows = select(func.sum(known.c.number)).where(known.c.customer == people.c.number)
    return told, rows.scalar_subquery(), people.c.opted_out_at


_JOINED = tables.cases.join(tables.customers, tables.customers.c.number == tables.cases.c.customer)
_MANY = (
    select(tables.cases.c.number, *_standing_columns())
    .select_from(_JOINED)
    .where(tables.cases.c.number.in_(list_param("wanted")))
)
_ONE = (
    select(
        *_standing_columns(),
        exists().where(tables.optouts.c.address_sha256.in_(list_param("marks"))),
    )
    .select_from(_JOINED)
    .where(tables.cases.c.number == bindparam("wanted"))
)


def standings(tx: Transaction, numbers: Sequence[int]) -> dict[int, Fingerprint]:
    """Return how some cases stand; whether the customer is `gone` is for who reads them to say.

    It is asked before the cases are read: PostgreSQL shows each query what was committed until
    then, so what changes in between makes them stand otherwise, and not seem as they were.
    """
    found = tx.connection.execute(_MANY, {"wanted": list(numbers)})
    return {row[0]: Fingerprint._make((*row[1:], False)) for row in found}


def read_standing(tx: Transaction, case: Case) -> Fingerprint:
    """Return how a case stands, as it was read; nobody changes it until the transaction ends."""
    hold_case(tx, case.number)  # first, and by itself: else the lines were counted before the wait
    marks = [hash_address(one) for one in case.customer.marks]
    *rest, gone = tx.connection.execute(_ONE, {"wanted": case.number, "marks": marks}).one()
    return Fingerprint._make((*rest, bool(gone)))
