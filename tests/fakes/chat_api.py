"""A server on loopback that answers as OpenAI's ``/v1/chat/completions`` does.

Its requests and answers are held to the types that OpenAI publishes, which its client is made of.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import openai.types.chat.completion_create_params as published
from openai.types.chat import ChatCompletion
from pydantic import TypeAdapter

_REQUEST = TypeAdapter(published.CompletionCreateParamsNonStreaming)
_KNOWN = (
    published.CompletionCreateParamsBase.__annotations__
    | published.CompletionCreateParamsNonStreaming.__annotations__
)

#: Takes the facts that were sent, returns the answer: a JSON value, or text as it is.
Write = Callable[[dict[str, Any]], Any]


@dataclass
class ChatServer:
    """What it answers, and what it was asked."""

    write: Write
    url: str = ""
    statuses: list[int] = field(default_factory=list)  # before it answers
    refuses: set[str] = field(default_factory=set)  # kinds of response_format
    raw: bytes | None = None
    finish: str = "stop"
    refusal: str | None = None
    drip: float = 0.0  # seconds between the bytes of an answer
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    busy: int = 0
    busiest: int = 0

    def completion(self, body: dict[str, Any]) -> bytes:
        """Return an answer, checked against the published type."""
        facts = json.loads(body["messages"][1]["content"])["facts"]
        said = self.write(facts)
        text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
        answer = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_796_000_000,
            "model": body["model"],
            "choices": [
                {
                    "index": 0,
                    "finish_reason": self.finish,
                    "logprobs": None,
                    "message": {
                        "role": "assistant",
                        "content": None if self.refusal else text,
                        "refusal": self.refusal,
                    },
                }
            ],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }
        ChatCompletion.model_validate(answer, strict=True)
        return json.dumps(answer).encode()

    def judge(self, body: dict[str, Any]) -> tuple[int, bytes]:
        """Return the status and the body of the answer to a request."""
        _REQUEST.validate_python(body)
        strange = body.keys() - _KNOWN.keys()
        if self.statuses:
            return self.statuses.pop(0), _error("busy")
        kind = body.get("response_format", {}).get("type", "none")
        if strange or kind in self.refuses:
            return 400, _error(f"unknown: {strange or 'response_format'}")
        return 200, self.completion(body) if self.raw is None else self.raw


def _error(message: str) -> bytes:
    told = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
    return json.dumps({"error": told}).encode()


@contextmanager
def chat_server(write: Write) -> Iterator[ChatServer]:
    """Run a server that writes so."""
    server, lock = ChatServer(write), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                server.asked.append(body)
                server.keys.append(self.headers.get("Authorization", ""))
                server.busy += 1
                server.busiest = max(server.busiest, server.busy)
            try:
                found = self.path == "/v1/chat/completions"
                status, data = server.judge(body) if found else (404, _error("no such page"))
            finally:
                with lock:
                    server.busy -= 1
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            with suppress(OSError):  # the client has left
                if not server.drip:
                    self.wfile.write(data)
                for byte in data if server.drip else b"":
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    threading.Event().wait(server.drip)

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
