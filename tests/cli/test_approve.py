"""`approve`, and what other commands say of an approval that does not hold any more."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import Result

from voicenote.cli.terminal.batch_report import named_once
from voicenote.cli.terminal.case_options import is_reason
from voicenote.cli.terminal.run_report import turn_lines
from voicenote.cli.terminal.screen import Screen
from voicenote.engine.run.run_once import Turn

Call = Callable[..., Result]


def test_who_opted_out_is_refused_by_name(ready: Call) -> None:
    ready("opt-out", "1")
    done = ready("approve", "1")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "Ada Lovelace has opted out; nothing will be sent" in done.stderr


@pytest.mark.parametrize("which", [["--all"], ["--batch", "june"]])
def test_many_leave_out_who_opted_out(call: Call, which: list[str]) -> None:
    call("opt-out", "1")
    for command in ("script", "render", "approve"):
        if command == "render":
            assert call("script", "1").exit_code == 0
        if command == "approve":
            assert call("render", "1").exit_code == 0
        done = call(command, *which)
        assert done.exit_code == 0, done.stderr
        assert "1 left out, because the customers have opted out: case 1" in done.stderr
        assert done.stdout.startswith("2 ")


@pytest.mark.parametrize("blank", ["", "  "])
@pytest.mark.parametrize(
    "words",
    [
        ["approve", "1", "--anyway"],
        ["script", "1", "--anyway"],
        ["amends", "add", "1", "--kind", "call", "--text", "call", "--override"],
        ["triage", "1", "--accept", "--override"],
    ],
)
def test_an_empty_reason_is_none(ready: Call, words: list[str], blank: str) -> None:
    done = ready(*words, blank)
    assert done.exit_code == 2
    assert "the reason is empty" in done.stderr


def test_triage_gives_one_advice(ready: Call) -> None:
    assert ready("approve", "1").exit_code == 0
    done = ready("triage", "1", "--finding", "partly")
    assert (done.stdout + done.stderr).count("voicenote script 1") == 1
    assert "then voicenote approve 1" in done.output


def test_a_case_that_is_not_released_among_many_is_named_once(ready: Call) -> None:
    ready("amends", "add", "2", "--kind", "call", "--text", "call you")
    done = ready("approve", "--all")
    assert done.exit_code == 1
    (line,) = [one for one in done.stderr.splitlines() if one.startswith("case 2")]
    assert line.startswith(
        "case 2: the case has changed since the script was written: amends 2.2 was promised (R20)"
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("case 1: Dana has opted out", "case 1: Dana has opted out"),
        ("case 1 is closed", "case 1 is closed"),
        ("the memo of case 1 waits", "case 1: the memo waits"),
        ("the memo of case 12 waits", "case 1: the memo of case 12 waits"),
        ("amends 1.1 was broken", "case 1: amends 1.1 was broken"),
    ],
)
def test_a_case_is_named_once(text: str, line: str) -> None:
    assert named_once(1, text) == line


def test_a_pass_tells_of_a_case_once() -> None:
    turn = Turn(
        waiting=[(1, "the memo of case 1 waits for new words: it was triaged again")],
        nudges=[(1, "case 1: the memo for Dana waits for your approval: voicenote approve 1")],
    )
    assert turn_lines(turn, "UTC") == ["case 1: the memo waits for new words: it was triaged again"]


@pytest.fixture
def doubtful(call: Call) -> Call:
    """Cases with memos, of which the check calls the first one's words an error."""
    for number in ("1", "2"):
        assert call("script", number).exit_code == 0
    said = "[amends]\nI am sorry if you were offended. I will call you today.\n"
    assert call("script", "1", "--from", "-", input=said).exit_code == 0
    for number in ("1", "2"):
        assert call("render", number).exit_code == 0
    return call


def test_errors_are_shown_and_a_reason_is_asked_for(
    doubtful: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicenote.cli.terminal.screen.Screen.interactive", True)
    left = doubtful("approve", "1", input="\n")
    assert left.exit_code == 1
    assert "R18" in left.stderr
    done = doubtful("approve", "1", input="she put it so herself\n")
    assert done.exit_code == 0, done.stderr
    assert "she put it so herself" in doubtful("show", "1").stdout


def test_nobody_is_asked_where_nobody_is(doubtful: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doubtful("approve", "1").exit_code == 1
    monkeypatch.setattr("voicenote.cli.terminal.screen.Screen.interactive", True)
    assert doubtful("approve", "1", "--yes").exit_code == 1


@pytest.mark.parametrize("which", [["--all"], ["--batch", "june"], ["--where", "case > 0"]])
def test_many_are_approved_at_a_terminal_after_a_question(
    ready: Call, monkeypatch: pytest.MonkeyPatch, which: list[str]
) -> None:
    """Enter approves nothing; --yes doesn't ask, and nor does a list of numbers."""
    monkeypatch.setattr("voicenote.cli.terminal.screen.Screen.interactive", True)
    left = ready("approve", *which, input="\n")
    assert (left.exit_code, left.stdout) == (1, "")
    assert "Approve 3 memos (cases 1, 2, 3) for sending? [y/N]" in left.stderr
    assert ready("approve", *which, input="y\n").stdout.startswith("3 approved.")
    assert ready("approve", *which, "--yes", input="").exit_code == 0


def test_of_all_those_with_errors_are_listed_and_not_approved(doubtful: Call) -> None:
    done = doubtful("approve", "--all")
    assert done.exit_code == 1
    assert "R18" in done.stderr
    assert done.stdout.startswith("1 approved")
    assert doubtful("approve", "2").exit_code == 0
    assert doubtful("approve", "1").exit_code == 1


@pytest.mark.parametrize("empty", ["y", "Yes", "ok", "ok, fine", ".", "goodwill", "так", "yes yes"])
def test_a_word_that_only_agrees_is_no_reason(ready: Call, empty: str) -> None:
    done = ready("approve", "1", "--anyway", empty)
    assert done.exit_code == 2
    assert "gives no reason; say in a few words why it is right" in done.stderr


@pytest.mark.parametrize(
    "reason", ["they know why", "ta teab seda", "היא יודעת", "对方已经知道了", "she laughed at it"]
)
def test_a_few_words_are_a_reason_in_any_writing(reason: str) -> None:
    assert is_reason(reason)


def test_a_reason_that_is_none_is_asked_for_again(
    ready: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Screen, "interactive", True)
    ready("amends", "add", "1", "--kind", "call", "--text", "call you")
    done = ready("approve", "1", input="y\n.\nshe knows of it\n")
    assert done.exit_code == 0, done.stderr
    assert "“y” gives no reason, and it is kept" in done.stderr
    assert "“.” gives no reason" in done.stderr
    assert json.loads(ready("show", "1", "--json").stdout)["memo"]["approved_anyway"] == (
        "she knows of it"
    )
