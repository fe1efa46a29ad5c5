"""A server on loopback that answers as OpenAI's ``/v1/audio/transcriptions`` does.

Its requests and answers are held to the types that OpenAI publishes, which its client is made of.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import openai.types.audio.transcription_create_params as published
from openai.types import AudioResponseFormat
from openai.types.audio import Transcription, TranscriptionVerbose
from pydantic import TypeAdapter

_KNOWN = (
    published.TranscriptionCreateParamsBase.__annotations__
    | published.TranscriptionCreateParamsNonStreaming.__annotations__
)
_FORMAT: TypeAdapter[str] = TypeAdapter(AudioResponseFormat)


@dataclass
class TranscriptionServer:
    """What it answers, and what it was asked."""

    text: str = "I am sorry, Mari."
    url: str = ""
    statuses: list[int] = field(default_factory=list)  # before it answers
    refuses: set[str] = field(default_factory=set)  # values of response_format
    raw: bytes | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def judge(self, asked: dict[str, Any]) -> tuple[int, bytes]:
        """Return the status and the body of the answer to a request."""
        if self.statuses:
            return self.statuses.pop(0), _error("busy")
        kind = _FORMAT.validate_python(asked.get("response_format", "json"))
        if strange := asked.keys() - _KNOWN.keys():
            return 400, _error(f"unknown: {strange}")
        if kind in self.refuses:
            return 400, _error("response_format 'verbose_json' is not compatible with model")
        return 200, self._answer(kind) if self.raw is None else self.raw

    def _answer(self, kind: str) -> bytes:
        if kind == "json":
            Transcription.model_validate(answer := {"text": self.text}, strict=True)
            return json.dumps(answer).encode()
        words = self.text.split()
        spans = [
            {"word": word, "start": n * 0.5, "end": n * 0.5 + 0.4} for n, word in enumerate(words)
        ]
        segment = {
            "id": 0, "seek": 0, "start": 0.0, "end": len(words) * 0.5, "text": f" {self.text}",
            "tokens": [1], "temperature": 0.0, "avg_logprob": -0.1, "compression_ratio": 1.1,
            "no_speech_prob": 0.01,
        }  # fmt: skip
        verbose = {
            "duration": len(words) * 0.5, "language": "english", "text": self.text,
            "segments": [segment], "words": spans,
        }  # fmt: skip
        TranscriptionVerbose.model_validate(verbose, strict=True)
        return json.dumps(verbose).encode()


def _fields(kind: str, body: bytes) -> dict[str, Any]:
    """Return the fields of a form; those of a list are lists."""
    form = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    found: dict[str, Any] = {}
    for part in form.walk():
        name, raw = (
            part.get_param("name", header="content-disposition"),
            part.get_payload(decode=True),
        )
        if not isinstance(name, str) or not isinstance(raw, bytes):
            continue
        value = raw if part.get_filename() else raw.decode()
        if name.endswith("[]"):
            found.setdefault(name[:-2], []).append(value)
        else:
            found[name] = value
    return found


def _error(message: str) -> bytes:
    told = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
    return json.dumps({"error": told}).encode()


@contextmanager
def transcription_server() -> Iterator[TranscriptionServer]:
    """Run a server that always hears the same."""
    server = TranscriptionServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked = _fields(self.headers["Content-Type"], body)
            server.asked.append(asked)
            server.keys.append(self.headers.get("Authorization", ""))
            found = self.path == "/v1/audio/transcriptions"
            status, data = server.judge(asked) if found else (404, _error("no such page"))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            with suppress(OSError):  # the client has left
                self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.url = f"http://127.0.0.1:{listening.server_port}/v1"
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()
