"""The code of a rule is explained to whoever reads it at a terminal."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from voicenote import errors
from voicenote.cli.terminal.rule_notes import RuleNotes
from voicenote.cli.terminal.screen import Screen
from voicenote.script.check.findings import titles

Call = Callable[..., Result]
SOURCE = Path(errors.__file__).parent


def test_every_code_in_a_message_has_a_meaning() -> None:
    told = {
        code
        for path in SOURCE.rglob("*.py")
        for code in re.findall(r"\(([RS]\d{1,2})\)|\"([RS]\d{1,2})\"", path.read_text("utf-8"))
        for code in code
        if code
    }
    assert told - titles().keys() == set()


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("this round has had its memo: one apology for one failure (R6)", ["R6"]),
        ("S2: what bothered them most is not known\nS3: no deed", ["S2", "S3"]),
        ("a shirt of size S10, and (R99)", []),
        ("(S9) and (S9) and (R4)", ["S9", "R4"]),
    ],
)
def test_the_codes_of_a_text_are_explained_once(text: str, codes: list[str]) -> None:
    notes = RuleNotes()
    notes.hear(text)
    assert [line.partition(":")[0] for line in notes.explain()] == codes


@pytest.mark.parametrize(
    ("terminal", "quiet", "told"), [(True, False, True), (False, False, False), (True, True, False)]
)
def test_only_somebody_at_a_terminal_is_told(
    monkeypatch: pytest.MonkeyPatch, *, terminal: bool, quiet: bool, told: bool
) -> None:
    err = io.StringIO()
    screen = Screen(stdin=err, stdout=io.StringIO(), stderr=err, json=False, quiet=quiet)
    screen.out("refused (R6)")
    monkeypatch.setattr(err, "isatty", lambda: terminal)
    screen.explain_rules()
    assert ("R6: One apology for one failure. More: voicenote" in err.getvalue()) is told


def test_a_rule_that_no_check_holds_is_explained_too(call: Call) -> None:
    done = call("check", "--explain", "r11")
    assert (done.exit_code, done.stdout.startswith("R11: An overdue promise")) == (0, True)


def test_an_explanation_does_not_point_to_itself(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicenote.cli.terminal.screen.is_terminal", lambda _: True)
    for code in ("R6", "S10", "R1"):
        assert f"--explain {code}" not in call("check", "--explain", code).output
