"""Answers that the owner of a case knew when closing it: they ask for nothing any more."""

from __future__ import annotations

from sqlalchemy import update

from voicenote.ledger import tables
from voicenote.ledger.store import Transaction


def settle_answers(tx: Transaction, case: int) -> None:
    """Record that the owner of a case closed it, or took it out, knowing all its answers."""
    table = tables.answers
    unsettled = update(table).where(table.c.case == case, ~table.c.settled)
    tx.connection.execute(unsettled.values(settled=True))
