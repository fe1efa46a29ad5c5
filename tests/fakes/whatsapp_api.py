"""A Cloud API on loopback that refuses what the published documentation does not allow.

The tables are made by hand after https://developers.facebook.com/docs/whatsapp/cloud-api: only
uploads, the three kinds of messages that voicenote sends, and the files that customers send.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.web import Reply, Request

#: kind of message → its fields; those of all messages
CONTENTS = {
    "audio": {"id", "link", "voice"},
    "text": {"body", "preview_url"},
    "template": {"name", "language", "components"},
}
MESSAGE = {
    "messaging_product", "recipient_type", "to", "recipient", "type", "context",
    "biz_opaque_callback_data",
}  # fmt: skip
#: The id of an account. In `to` it is dropped in silence.
_ID = r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}"


class No(Exception):
    """What the API answers in place of a result."""

    def __init__(self, status: int, code: int, text: str) -> None:
        super().__init__(text)
        error = {
            "message": f"(#{code}) {text}",
            "type": "OAuthException",
            "code": code,
            "error_data": {"messaging_product": "whatsapp", "details": text},
            "fbtrace_id": "A1",
        }
        self.reply = Reply(status, {"error": error})


@dataclass
class WhatsAppApi:
    """One number. `silent` are customers who have not written for 24 hours.

    `ids` maps a number, as WhatsApp knows it, to the id of its account. `wa_ids` maps a number to
    that of the day when its account was made, where this is another one. `dropped` are messages
    that it said yes to, and that nobody gets.

    `files` maps the id of a file that a customer has sent to its media type and bytes. `links` are
    those that it has given, by their hash; take one out, and its five minutes are over. `host` is
    the server of the links.
    """

    token: str
    phone: str
    silent: set[str] = field(default_factory=set)
    media: dict[str, bytes] = field(default_factory=dict)
    sent: list[dict[str, Any]] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    wa_ids: dict[str, str] = field(default_factory=dict)
    dropped: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    host: str = ""

    def answer(self, request: Request) -> Reply:
        found = re.fullmatch(r"/v[\d.]+/(\d+)/(media|messages)", request.path)
        wanted = re.fullmatch(r"/v[\d.]+/(\d+)", request.path)
        about = re.fullmatch(r"/v[\d.]+/(\d+)\?fields=display_phone_number", request.path)
        try:
            if request.headers.get("authorization") != f"Bearer {self.token}":
                raise No(401, 190, "Error validating access token")  # noqa: TRY301
            if request.method == "GET" and about:
                return Reply(200, self._number(about[1]))
            if request.method == "GET" and wanted:
                return Reply(200, self._link(wanted[1], request.headers["host"]))
            if request.method == "GET":
                return self._download(request.path)
            if not found or found[1] != self.phone or request.method != "POST":
                raise No(400, 100, "Unsupported post request")  # noqa: TRY301
            todo = self._upload if found[2] == "media" else self._message
            return Reply(200, todo(request))
        except No as no:
            return no.reply

    def _number(self, phone: str) -> dict[str, Any]:
        if phone != self.phone:
            why = f"Unsupported get request. Object with ID '{phone}' does not exist"
            raise No(400, 100, why)
        return {"display_phone_number": "+372 5551 2345", "id": phone}

    def _link(self, number: str, host: str) -> dict[str, Any]:
        """Where a file is. The size is a number, or a text in older versions."""
        if number not in self.files:
            why = f"Unsupported get request. Object with ID '{number}' does not exist"
            raise No(400, 100, why)
        kind, raw = self.files[number]
        digest = hashlib.sha256(raw).hexdigest()
        self.links[digest[:8]] = number
        place = f"{self.host or f'http://{host}'}/whatsapp_business/attachments/"
        return {
            "messaging_product": "whatsapp",
            "url": f"{place}?mid={number}&ext=1772443864&hash={digest[:8]}",
            "mime_type": kind,
            "sha256": digest,
            "file_size": len(raw),
            "id": number,
        }

    def _download(self, path: str) -> Reply:
        number = self.links.get(path.rpartition("hash=")[2])
        if not path.startswith("/whatsapp_business/attachments/?mid=") or number is None:
            return Reply(404, b"<html>URL signature expired</html>", {"Content-Type": "text/html"})
        kind, raw = self.files[number]
        return Reply(200, raw, {"Content-Type": kind})

    def _upload(self, request: Request) -> dict[str, Any]:
        fields = request.fields
        if set(fields) - {"messaging_product", "file", "type"}:
            raise No(400, 100, "unknown parameter")
        name, kind, raw = fields["file"]
        if fields["messaging_product"] != "whatsapp" or kind != "audio/ogg" or not name:
            raise No(400, 100, "Invalid parameter")
        if not raw.startswith(b"OggS") or len(raw) > 16 * 2**20:
            raise No(400, 131053, "Media upload error")
        number = str(1000 + len(self.media))
        self.media[number] = raw
        return {"id": number}

    def _message(self, request: Request) -> dict[str, Any]:
        told = request.json
        kind = told.get("type", "text")
        content = told.get(kind)
        if set(told) - MESSAGE - {kind} or kind not in CONTENTS:
            raise No(400, 100, f"unknown parameter in {sorted(told)}")
        if told["messaging_product"] != "whatsapp" or set(content) - CONTENTS[kind]:
            raise No(400, 100, "Invalid parameter")
        to = self._recipient(told)
        if len(told.get("biz_opaque_callback_data", "")) > 512:
            raise No(400, 100, "biz_opaque_callback_data is too long")
        getattr(self, f"_{kind}")(content)
        if to in self.silent and kind != "template":
            raise No(400, 131047, "Re-engagement message")
        known = re.fullmatch(_ID, told.get("to") or "") is None
        (self.sent if known else self.dropped).append(told)
        contact = {"input": told.get("to") or told["recipient"]}
        if to.isdigit():
            to = contact["wa_id"] = self.wa_ids.get(to, to)
        user_id = self.ids.get(to, "") if to.isdigit() else to
        return {
            "messaging_product": "whatsapp",
            "contacts": [contact | ({"user_id": user_id} if user_id else {})],
            "messages": [{"id": f"wamid.{len(self.sent) + 1000 * len(self.dropped)}"}],
        }

    def _recipient(self, told: dict[str, Any]) -> str:
        """Whom a message goes to. With both fields the number counts, as Meta documents it."""
        to, recipient = told.get("to"), told.get("recipient")
        if to is not None and re.fullmatch(rf"\+?\d{{7,15}}|{_ID}", to):
            return str(to).lstrip("+")
        if to is None and recipient is not None and re.fullmatch(_ID, recipient):
            return str(recipient)
        raise No(400, 131009, "Parameter value is not valid")

    def _audio(self, content: dict[str, Any]) -> None:
        if content["id"] not in self.media:
            raise No(400, 131009, "the media id is unknown")
        if content.get("voice", False) not in (True, False):
            raise No(400, 100, "voice is yes or no")

    def _text(self, content: dict[str, Any]) -> None:
        if not 0 < len(content["body"]) <= 4096:
            raise No(400, 100, "body is too long or empty")

    def _template(self, content: dict[str, Any]) -> None:
        if not re.fullmatch(r"[a-z]{2,3}(_[A-Z]{2})?", content["language"]["code"]):
            raise No(404, 132001, "Template name does not exist in the translation")
        for component in content["components"]:
            for parameter in component["parameters"]:
                if parameter["type"] != "text" or re.search(r"[\n\t]|    ", parameter["text"]):
                    raise No(400, 132012, "a template carries text alone")


def called(value: dict[str, Any]) -> bytes:
    """One call of the webhook."""
    shared = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "37250000000", "phone_number_id": "106540352242922"},
    }
    change = {"field": "messages", "value": shared | value}
    told = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
    return json.dumps(told).encode()
