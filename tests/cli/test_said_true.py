"""What the tool says is what it did: a refusal makes nothing, a count counts what it names."""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result

from voicenote.engine.run.run_once import Turn
from voicenote.errors import room_for

Call = Callable[..., Result]
ALWAYS = {"VOICENOTE_SCHEDULE__QUIET_HOURS": "off", "VOICENOTE_SCHEDULE__WORKING_DAYS": "all"}


def all_in(folder: Path) -> dict[str, int]:
    return {str(one.relative_to(folder)): one.stat().st_size for one in folder.rglob("*")}


# -- a ledger that is gone -------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("init",),
        ("init", "--force"),
        ("next",),
        ("run",),
        ("import", "{rows}"),
        ("backup", "{out}"),
    ],
)
@pytest.mark.parametrize("left", ["nothing", "empty"])
def test_a_refusal_makes_nothing_where_the_old_ledger_belongs(
    call_at: Callable[[Path], Call], tmp_path: Path, words: tuple[str, ...], left: str
) -> None:
    """Else the old folder, moved back, would land in the new one."""
    home, state = tmp_path / "home", {"XDG_STATE_HOME": str(tmp_path / "state")}
    call = call_at(home)
    assert call("init", **state).exit_code == 0
    rows = tmp_path / "rows.csv"
    rows.write_text("ref,customer,what_happened\na,Ann,It broke.\n")
    shutil.move(home, tmp_path / "gone")
    if left == "empty":
        home.mkdir()
        (home / "ledger.db").touch()
    before = all_in(tmp_path)
    done = call(*(word.format(rows=rows, out=tmp_path / "b.zip") for word in words), **state)
    assert all_in(tmp_path) == before
    if left == "nothing" and words[0] in ("next", "run", "backup"):
        assert (done.exit_code, "home doesn't exist" in done.stderr) == (2, True)
        return
    assert done.exit_code == 1
    assert "put the old one back" in done.stderr
    assert ("is missing" if left == "nothing" else "is empty") in done.stderr


# -- batches ---------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["cases", "script", "render", "approve", "proof"])
def test_a_batch_that_is_not_there_is_refused_alike(call: Call, command: str) -> None:
    to = ("--to", "a@b.example") if command == "proof" else ()
    done = call(command, "--batch", "nope", *to)
    assert done.exit_code == 2
    assert "there is no batch 'nope'" in done.stderr
    assert "known: june" in done.stderr


def test_a_batch_without_open_cases_is_not_the_whole_ledger(call: Call, home: Path) -> None:
    with closing(sqlite3.connect(home / "ledger.db")) as raw, raw:
        raw.execute("update cases set stage = 'closed', outcome = 'no-answer' where batch = 'june'")
    assert "No open cases in batch 'june'." in call("cases", "--batch", "june").stderr
    assert "No open cases. To add one" in call("cases").stderr


def test_an_import_that_added_nothing_names_no_batch_that_is_not_there(
    call: Call, tmp_path: Path
) -> None:
    rows = tmp_path / "again.csv"
    rows.write_text("customer,what_happened,email\nAnn,It broke.,a@x.ee\n")
    assert call("import", str(rows), "--batch", "first").exit_code == 0
    done = call("import", str(rows), "--batch", "second")
    assert "0 added, 1 already there" in done.stdout
    assert "batch" not in done.stdout
    assert json.loads(call("import", str(rows), "--json", "--batch", "x").stdout)["batch"] is None
    assert "batch 'first'" in call("import", str(rows), "--batch", "first").stdout


@pytest.mark.parametrize(
    "other",
    ["it broke", "IT BROKE!", "It  broke …", "It broke!!"],
)
def test_a_story_with_other_stops_is_the_same_story(call: Call, tmp_path: Path, other: str) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text(f"customer,what_happened,email\nAnn,It broke.,a@x.ee\nANN,{other},A@x.ee\n")
    told = json.loads(call("import", str(rows), "--json").stdout)
    assert (told["added"], told["unchanged"], told["rejected"]) == (1, 1, 0)


def test_another_price_is_another_thing(call: Call, tmp_path: Path) -> None:
    """A point within a number tells."""
    rows = tmp_path / "rows.csv"
    rows.write_text(
        "customer,what_happened,email,harm,currency\n"
        "Ann,It broke.,a@x.ee,1.50,EUR\nAnn,It broke.,a@x.ee,150,EUR\n"
    )
    told = json.loads(call("import", str(rows), "--json").stdout)
    assert (told["added"], told["rejected"]) == (1, 1)


def test_a_date_ahead_is_not_told_to_be_written_as_it_is(call: Call, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("customer,what_happened,opened_at\nAnn,It broke.,2199-05-01\n")
    said = call("import", str(rows)).stderr
    assert "is in the future" in said
    assert "write it as" not in said
    assert "correct the date" in said


# -- Ctrl-C ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "where", "said"),
    [
        (("import", "{rows}"), "voicenote.engine.case.new_cases.import_cases", "nothing was added"),
        (
            ("say", "Hi.", "-o", "{out}"),
            "voicenote.engine.memo.plain_speech.say",
            "no sound was kept",
        ),
        (("backup", "{zip}"), "voicenote.engine.admin.archive.copy_into", "no backup was made"),
        (
            ("restore", "{rows}"),
            "voicenote.engine.admin.archive.restore",
            "nothing was restored",
        ),
        (
            ("render", "--all"),
            "voicenote.cli.terminal.case_options.Selection.find_in_touch",
            "what was finished is kept",
        ),
    ],
)
def test_ctrl_c_says_what_is_true_of_the_command(
    call: Call,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    where: str,
    said: str,
) -> None:
    def stop(*_words: object, **_more: object) -> None:
        raise KeyboardInterrupt

    rows = tmp_path / "rows.csv"
    rows.write_text("customer,what_happened,email\nAnn,It broke.,a@x.ee\n")
    monkeypatch.setattr(where, stop)
    made = {"rows": rows, "out": tmp_path / "out.ogg", "zip": tmp_path / "out.zip"}
    done = call(*(word.format(**made) for word in words))
    assert done.exit_code == 130
    assert said in done.stderr
    if said != "what was finished is kept":
        assert "what was finished" not in done.stderr


