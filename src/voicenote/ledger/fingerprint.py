"""Fingerprints of cases, to see whether anything changed since a case was read.

Every change of a case adds a line of history in the same transaction, and no line is ever
removed. So a case with as many lines as before is unchanged. Its customer may also change through
their other cases; that is checked separately. Line numbers aren't compared: PostgreSQL assigns
them before the commit, so a smaller one may appear later.
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
    """The state of a case: how many lines of history, and what may change through other cases."""

    told: int
    addresses: int
    opted_out_at: datetime | None
    gone: bool


def _standing_columns() -> tuple[Any, ...]:
    lines, known, people = tables.history, tables.addresses, tables.customers
    told = select(func.count()).where(lines.c.case == tables.cases.c.number).scalar_subquery()
    # an address that is given again is a new row, so any change changes the sum of the numbers
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
    """Return the fingerprint of each case. `gone` is always False; the caller fills it in.

    Call it before reading the cases: each PostgreSQL query sees what was committed by then, so a
    change in between makes the fingerprint outdated instead of going unnoticed.
    """
    found = tx.connection.execute(_MANY, {"wanted": list(numbers)})
    return {row[0]: Fingerprint._make((*row[1:], False)) for row in found}


def read_standing(tx: Transaction, case: Case) -> Fingerprint:
    """Return the fingerprint of a case, and lock the case until the transaction ends."""
    hold_case(tx, case.number)  # first, on its own: else the lines are counted before the wait
    marks = [hash_address(one) for one in case.customer.marks]
    *rest, gone = tx.connection.execute(_ONE, {"wanted": case.number, "marks": marks}).one()
    return Fingerprint._make((*rest, bool(gone)))
