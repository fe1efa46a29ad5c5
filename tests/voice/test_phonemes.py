from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from voicenote.errors import VoiceUnavailable
from voicenote.voice import phonemes
from voicenote.voice.phonemes import Phonemes


@pytest.fixture
def asked() -> Iterator[Phonemes]:
    made = Phonemes()
    yield made
    made.close()


def test_words_are_pronounced_in_their_language(asked: Phonemes) -> None:
    assert asked.of(["a choice"], "en-us") == ["ɐ t^ʃˈɔ^ɪs"]
    assert asked.of(["dzień", "dobry"], "pl") == ["d^ʑˈɛɲ", "dˈɔbrɨ"]


def test_marks_inside_a_clause_lose_no_words(asked: Phonemes) -> None:
    (found,) = asked.of(["one. two, three"], "en-us")
    assert found.count(" ") == 2


def test_an_unknown_language_is_told_and_the_next_question_answered(asked: Phonemes) -> None:
    with pytest.raises(VoiceUnavailable, match="does not know"):
        asked.of(["x"], "tlh-x-none")
    assert asked.of(["yes"], "en-us") == ["jˈɛs"]


def test_a_child_that_died_is_replaced(asked: Phonemes) -> None:
    asked.version()
    child = asked._worker._child
    assert child is not None
    child.kill()
    child.wait()
    assert asked.of(["yes"], "en-us") == ["jˈɛs"]


def test_a_library_that_ends_its_process_is_told(
    asked: Phonemes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phonemes, "library_version", os.abort)
    with pytest.raises(VoiceUnavailable, match="ended"):
        asked.version()
    assert asked.of(["yes"], "en-us") == ["jˈɛs"]


def test_a_file_of_the_working_folder_does_not_stand_in_for_a_module(
    asked: Phonemes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    assert asked.version()


def test_no_library_says_what_to_install(asked: Phonemes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phonemes, "packaged_data", lambda: None)
    with pytest.raises(VoiceUnavailable) as caught:
        asked.version()
    assert "espeakng-loader" in caught.value.advice


def test_closing_twice_does_no_harm(asked: Phonemes) -> None:
    asked.version()
    asked.close()
    asked.close()