# -- opt-out ---------------------------------------------------------------------------------


def kept_optouts(home: Path) -> int:
    with closing(sqlite3.connect(home / "ledger.db")) as raw:
        return int(raw.execute("select count(*) from optouts").fetchone()[0])


@pytest.mark.parametrize(
    ("given", "what", "advice"),
    [
        ("a@@b", "'a@@b' isn't an email address: the part after", "number of one of their cases"),
        ("Klaus", "'Klaus' isn't an address, nor a case", "@name"),
        ("@x", "'@x' isn't a Telegram name", "@name"),
        ("999", "there is no case 999", "a Telegram id is written telegram:999"),
        ("123456", "there is no case 123456", "telegram:123456"),
        ("999.0", "there is no case 999", "telegram:999"),
    ],
)
def test_who_cannot_be_meant_is_refused_in_clear_words(
    call: Call, home: Path, given: str, what: str, advice: str
) -> None:
    before = kept_optouts(home)
    done = call("opt-out", given)
    assert done.exit_code == 2
    first, second = done.stderr.strip().splitlines()
    assert what in first
    assert advice in second
    assert kept_optouts(home) == before


def test_a_telegram_id_that_says_so_is_kept(call: Call) -> None:
    assert "kept for later imports" in call("opt-out", "telegram:999").stderr


@pytest.mark.parametrize("way", ["1", "ada@x.ee"])
def test_who_has_opted_out_before_is_told_so(call: Call, home: Path, way: str) -> None:
    with closing(sqlite3.connect(home / "ledger.db")) as raw, raw:
        sha256 = hashlib.sha256(b"ada@x.ee").hexdigest()
        raw.execute(
            "insert into addresses (customer, kind, value, typed, sha256, since) "
            "select number, 'email', 'ada@x.ee', '', ?, '2026-01-02 00:00:00.000000' "
            "from customers where name like 'Ada%'",
            (sha256,),
        )
    assert "will get no more messages" in call("opt-out", way).stdout
    again = call("opt-out", way)
    assert again.exit_code == 0
    assert again.stdout == (
        "Ada Lovelace (case 1) had already opted out, and nothing was waiting for them.\n"
    )
    assert json.loads(call("opt-out", way, "--json").stdout)["already"] is True


# -- a clock that jumped ---------------------------------------------------------------------


def test_messages_to_customers_are_counted_alike(ready: Call, home: Path) -> None:
    """The warning, the run and undo name one number; nudges to the owner are in none of them."""
    assert ready("approve", "--all", **ALWAYS).exit_code == 0
    with closing(sqlite3.connect(home / "ledger.db")) as raw, raw:
        raw.execute(
            "update touches set state = 'due', due_at = '2026-01-01 09:00:00.000000',"
            " too_late_at = '2026-01-02 09:00:00.000000'"
        )
        newest = raw.execute("select max(number) from history").fetchone()[0]
        kept = json.dumps({"number": newest, "at": "2026-01-01T00:00:00+00:00", "doubted": 0})
        raw.execute("insert or replace into meta values ('known_time', ?)", [kept])
        ours, nudges = (
            raw.execute(f"select count(*) from touches where kind {sign} 'nudge'").fetchone()[0]  # noqa: S608
            for sign in ("!=", "=")
        )
    assert nudges
    warned = ready("run", "--json", **ALWAYS)
    assert json.loads(warned.stdout)["clock"]["skipped"] == ours
    done = ready("run", "--yes-it-is", **ALWAYS)
    assert f"{ours} skipped" in done.stdout
    cases = [line.split(":")[0] for line in done.stderr.splitlines() if line.startswith("case ")]
    assert len(cases) == len(set(cases)), "one line for a case"
    assert f"{ours} messages skipped" in ready("undo", **ALWAYS).stdout


def test_of_many_cases_ten_are_told() -> None:
    from voicenote.cli.terminal.run_report import turn_lines

    turn = Turn()
    turn.nudges = [(n, f"case {n}: the memo was due, too late") for n in range(1, 26)]
    turn.reasons = [(3, "the address is wrong")]
    told = turn_lines(turn, "UTC")
    assert len(told) == 11
    assert told[0] == "case 3: the address is wrong (and 1 more: voicenote show 3)"
    assert told[-1] == "… and 15 more cases: voicenote next --all"


# -- files -----------------------------------------------------------------------------------


def test_a_full_disk_is_named_and_not_a_folder_deep_in_it(tmp_path: Path) -> None:
    deep = tmp_path / "memos" / "000003" / "memo-r1-314ed1a7"
    said = room_for(OSError(errno.ENOSPC, "x"), deep)
    assert "memo-r1" not in said
    assert "make room on the disk of " in said


def test_a_folder_is_no_file_to_say_into(call: Call, tmp_path: Path) -> None:
    done = call("say", "Hello.", "-o", str(tmp_path))
    assert done.exit_code == 2
    assert f"{tmp_path} is a folder" in done.stderr
    assert str(tmp_path / "hello.ogg") in done.stderr


def test_our_fault_promises_no_address_that_it_does_not_give() -> None:
    from voicenote.cli.terminal.failures import explain

    failure = explain(RuntimeError("x"))
    assert "tell us" not in failure.advice
    assert "--debug" in failure.advice
