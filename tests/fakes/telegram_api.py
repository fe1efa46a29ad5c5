"""A Bot API on loopback that refuses what the published documentation does not allow.

The tables are made by hand after https://core.telegram.org/bots/api (Bot API 9 and 10): only the
methods that voicenote calls. A test holds them against the signatures of python-telegram-bot.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.fakes.web import Reply, Request

_SEND = {
    "business_connection_id": "text", "chat_id": "chat", "message_thread_id": "number",
    "direct_messages_topic_id": "number", "disable_notification": "yes", "protect_content": "yes",
    "allow_paid_broadcast": "yes", "message_effect_id": "text",
    "suggested_post_parameters": "object", "reply_parameters": "object", "reply_markup": "markup",
    "parse_mode": "text",
}  # fmt: skip
_CAPTION = {"caption": "caption", "caption_entities": "list", "duration": "number"}

#: method → its parameters and their types; a star marks those that are required
METHODS: dict[str, dict[str, str]] = {
    "getMe": {},
    "getUpdates": {
        "offset": "number", "limit": "number", "timeout": "number", "allowed_updates": "list",
    },
    "getFile": {"file_id": "text"},
    "sendMessage": {
        **_SEND, "text": "words", "entities": "list", "link_preview_options": "object",
    },
    "sendVoice": {**_SEND, **_CAPTION, "voice": "file"},
    "sendAudio": {
        **_SEND, **_CAPTION, "audio": "file", "performer": "text", "title": "text",
        "thumbnail": "file",
    },
    "answerCallbackQuery": {
        "callback_query_id": "text", "text": "text", "show_alert": "yes", "url": "text",
        "cache_time": "number",
    },
}  # fmt: skip
NEEDED = {
    "getFile": ("file_id",), "sendMessage": ("chat_id", "text"), "sendVoice": ("chat_id", "voice"),
    "sendAudio": ("chat_id", "audio"), "answerCallbackQuery": ("callback_query_id",),
}  # fmt: skip
_STARTS = {"sendVoice": (b"OggS", b"ID3", b"\xff\xfb"), "sendAudio": (b"ID3", b"\xff\xfb")}


class No(Exception):
    """What the API answers in place of a result."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.reply = Reply(
            code,
            {"ok": False, "error_code": code, "description": description}
            | ({"parameters": parameters} if parameters else {}),
        )


#: The most bytes of a file that a bot can get.
MOST = 20_000_000


@dataclass
class TelegramApi:
    """One bot. `chats` maps a chat to its state: started, blocked, gone, voiceless.

    `files` maps the id of a file that customers have sent to its bytes; `links` those that it has
    given to the file. Take one out, and it is past its hour.
    """

    token: str
    chats: dict[str, str] = field(default_factory=dict)
    updates: list[dict[str, Any]] = field(default_factory=list)
    flood: int = 0
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def answer(self, request: Request) -> Reply:
        if request.path.startswith("/file/"):
            return self._download(request)
        _, bot, method = request.path.split("/")
        if bot != f"bot{self.token}" or method not in METHODS:
            return No(401 if method in METHODS else 404, "Unauthorized").reply
        try:
            fields = checked(method, request.fields)
            result = getattr(self, f"_{method}", self._send)(method, fields)
        except No as no:
            return no.reply
        return Reply(200, {"ok": True, "result": result})

    def _getMe(self, _method: str, _fields: dict[str, Any]) -> Any:  # noqa: N802
        return {"id": 4711, "is_bot": True, "first_name": "Bakery", "username": "bakery_bot"}

    def _getFile(self, _method: str, fields: dict[str, Any]) -> Any:  # noqa: N802
        number = fields["file_id"]
        if number not in self.files:
            raise No(400, "Bad Request: invalid file_id")
        if len(self.files[number]) > MOST:
            raise No(400, "Bad Request: file is too big")
        path = f"voice/file_{list(self.files).index(number)}.oga"
        self.links[path] = number
        told = {"file_id": number, "file_unique_id": f"u{number}", "file_path": path}
        return told | {"file_size": len(self.files[number])}

    def _download(self, request: Request) -> Reply:
        found = unquote(request.path).removeprefix(f"/file/bot{self.token}/")
        if request.method != "GET" or found not in self.links:
            return No(404, "Not Found").reply
        raw = self.files[self.links[found]]
        return Reply(200, raw, {"Content-Type": "application/octet-stream"})

    def _getUpdates(self, _method: str, fields: dict[str, Any]) -> Any:  # noqa: N802
        offset = int(fields.get("offset", 0))
        self.updates = [each for each in self.updates if each["update_id"] >= offset]
        return self.updates[: int(fields.get("limit", 100))]

    def _answerCallbackQuery(self, _method: str, fields: dict[str, Any]) -> Any:  # noqa: N802
        self.answered.append(fields["callback_query_id"])
        return True

    def _send(self, method: str, fields: dict[str, Any]) -> Any:
        chat = str(fields["chat_id"])
        state = self.chats.get(chat, "")
        if self.flood:
            raise No(429, f"Too Many Requests: retry after {self.flood}", retry_after=self.flood)
        if state == "blocked":
            raise No(403, "Forbidden: bot was blocked by the user")
        if state == "gone":
            raise No(403, "Forbidden: user is deactivated")
        if state == "voiceless" and method == "sendVoice":
            raise No(400, "Bad Request: VOICE_MESSAGES_FORBIDDEN")
        if state not in ("started", "voiceless"):
            raise No(400, "Bad Request: chat not found")
        self.sent.append((method, fields))
        message = {
            "message_id": len(self.sent),
            "date": 1772443864,
            "chat": {"id": int(chat), "type": "private", "first_name": "Mari"},
        }
        file = {"file_id": "f", "file_unique_id": "u", "duration": int(fields.get("duration", 0))}
        kind = {"sendVoice": "voice", "sendAudio": "audio"}.get(method)
        return message | ({kind: file} if kind else {"text": fields["text"]})


def checked(method: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a request, or raise No for what the documentation does not allow."""
    known = METHODS[method]
    for name in NEEDED.get(method, ()):
        if fields.get(name) in (None, ""):
            raise No(400, f"Bad Request: {name} is missing")
    for name, value in fields.items():
        if name not in known:
            raise No(400, f"Bad Request: unknown parameter {name}")
        if not _fits(known[name], value, method):
            raise No(400, f"Bad Request: wrong {name}")
    return fields


def _fits(kind: str, value: Any, method: str) -> bool:
    if kind == "file":
        return isinstance(value, tuple) and value[2].startswith(_STARTS[method])
    if kind in ("object", "list", "markup"):
        value = json.loads(value) if isinstance(value, str) else value
        return _keyboard(value) if kind == "markup" else isinstance(value, dict | list)
    text = str(value)
    if kind in ("caption", "words"):
        length = len(text.encode("utf-16-le")) // 2
        return length <= 1024 if kind == "caption" else 0 < length <= 4096
    if kind == "number":
        return text.lstrip("-").isdigit()
    if kind == "chat":
        return text.lstrip("-").isdigit() or text.startswith("@")
    return isinstance(value, str | bool)


def _keyboard(value: Any) -> bool:
    rows = value.get("inline_keyboard")
    return set(value) == {"inline_keyboard"} and all(
        set(button) <= {"text", "callback_data", "url"}
        and button["text"]
        and 1 <= len(button["callback_data"].encode()) <= 64
        for row in rows
        for button in row
    )
