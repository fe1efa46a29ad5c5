"""The endpoint voice: any server with an API like OpenAI's ``/v1/audio/speech``.

There are many: hosted voices, and programs on your own machine that speak in a cloned voice. The
words are sent to the server in the settings, and nowhere else. A cloned voice speaks only while the
consent of the person whose voice it is stands (`copied_voice`).
"""

from __future__ import annotations

import hashlib
import io
import shlex
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voicenote.deadline import Deadline
from voicenote.errors import VoiceUnavailable
from voicenote.model.memo import Clip
from voicenote.model.sentences import Sentence
from voicenote.options import Secret, option, validators
from voicenote.voice.copied_voice import FOLDER, VoiceConsent, find_consent
from voicenote.voice.port import VoiceInfo, primary, sayable

if TYPE_CHECKING:
    import httpx2

_PATH = "/audio/speech"
_MOST = 50_000_000  # most bytes of sound accepted
_TIMEOUT_S = 60.0  # for one whole sentence, however slowly its bytes arrive
_NATURAL = 160


@dataclass(frozen=True, kw_only=True)
class EndpointOptions:
    """The settings of a speech server."""

    url: str = option(
        "",
        validators.server,
        "The address of a server that answers as OpenAI's does; https, or this machine.",
        "http://localhost:8880/v1",
        required=True,
    )
    voice: str = option("alloy", validators.text, "One of the server's voices.")
    model: str = option("tts-1", validators.text, "One of the server's models.")
    key: Secret | None = option(
        None, validators.secret, "A reference to its key, which may also be written as env:NAME."
    )
    languages: tuple[str, ...] = option(
        (), validators.languages, "The languages that its voice speaks; empty: any.", ["en", "pl"]
    )
    rate: int = option(_NATURAL, validators.number(40, 600, whole=True), "Words a minute.")
    cloned: bool = option(
        False,
        validators.switch,
        "Whether it is a copy of somebody's voice: it then speaks only with their recorded consent "
        "(`voicenote voices consent`), and always says that a computer speaks.",
    )
    whose: str = option(
        "", validators.line, "Whose voice a cloned one copies; empty: yours.", "Anna Saar"
    )
    consents: Path = option(Path(FOLDER), validators.path, "")


class Endpoint:
    """A voice from a speech server."""

    Options = EndpointOptions
    name = "endpoint"
    synthetic = True

    def __init__(self, options: EndpointOptions) -> None:
        self._options = options
        self._url = options.url if options.url.endswith(_PATH) else options.url + _PATH
        self._speed = round(min(max(options.rate / _NATURAL, 0.25), 4.0), 3)
        self.languages = frozenset(map(primary, options.languages))
        where = hashlib.sha256(self._url.encode()).hexdigest()[:8]
        self.version = f"endpoint {where} {options.model} {options.voice} {options.rate}wpm"
        if options.cloned:
            self.version += f" {_need_consent(options).mark}"

    @classmethod
    def info(cls, options: EndpointOptions) -> VoiceInfo:
        """Return what the listing shows; the server isn't contacted."""
        set_up = bool(options.url)
        advice = "" if set_up else "set [voice] url to its address, such as http://localhost/v1"
        note = "an OpenAI-compatible server; your words go there; chosen only by name"
        if options.cloned:
            note += f"; {options.voice} is a copied voice: {_tell_state(options)}"
            advice = advice or _why_not(options)
        return VoiceInfo(
            name=cls.name,
            languages=frozenset(map(primary, options.languages)),
            licence="its server's own: check that its voice may be used",
            synthetic=True,
            quality=0,
            installed=not advice,
            note=note,
            advice=advice,
            rate=options.rate,
        )

    def speak(self, sentence: Sentence, language: str) -> Clip:
        """Ask the server to speak. The port lists the errors."""
        text = sayable(sentence)
        if self._options.cloned:
            _need_consent(self._options)  # it may have been taken back since
        if self.languages and primary(language) not in self.languages:
            raise VoiceUnavailable(
                f"the endpoint's voice does not speak {language!r}", "choose another in [voice]"
            )
        asked = {
            "model": self._options.model,
            "voice": self._options.voice,
            "input": text,
            "response_format": "wav",
            "speed": self._speed,
        }
        return _clip(self._fetch(asked))

    def close(self) -> None:
        """Do nothing: each sentence is a separate request."""

    def _fetch(self, asked: Mapping[str, object]) -> bytes:
        """Return the server's sound. Raises VoiceUnavailable."""
        import httpx2

        deadline, streams = Deadline(_TIMEOUT_S), list[Any]()

        def note_stream(event: str, info: Mapping[str, Any]) -> None:
            if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
                streams.append(info["return_value"])

        try:
            with (
                deadline.shutting(
                    lambda: streams[-1].get_extra_info("socket") if streams else None
                ),
                httpx2.Client(timeout=_TIMEOUT_S, follow_redirects=False) as client,
                client.stream(
                    "POST",
                    self._url,
                    json=asked,
                    headers=self._headers(),
                    extensions={"trace": note_stream},
                ) as answer,
            ):
                return _read(answer, deadline)
        except (httpx2.HTTPError, TimeoutError) as error:
            if deadline.over:
                raise VoiceUnavailable(
                    f"the voice's server took longer than {_TIMEOUT_S:.0f} seconds",
                    "check its own log; a shorter sentence may help",
                ) from None
            raise VoiceUnavailable(
                f"the voice's server does not answer ({type(error).__name__})",
                "check that it runs, and [voice] url",
            ) from None

    def _headers(self) -> dict[str, str]:
        key = self._options.key
        plain = {"Accept-Encoding": "identity"}  # so that the bytes read are all there are
        return {**plain, "Authorization": f"Bearer {key.reveal()}"} if key else plain


