"""Parse WhatsApp's webhook: how far a message got, and what customers answer. Pure.

A status may lack `contacts`, `delivered` may be missing when `read` comes, and any of them may come
twice or late. An unexpected shape is skipped, and never an error.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from voicenote.delivery.inbound import Arrival, Inbound
from voicenote.delivery.json_values import as_object, as_objects, parse_object, read_timestamp
from voicenote.delivery.opt_out_phrases import add_answer
from voicenote.delivery.server_text import plain
from voicenote.delivery.whatsapp.cloud_payload import advice_for
from voicenote.model.receipt import UNDELIVERED, Receipt, ReceiptKind

#: Status → receipt. `read` means that it was on the screen, not that anyone listened.
_STATUSES = {
    "sent": ReceiptKind.ACCEPTED,
    "delivered": ReceiptKind.DELIVERED,
    "read": ReceiptKind.DELIVERED,
    "played": ReceiptKind.HEARD,
    "failed": ReceiptKind.BOUNCED,
}


#: Kind of message without words → the label shown for it: it counts as an answer too.
WORDLESS = {
    "audio": "[a voice message]", "image": "[a picture]", "video": "[a film]",
    "document": "[a file]", "sticker": "[a sticker]", "location": "[a place]",
    "contacts": "[a contact]",
}  # fmt: skip


def genuine(app_secret: str, raw: bytes, header: str) -> bool:
    """Return whether Meta signed `raw`; `header` is ``X-Hub-Signature-256``."""
    right = hmac.new(app_secret.encode(), raw, hashlib.sha256).hexdigest()
    return hmac.compare_digest(
        f"sha256={right}".encode(), header.strip().encode("utf-8", "replace")
    )


def read_webhook(raw: bytes, now: datetime) -> tuple[Inbound, ...]:
    """Parse one call of the webhook, already verified; `now` (UTC) is used for a missing date."""
    found: list[Inbound] = []
    for value in _values(parse_object(raw)):
        names = {
            str(contact.get("wa_id")): str(as_object(contact.get("profile")).get("name", ""))
            for contact in as_objects(value.get("contacts"))
        }
        for status in as_objects(value.get("statuses")):
            found.extend(_status(status, now))
        for message in as_objects(value.get("messages")):
            found.extend(_message(message, names, now))
    return tuple(found)


def arrivals_of(raw: bytes, now: datetime) -> Iterator[Arrival]:
    """Yield the arrivals of one call of the webhook, already verified."""
    for place, inbound in enumerate(read_webhook(raw, now)):
        at = inbound.receipt.at if inbound.receipt else now
        own = f"{hashlib.sha256(raw).hexdigest()} {place}"
        yield Arrival(
            mark=inbound.mark or own,
            at=min(at, now),
            inbound=inbound,
            sender=inbound.sender,
            address=inbound.address,
        )


def _values(told: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for entry in as_objects(told.get("entry")):
        for change in as_objects(entry.get("changes")):
            yield as_object(change.get("value"))


def _status(status: Mapping[str, Any], now: datetime) -> Iterator[Inbound]:
    word = str(status.get("status", ""))
    kind = _STATUSES.get(word)
    if kind is None:
        return
    detail = {"status": word}
    if kind is ReceiptKind.BOUNCED:
        error = next(iter(as_objects(status.get("errors"))), {})
        code = error.get("code")
        detail["code"] = str(code)
        detail["reason"] = plain(str(error.get("title") or error.get("message") or ""))
        detail["advice"] = advice_for(code if isinstance(code, int) else -1)
        detail[UNDELIVERED] = _number(status.get("recipient_id"))
    key, number = status.get("biz_opaque_callback_data"), status.get("id")
    yield Inbound(
        sender=_number(status.get("recipient_id")),
        subject="",
        keys=(key,) if isinstance(key, str) and key else (),
        message_ids=(number,) if isinstance(number, str) else (),
        mark=f"{number} {word}" if isinstance(number, str) else "",
        address=_number(status.get("recipient_id")),
        receipt=Receipt(
            kind=kind,
            at=read_timestamp(status.get("timestamp"), now),
            provider_id=number if isinstance(number, str) else "",
            detail=detail,
        ),
    )


def _message(
    message: Mapping[str, Any], names: Mapping[str, str], now: datetime
) -> Iterator[Inbound]:
    words = _words(message)
    if not words:
        return
    at, number = read_timestamp(message.get("timestamp"), now), _number(message.get("from"))
    mark = message.get("id")
    context = as_object(message.get("context")).get("id")
    name = names.get(str(message.get("from")), "")
    inbound = Inbound(
        sender=f"{name} {number}".strip(),
        subject="",
        message_ids=(context,) if isinstance(context, str) else (),
        mark=mark if isinstance(mark, str) else "",
        address=number,
    )
    yield add_answer(inbound, words, at, "whatsapp")


def _words(message: Mapping[str, Any]) -> str:
    """Return the words of a message or button; one without words gets a label."""
    kind = str(message.get("type", ""))
    content = as_object(message.get(kind))
    text = content.get("body") or content.get("text") or content.get("caption")
    if isinstance(text, str) and text.strip():
        return text.strip()
    return WORDLESS.get(kind, "")


def _number(digits: object) -> str:
    return f"+{digits}" if isinstance(digits, str) and digits.isdigit() else ""
