"""The endpoint ears against a fake that is held to OpenAI's published types."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator

import pytest

from tests.ears.sounds import UNSPOKEN, clip, speech
from tests.fakes.made import options_from
from tests.fakes.transcription_api import TranscriptionServer, transcription_server
from voicenote.ears.transcription_endpoint import TranscriptionEndpoint
from voicenote.errors import BadData, Unavailable
from voicenote.model.memo import Clip


@pytest.fixture
def server() -> Iterator[TranscriptionServer]:
    with transcription_server() as made:
        yield made


def ears(server: TranscriptionServer, **more: object) -> TranscriptionEndpoint:
    table = {"base_url": server.url, "retries": 0, **more}
    return TranscriptionEndpoint(options_from(TranscriptionEndpoint, table, "ears"))


def said() -> Clip:
    return speech("I am sorry that the cake came late.")


def test_it_sends_the_sound_as_wav_with_model_key_and_language(server: TranscriptionServer) -> None:
    ears(server, key="sesame", model="tiny").hear(said(), "en-GB")
    (asked,) = server.asked
    assert (asked["model"], asked["language"]) == ("tiny", "en")
    assert asked["timestamp_granularities"] == ["word", "segment"]
    with wave.open(io.BytesIO(asked["file"])) as file:
        assert (file.getnchannels(), file.getframerate()) == (1, 16_000)
    assert server.keys == ["Bearer sesame"]


def test_what_comes_back_has_times_and_how_likely_it_is(server: TranscriptionServer) -> None:
    heard = ears(server).hear(said())
    (sentence,) = heard.sentences
    assert (heard.language, sentence.text, sentence.probability) == (
        "en", "I am sorry, Mari.", 0.905,
    )  # fmt: skip
    assert [(one.text, one.start_s) for one in sentence.words][-1] == ("Mari.", 1.5)


def test_a_model_without_times_is_asked_for_the_text_alone(server: TranscriptionServer) -> None:
    server.refuses = {"verbose_json"}
    made = ears(server)
    for _ in range(2):
        (sentence,) = made.hear(said(), "en").sentences
        assert (sentence.text, sentence.probability) == ("I am sorry, Mari.", None)
    assert [one["response_format"] for one in server.asked] == ["verbose_json", "json", "json"]


@pytest.mark.parametrize("name", ["silence", "loud noise", "mains hum"])
def test_what_nobody_speaks_in_is_not_sent(server: TranscriptionServer, name: str) -> None:
    assert ears(server).hear(clip(UNSPOKEN[name]()), "en").text == ""
    assert server.asked == []


@pytest.mark.parametrize(
    ("status", "advice"), [(401, "[ears] key"), (404, "base_url"), (429, "wait"), (500, "[ears]")]
)
def test_a_refusal_says_what_to_check(
    server: TranscriptionServer, status: int, advice: str
) -> None:
    server.statuses = [status]
    with pytest.raises(Unavailable) as told:
        ears(server, key="sesame").hear(said(), "en")
    assert str(status) in told.value.what
    assert advice in told.value.advice
    assert "sesame" not in told.value.in_one_line


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"no", b"[]", b'{"text": 7}', b'{"text": "x", "segments": [{}]}',
        b'{"text": "x", "words": [{"word": "x", "start": "y", "end": 1}]}',
        b'{"text": "x", "segments": 7}',
    ],
)  # fmt: skip
def test_an_answer_that_makes_no_sense_is_told(server: TranscriptionServer, raw: bytes) -> None:
    server.raw = raw
    with pytest.raises(BadData):
        ears(server).hear(said(), "en")


def test_no_server_is_told() -> None:
    gone = TranscriptionServer(url="http://127.0.0.1:9/v1")
    with pytest.raises(Unavailable, match="does not answer"):
        ears(gone).hear(said(), "en")
