"""R24 at the command line: what leaves without sound is said, and why, and what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result

from tests.ears.sounds import speech
from voicenote.cli.terminal.screen import Screen
from voicenote.engine.memo import player
from voicenote.voice.silent import Silent

Call = Callable[..., Result]
AUTO = {"VOICENOTE_VOICE__ENGINE": "auto"}
pytestmark = pytest.mark.usefixtures("tones_are_speech")


@pytest.fixture
def mumbled(call: Call, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Three English cases, and a best voice of which a listener mishears every third word."""
    info = replace(Silent.info(Silent.Options()), quality=1000, misheard={"en": 33})
    monkeypatch.setattr(Silent, "info", classmethod(lambda *_: info))
    assert call("script", "--all", **AUTO).exit_code == 0
    return call


def test_many_are_told_of_in_one_line_with_what_to_do(mumbled: Call) -> None:
    done = mumbled("render", "--all", **AUTO)
    lines = [line for line in done.stderr.splitlines() if "without sound" in line]
    assert len(lines) == 1
    assert "cases 1, 2, 3: a letter without sound, because a listener mishears" in lines[0]
    assert "voicenote render N --anyway" in lines[0]


def test_one_is_shown_with_the_reason_until_its_owner_sends_it_anyway(mumbled: Call) -> None:
    for words, silent in (((), True), (("--anyway",), False), ((), False)):
        (made,) = json.loads(mumbled("render", "1", *words, "--json", **AUTO).stdout)
        assert made["without_sound"] is silent
        shown = mumbled("show", "1", **AUTO).stdout
        assert ("mishears about 33 of 100 words of this voice (R24)" in shown) is silent
        memo = json.loads(mumbled("show", "1", "--json", **AUTO).stdout)["memo"]
        assert (memo["without_sound"], memo["misheard"]) == (silent, 33)


def test_the_approval_says_it(mumbled: Call) -> None:
    assert mumbled("render", "--all", **AUTO).exit_code == 0
    done = mumbled("approve", "--all", "--yes", **AUTO)
    assert done.stderr.count("it leaves as a letter without sound") == 1


def test_a_recording_that_such_a_voice_fills_in_says_it(mumbled: Call, tmp_path: Path) -> None:
    (tmp_path / "take.wav").write_bytes(speech("Hello Ada, this is Grace Hopper.").wav)
    take = ("record", "1", "--from", str(tmp_path / "take.wav"), "--sentence", "1", "--fill-in")
    done = mumbled(*take, **AUTO)
    assert "voicenote render 1 --anyway" in done.stdout, done.stderr
    assert "say the rest yourself" in done.stdout
    assert "words of this memo" in mumbled("show", "1", **AUTO).stdout
    assert "say the rest yourself" in mumbled("render", "1", **AUTO).stderr


def test_doctor_says_what_becomes_of_such_memos(mumbled: Call) -> None:
    assert "their memos leave as letters without sound" in mumbled("doctor", **AUTO).stdout


def test_a_name_that_no_voice_can_read_is_left_out_and_told(call: Call) -> None:
    """Until the owner says how it sounds."""
    assert call("edit", "1", "--set", "customer=דנה").exit_code == 0
    assert call("script", "1").exit_code == 0
    assert "“דנה” isn't said" in call("render", "1").stderr
    assert call("edit", "1", "--set", "say_as=Dana").exit_code == 0
    assert call("script", "1").exit_code == 0
    assert "isn't said" not in call("render", "1").stderr


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What is played to a person at a terminal."""
    files: list[Path] = []
    monkeypatch.setattr(Screen, "interactive", True)
    monkeypatch.setattr(player, "play", lambda file, _: files.append(file))
    return files


@pytest.mark.parametrize("words", [("next",), ("approve", "1", "--sample", "1")])
def test_a_letter_is_read_and_not_played_before_it_is_approved(
    mumbled: Call, heard: list[Path], words: tuple[str, ...]
) -> None:
    assert mumbled("render", "1", **AUTO).exit_code == 0
    done = mumbled(*words, input="y\ny\n", **AUTO)
    assert done.exit_code == 0, done.output
    assert "Nobody called me" in done.output
    assert "Case 1 is approved." in done.output
    assert not heard


def test_a_letter_is_said_to_be_one_and_not_spoken(mumbled: Call) -> None:
    done = mumbled("render", "1", **AUTO)
    assert "Case 1: a letter." in done.stdout
    assert "Listen" not in done.output


@pytest.mark.parametrize("words", [("next",), ("approve", "1", "--sample", "1")])
def test_without_a_player_the_words_are_shown_and_the_approval_goes_on(
    ready: Call, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setattr(Screen, "interactive", True)
    silent = {"PATH": "/nowhere", "DISPLAY": None, "WAYLAND_DISPLAY": None}
    done = ready(*words, input="y\ny\n", **silent)
    assert done.exit_code == 0, done.output
    assert "there is no sound player on this machine" in done.output
    assert "Nobody called me" in done.output
    assert "Case 1 is approved." in done.output


def test_play_shows_the_words_that_it_cannot_play(ready: Call) -> None:
    done = ready("play", "1", PATH="/nowhere", DISPLAY=None, WAYLAND_DISPLAY=None)
    assert done.exit_code == 69
    assert "Nobody called me" in done.stderr
