"""What ears hear of a synthetic voice is shown, and asked about before it is approved."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from click.testing import Result

from tests.fakes.transcription_api import TranscriptionServer, transcription_server
from voicenote.cli.terminal.screen import Screen
from voicenote.ears import transcription_endpoint
from voicenote.engine.memo import hearing_plan, player

Call = Callable[..., Result]


@pytest.fixture
def server() -> Iterator[TranscriptionServer]:
    with transcription_server() as made:
        made.text = "Something else altogether."
        yield made


@pytest.fixture
def heard(call: Call, server: TranscriptionServer, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Three cases with scripts; ears behind a server listen to the hum as if it spoke."""
    monkeypatch.setattr(hearing_plan, "Silent", SimpleNamespace(name="nobody"))
    monkeypatch.setattr(transcription_endpoint, "find_speech", lambda _: ((0.0, 1.0),))
    ears = {
        "VOICENOTE_EARS__KIND": "endpoint",
        "VOICENOTE_EARS__BASE_URL": server.url,
        "VOICENOTE_EARS__RETRIES": "0",
        "VOICENOTE_SOUND__RENDITIONS": '["ogg"]',
    }
    assert call("script", "--all").exit_code == 0
    return lambda *words, **more: call(*words, **{**ears, **more})


def test_render_and_show_tell_what_is_misheard(heard: Call, server: TranscriptionServer) -> None:
    done = heard("render", "1")
    assert done.exit_code == 0, done.stderr
    assert "case 1: the voice says “" in done.stderr
    assert "voicenote edit 1 --say-as" in done.stderr
    assert "Case 1 spoken" in done.stdout  # it blocks nothing
    assert "is heard" in heard("show", "1").stdout
    memo = json.loads(heard("show", "1", "--json").stdout)["memo"]
    assert memo["listening"]["by"] == "endpoint whisper-1"
    assert memo["listening"]["misheard"][0].keys() == {"text", "heard", "said", "whose"}
    count = len(server.asked)
    assert "was already spoken" in heard("render", "1").stdout
    assert len(server.asked) == count


def test_many_are_listed_and_the_list_is_short(heard: Call) -> None:
    done = heard("render", "--all")
    assert "case 3: the voice says" in done.stderr
    assert done.stderr.count("the voice says") <= 20


def test_nothing_is_listened_to_when_it_is_off(heard: Call, server: TranscriptionServer) -> None:
    assert heard("render", "1", VOICENOTE_EARS__LISTEN_BACK="off").exit_code == 0
    assert server.asked == []


def test_at_a_terminal_the_approval_asks(heard: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    assert heard("render", "1").exit_code == 0
    monkeypatch.setattr(Screen, "interactive", property(lambda _: True))
    monkeypatch.setattr(player, "play", lambda *_: None)
    asked: list[str] = []

    def confirm(_: Screen, text: str, **__: object) -> bool:
        asked.append(text)
        return False

    monkeypatch.setattr(Screen, "confirm", confirm)
    done = heard("approve", "1")
    assert asked == ["Approve it as it is?"]
    assert "Nothing was approved" in done.stderr
    assert done.exit_code == 1


def test_nobody_is_asked_where_nobody_sits_and_it_is_told(heard: Call) -> None:
    assert heard("render", "1").exit_code == 0
    done = heard("approve", "1", "--anyway", "I heard it")
    assert "the voice says “" in done.stdout + done.stderr


def test_a_spelling_is_given_with_say_as(call: Call) -> None:
    done = call("edit", "1", "--say-as", "Day-nah")
    assert "say_as: (not known) → Day-nah" in done.stdout
    assert json.loads(call("show", "1", "--json").stdout)["say_as"] == "Day-nah"


def test_say_says_names_of_the_settings_as_they_sound(
    call: Call, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    from voicenote.voice.silent import Silent

    said: list[str] = []
    speak = Silent.speak

    def listen(voice: Silent, sentence: object, language: str) -> object:
        said.append(sentence.said)  # type: ignore[attr-defined]
        return speak(voice, sentence, language)  # type: ignore[arg-type]

    monkeypatch.setattr(Silent, "speak", listen)
    names = {"VOICENOTE_OWNER__NAME": "Ada", "VOICENOTE_OWNER__SAY_AS": "Ayda"}
    done = call("say", "It's Ada.", "-o", f"{home}/hi.ogg", "--voice", "silent", **names)
    assert done.exit_code == 0, done.stderr
    assert said == ["It's Ayda."]
