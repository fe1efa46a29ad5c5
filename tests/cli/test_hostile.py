"""Words that nobody should give: refused in two lines, before anything is kept."""

from __future__ import annotations

import io
import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from voicenote.cli.terminal.promise_options import money
from voicenote.cli.terminal.screen import Screen
from voicenote.errors import BadData, WrongUse

Call = Callable[..., Result]
PROMISE = ("amends", "add", "1", "--kind", "refund", "--text", "back", "--override", "they ask")


def refused(done: Result, code: int = 2) -> str:
    assert done.exit_code == code, (done.stdout, done.stderr)
    assert "our fault" not in done.stderr
    return done.stderr


# Money is read as an import reads it.


def test_a_comma_before_three_digits_is_a_thousand(call: Call) -> None:
    done = call(*PROMISE, "--value", "1,234", "--currency", "usd")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == "Promised: amends 1.2, worth 1234 USD.\n"


def test_triage_reads_money_as_amends_does(call: Call) -> None:
    done = call("triage", "1", "--harm", "1,234", "--currency", "usd", "--json")
    found = json.loads(done.stdout)
    assert (found["harm"], found["currency"]) == ("1234", "USD")


def test_money_has_one_shape_in_json(call: Call) -> None:
    assert call(*PROMISE, "--value", "40.00", "--currency", "EUR").exit_code == 0
    assert call("triage", "1", "--harm", "37.40", "--currency", "EUR").exit_code == 0
    shown = json.loads(call("show", "1", "--json").stdout)
    listed = json.loads(call("amends", "list", "--json").stdout)
    promised = next(one for one in listed if one["amends"] == "1.2")
    for one in (shown["amends"][1], promised):
        assert (one["value"], one["currency"]) == ("40.00", "EUR")
    assert (shown["harm"], shown["currency"]) == ("37.40", "EUR")
    assert "what it cost them: 37.40 EUR" in call("show", "1").stdout
    assert "(40.00 EUR)" in call("amends").stdout


@pytest.mark.parametrize("value", ["-5", "1e9999", "5e400", "nan", "5.9991", "cheap", "1 or 2"])
def test_an_amount_that_is_none_is_refused_everywhere(call: Call, value: str) -> None:
    refused(call(*PROMISE, f"--value={value}", "--currency", "EUR"))
    refused(call("triage", "1", f"--harm={value}", "--currency", "EUR"))
    refused(call("triage", "1", "--accept", f"--value={value}", "--currency", "EUR"))


def test_a_currency_that_nobody_has_is_refused(call: Call) -> None:
    assert "isn't a currency" in refused(call(*PROMISE, "--value", "5", "--currency", "QQQ"))
    refused(call("triage", "1", "--harm", "5", "--currency", "qqq"))


def test_an_amount_without_a_currency_is_refused(call: Call) -> None:
    assert "--currency" in refused(call(*PROMISE, "--value", "5"))


def test_the_coins_of_a_currency_are_its_own() -> None:
    assert str(money("5.125", "KWD")) in ("5.125 KWD", "5125 KWD")
    with pytest.raises(WrongUse, match="more decimals than JPY"):
        money("5.5", "JPY")


# Days and numbers within reach.


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_out_of_reach_is_refused(call: Call, day: str) -> None:
    refused(call(*PROMISE, "--by", day))
    refused(call("amends", "again", "1.1", "--by", day))
    refused(call("lesson", "1", "--cause", "a", "--prevention", "b", "--due", day))
    refused(call("triage", "1", "--accept", "--by", day))
    refused(call("rehearse", "--until", day))


def test_a_day_in_words_is_said_back(call: Call) -> None:
    done = call(*PROMISE, "--by", "4 June 2099")
    assert done.exit_code == 0, done.stderr
    assert "--by 4 June 2099 is Thursday, 4 June 2099 (in " in done.stderr
    assert "isn't a day" in refused(call(*PROMISE, "--by", "soon"))


def test_a_lesson_keeps_its_day(call: Call) -> None:
    words = ("--cause", "a", "--prevention", "b", "--due", "2199-02-03")
    assert call("lesson", "1", *words).exit_code == 0
    shown = json.loads(call("show", "1", "--json").stdout)
    assert shown["lesson"]["due"] == "2199-02-03T00:00:00Z"


@pytest.mark.parametrize("command", ["show", "render", "approve", "plan", "close"])
def test_a_number_that_no_case_can_have_is_refused(call: Call, command: str) -> None:
    refused(call(command, "99999999999999999999"))


@pytest.mark.parametrize("name", ["99999999999999999999.1", "1.99999999999999999999"])
def test_a_name_that_no_promise_can_have_is_refused(call: Call, name: str) -> None:
    refused(call("amends", "done", name, "--evidence", "x"))


def test_a_daemon_without_a_number_is_refused(call: Call, home: Path) -> None:
    refused(call("daemon", "--every", "nan"))


# Places and settings.


def test_a_demo_in_a_file_is_refused(call: Call, tmp_path: Path) -> None:
    (tmp_path / "note").write_text("x")
    assert "isn't a folder" in refused(call("demo", str(tmp_path / "note")))
    refused(call("demo", str(tmp_path / "note" / "deep")))


