"""A server on loopback that answers as ``/v1/audio/speech`` does: a hum as long as the text."""

from __future__ import annotations

import io
import json
import threading
import wave
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np


@dataclass
class Server:
    url: str = ""
    status: int = 200
    answer: bytes | None = None
    pieces: Iterable[bytes] | None = None  # sent one by one, without a length
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


def hum(text: str, speed: float = 1.0) -> bytes:
    digits = sum(text.encode()) % 200
    moment = np.arange(round(max(0.3, len(text) / 15 / speed) * 24_000)) / 24_000
    pcm = (np.sin(2 * np.pi * (100 + digits) * moment) * 9000).astype("<i2").tobytes()
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 24_000, 0, "NONE", ""))
        file.writeframes(pcm)
    return out.getvalue()


@contextmanager
def speech_server() -> Iterator[Server]:
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.asked.append({**body, "path": self.path})
            server.keys.append(self.headers.get("Authorization", ""))
            if server.pieces is not None:
                self.send_response(server.status)
                self.end_headers()
                with suppress(OSError):  # the client has left
                    for piece in server.pieces:
                        self.wfile.write(piece)
                return
            data = hum(body["input"], body["speed"]) if server.answer is None else server.answer
            self.send_response(server.status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
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
