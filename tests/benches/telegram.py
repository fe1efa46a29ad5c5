"""The bench of Telegram."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.benches.bench import CUSTOMER, SECRET, Arrival, WebBench
from tests.fakes.telegram_api import TelegramApi
from tests.fakes.web import Reply, Request
from voicenote.delivery.telegram.bot import Telegram
from voicenote.delivery.telegram.bot_payload import verdict_in


class Everybody(dict[str, str]):
    """All chats have been started."""

    def get(self, chat: str, other: object = None) -> str:
        return "started"


class TelegramBench(WebBench):
    """Telegram; its far end is a Bot API that refuses what the documentation does not allow.

    The key comes out of the buttons.
    """

    channel = Telegram
    to = CUSTOMER.address("telegram")
    rendition = "ogg"
    addresses = st.integers(min_value=1, max_value=2**52).map(str)

    secrets = ("token",)

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.api = TelegramApi(f"4711:{SECRET}", chats=Everybody())
        super().__init__(folder, port)

    def set_up(self, url: str) -> dict[str, Any]:
        return {"token": f"4711:{SECRET}", "url": url, "timeout": 20}

    def offer(self, raw: bytes) -> str:
        """Let a customer send a file; return its source."""
        self.api.files["77"] = raw
        return "77"

    def answer(self, request: Request) -> Reply:
        return self.api.answer(request)

    def arrived(self) -> list[Arrival]:
        return [self.seen(fields) for _, fields in list(self.api.sent)]

    def seen(self, fields: dict[str, Any]) -> Arrival:
        button = json.loads(fields["reply_markup"])["inline_keyboard"][0][0]
        found = verdict_in(button["callback_data"])
        assert found
        voice = fields.get("voice")
        words = fields.get("caption") or fields.get("text") or ""
        return Arrival(
            key=found[1], to=fields["chat_id"], words=words, sound=voice[2] if voice else None
        )


BENCH = TelegramBench
