"""The bench of the webhook."""

from __future__ import annotations

import base64
from typing import Any

from tests.benches.bench import SECRET, Arrival, WebBench
from tests.fakes.web import Reply, Request
from voicenote.delivery.webhook import Webhook, signature


class WebhookBench(WebBench):
    """A webhook; its far end checks the signature of each document."""

    channel = Webhook
    secrets = ("secret",)
    reply = Reply(202)

    def set_up(self, url: str) -> dict[str, Any]:
        common = {"rendition": "mp3", "allow_reserved": True, "timeout": 20}
        return {"url": f"{url}/touches", "secret": SECRET, **common}

    def read(self, request: Request) -> Arrival:
        told, made = request.json, request.headers
        right = signature(SECRET, made["x-voicenote-timestamp"], request.body)
        assert made["x-voicenote-signature"] == f"sha256={right}"
        assert made["idempotency-key"] == told["key"]
        sound = told["sound"]
        return Arrival(
            key=told["key"],
            to=told["to"],
            words=told["text"],
            sound=base64.b64decode(sound["base64"]) if sound else None,
            name=told["customer"],
        )


BENCH = WebhookBench
