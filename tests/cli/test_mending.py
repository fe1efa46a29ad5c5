"""`edit`, `withdraw`, `merge` and `undo` as they are typed; nothing typed in an editor is lost."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, select

from tests.cli.conftest import ROWS, Call
from tests.fakes.databases import own_database
from voicenote.cli.app import voicenote
from voicenote.cli.terminal.screen import Screen
from voicenote.engine.run import recovery
from voicenote.engine.run.send import Sent
from voicenote.errors import RuleSaysNo
from voicenote.ledger.command_log import TABLES
from voicenote.model.touch import TouchState


@pytest.fixture
def editor(tmp_path: Path) -> Callable[[str], str]:
    """Make an editor that runs a sed script on the file."""

    def make(script: str) -> str:
        program = tmp_path / "editor"
        program.write_text(f"#!/bin/sh\nsed -i -e '{script}' \"$1\"\n")
        program.chmod(0o755)
        return str(program)

    return make


def typed(home: Path) -> Path:
    return home / "edits" / "case-1.txt"


def test_a_line_that_is_changed_in_the_editor_is_changed_in_the_case(
    call: Call, home: Path, editor: Callable[[str], str]
) -> None:
    """And the text isn't kept then, nor what it was made from."""
    change = editor("s/^customer:.*/customer: Ada King/; s/^email:.*/email: ada@here.ee/")
    done = call("edit", "1", EDITOR=change)
    assert done.exit_code == 0, done.stderr
    assert "customer: Ada Lovelace → Ada King" in done.stdout
    assert "email: (not known) → ada@here.ee" in done.stdout
    assert not list((home / "edits").iterdir())
    shown = call("show", "1").stdout
    assert "details were changed: customer “Ada Lovelace” → “Ada King”, by" in shown


def test_a_promise_of_another_case_is_not_taken_for_one_of_this(call: Call) -> None:
    done = call("edit", "1", "--set", "2.1.value=5 EUR")
    assert done.exit_code == 2, done.stderr
    assert "2.1.value is of a promise of case 2" in done.stderr


def test_a_promise_of_another_case_in_the_editor_is_refused_with_its_line(
    call: Call, editor: Callable[[str], str]
) -> None:
    done = call("edit", "1", EDITOR=editor(r"s/^\[amends 1\.1\]/[amends 7.1]/"))
    assert done.exit_code == 65, done.stdout
    said = r"case-1\.txt:\d+: \[amends 7\.1\] is a promise of case 7, and this is case 1"
    assert re.search(said, done.stderr), done.stderr
    assert "voicenote edit 7" in done.stderr


@pytest.mark.parametrize("heading", ["[1]", "[1.1]", "[amends 1]", "[ AMENDS  1.1 ]"])
def test_a_promise_of_this_case_may_be_named_in_short(
    call: Call, editor: Callable[[str], str], heading: str
) -> None:
    done = call("edit", "1", EDITOR=editor(rf"s/^\[amends 1\.1\]/{heading}/"))
    assert done.exit_code == 0, done.stderr


def test_an_editor_closed_without_a_change_changes_nothing(call: Call, home: Path) -> None:
    assert call("edit", "1", EDITOR="true").stdout == "Nothing was changed.\n"
    assert not list((home / "edits").iterdir())


def test_a_wrong_value_names_its_line_and_the_text_is_offered_again(
    call: Call, home: Path, editor: Callable[[str], str]
) -> None:
    """The problem stands above its line; what else was typed is there, too."""
    done = call("edit", "1", EDITOR=editor("s/^email:.*/email: ada/; s/^feeling:.*/feeling: sad/"))
    assert done.exit_code == 65
    line = next(
        n for n, one in enumerate(typed(home).read_text().split("\n"), 1) if one == "email: ada"
    )
    assert f"case-1.txt:{line - 1}: email: isn't an email address" in done.stderr
    assert "voicenote edit 1" in done.stderr
    text = typed(home).read_text()
    assert "feeling: sad" in text
    assert "#! email isn't an email address" in text
    done = call("edit", "1", EDITOR=editor("s/^email:.*/email: ada@here.ee/"))
    assert "unfinished text of case 1" in done.stderr
    assert "feeling: (not known) → sad" in done.stdout
    assert "email: (not known) → ada@here.ee" in done.stdout


