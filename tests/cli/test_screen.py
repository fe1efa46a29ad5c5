"""The screen: what is printed, what is cut, what is asked, and that no terminal can be harmed."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from threading import Event
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.progress import Progress

from voicenote.cli.terminal import progress_bar
from voicenote.cli.terminal.json_form import jsonable
from voicenote.cli.terminal.screen import Screen
from voicenote.cli.terminal.table import clean, layout
from voicenote.cli.terminal.wrapping import width_of
from voicenote.errors import WrongUse
from voicenote.model.case import Finding
from voicenote.settings import Secret


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def screen(
    *,
    typed: str = "",
    out: io.TextIOBase | None = None,
    err: io.StringIO | None = None,
    as_json: bool = False,
    quiet: bool = False,
) -> Screen:
    return Screen(
        stdin=io.StringIO(typed),
        stdout=out or io.StringIO(),  # type: ignore[arg-type]
        stderr=err or io.StringIO(),
        json=as_json,
        quiet=quiet,
    )


@dataclass(frozen=True)
class Thing:
    name: str
    at: datetime


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (datetime(2026, 3, 1, 9, tzinfo=timezone(timedelta(hours=2))), "2026-03-01T07:00:00Z"),
        (date(2026, 3, 1), "2026-03-01"),
        (Decimal("10.50"), "10.50"),
        (Finding.PARTLY, "partly"),
        (Path("a") / "b", str(Path("a") / "b")),
        ({"b", "a"}, ["a", "b"]),
        (Secret("env", "PW", {"PW": "hunter2"}), "Secret(env=PW)"),
        (
            Thing(name="x", at=datetime(2026, 3, 1, tzinfo=UTC)),
            {"name": "x", "at": "2026-03-01T00:00:00Z"},
        ),
    ],
)
def test_every_kind_of_value_has_one_json(value: object, wanted: object) -> None:
    assert json.loads(json.dumps(value, default=jsonable)) == wanted


def test_what_has_no_json_is_an_error() -> None:
    with pytest.raises(TypeError, match="object has no JSON"):
        json.dumps(object(), default=jsonable)


def test_a_list_is_printed_one_item_a_line() -> None:
    out = io.StringIO()
    screen(out=out).data([{"customer": "רות"}, {"customer": "Ada"}])
    assert out.getvalue() == '[\n{"customer": "רות"},\n{"customer": "Ada"}\n]\n'


@pytest.mark.parametrize("value", [[], {}, [{}], {"a": [1, None]}])
def test_json_reads_back(value: object) -> None:
    out = io.StringIO()
    screen(out=out).data(value)
    assert json.loads(out.getvalue()) == value


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_json_is_valid_in_every_encoding(encoding: str) -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding=encoding, errors="backslashreplace")
    value = {"customer": "Zoë רות 🙂 \ud800"}
    screen(out=out).data(value)
    out.flush()
    assert json.loads(raw.getvalue().decode(encoding)) == value


@pytest.mark.parametrize("as_json", [True, False])
def test_show_prints_one_or_the_other(as_json: bool) -> None:
    out = io.StringIO()
    screen(out=out, as_json=as_json).show({"a": 1}, lambda: "one a")
    assert out.getvalue() == ('{\n  "a": 1\n}\n' if as_json else "one a\n")


def test_notes_are_silent_when_quiet_and_warnings_are_not() -> None:
    err = io.StringIO()
    quiet = screen(err=err, quiet=True)
    quiet.note("on the way")
    quiet.warn("look here")
    assert err.getvalue() == "look here\n"


def test_what_is_said_beside_json_is_json_too() -> None:
    """A program that reads both streams gets one object a line, the error the last of them."""
    err = io.StringIO()
    spoken = screen(err=err, as_json=True)
    spoken.note("on the way")
    spoken.warn("look\nhere", "and there")
    spoken.log({"error": "no"})
    assert [json.loads(line) for line in err.getvalue().splitlines()] == [
        {"note": "on the way"},
        {"warning": "look\nhere"},
        {"warning": "and there"},
        {"error": "no"},
    ]


#: One of each kind that a terminal obeys, or that turns text around, ends a line, or hides words.
EVIL = (
    *(
        "\x1b[2J",
        "\x1b\x1b[2J",
        "\x1b[1m",
        "\x9b2J",
        "\x1b]0;x\x07",
        "a\rb",
        "a\x08b",
        "\x7f",
        "\x00",
    ),
    *("\u202egnp", "\u2066x", "\u2069", "\u061c", "\u200e", "\u200f", "\u2028", "\ufeff"),
    *("\U000e0041", "\x85"),
)
OBEYED = {
    letter for evil in EVIL for letter in evil if not (letter.isascii() and letter >= " ")
} | {"\x7f"}


@pytest.mark.parametrize("stream", [Terminal, io.StringIO])
@pytest.mark.parametrize("evil", EVIL)
def test_customers_words_cannot_command_a_terminal(evil: str, stream: type[io.StringIO]) -> None:
    """On each way out, and in a pipe too, behind which there often is a terminal."""
    out, err = stream(), stream()
    shown = screen(out=out, err=err, typed=f"1\n{evil}\ny\ny\n1\n")
    shown.out(f"name: {evil}")
    shown.table(["customer", ""], [(evil, evil)])
    for say in (shown.note, shown.warn, shown.ask, shown.confirm):
        say(f"name: {evil}")
    shown.ask("name", evil)
    shown.choose("which", {evil: evil})
    assert not set(out.getvalue() + err.getvalue()) & OBEYED


@pytest.mark.parametrize("stream", [Terminal, io.StringIO])
@pytest.mark.parametrize("evil", EVIL)
def test_json_escapes_what_a_terminal_would_obey_and_keeps_it(
    evil: str, stream: type[io.StringIO]
) -> None:
    out = stream()
    value = [{evil: [evil, "רות می‌شود"]}]
    screen(out=out).data(value)
    screen(out=out).data(value[0])
    assert not set(out.getvalue()) & OBEYED
    assert "רות می‌شود" in out.getvalue(), "nothing else is escaped"
    first, second = out.getvalue().split("]\n{", 1)
    assert json.loads(first + "]") == value
    assert json.loads("{" + second) == value[0]


def test_a_tab_stays_one_in_a_file() -> None:
    out, terminal = io.StringIO(), Terminal()
    screen(out=out).out("a\tb")
    screen(out=terminal).out("a\tb")
    assert (out.getvalue(), terminal.getvalue()) == ("a\tb\n", "a    b\n")


def lines(rows: list[tuple[object, ...]], width: int | None = None) -> list[str]:
    headers = ["case", "customer", "stage"]
    return list(layout(headers, rows, width=width, isolate=True))


def test_a_table_lines_up_numbers_right_and_words_left() -> None:
    assert lines([(1, "Ada", "opened"), (10, None, "closed")]) == [
        "case  customer  stage",
        "   1  Ada       opened",
        "  10            closed",
    ]


def test_a_table_without_rows_is_its_headers() -> None:
    assert lines([]) == ["case  customer  stage"]


def test_right_to_left_text_is_kept_to_its_column() -> None:
    (_, row) = lines([(1, "רות", "opened")])
    assert row == "   1  \u2068רות\u2069       opened"


def test_a_line_break_in_a_cell_does_not_break_the_row() -> None:
    assert len(lines([(1, "Ada\nEve\tX", "opened")])) == 2


@given(st.lists(st.tuples(st.integers(1, 99), st.text(), st.text(max_size=9)), max_size=5))
def test_no_line_is_wider_than_the_terminal(rows: list[tuple[object, ...]]) -> None:
    assert all(width_of(line) <= 40 for line in lines(rows, width=40))


@pytest.mark.parametrize(
    ("text", "width"),
    [("Ada", 3), ("京都", 4), ("e\u0301", 1), ("שָׁלוֹם", 4), ("", 0), ("Zoë", 3)],
)
def test_widths(text: str, width: int) -> None:
    assert width_of(text) == width


def test_clean_leaves_ordinary_text_alone() -> None:
    assert clean("Zoë رها “x”") == "Zoë رها “x”"


def test_ten_thousand_rows_take_no_time() -> None:
    rows = [(n, f"T-{n}", f"Zoë {n}", "opened", "", None, "memo") for n in range(10_000)]
    out = io.StringIO()
    start = process_time()
    screen(out=out).table(["case", "ref", "customer", "stage", "a", "b", "next"], rows)
    assert process_time() - start < 1.5
    assert out.getvalue().count("\n") == 10_001


@pytest.mark.parametrize("quiet", [True, False])
def test_progress_is_silent_in_a_pipe_and_yields_everything(quiet: bool) -> None:
    err = io.StringIO()
    assert list(screen(err=err, quiet=quiet).progress([1, 2], "rows")) == [1, 2]
    assert err.getvalue() == ""


def at_terminal(err: Terminal) -> Screen:
    shown = screen(err=err)
    shown.env = {"TERM": "xterm"}
    return shown


@pytest.mark.parametrize("total", [2, None])
def test_progress_shows_a_bar_on_a_terminal_if_it_takes_long(
    monkeypatch: pytest.MonkeyPatch, total: int | None
) -> None:
    monkeypatch.setattr(progress_bar, "DELAY_S", 0.01)
    begun, start = Event(), Progress.start

    def begin(self: Progress) -> None:
        start(self)
        begun.set()

    monkeypatch.setattr(Progress, "start", begin)
    err = Terminal()

    def slow() -> Iterator[int]:
        yield 1
        begun.wait(5)
        yield 2

    assert list(at_terminal(err).progress(slow(), "rows", total)) == [1, 2]
    assert "rows" in err.getvalue()
    assert err.getvalue().endswith("\x1b[2K"), "nothing of it is left"


def test_what_ends_at_once_shows_no_bar() -> None:
    """It flickered, and where the screen is only written down it stayed: Writing 0/1."""
    err = Terminal()
    assert list(at_terminal(err).progress(iter([1]), "rows", 1)) == [1]
    assert err.getvalue() == ""


def test_ask_takes_the_default_and_asks_again_for_what_is_needed() -> None:
    assert screen(typed="\n").ask("Name", "Ada") == "Ada"
    assert screen(typed="\n").ask("Name") == ""
    assert screen(typed="\n \nEve\n").ask("Name", needed=True) == "Eve"


@pytest.mark.parametrize(
    ("typed", "wanted"), [("\n", True), ("n\n", False), ("what\nYES\n", True), ("No\n", False)]
)
def test_confirm(typed: str, wanted: bool) -> None:
    assert screen(typed=typed).confirm("Sure") is wanted


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [("2\n", "partly"), ("un\n", "unfounded"), ("9\nx\njustified\n", "justified")],
)
def test_choose_by_number_or_letters(typed: str, wanted: str) -> None:
    assert screen(typed=typed).choose("Finding", ["justified", "partly", "unfounded"]) == wanted


def test_questions_go_to_standard_error() -> None:
    out, err = io.StringIO(), io.StringIO()
    screen(typed="x\n", out=out, err=err).ask("Name")
    assert (out.getvalue(), err.getvalue()) == ("", "Name: ")


def test_input_that_ends_is_wrong_use() -> None:
    with pytest.raises(WrongUse, match="the input ended"):
        screen().ask("Name", needed=True)
