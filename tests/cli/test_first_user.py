"""What a first user ran into: each command says what is so, and what to do."""

from __future__ import annotations

import errno
import json
import sqlite3
import wave
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

from voicenote.cli.terminal.file_input import resolve_pasted_path
from voicenote.cli.terminal.screen import Screen
from voicenote.cli.terminal.table import layout
from voicenote.engine.memo import player
from voicenote.errors import room_for

Call = Callable[..., Result]
pytestmark = pytest.mark.usefixtures("tones_are_speech")
Programs = Callable[[str, str], str]

HEADERS = ("case", "customer", "next message", "")
WIDE = [(12, "A customer with a very long name", "Thu 2026-11-26 10:00", "OVERDUE: promised")]


def test_a_narrow_table_keeps_the_time_of_day_and_wraps_names_at_words() -> None:
    _, row, *below = layout(HEADERS, WIDE, width=40, isolate=True)
    assert "Thu 2026-11-26 10:00" in row
    assert " ".join(row[:16].split()[1:] + " ".join(below[:-1]).split()) == WIDE[0][1]
    assert all(len(line) <= 40 for line in (row, *below))


def test_a_remark_that_does_not_fit_stands_below_its_row() -> None:
    *lines, remark = layout(HEADERS, WIDE, width=40, isolate=True)
    assert remark == "        OVERDUE: promised"
    assert "OVERDUE" not in "".join(lines)


def test_a_long_remark_is_wrapped_and_none_of_it_is_lost() -> None:
    words = " ".join(f"word{n}" for n in range(20))
    _, _, *below = layout(HEADERS, [(1, "Ada", None, words)], width=40, isolate=True)
    assert " ".join(" ".join(below).split()) == words
    assert all(len(line) <= 40 for line in below)


def test_a_table_that_fits_keeps_its_remarks_in_the_row() -> None:
    assert len(list(layout(HEADERS, WIDE, width=120, isolate=True))) == 2


@pytest.mark.parametrize(
    "given",
    ["{}", " {} ", "'{}'", '"{}"', "file-escaped"],
)
def test_a_file_may_be_dragged_into_the_terminal(tmp_path: Path, given: str) -> None:
    file = tmp_path / "my own take.ogg"
    file.write_bytes(b"x")
    text = str(file).replace(" ", "\\ ") if given == "file-escaped" else given.format(file)
    assert resolve_pasted_path(text) == file


@pytest.mark.parametrize(
    ("given", "path"),
    [
        (r"C:\Users\Ada\my take.m4a", r"C:\Users\Ada\my take.m4a"),
        (r'"C:\Users\Ada\my take.m4a"', r"C:\Users\Ada\my take.m4a"),
        (r"\\server\share\take.m4a", r"\\server\share\take.m4a"),
        ("Ada's take.m4a", "Ada's take.m4a"),
        ("no such file.m4a", "no such file.m4a"),
    ],
)
def test_other_paths_stay_as_they_are(given: str, path: str) -> None:
    assert str(resolve_pasted_path(given)) == path


def test_a_quoted_file_can_be_recorded_from(call: Call, tmp_path: Path) -> None:
    call("script", "1")
    (tmp_path / "a take.wav").write_bytes(b"")
    done = call("record", "1", "--from", f"'{tmp_path / 'a take.wav'}'")
    assert "is empty" in done.stderr


def spoken(path: Path, seconds: float, silence: float = 0) -> str:
    """A file of a tone that swells and falls, with silence behind it."""
    moment = np.arange(round(seconds * 16_000)) / 16_000
    tone = np.sin(2 * np.pi * 180 * moment) * 0.3 * (1.1 + np.sin(2 * np.pi * moment))
    sound = np.concatenate([tone, np.zeros(round(silence * 16_000))])
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes((sound / 2 * 32767).astype("<i2").tobytes())
    return str(path)


@pytest.mark.parametrize("silence", [0, 40])
def test_a_take_that_cannot_say_its_words_is_refused(
    call: Call, home: Path, tmp_path: Path, silence: float
) -> None:
    call("script", "1")
    done = call("record", "1", "--from", spoken(tmp_path / "take.wav", 3, silence))
    assert done.exit_code == 1
    what, advice = done.stderr.strip().splitlines()
    assert "the take is 3 s of speech, and the words of case 1 need" in what
    assert "--anyway keeps this one" in advice
    assert not list(home.glob("recordings/**/*.wav"))