def test_say_makes_no_folders(call: Call, tmp_path: Path) -> None:
    assert "doesn't exist" in refused(call("say", "hello", "-o", str(tmp_path / "no" / "a.ogg")))
    assert not (tmp_path / "no").exists()


def test_a_script_in_a_language_that_is_none_is_refused(call: Call) -> None:
    assert "language tag" in refused(call("script", "1", "--language", "../x"))


def test_a_table_that_is_no_backup_is_told_in_one_line(bare: Call, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("a,b\n1,2\n")
    said = refused(bare("restore", str(tmp_path / "c.csv")), 65).splitlines()
    assert len(said) == 2


def test_a_script_after_the_memo_has_left_is_told_as_triage_tells_it(
    call: Call, home: Path
) -> None:
    with closing(sqlite3.connect(home / "ledger.db")) as raw, raw:
        raw.execute("UPDATE cases SET stage = 'following' WHERE number = 1")
    said = refused(call("script", "1"), 1)
    assert "has already been sent" in said
    assert "voicenote reopen 1" in said
    assert "compose" not in said


@pytest.mark.parametrize(
    "name", ["QUIET_HOURS=25:00-1", "HOLIDAYS=XX", "WORKING_DAYS=", "PLAN=nope"]
)
def test_a_schedule_that_cannot_be_is_told_by_run(call: Call, name: str) -> None:
    key, _, value = name.partition("=")
    refused(call("run", **{f"VOICENOTE_SCHEDULE__{key}": value}), 78)


@pytest.mark.parametrize(
    "env", [{"VOICENOTE_OWNER": "1"}, {"VOICENOTE_OWNER__NAME": "Ada\nBcc: x"}]
)
def test_a_variable_that_cannot_be_is_told(call: Call, env: dict[str, str]) -> None:
    refused(call("cases", **env), 78)


def test_settings_in_a_pipe_are_refused(call: Call, home: Path) -> None:
    (home / "voicenote.toml").unlink(missing_ok=True)
    os.mkfifo(home / "voicenote.toml")
    assert "it is not a file" in refused(call("cases"), 78)


@pytest.mark.parametrize("digits", ["9" * 5000, "0", "99999999999", "٩" * 5000])
def test_a_number_that_no_case_can_have_is_refused_everywhere(call: Call, digits: str) -> None:
    assert "isn't a case number" in refused(call("check", digits))
    assert "isn't a case number" in refused(call("play", digits))
    refused(call("show", digits))


@pytest.mark.parametrize("given", [b"Dear \xff\xfe", b"\xe9t\xe9\n"])
def test_what_is_not_utf_8_on_standard_input_is_told(
    call: Call, given: bytes, tmp_path: Path
) -> None:
    call("script", "1")
    for words in (["check", "-"], ["script", "1", "--from", "-"], ["say", "-o", "a.ogg"]):
        assert "isn't UTF-8 text" in refused(call(*words, input=given), 65)


def test_an_answer_that_is_not_utf_8_is_told() -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b"\xff\n"), "utf-8")
    screen = Screen(
        stdin=stdin, stdout=io.StringIO(), stderr=io.StringIO(), json=False, quiet=False
    )
    with pytest.raises(BadData, match="isn't UTF-8 text"):
        screen.ask("Who?")


def test_what_an_editor_leaves_in_another_encoding_is_told(call: Call, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_bytes(b'#!/bin/sh\nprintf "[thanks]\\n\\351t\\351" > "$1"\n')
    editor.chmod(0o755)
    assert "isn't UTF-8 text" in refused(call("script", "1", "--edit", EDITOR=str(editor)), 65)


def test_a_text_without_an_end_is_not_read_to_it(call: Call) -> None:
    call("script", "1")
    for words in (["check", "/dev/zero"], ["script", "1", "--from", "/dev/zero"]):
        assert "longer than" in refused(call(*words), 65)
    assert "longer than" in refused(call("say", "--file", "/dev/zero", "-o", "a.ogg"), 65)


def test_a_file_that_is_cut_while_it_is_imported_leaves_nothing(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from voicenote.engine.case import new_cases

    file = tmp_path / "rows.csv"
    file.write_text("customer,what_happened\nAnn,It was late.\nBo,It was,too many\n", "utf-8")
    import_cases = new_cases.import_cases

    def cutting(*given: Any, **named: Any) -> new_cases.Taken:
        os.truncate(file, 40)
        return import_cases(*given, **named)

    monkeypatch.setattr(new_cases, "import_cases", cutting)
    before = call("cases", "--json").stdout
    assert "was changed while it was read" in refused(call("import", str(file)), 75)
    assert call("cases", "--json").stdout == before
    assert [path.name for path in tmp_path.glob("*rejected*")] == []


def test_the_home_of_nobody_is_a_folder_of_that_name(call: Call, tmp_path: Path) -> None:
    told = refused(call("cases", VOICENOTE_HOME="~nobody-here/x"))
    assert "~nobody-here/x doesn't exist" in told
    call("script", "1")
    refused(call("record", "1", "--from", "~nobody-here/x.wav"), 65)
    refused(call("record", "1", "--from", "'~nobody-here/x y.wav'"), 65)