def test_a_person_at_a_terminal_edits_until_it_is_right(
    call: Call, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Screen, "interactive", True)
    program = tmp_path / "editor"
    program.write_text(
        "#!/bin/sh\nif grep -q '^email: ada$' \"$1\"\n"
        "then sed -i 's/^email:.*/email: ada@here.ee/' \"$1\"\n"
        "else sed -i 's/^email:.*/email: ada/' \"$1\"; fi\n"
    )
    program.chmod(0o755)
    done = call("edit", "1", EDITOR=str(program), input="y\n")
    assert done.exit_code == 0, done.stderr
    assert "email: (not known) → ada@here.ee" in done.stdout
    done = call("edit", "1", EDITOR=str(program), input="n\n")
    assert done.exit_code == 65
    assert "email: ada" in typed(home).read_text()


@pytest.mark.parametrize("program", ["false", "no-such-editor"])
def test_an_editor_that_fails_keeps_the_text(call: Call, home: Path, program: str) -> None:
    done = call("edit", "1", EDITOR=program)
    assert done.exit_code == 69
    assert "--set FIELD=VALUE" in done.stderr
    assert "customer: Ada Lovelace" in typed(home).read_text()


def test_a_text_that_is_not_utf8_is_kept(call: Call, home: Path, tmp_path: Path) -> None:
    program = tmp_path / "editor"
    program.write_text("#!/bin/sh\nprintf 'feeling: \\377\\n' > \"$1\"\n")
    program.chmod(0o755)
    assert call("edit", "1", EDITOR=str(program)).exit_code == 65
    assert typed(home).read_bytes() == b"feeling: \xff\n"


def test_a_field_nobody_knows_is_named_with_its_neighbour(
    call: Call, editor: Callable[[str], str]
) -> None:
    done = call("edit", "1", EDITOR=editor("s/^feeling:/feelings:/"))
    assert "isn't a field (did you mean 'feeling'" in done.stderr


def test_lines_of_a_story_may_look_like_anything(call: Call, editor: Callable[[str], str]) -> None:
    done = call(
        "edit", "1", "--json", EDITOR=editor(r"s/^what_happened:.*/&\n\n  email: no\n  # a sign/")
    )
    assert done.exit_code == 0, done.stderr
    [changed] = json.loads(done.stdout)["changed"]
    assert changed["now"] == "The cake fell over.\n\nemail: no\n# a sign"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_what_was_typed_survives_the_end_of_the_program(
    call: Call, home: Path, tmp_path: Path, how: signal.Signals
) -> None:
    """Ctrl-C or kill -9 while the editor is open: it is offered again."""
    program, begun = tmp_path / "editor", tmp_path / "begun"
    program.write_text(
        f"#!/bin/sh\nsed -i 's/^feeling:.*/feeling: sad/' \"$1\"\ntouch {begun}\nsleep 30\n"
    )
    program.chmod(0o755)
    env = {**os.environ, "VOICENOTE_HOME": str(home), "EDITOR": str(program), "VISUAL": ""}
    _, terminal = os.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "voicenote", "edit", "1"],
        env=env,
        stdin=terminal,
        start_new_session=True,
        stderr=subprocess.PIPE,
    )
    for _ in range(600):
        if begun.exists():
            break
        time.sleep(0.05)
    os.killpg(running.pid, how)
    _, said = running.communicate(timeout=60)
    if how is signal.SIGINT:
        assert b"voicenote edit 1" in said
    assert "sad" not in call("show", "1").stdout
    done = call("edit", "1", EDITOR="true")
    assert "feeling: (not known) → sad" in done.stdout