def _need_consent(options: EndpointOptions) -> VoiceConsent:
    """Return the consent that a cloned voice speaks with. Raises VoiceUnavailable."""
    consent, why = find_consent(options.consents, options.voice), _why_not(options)
    if consent is None or why:
        what = f"the voice {options.voice!r} copies a person's, and nobody's consent to it stands"
        raise VoiceUnavailable(what, f"it needs {why}")
    return consent


def _why_not(options: EndpointOptions) -> str:
    """Return what a cloned voice needs before it may speak; "" if its consent stands."""
    consent = find_consent(options.consents, options.voice)
    if consent is not None and consent.stands and consent.whose == (options.whose or consent.whose):
        return ""
    who = options.whose or (consent.whose if consent else "")
    whose = f"{who}'s recorded consent" if who else "the recorded consent of whose voice it is"
    return f"{whose}: voicenote voices consent {shlex.quote(options.voice)}"


def _tell_state(options: EndpointOptions) -> str:
    """Return how the consent to a cloned voice stands, for the listing."""
    consent = find_consent(options.consents, options.voice)
    if consent is None:
        return "nobody has agreed to it"
    if not consent.stands:
        return f"{consent.whose} took the consent back on {consent.revoked_at[:10]}"
    return f"{consent.whose} agreed on {consent.given_at[:10]}"


def _read(answer: httpx2.Response, deadline: Deadline) -> bytes:
    if answer.status_code != 200:
        raise VoiceUnavailable(
            f"the voice's server answered {answer.status_code}", _cure(answer.status_code)
        )
    data = bytearray()
    for piece in answer.iter_raw():
        deadline.left()
        data += piece
        if len(data) > _MOST:
            raise VoiceUnavailable("the voice's server sent too much", "check its own log")
    deadline.left()  # a connection cut by the deadline can look like the end of the sound
    return bytes(data)


def _cure(status: int) -> str:
    if status in (401, 403):
        return "check [voice] key"
    if status == 429:
        return "wait a minute, then run the command again"
    return "check model and voice in [voice], and the server's own log"


def _clip(data: bytes) -> Clip:
    """Parse the WAV file from the server."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            kind = (file.getnchannels(), file.getsampwidth())
            rate = file.getframerate()
            pcm = file.readframes(len(data) // 2)  # a streamed file's header has no valid length
    except (wave.Error, EOFError, RuntimeError, ValueError) as error:
        raise VoiceUnavailable(
            "what the voice's server sent isn't a WAV file", "check that it can give wav"
        ) from error
    if kind != (1, 2) or not 8_000 <= rate <= 48_000 or len(pcm) < rate // 10:
        raise VoiceUnavailable(
            "the voice's server sent sound of another kind", "it must be 16-bit mono WAV"
        )
    return Clip(pcm[: len(pcm) // 2 * 2], rate, synthetic=True)
