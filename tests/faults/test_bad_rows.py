"""One row of the ledger that cannot be read hurts its own case, and is named; the others go on."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.every_command import begin, call

#: What somebody may do to case 1 with an editor of databases, or a bad block of a disk.
DAMAGES = {
    "an unknown stage": "update cases set stage = 'lost in the post' where number = 1",
    "a date that is none": "update cases set opened_at = 'yesterday' where number = 1",
    "broken JSON": "update cases set involved = '[\"Bo' where number = 1",
    "no customer": "update cases set customer = 999 where number = 1",
    "a language in bytes": "update customers set language = x'ff00' where number = 1",
    "an unknown time zone": "update customers set time_zone = 'Mars/Base' where number = 1",
    "an unknown kind of promise": "update amends set kind = 'hug' where \"case\" = 1",
    "a promise on no day": "update amends set promised_by = 'soon' where \"case\" = 1",
    "an amount that is none": "update amends set value_amount = 'much', value_currency = 'EUR'"
    ' where "case" = 1',
    "an unknown touch": "update touches set kind = 'hug' where \"case\" = 1",
    "a touch at no time": "update touches set due_at = 'noon' where \"case\" = 1",
    "a script with bytes": "update scripts set template = x'ff00' where \"case\" = 1",
    "words for a number": "update touches set attempt = 'twice' where \"case\" = 1",
    "a script that is cut": 'update scripts set sentences = \'[["own"\' where "case" = 1',
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, states: Iterator[str]) -> Path:
    """A workspace with four cases, all of them readable."""
    home = tmp_path_factory.mktemp("whole") / "home"
    begin(home)
    return home


@pytest.fixture
def home(whole: Path, tmp_path: Path) -> Path:
    """A copy of it, which no other test spoils."""
    shutil.copytree(whole.parent, tmp_path / "w")
    return tmp_path / "w" / "home"


LOOKS = ("cases", "next --all", "doctor", "status")


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_row_that_cannot_be_read_hurts_only_its_own_case(home: Path, damage: str) -> None:
    """Doctor reads every case whole, and names it; next and status only what they need."""
    with closing(sqlite3.connect(home / "ledger.db")) as raw:
        raw.execute(DAMAGES[damage])
        raw.commit()
    wrong = {}
    for line in (*LOOKS, "run", "show 1", "show 2", "plan 1", "plan 2"):
        done = call(line, home)
        said = done.stdout + done.stderr
        others = line == "cases" or line.endswith(" 2")
        fails = done.exit_code == 70 or "our fault" in said or "Traceback" in said
        if fails or (others and "Bo Diddley" not in said):
            wrong[line] = (done.exit_code, said[-300:])
    assert wrong == {}
    done = call("doctor", home)
    said = done.stdout + done.stderr
    assert "case 1 cannot be read" in said
    assert "restore a backup" in said
    assert call("backup {away}/copy.zip", home).exit_code == 0


#: What somebody may do to the ledger's notes on itself.
NOTES = {
    "a place that is cut": "update meta set value = '{' where name = 'place'",
    "a place of another form": "update meta set value = '[]' where name = 'place'",
    "a time that is cut": "update meta set value = '{' where name = 'known_time'",
    "no mark of its schema": "update alembic_version set version_num = ''",
    "another mark of its schema": "update alembic_version set version_num = -1",
}


@pytest.mark.parametrize("damage", NOTES)
def test_a_note_of_the_ledger_that_cannot_be_read_is_told(home: Path, damage: str) -> None:
    call("run", home)
    with closing(sqlite3.connect(home / "ledger.db")) as raw:
        raw.execute(NOTES[damage])
        raw.commit()
    for line in ("run", "doctor", "mark-sent 1"):
        done = call(line, home)
        said = done.stdout + done.stderr
        if line == "mark-sent 1" and "place" in damage:
            continue  # it sends nothing, and asks nobody whether it may
        assert done.exit_code != 70, (line, said)
        if line != "doctor" and "time" in damage:
            continue  # this is a copy, and `run` asks for that first
        assert "restore a backup" in said, (line, said)