def test_a_take_that_is_kept_anyway_is_named_by_check_and_by_approve(
    call: Call, tmp_path: Path
) -> None:
    call("script", "1")
    take = spoken(tmp_path / "take.wav", 3)
    assert call("record", "1", "--from", take, "--anyway").exit_code == 0
    [found] = [
        one
        for one in json.loads(call("check", "1", "--json").stdout)
        if one["why"].startswith("The recording is too short")
    ]
    assert (found["rule"], found["level"]) == ("R15", "warning")
    assert found["instead"] == "Record it again, all of it."
    done = call("approve", "1")
    assert done.exit_code == 0
    assert "the recording of case 1 has 3 s, and its words need" in done.stderr


def test_a_take_that_says_its_words_is_named_by_nobody(call: Call, tmp_path: Path) -> None:
    call("script", "1")
    assert call("record", "1", "--from", spoken(tmp_path / "take.wav", 30)).exit_code == 0
    assert "too short" not in call("check", "1").stdout
    assert call("approve", "1").stderr == ""


def test_a_machine_without_a_sound_device_says_that_nothing_was_heard(
    ready: Call, home: Path, programs: Programs
) -> None:
    path = programs("ffplay", "echo 'No more combinations to try, audio open failed' >&2")
    done = ready("play", "1", PATH=path)
    assert done.exit_code == 69
    assert "nothing was played: ffplay found no sound device" in done.stderr
    assert str(next(home.glob("memos/000001/*/memo.ogg"))) in done.stderr.splitlines()[-1]


def test_the_line_on_a_machines_voice_is_told_apart_from_what_will_be_said(call: Call) -> None:
    done = call("script", "1")
    assert "computer" not in done.stdout
    assert "Only if a computer speaks: The words are mine; the voice" in done.stderr
    assert "computer" in json.loads(call("script", "1", "--json").stdout)[0]["script"]["text"]


@pytest.mark.parametrize("to", ["nobody", "", "me@", "12"])
@pytest.mark.parametrize("words", [("proof", "1"), ("run",)])
def test_a_proof_to_what_is_no_address_names_the_option(
    ready: Call, words: tuple[str, ...], to: str
) -> None:
    done = ready(*words, "--to", to)
    assert done.exit_code == 2
    assert f"--to {to!r} isn't an address" in done.stderr


def test_files_are_named_whole_by_render_as_by_show(call: Call) -> None:
    call("script", "1")
    rendered = json.loads(call("render", "1", "--json").stdout)[0]["files"]
    assert rendered == json.loads(call("show", "1", "--json").stdout)["memo"]["files"]
    assert all(Path(file).is_file() for file in rendered.values())


def test_next_lists_the_pauses_in_json_too(call: Call, home: Path) -> None:
    with closing(sqlite3.connect(home / "ledger.db")) as ledger:
        ledger.execute(
            "insert into brakes (channel, put_on_at, tried, failed) values (?, ?, 40, 9)",
            ("mail", "2026-11-23T08:00:00.000000"),
        )
        ledger.commit()
    first, second = json.loads(call("next", "--json").stdout)
    assert (first["case"], first["urgency"]) == (None, "pause")
    assert "mail is paused" in first["what"]
    assert "voicenote pause --resume mail" in first["do"]
    assert second["case"] == 1


def test_cases_lists_the_same_in_json_as_in_text(call: Call, home: Path) -> None:
    with closing(sqlite3.connect(home / "ledger.db")) as ledger:
        ledger.execute("update cases set stage = 'closed', outcome = 'lost' where number = 2")
        ledger.commit()
    assert [one["case"] for one in json.loads(call("cases", "--json").stdout)] == [1, 3]
    everything = json.loads(call("cases", "--all", "--json").stdout)
    assert [one["outcome"] for one in everything] == [None, "lost", None]


def test_cases_flags_who_opted_out(ready: Call) -> None:
    ready("approve", "1")
    ready("opt-out", "1")
    row = ready("cases").stdout.splitlines()[1]
    assert row.startswith("1")
    assert row.endswith("opted out")


def test_cases_flags_what_was_refused(ready: Call, home: Path) -> None:
    ready("approve", "1")
    with closing(sqlite3.connect(home / "ledger.db")) as ledger:
        ledger.execute("update touches set state = 'refused' where \"case\" = 1 and kind = 'memo'")
        ledger.commit()
    assert ready("cases").stdout.splitlines()[1].endswith("memo refused")


PROMISE = ("amends", "add", "1", "--kind", "redo", "--text", "a cake")
LESSON = ("lesson", "1", "--cause", "haste", "--prevention", "a list")


