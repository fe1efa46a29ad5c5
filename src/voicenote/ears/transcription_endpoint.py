"""Ears behind a server that answers as OpenAI's ``/v1/audio/transcriptions`` does.

There are hosted ones, and whisper.cpp, Speaches and LocalAI on your own machine. The sound is sent
to the server in the settings, and nowhere else; what nobody speaks in isn't sent at all.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voicenote.ears.port import EarsInfo
from voicenote.ears.speech import RATE, at_16_khz, find_speech, seconds_of
from voicenote.errors import BadData
from voicenote.extras import how_to_install
from voicenote.model.memo import Clip
from voicenote.model.transcript import HeardSentence, HeardWord, Transcript
from voicenote.model_server import ModelServer, is_installed
from voicenote.options import Secret, option, validators

if TYPE_CHECKING:
    from openai import OpenAI

#: The most bytes of an answer that are read.
MOST = 5_000_000
#: With times, as Whisper's models answer; without, as newer ones do.
_WAYS = ("verbose_json", "json")


@dataclass(frozen=True, kw_only=True)
class TranscriptionOptions:
    """The settings of a server that hears."""

    base_url: str = option(
        "",
        validators.server,
        "The address of a server that answers as OpenAI's transcriptions do; https, or this "
        "machine.",
        "http://localhost:8000/v1",
        required=True,
    )
    model: str = option("whisper-1", validators.line, "One of the server's models.")
    key: Secret | None = option(
        None, validators.secret, "A reference to its key; a server on this machine needs none."
    )
    time_limit: float = option(120.0, validators.seconds, "Seconds that one answer may take.")
    retries: int = option(
        2,
        validators.number(0, 10, whole=True),
        "How often a sound is sent again when the server is busy or does not answer.",
    )


class TranscriptionEndpoint:
    """A recogniser behind a server."""

    Options = TranscriptionOptions
    name = "endpoint"

    def __init__(self, options: TranscriptionOptions) -> None:
        self._server = ModelServer(
            whose="ears",
            table="[ears]",
            url=options.base_url,
            time_limit=options.time_limit,
            retries=options.retries,
        )
        self._key = options.key
        self.model = options.model
        self._client: OpenAI | None = None
        self._ways = list(_WAYS)

    @classmethod
    def info(cls, options: TranscriptionOptions) -> EarsInfo:
        """Return what `doctor` says; the server isn't contacted."""
        advice = "" if options.base_url else "set base_url in [ears]"
        if not is_installed():
            advice = f"install its client: {how_to_install('writer')}"
        return EarsInfo(
            name=cls.name,
            ready=not advice,
            note="a server like OpenAI's; it gets every sound that is listened to",
            sends=options.base_url,
            advice=advice,
        )

    def hear(self, clip: Clip, language: str = "") -> Transcript:
        """Find the speech; if there is any, send the sound. The port lists the errors."""
        tongue = language.replace("_", "-").partition("-")[0].lower()
        pcm = at_16_khz(clip)
        speech = find_speech(pcm)
        if not speech:
            return Transcript(language=tongue, speech_s=0)
        whole = Clip(pcm, RATE, clip.synthetic)
        answer = _read(self._ask(whole.wav, tongue))
        return Transcript(
            language=tongue or _code_of(answer.get("language")),
            speech_s=seconds_of(speech),
            sentences=_sentences(answer, whole.duration_s),
        )

    def close(self) -> None:
        """Close its connections."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _ask(self, wav: bytes, language: str) -> bytes:
        if self._client is None:
            self._client = self._server.connect(self._key.reveal() if self._key else "")
        import openai

        with self._server.translated():
            while True:
                way = self._ways[0]
                try:
                    return self._send(self._client, wav, language, way)
                except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                    # newer models give no times
                    if "response_format" not in str(error) or way == _WAYS[-1]:
                        raise
                    self._ways = [_WAYS[-1]]

    def _send(self, client: OpenAI, wav: bytes, language: str, way: str) -> bytes:
        asked: dict[str, Any] = {"model": self.model, "response_format": way}
        asked |= {"language": language} if language else {}
        if way == _WAYS[0]:
            asked["timestamp_granularities"] = ["word", "segment"]
        file = ("memo.wav", wav, "audio/wav")
        with client.audio.transcriptions.with_streaming_response.create(
            file=file, **asked
        ) as response:
            data = bytearray()
            for piece in response.iter_bytes():
                data += piece
                if len(data) > MOST:
                    raise BadData("the ears' server sent too much", "check its own log")
            return bytes(data)


def _read(data: bytes) -> Mapping[str, Any]:
    """Return a server's answer. Raises BadData."""
    try:
        answer = json.loads(data)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict) or not isinstance(answer.get("text"), str):
        raise BadData(
            "what the ears' server sent isn't a transcript",
            "check [ears] base_url; it mostly ends in /v1",
        )
    return answer


def _sentences(answer: Mapping[str, Any], length: float) -> tuple[HeardSentence, ...]:
    """Return the sentences of an answer; one alone if it has no times. Raises BadData."""
    text = answer["text"].strip()
    try:
        words = [
            HeardWord(float(one["start"]), float(one["end"]), str(one["word"]).strip())
            for one in answer.get("words") or ()
        ]
        found = [_segment(one, words) for one in answer.get("segments") or ()]
    except (LookupError, TypeError, ValueError, OverflowError):
        raise BadData(
            "the times in the transcript of the ears' server make no sense", "check its own log"
        ) from None
    if not found and text:
        return (HeardSentence(0.0, length, text),)
    return tuple(one for one in found if one.text)


def _segment(one: Mapping[str, Any], words: list[HeardWord]) -> HeardSentence:
    start, end, likely = float(one["start"]), float(one["end"]), one.get("avg_logprob")
    return HeardSentence(
        start,
        end,
        str(one["text"]).strip(),
        None if likely is None else round(math.exp(min(0.0, float(likely))), 3),
        tuple(word for word in words if start <= word.start_s < end),
    )


def _code_of(name: object) -> str:
    """Return the code of a language that a server calls by its English name; "" if unknown."""
    import langcodes

    try:
        return langcodes.find(str(name)).language or "" if name else ""
    except LookupError:
        return ""
