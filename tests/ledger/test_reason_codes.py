"""Reasons that were kept only as words get the code that decisions rest on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import MetaData, Table, insert, select

from tests.ledger.test_store import of_release
from voicenote.ledger import tables
from voicenote.ledger.store import open_ledger


def row(table: Table, at: datetime, **given: object) -> dict[str, Any]:
    """A row of a table with something in each column that needs it."""
    blank = {str: "", int: 1, bool: False, datetime: at}
    needed = (c for c in table.columns if not c.nullable)
    return {c.name: blank.get(c.type.python_type, []) for c in needed} | given


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("no channel that is set up here has an address of theirs", "no-address"),
        ("it was approved for a folder, before there was mail", "earlier:mail"),
        ("it is in the outbox, for you to send yourself", "by-hand"),
        ("its batch is on hold: june", "batch"),
        ("an answer may be about it", ""),
        ("", ""),
    ],
)
def test_a_ledger_from_before_gets_the_codes(
    url: str, clock: Callable[[], datetime], new_id: Callable[[], str], reason: str, code: str
) -> None:
    with of_release(url, "0016") as connection:
        old, at = MetaData(), clock()
        old.reflect(connection)
        connection.execute(insert(old.tables["meta"]), {"name": "ledger_id", "value": "kept"})
        connection.execute(insert(old.tables["customers"]), row(old.tables["customers"], at))
        case = row(old.tables["cases"], at, stage="approved")
        connection.execute(insert(old.tables["cases"]), case)
        touch = row(old.tables["touches"], at, kind="memo", state="held", reason=reason)
        connection.execute(insert(old.tables["touches"]), touch)
    ledger = open_ledger(url, clock=clock, actor="t", new_id=new_id)
    with ledger.read() as tx:
        assert tx.connection.execute(select(tables.touches.c.reason_code)).scalar() == code
    ledger.close()
