"""One case in one sitting, from a machine on which nothing has been set up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from voicenote.cli.frame import voicenote
from voicenote.cli.render import Screen

Sit = Callable[..., Result]

OWNER = ["Ada Linden", "Linden Yard", "ada@linden-yard.example", "Europe/Tallinn", "en"]
CASE = ["Mari Tamm", "", "The ribbon was blue.", "Nobody picked up.", "redo", "a new cake", ""]


@pytest.fixture
def sit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Sit at a terminal with the silent voice, and type lines."""
    monkeypatch.setattr(Screen, "interactive", True)

    def answered(*lines: str) -> Result:
        env = {"VOICENOTE_HOME": str(tmp_path / "home"), "VOICENOTE_VOICE__ENGINE": "silent"}
        typed = "".join(f"{line}\n" for line in lines)
        return CliRunner().invoke(voicenote, ["new"], input=typed, env=env)

    return answered


def test_a_first_sitting_asks_who_you_are_and_ends_with_a_booked_plan(sit: Sit) -> None:
    done = sit(*OWNER, *CASE, "n", "the computer's", "n", "y")
    assert done.exit_code == 0, done.output
    assert "First, once: who are you?" in done.output
    assert "This is Ada Linden, from Linden Yard." in done.output
    assert "make-it-right, in Europe/Tallinn time" in done.output


def test_a_second_sitting_does_not_ask_again(sit: Sit) -> None:
    sit(*OWNER, *CASE, "n", "later")
    done = sit(*CASE, "n", "later")
    assert done.exit_code == 0, done.output
    assert "who are you" not in done.output


def test_settings_without_a_name_are_named(sit: Sit, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "voicenote.toml").write_text("[owner]\n")
    done = sit(*CASE)
    assert done.exit_code == 78
    assert "[owner] name is empty" in done.output
