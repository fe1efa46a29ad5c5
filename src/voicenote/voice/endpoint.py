"""A voice behind an address: any server that answers as OpenAI's ``/v1/audio/speech`` does.

Many do: hosted voices, and programs on your own machine that speak in a cloned one. What is said
goes to that server; the settings name it, nothing is sent anywhere by itself.
"""

from __future__ import annotations

import hashlib
import io
import wave
from collections.abc import Mapping
from typing import Protocol, runtime_checkable
from urllib.parse import urlsplit

from voicenote.errors import BadSettings, VoiceUnavailable
from voicenote.model.memo import Clip
from voicenote.model.sentences import Sentence
from voicenote.voice.port import VoiceInfo, primary, sayable

_PATH = "/audio/speech"
_LOCAL = ("localhost", "127.0.0.1", "::1")
_MOST = 50_000_000  # bytes of sound that are taken
_TIMEOUT_S = 60.0
_NATURAL = 160


@runtime_checkable
class _Key(Protocol):
    """A secret by reference: fetched when it is used."""

    def reveal(self) -> str:
        """Return it."""


class Endpoint:
    """Settings: `url`, `voice`, `model`, `key` (a secret by reference), `rate`, `languages`.

    `url` is the address of the API, such as ``http://localhost:8880/v1``; without ``https`` it must
    be this machine. `languages` are the primary subtags that its voice speaks, empty for any.
    """

    name = "endpoint"
    synthetic = True

    def __init__(self, settings: Mapping[str, object]) -> None:
        self._url = _address(settings)
        self._voice = str(settings.get("voice") or "alloy")
        self._model = str(settings.get("model") or "tts-1")
        self._key = settings.get("key")
        if self._key is not None and not isinstance(self._key, _Key):
            raise BadSettings("the key of the endpoint stands in the open", 'use {env = "NAME"}')
        rate = settings.get("rate", _NATURAL)
        if isinstance(rate, bool) or not isinstance(rate, int) or not 40 <= rate <= 600:
            raise BadSettings(f"the endpoint's rate is {rate!r}", "give 40 to 600 words a minute")
        self._speed = round(min(max(rate / _NATURAL, 0.25), 4.0), 3)
        self.languages = _languages(settings)
        where = hashlib.sha256(self._url.encode()).hexdigest()[:8]
        self.version = f"endpoint {where} {self._model} {self._voice} {rate}wpm"

    @classmethod
    def facts(cls, settings: Mapping[str, object]) -> VoiceInfo:
        """Return what the listing shows; nobody is asked."""
        set_up = bool(settings.get("url"))
        return VoiceInfo(
            name=cls.name,
            languages=_languages(settings),
            licence="its server's own: look whether its voice may be used",
            synthetic=True,
            quality=0,
            installed=set_up,
            note="an OpenAI-compatible server; your words go there; chosen only by name",
            advice="" if set_up else "set [voice] url to its address, such as http://localhost/v1",
        )

    def speak(self, sentence: Sentence, language: str) -> Clip:
        """Ask the server. See the port for what is raised."""
        text = sayable(sentence)
        if self.languages and primary(language) not in self.languages:
            raise VoiceUnavailable(
                f"the endpoint's voice does not speak {language!r}", "choose another in [voice]"
            )
        import httpx2

        asked = {
            "model": self._model,
            "voice": self._voice,
            "input": text,
            "response_format": "wav",
            "speed": self._speed,
        }
        try:
            with httpx2.Client(timeout=_TIMEOUT_S, follow_redirects=False) as client:
                answer = client.post(self._url, json=asked, headers=self._headers())
        except httpx2.HTTPError as error:
            raise VoiceUnavailable(
                f"the voice's server does not answer ({type(error).__name__})",
                "look whether it runs, and at [voice] url",
            ) from None
        if answer.status_code != 200:
            raise VoiceUnavailable(
                f"the voice's server answered {answer.status_code}", _cure(answer.status_code)
            )
        return _clip(answer.content)

    def close(self) -> None:
        """Hold nothing: each sentence is a request of its own."""

    def _headers(self) -> dict[str, str]:
        key = self._key
        return {"Authorization": f"Bearer {key.reveal()}"} if isinstance(key, _Key) else {}


def _address(settings: Mapping[str, object]) -> str:
    url = str(settings.get("url") or "").rstrip("/")
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.username:
        raise BadSettings(
            "the endpoint has no address", "give [voice] url, such as http://localhost:8880/v1"
        )
    if parts.scheme == "http" and host not in _LOCAL:
        raise BadSettings(
            "the endpoint would get your words unencrypted", "begin [voice] url with https://"
        )
    return url if url.endswith(_PATH) else url + _PATH


def _languages(settings: Mapping[str, object]) -> frozenset[str]:
    given = settings.get("languages")
    if not isinstance(given, list | tuple):
        return frozenset()
    return frozenset(primary(str(tag)) for tag in given)


def _cure(status: int) -> str:
    if status in (401, 403):
        return "look at [voice] key"
    if status == 429:
        return "wait a minute, then run the command again"
    return "look at model and voice in [voice], and at the server's own log"


def _clip(data: bytes) -> Clip:
    """Read the WAV file that was asked for."""
    if len(data) > _MOST:
        raise VoiceUnavailable("the voice's server sent too much", "look at its own log")
    try:
        with wave.open(io.BytesIO(data)) as file:
            kind = (file.getnchannels(), file.getsampwidth())
            rate = file.getframerate()
            pcm = file.readframes(len(data) // 2)  # a stream's header does not know its length
    except (wave.Error, EOFError, RuntimeError, ValueError) as error:
        raise VoiceUnavailable(
            "the voice's server sent no WAV file", "look whether it can give wav"
        ) from error
    if kind != (1, 2) or not 8_000 <= rate <= 48_000 or len(pcm) < rate // 10:
        raise VoiceUnavailable(
            "the voice's server sent sound of another kind", "it must be 16-bit mono WAV"
        )
    return Clip(pcm[: len(pcm) // 2 * 2], rate, synthetic=True)
