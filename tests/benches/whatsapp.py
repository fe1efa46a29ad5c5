"""The bench of WhatsApp."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.benches.bench import CUSTOMER, SECRET, Arrival, WebBench
from tests.fakes.web import Reply, Request
from tests.fakes.whatsapp_api import WhatsAppApi
from voicenote.delivery.whatsapp.cloud import WhatsApp

PHONE = "106540352242922"


class WhatsAppBench(WebBench):
    """WhatsApp; its far end is a Cloud API that refuses what the documentation does not allow."""

    channel = WhatsApp
    to = CUSTOMER.address("whatsapp")
    rendition = "ogg"
    takes = 512 * 1024
    addresses = st.from_regex(r"\+[1-9][0-9]{6,14}|[A-Z]{2}\.[0-9]{4,30}", fullmatch=True)

    secrets = ("token", "app_secret")
    #: A server that is killed forgets the sounds that were uploaded to it.
    server_kills = 0

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.api = WhatsAppApi(SECRET, PHONE)
        super().__init__(folder, port)

    def set_up(self, url: str) -> dict[str, Any]:
        template = {"template": "hello", "listen_url": "https://saar.ee/{token}"}
        settings = {"token": SECRET, "app_secret": SECRET, "phone_id": PHONE, "timeout": 20}
        return {**settings, **template, "url": url}

    def offer(self, raw: bytes) -> str:
        """Let a customer send a file; return its source."""
        self.api.files["77"] = ("audio/ogg", raw)
        return "77"

    def answer(self, request: Request) -> Reply:
        return self.api.answer(request)

    def arrived(self) -> list[Arrival]:
        return [
            Arrival(
                key=told["biz_opaque_callback_data"],
                to=f"+{told['to']}" if "to" in told else told["recipient"],
                words=told["text"]["body"] if "text" in told else None,
                sound=self.api.media[told["audio"]["id"]] if "audio" in told else None,
            )
            for told in list(self.api.sent)
        ]


BENCH = WhatsAppBench