@pytest.mark.parametrize(
    "words",
    [
        (*PROMISE, "--by", "2020-05-04"),
        (*PROMISE, "--target", "2020-05-04", "--by", "2199-05-04"),
        ("amends", "again", "1.1", "--by", "2020-05-04"),
        (*LESSON, "--due", "2020-05-04"),
    ],
)
def test_nobody_promises_for_a_day_that_has_passed(call: Call, words: tuple[str, ...]) -> None:
    before = call("show", "1", "--json").stdout
    done = call(*words)
    assert done.exit_code == 2
    what, advice = done.stderr.strip().splitlines()
    assert "2020-05-04 has passed: it is " in what
    assert "a day in the future" in advice
    assert call("show", "1", "--json").stdout == before


def test_a_lesson_whose_prevention_is_in_place_may_have_been_due_before(call: Call) -> None:
    assert call(*LESSON, "--due", "2020-05-04", "--done").exit_code == 0
    assert call(*LESSON, "--due", "2020-05-04").exit_code == 0


def test_an_import_says_how_many_promises_are_late_already(call: Call, tmp_path: Path) -> None:
    rows = "ref,customer,what_happened,amends,promised_by\n"
    rows += "p,Ann,It broke.,a new one,2020-05-04\nq,Ben,It broke.,a new one,2199-05-04\n"
    (tmp_path / "old.csv").write_text(rows)
    words = "1 promise was due on a day that has passed, and is already overdue: voicenote next"
    assert words in call("import", str(tmp_path / "old.csv"), "--dry-run").stderr
    done = call("import", str(tmp_path / "old.csv"))
    assert words in done.stderr
    assert done.stdout.startswith("2 added")
    assert "overdue" not in call("import", str(tmp_path / "old.csv")).stderr


def test_a_case_from_a_file_says_that_its_promise_is_late_already(
    call: Call, tmp_path: Path
) -> None:
    file = tmp_path / "ann.toml"
    words = 'customer = "Ann"\nwhat_happened = "It broke."\namends = "a new one"\n'
    file.write_text(f'{words}promised_by = "2020-05-04"\n')
    done = call("new", "--from", str(file))
    assert done.exit_code == 0
    assert "already overdue" in done.stderr


def test_amends_that_cannot_be_confirmed_yet_name_the_commands_that_can_be_run(call: Call) -> None:
    done = call("amends", "confirm", "1.1")
    assert done.exit_code == 1
    what, advice = done.stderr.strip().splitlines()
    assert what.endswith("amends 1.1 can't be confirmed while it is only promised")
    assert 'voicenote amends done 1.1 --evidence "…"' in advice
    assert "voicenote amends broken 1.1" in advice


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "make room on the disk of /, then run the same command again"),
        (errno.EROFS, "/w can only be read: allow writing there, or choose another place"),
        (errno.EACCES, "give yourself the right to write in /w, or choose another place"),
        (errno.EIO, "look at /w, or choose another place"),
    ],
)
def test_what_cannot_be_written_is_cured_by_its_cause(number: int, advice: str) -> None:
    assert room_for(OSError(number, "x"), Path("/w")) == advice


def test_a_ledger_in_a_folder_that_cannot_be_used_says_so(call: Call, home: Path) -> None:
    done = call("cases", VOICENOTE_LEDGER__URL=f"sqlite:///{home}")
    assert done.exit_code == 69
    what, advice = done.stderr.strip().splitlines()
    assert "the ledger cannot be opened: its folder can't be written, or doesn't exist" in what
    assert "choose another --home" in advice


def test_a_name_is_no_address_and_opts_nobody_out(call: Call) -> None:
    done = call("opt-out", "Klaus")
    assert done.exit_code == 2
    assert "'Klaus' isn't an address" in done.stderr
    assert call("opt-out", "7").exit_code == 2


@pytest.mark.parametrize(
    "command",
    [
        *("cases", "next", "run", "receive", "status", "lessons", "undo", "batch list"),
        *("pause", "plan 1", "play 1", "rehearse", "approve --all", "render --all"),
        *("triage 1", "edit 1 --set feeling=sad", "script 1", "check 1", "record 1 --list"),
        *(
            "close 1",
            "reopen 1",
            "withdraw 1 --why it_was_solved",
            "merge 1 2",
            "mark-sent 1",
            "hear 1",
        ),
        *("lesson 1 --cause x --prevention y", "resend 1", "opt-out 1", "proof 1", "adopt"),
        *("amends list", "answer 1 --yes", "backup copy.zip", "templates test"),
    ],
)
def test_a_workspace_that_is_not_there_is_told_and_not_begun(
    bare: Call, home: Path, command: str
) -> None:
    done = bare(*command.split())
    assert done.exit_code == 2
    assert "to create one there: voicenote init" in done.stderr
    assert not home.exists()