@pytest.mark.parametrize("words", [("edit", "1"), ("script", "1", "--edit")])
def test_without_a_terminal_no_editor_is_started(
    ready: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """In cron it would wait for ever; what can be done instead is named."""
    monkeypatch.setenv("EDITOR", f"touch {tmp_path / 'started'}; true")
    monkeypatch.setenv("VISUAL", "")
    env = {"VOICENOTE_HOME": str(tmp_path / "home"), "VOICENOTE_VOICE__ENGINE": "silent"}
    done = CliRunner().invoke(voicenote, list(words), env=env)
    assert done.exit_code == 2, done.output
    assert "an editor needs a terminal, and this isn't one" in done.stderr
    assert "--set FIELD=VALUE" in done.stderr or "--from FILE" in done.stderr
    assert not (tmp_path / "started").exists()
    assert not (tmp_path / "home" / "edits").exists()


def test_fields_are_set_by_name(call: Call) -> None:
    done = call(
        "edit", "2", "--json", "--set", "customer=Bo D", "email=bo@here.ee", "2.1.text=All the rent"
    )
    assert done.exit_code == 0, done.stderr
    data = json.loads(done.stdout)
    assert set(data) == {"case", "changed", "cases", "notes"}
    assert {one["field"]: (one["was"], one["now"]) for one in data["changed"]} == {
        "customer": ("Bo Diddley", "Bo D"),
        "email": ("", "bo@here.ee"),
        "amends.1.text": ("Half the rent", "All the rent"),
    }


def test_an_answer_to_a_withdrawn_case_waits_for_a_word_of_the_owner(call: Call) -> None:
    assert call("withdraw", "1", "--why", "typed twice by mistake").exit_code == 0
    done = call("answer", "1", "--text", "It is still broken")
    assert "Case 1 stays closed; to open it again: voicenote reopen 1" in done.stdout
    told = call("next", "--json").stdout
    assert "has written since you took it out" in told


@pytest.mark.parametrize("why", ["mistyped", "Doubled", "solved elsewhere", "no complaint"])
def test_each_reason_that_the_help_names_is_one(call: Call, why: str) -> None:
    done = call("withdraw", "1", "--why", why)
    assert done.exit_code == 0, done.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("edit", "1", "--set", "email"), 2, "FIELD=VALUE"),
        (("edit", "1", "email=a@b.ee"), 2, "--set"),
        (("edit", "1", "--set", "emial=a@b.ee"), 65, "email"),
        (("edit", "1", "--set", "1.7.text=x"), 65, "isn't a field"),
        (("edit", "1", "--set", "bogus=x"), 65, "there is: "),
        (("edit", "99", "--set", "email=a@b.ee"), 2, "no case 99"),
        (("withdraw", "1"), 2, "--why"),
        (("withdraw", "1", "--why", "ok"), 2, "gives no reason"),
        (("merge", "1", "1"), 2, "itself"),
        (("merge", "1", "2"), 1, "--anyway"),
    ],
)
def test_what_can_not_be_says_what_to_do(
    call: Call, words: tuple[str, ...], code: int, said: str
) -> None:
    done = call(*words)
    assert done.exit_code == code, done.stderr
    assert said in done.stderr


def test_a_wrong_value_is_told_once(call: Call) -> None:
    assert call("edit", "1", "--set", "email=nonsense").stderr.count("isn't an email address") == 1


def test_a_case_is_withdrawn_and_undo_says_so(call: Call) -> None:
    done = call("withdraw", "1", "--why", "typed twice by mistake", "--json")
    assert set(json.loads(done.stdout)) == {
        "case", "customer", "why", "cancelled", "sent", "notes"
    }  # fmt: skip
    assert "withdrawn" in call("cases", "--all").stdout
    assert "withdrawn (“typed twice by mistake”)" in call("show", "1").stdout
    done = call("undo")
    assert done.stdout.startswith("Taken back: withdraw by ")
    assert done.stdout.endswith("it changed 1 case (case 1).\n")
    assert "withdrawn" not in call("cases", "--all").stdout
    assert "a command was undone (withdraw)" in call("show", "1").stdout
    done = call("undo")
    assert done.exit_code == 1
    assert "doesn't take back the last command, import" in done.stderr


def test_two_cases_are_merged_and_parted(call: Call) -> None:
    done = call("merge", "1", "2", "--anyway", "one and the same", "--json")
    assert done.exit_code == 0, done.stderr
    data = json.loads(done.stdout)
    assert set(data) == {
        "case", "merged", "promises", "twins", "answers", "fields", "cancelled", "notes"
    }  # fmt: skip
    assert data["promises"] == ["1.2"]
    done = call("undo", "--json")
    assert set(json.loads(done.stdout)) == {
        "undone", "at", "by", "cases", "changed", "kept"
    }  # fmt: skip
    assert "merged" not in call("cases", "--all").stdout


