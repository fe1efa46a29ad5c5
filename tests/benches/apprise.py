"""The bench of Apprise."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import unquote

from hypothesis import strategies as st

from tests.benches.bench import SECRET, Arrival, WebBench
from tests.fakes.web import Request
from voicenote.delivery.apprise import Apprise


class AppriseBench(WebBench):
    """Apprise; its far end is what its service `json` posts to, with the key in the path."""

    channel = Apprise
    addresses = st.sampled_from(["mari@tamm.example", "m+1@x.ee"])
    secrets = ("url",)
    server_kills = 0
    tells_how_far = False

    def set_up(self, url: str) -> dict[str, Any]:
        server = url.removeprefix("http://")
        url = f"json://ada:{SECRET}@{server}/{{key}}/{{to}}?rto=20"
        return {"url": url, "allow_reserved": True}

    def read(self, request: Request) -> Arrival:
        key, to = unquote(request.path).strip("/").split("/")
        told = request.json
        sounds = [base64.b64decode(each["base64"]) for each in told["attachments"]]
        sound = sounds[0] if sounds else None
        return Arrival(key=key, to=to, words=told["message"], sound=sound)


BENCH = AppriseBench
