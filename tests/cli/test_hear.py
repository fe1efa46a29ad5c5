"""`hear` writes down what is said, or that nothing is; `doctor` knows what listens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from tests.ears.sounds import UNSPOKEN, clip, speech
from tests.fakes.transcription_api import TranscriptionServer, transcription_server

Call = Callable[..., Result]


@pytest.fixture
def server() -> Iterator[TranscriptionServer]:
    with transcription_server() as made:
        yield made


@pytest.fixture
def heard(call: Call, server: TranscriptionServer) -> Call:
    """Three cases, and ears behind a server."""
    ears = {"VOICENOTE_EARS__KIND": "endpoint", "VOICENOTE_EARS__BASE_URL": server.url}
    return lambda *words, **more: call(*words, **ears, **more)


@pytest.fixture
def take(tmp_path: Path) -> str:
    (tmp_path / "take.wav").write_bytes(speech("I am sorry that the cake came late.").wav)
    return str(tmp_path / "take.wav")


def test_what_is_said_is_shown_with_its_time(heard: Call, take: str) -> None:
    shown = heard("hear", take).stdout.splitlines()
    assert shown[0] == "0:00  I am sorry, Mari."
    assert "s are speech]" in shown[1]


def test_as_json_there_are_times_and_words(
    heard: Call, take: str, server: TranscriptionServer
) -> None:
    told = json.loads(heard("hear", take, "--language", "pl", "--json").stdout)
    assert (told["text"], told["language"], told["model"]) == (
        "I am sorry, Mari.", "pl", "whisper-1",
    )  # fmt: skip
    assert told["sentences"][0]["words"][0]["text"] == "I"
    assert server.asked[0]["language"] == "pl"


def test_nothing_said_is_told_and_not_sent(
    heard: Call, tmp_path: Path, server: TranscriptionServer
) -> None:
    (tmp_path / "hum.wav").write_bytes(clip(UNSPOKEN["mains hum"]()).wav)
    assert "Nothing was said in hum.wav" in heard("hear", str(tmp_path / "hum.wav")).stdout
    assert server.asked == []


def test_the_memo_of_a_case_is_heard_in_its_language(
    heard: Call, server: TranscriptionServer, take: str
) -> None:
    for words in (
        ("edit", "1", "--set", "language=et"),
        ("script", "1"),
        ("record", "1", "--from", take, "--anyway"),
        ("hear", "1"),
    ):
        done = heard(*words)
        assert done.exit_code == 0, done.stderr
    assert server.asked[-1]["language"] == "et"


def test_without_ears_it_says_what_to_install(call: Call, take: str) -> None:
    done = call("hear", take)
    assert done.exit_code == 69
    assert 'pip install "voicenote[ears]"' in done.stderr


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({}, "nothing is listened to: whisper isn't ready; install it"),
        ({"VOICENOTE_EARS__KIND": "none"}, "none: no sound is listened to"),
        ({"VOICENOTE_EARS__MODEL": "small"}, "whisper isn't ready"),
        ({"VOICENOTE_EARS__KIND": "deaf"}, "no ears are called 'deaf'"),
    ],
)
def test_doctor_knows_what_listens(call: Call, env: dict[str, str], told: str) -> None:
    assert told in call("doctor", "--json", **env).stdout


def test_doctor_says_where_sounds_go(heard: Call, server: TranscriptionServer) -> None:
    assert (
        f"every sound that is listened to goes to {server.url}" in heard("doctor", "--json").stdout
    )