def test_doubles_are_merged_by_the_rows_of_a_file(call: Call, tmp_path: Path) -> None:
    """A bad row is told with its line; the same file again does only the rest."""
    file = tmp_path / "doubles.csv"
    file.write_text(
        "case,other,anyway\n1,2,one and the same\n1,99,one and the same\n1,,one and the same\n"
    )
    done = call("merge", "--from", str(file))
    assert done.exit_code == 1, done.stderr
    assert "1 case joined to another, 2 not." in done.stdout
    assert "doubles.csv:3: there is no case 99" in done.stderr
    assert "doubles.csv:4: doesn't say which case is joined" in done.stderr
    again = call("merge", "--from", str(file))
    assert "0 cases joined to others, 1 was so already, 2 not." in again.stdout
    data = json.loads(call("merge", "--from", str(file), "--json").stdout)
    assert data[0] == {"case": 1, "merged": 2}
    assert [one["line"] for one in data[1:]] == [3, 4]
    for words in (("1", "2", "--from", str(file)), ("1",), ()):
        assert call("merge", *words).exit_code == 2


@pytest.mark.parametrize(
    ("command", "settle", "told"),
    [("resend", "settle_again", "scheduled again"), ("mark-sent", "settle_sent", "marked as sent")],
)
def test_what_is_stuck_is_settled_in_several_cases_at_once(
    call: Call, monkeypatch: pytest.MonkeyPatch, command: str, settle: str, told: str
) -> None:
    """One that has nothing stuck stops none of the others."""

    def stand_in(_ws: Any, number: int, channel: str = "") -> list[Sent]:
        if number == 2:
            raise RuleSaysNo(f"case {number} has no message that is stuck", "see it")
        return [Sent(10 * number, number, TouchState.DUE)]

    monkeypatch.setattr(recovery, settle, stand_in)
    done = call(command, "1", "2", "3", "1")
    assert (done.exit_code, f"2 {told}" in done.stdout) == (1, True), done.stderr
    assert "case 2 has no message that is stuck" in done.stderr
    assert json.loads(call(command, "1", "2", "--json").stdout) == [
        {"case": 1, "messages": [10]},
        {"case": 2, "error": "case 2 has no message that is stuck", "advice": "see it"},
    ]
    assert json.loads(call(command, "1", "--json").stdout) == {"case": 1, "messages": [10]}
    assert call(command).exit_code == 2


#: Commands on three cases that are written and spoken: what comes before, and the command.
COMMANDS: tuple[tuple[tuple[str, ...], str], ...] = (
    ((), "approve --all --yes"),
    ((), "triage 1 --severity serious"),
    (("edit 1 --set customer=Dina",), "script 1"),
    ((), "amends add 1 --kind call --text call --by 2027-06-05"),
    ((), "amends done 1.1 --evidence parcel-7"),
    ((), "amends broken 1.1"),
    ((), "amends waive 1.1 --reason she-says-no"),
    (("amends done 1.1 --evidence parcel-7",), "amends confirm 1.1"),
    ((), "answer 1 --not-yet --text flat"),
    ((), "lesson --batch june --cause x --prevention y"),
    (("approve 1 --yes",), "plan 1 --hold"),
    (("approve 1 --yes", "plan 1 --hold"), "plan 1 --resume"),
    (("approve --all --yes",), "batch hold june"),
    (("approve --all --yes", "batch hold june"), "batch resume june"),
    (("approve 1 --yes",), "opt-out 1"),
    ((), "edit 1 --set customer=Dina --set email=dina@here.ee"),
    (("approve 1 --yes",), "edit 1 --set customer=Dina"),
    (("approve 1 --yes",), "withdraw 1 --why typed-twice"),
    ((), "merge 1 2 --anyway one-and-the-same"),
    (("approve 1 --yes", "amends broken 1.1"), "amends again 1.1 --by 2027-06-09"),
    (("edit 1 --set customer=Dina", "script 1"), "render 1"),
    ((), "amends say 1.1 --deed an-honest-cake"),
    (("approve 1 --yes",), "plan 1 --plan acknowledge"),
    (("withdraw 1 --why typed-twice",), "reopen 1"),
    (("merge 1 2 --anyway one-and-the-same",), "merge 1 3 --anyway one-and-the-same"),
)


def everything(home: Path) -> dict[str, list[object]]:
    """All rows of the ledger, but for its history and what undo needs."""
    apart = ("history", "commands", "changed_rows", "alembic_version")
    with closing(sqlite3.connect(home / "ledger.db")) as ledger:
        names = ledger.execute("select name from sqlite_master where type = 'table'").fetchall()
        return {
            name: ledger.execute(f'select * from "{name}" order by 1').fetchall()  # noqa: S608
            for (name,) in names
            if not name.startswith("sqlite_") and name not in apart
        }


