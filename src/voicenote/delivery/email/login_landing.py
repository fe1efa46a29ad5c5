"""The page of this machine at which a browser ends after a log-in."""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

_DONE = b"You are logged in. You can close this page and go back to the terminal.\n"
_STOPPED = b"The log-in was stopped. You can close this page and go back to the terminal.\n"
_STRANGE = b"This isn't the page that voicenote is waiting for.\n"


class Landing(HTTPServer):
    """The page of this machine that the browser is sent to. Only the right `state` counts."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.state, self.answer = "", ""

    def wait(self, seconds: float) -> str:
        """Return the address that the browser came with; "" when none came in time."""
        until = time.monotonic() + seconds
        while not self.answer and (left := until - time.monotonic()) > 0:
            self.timeout = left
            self.handle_request()
        return self.answer

    def close(self) -> None:
        """Listen no more."""
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Takes the browser's one request; any other, such as for an icon, changes nothing."""

    server: Landing
    timeout = 5.0  # for a connection that stays silent

    def do_GET(self) -> None:
        """Answer a request, and keep its address if it is the one that is waited for."""
        told = parse_qs(urlsplit(self.path).query)
        right = told.get("state") == [self.server.state] and not {"code", "error"}.isdisjoint(told)
        if right:
            self.server.answer = f"http://127.0.0.1:{self.server.server_port}{self.path}"
        self.send_response(200 if right else 404)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(_STRANGE if not right else _STOPPED if "error" in told else _DONE)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Write nothing: the address has the code in it."""
