"""The whole way through real processes: what is printed, with which keys, with which exit code."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

ENV = {
    "VOICENOTE_OWNER__NAME": "Ada",
    "VOICENOTE_VOICE__ENGINE": "silent",
    "VOICENOTE_SCHEDULE__QUIET_HOURS": "off",
    "VOICENOTE_SCHEDULE__WORKING_DAYS": "all",
    "VOICENOTE_SCHEDULE__HOLIDAYS": "off",
}
GOOD = """\
ref,customer,email,what_happened,amends,amends_kind,promised_by
A-1,Dana,dana@example.com,The ribbon was blue,bake it again,redo,2099-05-01
A-2,Ron,,The lamp came broken,,,
"""
BAD = GOOD + "A-3,Mia,not-an-address,The cup was chipped,,,\n"
Call = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def call(tmp_path: Path) -> Call:
    home = tmp_path / "home"

    def run(*words: str, code: int = 0, env: Mapping[str, str] | None = None) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "voicenote", "--home", str(home), *words],
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            cwd=tmp_path,
            env={**os.environ, **ENV, **(env or {})},
        )
        assert done.returncode == code, (words, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return done

    return run


def data(done: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(done.stdout)


def ledger(tmp_path: Path) -> list[str]:
    with closing(sqlite3.connect(tmp_path / "home" / "ledger.db")) as raw:
        return list(raw.iterdump())


def test_a_case_from_its_complaint_to_its_closed_loop(call: Call, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(GOOD)
    came = data(call("import", "in.csv", "--json"))
    assert came == {
        "read": 2,
        "added": 2,
        "unchanged": 0,
        "rejected": 0,
        "reasons": {},
        "dates": {},
        "reworded": [],
        "left_out": {},
        "unread": 0,
        "rejected_file": None,
        "batch": "in",
    }
    listed = data(call("cases", "--json"))
    assert [set(one) for one in listed] == [
        {"case", "ref", "customer", "stage", "outcome", "overdue", "next_message"}
    ] * 2
    assert [one["stage"] for one in listed] == ["opened", "opened"]
    call("script", "--all", "--json")
    assert len(data(call("render", "--all", "--json"))) == 2
    assert len(data(call("approve", "--all", "--json"))) == 2
    turn = data(call("run", "--json"))
    assert {"sent", "failed", "uncertain", "skipped", "received"} <= set(turn)
    assert (turn["sent"], turn["failed"]) == (2, 0)
    assert data(call("run", "--json"))["sent"] == 0
    assert len(list((tmp_path / "home" / "outbox").glob("*/message.eml"))) == 2
    no = call("close", "1", "--json", code=1)
    assert len(json.loads(no.stderr)["missing"]) == 3
    call("amends", "done", "1.1", code=1)
    done = data(call("amends", "done", "1.1", "--evidence", "baked on Tuesday", "--json"))
    assert done == {"amends": "1.1", "state": "done"}
    call("lesson", "1", "--cause", "haste", "--prevention", "a check list", "--json")
    said = data(call("answer", "1", "--put-right", "--text", "lovely", "--json"))
    assert set(said) == {"case", "verdict", "stage", "round", "missing", "dropped"}
    assert said["missing"] == []
    closed = data(call("close", "1", "--json"))
    assert closed == {"case": 1, "stage": "closed", "outcome": "satisfied"}
    call("close", "1", code=1)
    shown = data(call("show", "1", "--json"))
    for touch in shown["messages"]:
        assert {"message", "kind", "due_at", "state", "channel", "key"} <= set(touch)
    assert {"files", "duration_s", "loudness_lufs", "synthetic", "voice", "sha256"} <= set(
        shown["memo"]
    )
    assert {"amends", "script", "history", "missing"} <= set(shown)
    assert shown["missing"] == []


def test_a_second_import_leaves_the_ledger_as_it_is_to_the_letter(
    call: Call, tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_text(GOOD)
    call("import", "in.csv")
    before = ledger(tmp_path)
    again = data(call("import", "in.csv", "--json"))
    assert (again["added"], again["unchanged"]) == (0, 2)
    assert ledger(tmp_path) == before


def test_a_dry_run_changes_nothing(call: Call, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(BAD)
    call("init")
    before = ledger(tmp_path)
    told = data(call("import", "in.csv", "--dry-run", "--json"))
    assert (told["added"], told["rejected"]) == (2, 1)
    assert ledger(tmp_path) == before


def test_what_was_rejected_comes_in_when_it_is_mended(call: Call, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(BAD)
    first = call("import", "in.csv", "--json")
    told = data(first)
    assert (told["added"], told["rejected"]) == (2, 1)
    assert "email" in first.stderr
    file = tmp_path / told["rejected_file"]
    file.write_text(file.read_text().replace("not-an-address", "mia@example.com"))
    again = data(call("import", str(file), "--json"))
    assert (again["read"], again["added"], again["rejected"]) == (1, 1, 0)
    assert [one["ref"] for one in data(call("cases", "--json"))] == ["A-1", "A-2", "A-3"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("show", "99"), 2),
        (("show", "no"), 2),
        (("nonsense",), 2),
        (("close", "1"), 2),
        (("import", "not-there.csv"), 65),
        (("new",), 2),
        (("plan", "1", "--hold", "--resume"), 2),
    ],
)
def test_exit_codes_of_what_cannot_be(call: Call, words: tuple[str, ...], code: int) -> None:
    told = call(*words, code=code)
    assert told.stderr.startswith("voicenote: ")
    assert len(told.stderr.strip().splitlines()) >= 2


def test_exit_codes_of_settings_and_of_services(call: Call, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    call("run", code=78, env={"VOICENOTE_SCHEDULE__QUIET_HOURS": "late"})
    call("cases", code=78, env={"VOICENOTE_LEDGER__URL": "mysql://nobody/x"})
    call("cases", code=69, env={"VOICENOTE_LEDGER__URL": "postgresql://127.0.0.1:1/x"})
    (tmp_path / "home" / "ledger.db").write_text("no database at all\n" * 100)
    assert "restore" in call("cases", code=69).stderr


def test_of_two_passes_at_once_one_works_and_nothing_goes_twice(call: Call, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(GOOD)
    call("import", "in.csv")
    for step in ("script", "render", "approve"):
        call(step, "--all")
    words = [sys.executable, "-m", "voicenote", "--home", str(tmp_path / "home"), "run", "--json"]
    both = [
        subprocess.Popen(
            words, env={**os.environ, **ENV}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]
    told = [one.communicate()[0] for one in both]
    codes = sorted(one.returncode for one in both)
    assert codes in ([0, 0], [0, 75])
    assert sum(json.loads(text)["sent"] for text in told if text) == 2
    assert len(list((tmp_path / "home" / "outbox").glob("*/message.eml"))) == 2
