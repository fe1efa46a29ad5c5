"""What a command changed is kept by the database and brought back, whatever it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from voicenote.errors import RuleSaysNo
from voicenote.ledger import case_reports, case_store, command_log, meta, tables
from voicenote.ledger.changes import change_amends, change_case
from voicenote.ledger.command_undo import find_obstacles, last_command, restore_rows
from voicenote.ledger.copying import copy_into
from voicenote.ledger.store import Ledger
from voicenote.model.case import Complaint


def everything(ledger: Ledger) -> dict[str, list[Any]]:
    """All rows of all tables that commands change."""
    with ledger.read() as tx:
        return {
            table.name: [tuple(row) for row in tx.connection.execute(select(table))]
            for table in command_log.TABLES
        }


def undo(ledger: Ledger) -> int:
    ledger.stop_recording()
    with ledger.write() as tx:
        command = last_command(tx)
        assert command is not None
        assert not find_obstacles(tx, command)
        restore_rows(tx, command, ())
    return len(command.cases)


def test_rows_that_were_added_changed_and_deleted_come_back(
    ledger: Ledger, complaint: Callable[..., Complaint]
) -> None:
    """In more than one transaction, and the same row more than once."""
    with ledger.write() as tx:
        case_store.add(tx, [complaint()])
        tx.put(
            tables.lessons, {"case": 1}, cause="ink", prevention="dry it", owner="Ada", at=tx.now
        )
        tx.put(tables.meta, {"name": "held_batches"}, value="[]")
    before = everything(ledger)
    ledger.record("all of it")
    with ledger.write() as tx:
        change_amends(tx, 1, 1, "do", evidence='parcel "7" — ü', done_at=tx.now)
        tx.connection.execute(tables.cases.update().values(involved=["a", "b"], abusive=True))
        tx.connection.execute(tables.cases.update().values(finding_reason="first"))
        tx.put(tables.meta, {"name": "held_batches"}, value='["june"]')
    with ledger.write() as tx:
        tx.connection.execute(tables.lessons.delete())
        case_store.add(tx, [complaint("A-2", name="Bo", email="bo@example.com")])
        tx.connection.execute(tables.cases.update().values(finding_reason="second"))
    assert everything(ledger) != before
    assert undo(ledger) == 2
    assert everything(ledger) == before


def test_a_fraction_comes_back_as_it_was(
    ledger: Ledger, complaint: Callable[..., Complaint]
) -> None:
    with ledger.write() as tx:
        case_store.add(tx, [complaint()])
        script = tables.scripts.insert().values(
            case=1,
            round=1,
            slot="memo",
            language="en",
            template="t",
            sentences=[{"b": 1, "a": 2}],
            sha256="0" * 64,
            made_at=tx.now,
        )
        number = tx.added(script)
        memo = tables.memos.insert().values(
            case=1,
            script=number,
            files=[],
            duration_s=0.1 + 0.2,
            loudness_lufs=None,
            synthetic="yes",
            voice="v",
            sha256="1" * 64,
            captions=[],
            made_at=tx.now,
        )
        tx.added(memo)
    before = everything(ledger)
    ledger.record("forget the memo")
    with ledger.write() as tx:
        tx.connection.execute(tables.memos.delete())
        tx.tell("memo_dropped", 1)
    undo(ledger)
    assert everything(ledger) == before


def test_a_command_that_fails_or_is_only_tried_leaves_nothing(ledger: Ledger) -> None:
    ledger.record("tried")
    for step in (lambda tx: tx.take_back(), lambda tx: 1 / 0):
        try:
            with ledger.write() as tx:
                tx.put(tables.meta, {"name": "held_batches"}, value="[]")
                step(tx)
        except ZeroDivisionError:
            pass
    with ledger.read() as tx:
        assert last_command(tx) is None
    with ledger.write() as tx:
        tx.tell("something", None)
    with ledger.read() as tx:
        command = last_command(tx)
    assert command is not None
    assert command.what == "tried"


def test_ctrl_c_within_a_statement_is_not_hidden(ledger: Ledger) -> None:
    """SQLAlchemy gives the connection up then; the next write has another one."""

    def stop() -> None:
        with ledger.write() as tx:
            tx.connection.invalidate()
            raise KeyboardInterrupt

    ledger.record("stopped")
    with pytest.raises(KeyboardInterrupt):
        stop()
    with ledger.write() as tx:
        tx.put(tables.meta, {"name": "held_batches"}, value='["june"]')
    assert undo(ledger) == 0
    with ledger.read() as tx:
        assert not meta.get(tx, "held_batches")


def test_a_row_that_was_changed_since_is_not_overwritten(ledger: Ledger) -> None:
    """Also one that no case has, and of which no history tells."""
    ledger.record("hold")
    with ledger.write() as tx:
        tx.put(tables.meta, {"name": "held_batches"}, value='["june"]')
    ledger.stop_recording()
    with ledger.write() as tx:
        tx.put(tables.meta, {"name": "held_batches"}, value='["july"]')
    with pytest.raises(RuleSaysNo):
        undo(ledger)
    with ledger.read() as tx:
        assert meta.get(tx, "held_batches") == '["july"]'


def test_a_copy_begins_without_what_undo_needs(ledger: Ledger, tmp_path: Path) -> None:
    ledger.record("hold")
    with ledger.write() as tx:
        tx.put(tables.meta, {"name": "held_batches"}, value='["june"]')
    copy_into(ledger, tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("select count(*) from commands").fetchone() == (0,)
        assert copy.execute("select count(*) from changed_rows").fetchone() == (0,)


def test_only_the_last_commands_are_kept(ledger: Ledger) -> None:
    for number in range(command_log.KEPT + 3):
        ledger.record(f"command {number}")
        with ledger.write() as tx:
            tx.put(tables.meta, {"name": "held_batches"}, value=str(number))
    with ledger.read() as tx:
        kept = tx.connection.execute(select(tables.commands.c.what)).scalars().all()
        rows = tx.connection.execute(select(tables.changed_rows.c.command)).scalars().all()
    assert len(kept) == len(set(rows)) == command_log.KEPT
    assert kept[0] == "command 3"


def test_every_table_has_the_triggers_of_its_migration(url: str, ledger: Ledger) -> None:
    """PostgreSQL keeps the same tables, by the same keys and cases, as SQLite."""
    del url
    from importlib import import_module

    module = import_module("voicenote.ledger.migrations.versions.0023_what_commands_changed")
    for table in command_log.TABLES:
        key, case = module._KEPT[table.name]
        assert key == ",".join(one.name for one in table.primary_key.columns)
        said = {"number": "new.number", "case": 'new."case"', "": "null"}.get(case)
        assert said is None or command_log.case_sql(table, "new") == said
    assert len(module._KEPT) == len(command_log.TABLES)


def test_what_happened_to_a_case_since_stands_in_the_way(
    ledger: Ledger, complaint: Callable[..., Complaint]
) -> None:
    with ledger.write() as tx:
        case_store.add(tx, [complaint()])
    ledger.record("compose")
    with ledger.write() as tx:
        change_case(tx, 1, "compose")
    ledger.stop_recording()
    with ledger.write() as tx:
        tx.tell("customer_answered", 1)
        command = last_command(tx)
        assert command is not None
        assert find_obstacles(tx, command)[1].event == "customer_answered"


def test_its_lines_no_longer_stand(ledger: Ledger, complaint: Callable[..., Complaint]) -> None:
    """Not those that another wrote while it ran, nor what came before and after."""
    with ledger.write() as tx:
        case_store.add(tx, [complaint()])
    ledger.record("edit")
    with ledger.write() as tx:
        case_store.revise(tx, 1, "case_edited", feeling="sad")
    with ledger.write(actor="Bo") as tx:
        tx.tell("seen", 1, first_line="no number")
    with ledger.write() as tx:
        case_store.revise(tx, 1, "case_edited", cause="ink")
    ledger.stop_recording()
    with ledger.write() as tx:
        command = last_command(tx)
        assert command is not None
        assert find_obstacles(tx, command)[1].event == "seen"
        restore_rows(tx, command, ())
        tx.tell("touch_held", 1, touch=1)
        told = [line["event"] for line in case_reports.history(tx, 1, standing=True)]
    assert told == ["case_opened", "seen", "command_undone", "touch_held"]