def test_schedule_says_what_only_this_terminal_knows(bare: Call) -> None:
    told = bare("schedule").stderr
    assert "VOICENOTE_OWNER__NAME" in told
    assert "VOICENOTE_HOME" not in told


def test_at_a_terminal_nothing_is_released_that_nobody_has_heard(
    ready: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Screen, "interactive", True)
    heard: list[Path] = []

    def play(file: Path, _env: object) -> str:
        heard.append(file)
        return "player"

    monkeypatch.setattr(player, "play", play)
    done = ready("next", input="y\nn\n")
    assert "approve it" in done.output
    assert [file.suffix for file in heard] == [".ogg"]
    assert json.loads(ready("show", "1", "--json").stdout)["stage"] == "rendered"
    ready("next", input="y\ny\n")
    assert json.loads(ready("show", "1", "--json").stdout)["stage"] == "approved"


def test_a_memo_that_cannot_be_drawn_is_read_instead(
    ready: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Screen, "interactive", True)
    monkeypatch.setattr(Screen, "width", 60)
    shown = json.loads(ready("show", "1", "--json").stdout)
    Path(shown["memo"]["files"]["ogg"]).write_bytes(b"no sound")
    done = ready("next", input="y\nn\n")
    assert "These are its words" in done.output
    assert done.exit_code in (0, 1), done.output


def test_a_run_at_a_terminal_says_that_nothing_is_due_and_when_something_is(
    ready: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person who runs it waits for a word; cron, which mails every word, gets none."""
    ready("approve", "1")
    ready("run")
    assert ready("run").output == ""
    monkeypatch.setattr(Screen, "interactive", True)
    assert "Nothing to send now. The next message is due " in ready("run").stderr


def test_an_error_says_each_thing_once(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "bad.json"
    file.write_text("{\n")
    told = call("import", str(file)).stderr
    assert told.count("bad.json:2") == 1


def test_a_dry_run_does_not_say_that_it_has_updated(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text("customer,email,what_happened\nAda,ada@x.ee,It fell.\n")
    call("import", str(file))
    told = call("import", str(file), "--dry-run", "--default", "language=et").stderr
    assert "Would be updated from the file: case" in told


def test_a_wrong_case_number_is_called_that(call: Call) -> None:
    assert "'abc' is not a valid case number" in call("show", "abc").stderr


def test_a_file_that_is_not_text_is_called_that(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "photo.toml"
    file.write_bytes(b"\xff\xd8\xff")
    assert "photo.toml isn't text in UTF-8" in call("new", "--from", str(file)).stderr


def test_after_the_script_both_voices_are_offered(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "in.toml"
    file.write_text('customer = "Ada"\nwhat_happened = "It fell."\n')
    call("new", "--from", str(file))
    told = call("script", "1").stderr
    assert "voicenote record 1" in told
    assert "voicenote render 1" in told
    assert "voicenote record 1" in call("next").stdout
    memos = [one for one in json.loads(call("doctor", "--json").stdout) if one["about"] == "memos"]
    assert memos[0]["what"] == "none is made yet"


def test_an_import_keeps_its_switches_in_a_profile(call: Call, tmp_path: Path) -> None:
    """The second file is read like the first, without any of them."""
    columns = ("--map", "customer=column 1", "--map", "what_happened=column 2")
    for number in (1, 2):
        text = f'Ann{number};The cake {number} fell.;1\nBo{number};It was "fine.;5\n'
        (tmp_path / f"{number}.csv").write_text(text, encoding="utf-8")
    switches = (
        "--no-header",
        "--no-quotes",
        "--where",
        'column("column 3") < 3',
        "--delimiter",
        ";",
    )
    done = call("import", str(tmp_path / "1.csv"), *columns, *switches, "--save", "s", "--json")
    assert json.loads(done.stdout)["added"] == 1, done.stderr
    done = call("import", str(tmp_path / "2.csv"), "--profile", "s", "--json")
    assert json.loads(done.stdout)["added"] == 1, done.stderr


def test_new_from_a_file_without_words_says_what_to_write(call: Call, tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text('customer = "Ann"\n', encoding="utf-8")
    done = call("new", "--from", str(tmp_path / "one.toml"))
    assert done.exit_code == 65
    assert 'write what_happened = "…"' in done.stderr
    assert "map" not in done.stderr


def test_an_opt_out_names_the_customer_in_json(call: Call) -> None:
    assert json.loads(call("opt-out", "1", "--json").stdout)["customer"] == "Ada Lovelace"
