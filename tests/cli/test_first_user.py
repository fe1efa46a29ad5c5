"""What a first user ran into: each command says what is so, and what to do."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result

from voicenote.cli.pasted import pasted
from voicenote.cli.table import layout

Call = Callable[..., Result]
Programs = Callable[[str, str], str]

HEADERS = ("case", "customer", "next touch", "")
WIDE = [(12, "A customer with a very long name", "Thu 2026-11-26 10:00", "OVERDUE: promised")]


def test_a_narrow_table_keeps_the_time_of_day_and_cuts_names() -> None:
    _, row, *_ = layout(HEADERS, WIDE, width=40, isolate=True)
    assert "Thu 2026-11-26 10:00" in row
    assert "…" in row
    assert len(row) <= 40


def test_a_remark_that_does_not_fit_stands_below_its_row() -> None:
    head, row, remark = layout(HEADERS, WIDE, width=40, isolate=True)
    assert remark == "        OVERDUE: promised"
    assert "OVERDUE" not in head + row


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
    assert pasted(text) == file


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
    assert str(pasted(given)) == path


def test_a_quoted_file_can_be_recorded_from(call: Call, tmp_path: Path) -> None:
    call("script", "1")
    (tmp_path / "a take.wav").write_bytes(b"")
    done = call("record", "1", "--from", f"'{tmp_path / 'a take.wav'}'")
    assert "is empty" in done.stderr


def test_a_machine_without_a_sound_device_says_that_nothing_was_heard(
    ready: Call, home: Path, programs: Programs
) -> None:
    path = programs("ffplay", "echo 'No more combinations to try, audio open failed' >&2")
    done = ready("play", "1", PATH=path)
    assert done.exit_code == 69
    assert "nothing was heard: ffplay found no sound device" in done.stderr
    assert str(next(home.glob("memos/000001/*/memo.ogg"))) in done.stderr.splitlines()[-1]


def test_the_line_on_a_machines_voice_is_told_apart_from_what_will_be_said(call: Call) -> None:
    done = call("script", "1")
    assert "computer" not in done.stdout
    assert "Only if a machine speaks: The words are mine; the voice" in done.stderr
    assert "computer" in json.loads(call("script", "1", "--json").stdout)[0]["script"]["text"]


@pytest.mark.parametrize("to", ["nobody", "", "me@", "12"])
@pytest.mark.parametrize("words", [("proof", "1"), ("run",)])
def test_a_proof_to_what_is_no_address_names_the_option(
    ready: Call, words: tuple[str, ...], to: str
) -> None:
    done = ready(*words, "--to", to)
    assert done.exit_code == 2
    assert f"--to {to!r} is no address" in done.stderr


def test_files_are_named_whole_by_render_as_by_show(call: Call) -> None:
    call("script", "1")
    rendered = json.loads(call("render", "1", "--json").stdout)[0]["files"]
    assert rendered == json.loads(call("show", "1", "--json").stdout)["memo"]["files"]
    assert all(Path(file).is_file() for file in rendered.values())


def test_next_lists_the_brakes_in_json_too(call: Call, home: Path) -> None:
    with closing(sqlite3.connect(home / "ledger.db")) as ledger:
        ledger.execute(
            "insert into brakes (channel, put_on_at, tried, failed) values (?, ?, 40, 9)",
            ("mail", "2026-11-23T08:00:00.000000"),
        )
        ledger.commit()
    first, second = json.loads(call("next", "--json").stdout)
    assert (first["case"], first["urgency"]) == (None, "brake")
    assert "the brake is on for mail" in first["what"]
    assert "voicenote brake --release mail" in first["do"]
    assert second["case"] == 1


def test_cases_lists_the_same_in_json_as_in_text(call: Call, home: Path) -> None:
    with closing(sqlite3.connect(home / "ledger.db")) as ledger:
        ledger.execute("update cases set stage = 'closed', outcome = 'lost' where number = 2")
        ledger.commit()
    assert [one["case"] for one in json.loads(call("cases", "--json").stdout)] == [1, 3]
    everything = json.loads(call("cases", "--all", "--json").stdout)
    assert [one["outcome"] for one in everything] == [None, "lost", None]
