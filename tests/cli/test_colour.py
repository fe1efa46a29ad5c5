"""Colour where it is wanted, and lines broken at words: never inside a word or a command."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from voicenote.cli.terminal.colour import wants_colour
from voicenote.cli.terminal.screen import Screen
from voicenote.cli.terminal.table import layout
from voicenote.cli.terminal.wrapping import width_of, wrap_lines, wrap_words

XTERM = {"TERM": "xterm-256color"}
CODE = re.compile(r"\x1b\[\d+(?:;\d+)*m")
ROWS = [(1, "Ada", "bounced", "OVERDUE: promised for 2026-11-20"), (2, "Broken Ltd", "opened", "")]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def screen(env: Mapping[str, str], *, out: io.StringIO, as_json: bool = False) -> Screen:
    stderr = type(out)()
    return Screen(
        stdin=io.StringIO(), stdout=out, stderr=stderr, json=as_json, quiet=False, env=env
    )


@pytest.mark.parametrize(
    ("env", "terminal", "as_json", "wanted"),
    [
        (XTERM, True, False, True),
        (XTERM, False, False, False),
        (XTERM, True, True, False),
        ({}, True, False, False),
        ({"TERM": "dumb"}, True, False, False),
        ({**XTERM, "NO_COLOR": "1"}, True, False, False),
        ({**XTERM, "NO_COLOR": ""}, True, False, True),
        ({"FORCE_COLOR": "1"}, False, False, True),
        ({**XTERM, "FORCE_COLOR": "0"}, True, False, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False, False),
        ({"FORCE_COLOR": "1"}, False, True, False),
    ],
)
def test_when_colour_is_wanted(
    env: dict[str, str], terminal: bool, as_json: bool, wanted: bool
) -> None:
    assert wants_colour(env, terminal=terminal, json=as_json) is wanted


def test_a_table_colours_heads_and_states_and_nothing_else() -> None:
    """A customer called Broken isn't a state. Without the colours, the table is the plain one."""
    plain, coloured = Terminal(), Terminal()
    headers = ("case", "customer", "state", "")
    screen({}, out=plain).table(headers, ROWS)
    screen(XTERM, out=coloured).table(headers, ROWS)
    assert CODE.sub("", coloured.getvalue()) == plain.getvalue()
    head, ada, broken = coloured.getvalue().splitlines()
    assert head.count("\x1b[1m") == 3
    assert "\x1b[31mbounced" in ada
    assert "\x1b[31mOVERDUE" in ada
    assert "\x1b" not in broken


def test_an_error_begins_in_colour_at_a_terminal() -> None:
    shown = screen(XTERM, out=Terminal())
    shown.warn("voicenote: there is no case 7")
    assert isinstance(shown.stderr, Terminal)
    assert shown.stderr.getvalue() == "\x1b[31mvoicenote:\x1b[0m there is no case 7\n"


@pytest.mark.parametrize("evil", ["\x1b[2J", "\x9b2J", "a\x1b[31m", "\u202egnp"])
def test_words_of_customers_bring_no_colour_of_their_own(evil: str) -> None:
    out = Terminal()
    shown = screen(XTERM, out=out)
    shown.table(["state", ""], [(evil, evil), ("bounced", evil)])
    shown.page(f"Case 1: Ada\n\nWhat happened:\n  {evil}")
    assert not set(CODE.sub("", out.getvalue())) & {"\x1b", "\x9b", "\u202e"}
    assert "\x1b[2J" not in out.getvalue()


def test_one_case_is_coloured_at_a_terminal_only() -> None:
    page = "Case 1: Ada  (opened)  [OVERDUE]\n\nPromised:\n  1.1  redo: OVERDUE. A new cake"
    piped, terminal = io.StringIO(), Terminal()
    screen(XTERM, out=piped).page(page)
    screen(XTERM, out=terminal).page(page)
    assert piped.getvalue() == page + "\n"
    assert CODE.sub("", terminal.getvalue()) == page + "\n"
    assert terminal.getvalue() != page + "\n"


@pytest.mark.parametrize("words", [["--help"], ["cases", "--help"], ["cases"], ["nonsense"]])
@pytest.mark.parametrize("env", [{"NO_COLOR": "1", "FORCE_COLOR": "1"}, XTERM])
def test_no_colour_without_a_terminal(
    words: list[str], env: dict[str, str], tmp_path_factory: Any
) -> None:
    from voicenote.cli.app import voicenote

    home = str(tmp_path_factory.mktemp("plain"))
    result = CliRunner().invoke(voicenote, ["--home", home, *words], env=env)
    assert "\x1b" not in result.output


WORDS = "the quick brown fox jumps over the lazy dog and goes on until the end of the line"


@pytest.mark.parametrize("width", range(60, 81))
def test_a_line_breaks_at_words(width: int) -> None:
    text = "  - " + " ".join([WORDS] * 3)
    lines = wrap_lines(text, width).split("\n")
    assert all(len(line) <= width for line in lines)
    assert " ".join(lines).split() == text.split()
    assert all(line.startswith("    ") for line in lines[1:])


@pytest.mark.parametrize(
    "command",
    [
        "voicenote amends done 1.1",
        "voicenote plan 1 --resume",
        "voicenote script --batch november",
        "voicenote next",
    ],
)
@pytest.mark.parametrize("width", range(60, 81))
def test_a_command_in_a_sentence_stays_in_one_piece(command: str, width: int) -> None:
    for before in range(0, 80, 7):
        text = f"{'x ' * before}then type {command}: after that, all is as it was before it."
        assert any(command in line for line in wrap_lines(text, width).split("\n"))


def test_a_line_that_is_a_command_and_a_long_path_are_left_whole() -> None:
    command = "  voicenote amends done 1.1 --evidence " + "x " * 60
    path = "/home/" + "a" * 90
    assert wrap_lines(command, 60) == command
    assert path in wrap_lines(f"It is in {path} on this disk.", 60).split("\n")


@pytest.mark.parametrize("width", [60, 72, 80])
def test_wide_letters_break_anywhere_and_none_is_lost(width: int) -> None:
    text = "蛋糕在派对前倒了" * 20
    lines = wrap_words(text, width)
    assert "".join(lines) == text
    assert all(width - 1 <= width_of(line) <= width for line in lines[:-1])


@given(st.text(alphabet="ab é京都רות ", max_size=200), st.integers(20, 80))
def test_wrapping_loses_no_word(text: str, width: int) -> None:
    assert "".join("".join(wrap_words(text, width)).split()) == "".join(text.split())


@pytest.mark.parametrize("width", [60, 70, 80])
def test_a_cell_wraps_at_words_and_keeps_its_direction(width: int) -> None:
    hebrew = "העוגה הגיעה מאוחר מאוד למסיבה של אבא שלי ולא היה מי שיענה לטלפון"
    lines = list(
        layout(
            ("case", "what", "state"),
            [(1, hebrew, "opened"), (2, "京都" * 40, "closed"), (3, WORDS, "opened")],
            width=width,
            isolate=True,
        )
    )
    shown = " ".join(lines).replace("\u2068", "").replace("\u2069", "").split()
    assert all(word in shown for word in (*hebrew.split(), *WORDS.split()))
    assert all(width_of(line) <= width for line in lines)
    assert all(line.count("\u2068") == line.count("\u2069") for line in lines)
