"""A few of the random walks; and that what they look at can fail.

All of them: `scripts/bench walks`. One that fails, shrunk: `scripts/walk_measures.py SEED SEED`.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.walks import walks
from tests.walks.steps import STEPS
from tests.walks.walk import Violated, Walk
from voicenote.engine.run import parcels
from voicenote.followup import decide
from voicenote.ledger import command_undo
from voicenote.ledger.store import Transaction
from voicenote.schedule.hours import Hours
from voicenote.script import disclosing

SEEDS = range(1, 9)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_walk_violates_anything(seed: int) -> None:
    made = walks.of_seed(seed)
    assert not made.violation, "\n".join([*made.log, made.violation])
    assert made.commands >= walks.COMMANDS


def test_there_are_forty_kinds_of_step() -> None:
    assert len(STEPS) >= 40


def test_a_seed_is_always_the_same_walk() -> None:
    first, second = (walks.of_seed(3, commands=12) for _ in range(2))
    assert first.log == second.log
    assert first.arrived == second.arrived


def test_a_walk_that_fails_is_shrunk_to_the_steps_that_are_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Hours, "next", lambda _self, moment: moment)
    names = ["cases import_new", "cases look", "cases all_the_way", "trouble wait", "trouble run"]
    steps, least = walks.shrunk([(name, "1") for name in names], "2")
    assert "came to" in least.violation
    assert [name for name, _ in steps] == [names[0], names[2], names[4]]


# -- what is looked at can fail --------------------------------------------------------------------


@pytest.fixture
def walker(tmp_path: Path) -> Iterator[Walk]:
    """Somebody whose letters wait to leave at the next decent hour."""
    one = Walk(tmp_path, "7", walks.CHECKS)
    chance = random.Random(7)  # noqa: S311 - not a secret
    STEPS["cases import_new"](one, chance)
    STEPS["cases all_the_way"](one, chance)
    yield one
    one.close()


def by_hand(walker: Walk, change: str) -> None:
    """Change the ledger past the program."""
    with closing(sqlite3.connect(walker.ledger)) as plain, plain:
        plain.execute(change)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("update cases set stage = 'closed' where number = 1", "leads to"),
        ("delete from touches where kind = 'memo'", "gone"),
        ("update touches set state = 'accepted' where kind = 'memo'", "leads to"),
        ('update approvals set "case" = 0 where number = 1', "not whole"),
    ],
)
def test_a_hand_in_the_ledger_is_seen(walker: Walk, change: str, told: str) -> None:
    by_hand(walker, change)
    with pytest.raises(Violated, match=told):
        walker.call("cases")


def test_a_history_that_was_written_anew_is_seen(walker: Walk) -> None:
    walker.seen.history[1]["actor"] = "mallory"
    with pytest.raises(Violated, match="rewritten"):
        walker.call("cases")


@pytest.mark.parametrize(
    ("hidden", "told"),
    [
        ("update touches set state = 'held' where state = 'due'", "leads to"),
        ("update cases set stage = 'opened' where number = 1", "leads to"),
        ("delete from approvals", "gone"),
        ("delete from amends", "gone"),
    ],
)
def test_an_undo_that_takes_back_more_is_seen(
    walker: Walk, monkeypatch: pytest.MonkeyPatch, hidden: str, told: str
) -> None:
    plain = command_undo.restore_rows

    def more(tx: Transaction, *others: Any) -> set[int]:
        done = plain(tx, *others)
        tx.connection.exec_driver_sql(hidden)
        return done

    walker.call("plan", "1", "--hold")
    monkeypatch.setattr("voicenote.engine.case.undo_command.restore_rows", more)
    with pytest.raises(Violated, match=told):
        walker.call("undo")


def a_day(walker: Walk) -> None:
    """Make passes for a day."""
    for _ in range(12):
        walker.move(hours=2)
        walker.call("run", "--json")


def test_who_is_woken_is_seen(walker: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Hours, "next", lambda _self, moment: moment)
    with pytest.raises(Violated, match="came to"):
        a_day(walker)


def test_other_words_are_seen(walker: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = disclosing.drop_disclosure
    monkeypatch.setattr(
        parcels, "drop_disclosure", lambda script: plain(type(script)(
            language=script.language, template=script.template, sentences=script.sentences[::-1]
        ))
    )  # fmt: skip
    with pytest.raises(Violated, match="other words"):
        a_day(walker)


def test_a_letter_after_an_opt_out_is_seen(walker: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "_why_cancel", lambda _snapshot, _touch: "")
    for case in walker.seen.cases:
        walker.beside.opt_out_case(walker.seen, case)
    with pytest.raises(Violated, match="opted out"):
        a_day(walker)


def test_a_second_copy_is_seen(walker: Walk) -> None:
    a_day(walker)
    walker.world.arrived.append(walker.world.arrived[0])
    with pytest.raises(Violated, match="arrived 2 times"):
        walker.call("cases")
