from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.fakes.made import info_of, make_voice
from tests.fakes.web import DRIP, Reply, Web
from tests.voice.speech_server import Server, hum, speech_server
from voicenote.errors import BadSettings, VoiceUnavailable
from voicenote.model.sentences import Section, Sentence
from voicenote.voice import endpoint
from voicenote.voice.endpoint import Endpoint
from voicenote.wiring import make_voice as make_by_name

SORRY = Sentence(Section.OWN, "I am sorry that your cake came late.", personal=False)


@pytest.fixture
def server() -> Iterator[Server]:
    with speech_server() as found:
        yield found


def test_it_asks_as_openai_is_asked(server: Server) -> None:
    options = {"url": server.url, "voice": "nova", "model": "kokoro", "rate": 80}
    clip = make_voice(Endpoint, options).speak(SORRY, "en")
    assert clip.rate == 24_000
    assert clip.synthetic
    assert server.asked == [
        {
            "path": "/v1/audio/speech",
            "model": "kokoro",
            "voice": "nova",
            "input": SORRY.text,
            "response_format": "wav",
            "speed": 0.5,
        }
    ]
    assert server.keys == [""]


def test_the_key_comes_from_where_it_is_kept(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPEECH_KEY", "very-secret")
    voice = make_by_name("endpoint", {"url": server.url, "key": "env:SPEECH_KEY"})
    voice.speak(SORRY, "en")
    assert server.keys == ["Bearer very-secret"]
    assert "very-secret" not in f"{voice.version} {vars(voice)}"


@pytest.mark.parametrize(
    ("status", "answer", "words"),
    [
        (401, b"", "answered 401"),
        (429, b"", "answered 429"),
        (500, b"<html>", "answered 500"),
        (307, b"", "answered 307"),
        (200, b"", "a WAV file"),
        (200, b"ID3 an mp3", "a WAV file"),
        (200, b"RIFF\x40\0\0\0WAVEJUNK\xff\0\0\0abc", "a WAV file"),
        (200, hum("x")[:60], "another kind"),
    ],
)
def test_a_bad_answer_is_told_and_no_words_are_lost_in_it(
    server: Server, status: int, answer: bytes, words: str
) -> None:
    server.status, server.answer = status, answer
    with pytest.raises(VoiceUnavailable, match=words) as caught:
        make_voice(Endpoint, {"url": server.url}).speak(SORRY, "en")
    assert caught.value.advice


def test_a_server_that_is_not_there_is_told() -> None:
    with speech_server() as gone:
        url = gone.url
    with pytest.raises(VoiceUnavailable, match="does not answer"):
        make_voice(Endpoint, {"url": url}).speak(SORRY, "en")


def test_sound_that_drips_is_given_up(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes soon enough, the whole does not; half a sentence must not pass as one."""
    monkeypatch.setattr(endpoint, "_TIMEOUT_S", 0.4)
    over, sound = threading.Event(), hum(SORRY.text)

    def drip() -> Iterator[bytes]:
        for start in range(0, len(sound), 2000):
            yield sound[start : start + 2000]
            over.wait(0.05)

    server.pieces = drip()
    with pytest.raises(VoiceUnavailable, match="took longer than"):
        make_voice(Endpoint, {"url": server.url}).speak(SORRY, "en")
    over.set()


def test_headers_that_drip_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "_TIMEOUT_S", 0.4)
    web = Web(lambda _request: Reply())
    web.deeds["/audio/speech"] = DRIP
    try:
        with pytest.raises(VoiceUnavailable, match="took longer than"):
            make_voice(Endpoint, {"url": web.url}).speak(SORRY, "en")
    finally:
        web.stop()


def test_no_more_than_the_limit_is_read(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "_MOST", 1_000_000)
    left = iter(range(60))
    server.pieces = (bytes(1_000_000) for _ in left)
    with pytest.raises(VoiceUnavailable, match="sent too much"):
        make_voice(Endpoint, {"url": server.url}).speak(SORRY, "en")
    assert next(left, None) is not None


@pytest.mark.parametrize(
    "url",
    ["", "localhost", "ftp://x/v1", "http://speech.example/v1", "https://a:b@x/v1", "http://[x"],
)
def test_an_address_that_will_not_do_is_refused(url: str) -> None:
    with pytest.raises(BadSettings) as caught:
        make_voice(Endpoint, {"url": url})
    assert caught.value.advice


def test_a_key_in_the_open_is_refused(server: Server) -> None:
    with pytest.raises(BadSettings) as caught:
        make_by_name("endpoint", {"url": server.url, "key": "very-secret"})
    assert "very-secret" not in str(caught.value.problems)


def test_it_is_never_chosen_by_itself() -> None:
    assert info_of(Endpoint, {"url": "http://localhost/v1"}).quality == 0
    assert not info_of(Endpoint, {}).installed