@pytest.mark.parametrize(("first", "command"), COMMANDS, ids=[one for _, one in COMMANDS])
def test_undo_takes_any_command_back(
    ready: Call, home: Path, first: tuple[str, ...], command: str
) -> None:
    """Every row is as it was; only the history has grown."""
    for words in first:
        done = ready(*words.split())
        assert done.exit_code == 0, done.stderr
    before = everything(home)
    done = ready(*command.split())
    assert done.exit_code == 0, done.stderr + done.stdout
    assert everything(home) != before
    done = ready("undo")
    assert done.exit_code == 0, done.stderr
    assert f"Taken back: {command.split(maxsplit=1)[0]}" in done.stdout
    assert everything(home) == before


def test_one_merge_after_the_other_is_taken_back(ready: Call, home: Path) -> None:
    """Each in turn, to what was before it."""
    stood = [everything(home)]
    for other in ("2", "3"):
        assert ready("merge", "1", other, "--anyway", "one and the same").exit_code == 0
        stood.append(everything(home))
    for before in stood[-2::-1]:
        assert ready("undo").exit_code == 0
        assert everything(home) == before


def test_a_person_at_a_terminal_is_asked_first(
    ready: Call, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready("approve", "--all", "--yes")
    approved = everything(home)
    monkeypatch.setattr(Screen, "interactive", True)
    done = ready("undo", input="n\n")
    assert "3 approvals" in done.stderr
    assert everything(home) == approved
    assert ready("undo", "--yes").exit_code == 0
    assert everything(home) != approved


def test_what_has_left_stays_and_the_rest_is_taken_back(ready: Call, home: Path) -> None:
    """It is said which message left, and when."""
    ready("approve", "--all", "--yes")
    with closing(sqlite3.connect(home / "ledger.db")) as ledger, ledger:
        ledger.execute(
            'insert into history (at, actor, "case", event, facts) values '
            "('2026-11-30 12:00:00.000000', 'voicenote', 2, 'touch_committed', '{\"touch\": 4}')"
        )
    done = ready("undo", "--json", VOICENOTE_OWNER__TIME_ZONE="Europe/Tallinn")
    assert done.exit_code == 1
    data = json.loads(done.stdout)
    assert data["cases"] == [1, 3]
    assert data["kept"] == [[2, "message 4 of case 2 left at 2026-11-30 14:00"]]


def test_undo_takes_any_command_back_on_postgresql(
    call_at: Callable[[Path], Call], tmp_path: Path, postgres_url: str
) -> None:
    """One after the other on one ledger: each is taken back before the next."""
    rows = tmp_path / "rows.csv"
    rows.write_text(ROWS, encoding="utf-8")

    with own_database(postgres_url) as url:
        plain = call_at(tmp_path / "home")

        def call(line: str) -> None:
            done = plain(*line.split(), VOICENOTE_LEDGER__URL=url)
            assert done.exit_code == 0, f"{line}: {done.stderr}"

        engine = create_engine(url)

        def whole() -> list[object]:
            with engine.connect() as connection:
                return [
                    sorted(map(repr, connection.execute(select(table)).all())) for table in TABLES
                ]

        for line in (f"import {rows} --batch june", "script --all", "render --all"):
            call(line)
        for first, command in COMMANDS:
            before = [whole()]
            for line in (*first, command):
                call(line)
                before.append(whole())
            for was in reversed(before[:-1]):
                assert whole() != was
                call("undo")
                assert whole() == was, (first, command)
        engine.dispose()


@pytest.mark.parametrize("command", ["mark-sent 1", "resend 1"])
def test_what_a_person_settles_of_an_uncertain_message_is_taken_back(
    ready: Call, home: Path, command: str
) -> None:
    """It is uncertain again, and nobody has sent anything."""
    assert ready("approve", "1", "--yes").exit_code == 0
    with closing(sqlite3.connect(home / "ledger.db")) as ledger, ledger:
        ledger.execute("update touches set state = 'uncertain' where kind = 'memo'")
    before = everything(home)
    done = ready(*command.split())
    assert done.exit_code == 0, done.stderr
    assert everything(home) != before
    assert ready("undo").exit_code == 0
    assert everything(home) == before
