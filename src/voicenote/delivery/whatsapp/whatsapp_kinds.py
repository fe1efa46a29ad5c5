"""What a WhatsApp message says, whatever its kind: words, or a label in brackets. Pure.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference.
A kind that isn't known here is a person's too: only `SERVICE` are a machine's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from voicenote.counting import count_of
from voicenote.delivery.chat_text import ChatText, find_texts, first_said
from voicenote.delivery.json_values import as_object, as_objects, as_text
from voicenote.model.attachment import FileKind, OfferedFile

#: The kinds that WhatsApp writes itself: a changed number or id, and an opened chat.
SERVICE = ("system", "request_welcome")
#: The label of a kind without words. Of any other kind, its own name is shown.
LABELS = {
    "audio": "a sound", "image": "a picture", "video": "a film", "document": "a file",
    "sticker": "a sticker", "location": "a place", "contacts": "a contact", "order": "an order",
    "button": "a button", "interactive": "a choice", "reaction": "a reaction",
    "revoke": "a message taken back", "edit": "a message changed",
    "unsupported": "a message that WhatsApp can't show here",
}  # fmt: skip
#: The kinds whose content is a file.
FILES = {
    "audio": FileKind.SOUND, "image": FileKind.PICTURE, "video": FileKind.FILM,
    "document": FileKind.FILE,
}  # fmt: skip
#: The fields that hold what a person reads or wrote, wherever they stand.
_READABLE = (
    "body", "text", "caption", "title", "description", "emoji", "payload", "name",
    "formatted_name", "filename", "address", "response", "detail",
)  # fmt: skip
#: Those that say what was chosen or sent, the best first.
_SAYS = ("title", "emoji", "text", "body", "name", "formatted_name", "response", "filename")


def read_message(message: Mapping[str, Any]) -> ChatText | None:
    """Return what a message says; None when WhatsApp itself wrote it."""
    kind = message.get("type")
    kind = kind if isinstance(kind, str) and kind else "unknown"
    if kind in SERVICE:
        return None
    content = message.get(kind)
    found = find_texts(content, _READABLE)
    filled = _filled_in(content)
    texts = tuple(dict.fromkeys([*filled, *(text for each in found.values() for text in each)]))
    if kind == "text":
        return ChatText(texts[0] if texts else "[an empty message]", texts)
    if kind == "edit" and (again := read_message(as_object(as_object(content).get("message")))):
        words = f"[{LABELS[kind]}] {again.words}"
        return ChatText(words, (*again.texts, *texts), again.files)
    label, detail, caption = _label(kind, content), _detail(kind, message, content), ""
    if filled:
        label, detail = "a form", ", ".join(filled)
    if isinstance(content, dict) and isinstance(content.get("caption"), str):
        caption = content["caption"].strip()
    words = f"[{label}: {detail}] {caption}".replace(": ]", "]").strip()
    return ChatText(words, texts, _files(kind, as_object(content)))


def _filled_in(content: object) -> tuple[str, ...]:
    """Return what somebody wrote and chose in a form (a "flow"), which comes as JSON in a text."""
    told = as_text(as_object(as_object(content).get("nfm_reply")).get("response_json"))
    try:
        form = as_object(json.loads(told))
    except (ValueError, RecursionError):
        return ()
    fields = {name: value for name, value in form.items() if name != "flow_token"}
    return tuple(
        text
        for name, value in fields.items()
        for text in find_texts(value, (name,), name).get(name, ())
    )


def _files(kind: str, content: Mapping[str, Any]) -> tuple[OfferedFile, ...]:
    source = as_text(content.get("id"))
    if kind not in FILES or not (source.isascii() and source.isdigit()):
        return ()
    offered = OfferedFile(
        kind=FileKind.VOICE if content.get("voice") is True else FILES[kind],
        source=source,
        name=as_text(content.get("filename")),
        media_type=as_text(content.get("mime_type")),
    )
    return (offered,)


def _label(kind: str, content: object) -> str:
    if kind == "audio" and as_object(content).get("voice") is True:
        return "a voice message"
    if kind == "interactive" and as_object(content).get("type") == "button_reply":
        return LABELS["button"]
    return LABELS.get(kind, f"a message of the kind {kind[:40]}")


def _detail(kind: str, message: Mapping[str, Any], content: object) -> str:
    """Return what a message without plain words is about, in one line; "" when it doesn't say."""
    if kind == "reaction" and not as_object(content).get("emoji"):
        return "taken back"
    if kind == "order":
        count = len(as_objects(as_object(content).get("product_items")))
        text = as_object(content).get("text")
        words = text.strip() if isinstance(text, str) else ""
        return f"{count_of(count, 'thing')}{f', {words}' * bool(words)}"
    if kind in ("unsupported", "unknown"):
        content = message.get("errors")
    return first_said(find_texts(content, _SAYS), _SAYS)
