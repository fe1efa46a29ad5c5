"""Requests to the WhatsApp Cloud API, and what its answers mean. Pure. Source: its documentation.

https://developers.facebook.com/docs/whatsapp/cloud-api, …/support/error-codes
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from voicenote.delivery.content import units
from voicenote.delivery.http_client import Response
from voicenote.delivery.http_status import retry_after
from voicenote.delivery.json_values import as_object, as_objects, parse_object
from voicenote.delivery.server_text import plain
from voicenote.delivery.tokens import fill_template
from voicenote.errors import OutsideWindow, Postponed, Refused, Unknown
from voicenote.model.address import is_account_id
from voicenote.model.receipt import Parcel

#: Most bytes that are shown as a voice message; a larger sound is a file to download.
LARGEST = 512 * 1024
MARGIN = timedelta(minutes=5)  # the window counts as closed this long before its end
TEXT = 4096  # UTF-16 units of a message without sound
WINDOW = 131047  # the error outside of the 24 hours after the customer's last message

PERSON = "wait for a status by the webhook, or look into the chat; then say mark-sent or resend"
CORRECT = "correct it, or choose another channel; then resend"
_EXPIRED = "check token: it has expired, or may not send from this number"
_SLOWLY = "WhatsApp asks to go slower; a later run will try again"
_LOCKED = "Meta has restricted the account: look into the WhatsApp Manager"
_TEMPLATE = "check template and template_language: look into the WhatsApp Manager"
_LATER = "WhatsApp has trouble of its own; a later run will try again"

#: error code → advice, for errors that every message would get, or that pass
_OURS: Mapping[int, str] = {
    **dict.fromkeys((0, 3, 10, 190, *range(200, 300)), _EXPIRED),
    **dict.fromkeys((4, 80007, 130429, 131048, 131056), _SLOWLY),
    **dict.fromkeys((368, 131031, 131042), _LOCKED),
    **dict.fromkeys((132000, 132001, 132005, 132007, 132012, 132015, 132016), _TEMPLATE),
    **dict.fromkeys((2, 131000, 131016), _LATER),
}
#: HTTP status → advice, where there is no known code
_STATUSES: Mapping[int, str] = {
    300: "check url: the server redirects elsewhere, which isn't followed",
    401: _EXPIRED,
    429: _SLOWLY,
}
#: error code → advice, for errors about this customer or this message
_CURES: Mapping[int, str] = {
    WINDOW: "the customer has not written for 24 hours: set template and listen_url",
    131026: "this number cannot be reached on WhatsApp: choose another channel",
    131030: "a test number writes only to those on its list: add the customer's",
    130472: "Meta holds this customer's messages back: choose another channel",
    131050: "the customer wants no such messages: choose another channel",
    131053: "WhatsApp could not read the sound: render the case again",
}


def open_window(heard_at: datetime | None, now: datetime) -> bool:
    """Return whether free text may be sent: the customer wrote within 24 hours, less a margin.

    `heard_at` is None if they are not known to have written.
    """
    return heard_at is not None and now - heard_at < timedelta(hours=24) - MARGIN


def recipient_of(parcel: Parcel) -> dict[str, str]:
    """Return the field that says who gets a message, or raise Refused.

    An id goes into a field of its own: in that of the number it would be dropped, and not refused.
    """
    if is_account_id(parcel.to):
        return {"recipient": parcel.to}
    if not re.fullmatch(r"\+[1-9]\d{6,14}", parcel.to):
        raise Refused(
            f"{plain(parcel.to)!r} isn't a WhatsApp number",
            "write it with its country, such as +37255512345",
        )
    return {"to": parcel.to[1:]}


def message(parcel: Parcel, media: str) -> bytes:
    """Return the body of a voice message, or of a text message if `media` is ""."""
    if media:
        return _body(parcel, "audio", {"id": media, "voice": True})
    words = parcel.text.strip()
    if not 0 < units(words) <= TEXT:
        raise Refused(
            f"a message has 1 to {TEXT} letters, and this one {units(words)}",
            "write less, or send it with its sound",
        )
    return _body(parcel, "text", {"body": words, "preview_url": False})


def template_message(parcel: Parcel, name: str, language: str, listen_url: str) -> bytes:
    """Return the body of a template, filled with the customer's name and the listen link.

    With `language` "", the template is in the language of the case.
    """
    values = (parcel.customer, fill_template(listen_url, parcel.key))
    parameters = [{"type": "text", "text": value} for value in values]
    content = {
        "name": name,
        "language": {"code": language or parcel.language.replace("-", "_")},
        "components": [{"type": "body", "parameters": parameters}],
    }
    return _body(parcel, "template", content)


def read_answer(said: Response, secret: str, now: datetime) -> tuple[str, str]:
    """Return the id in an answer, and whom it reached; or raise Postponed, Refused or Unknown.

    It is the id of a message or of an uploaded sound; whom: as in `KNOWN_AS`. `secret` is removed
    from every error text.
    """
    told = parse_object(said.body)
    if 200 <= said.status < 300:
        found = next(iter(as_objects(told.get("messages"))), told).get("id")
        contact = next(iter(as_objects(told.get("contacts"))), {})
        if isinstance(found, str) and found:
            return found, " ".join(addresses_of(contact))
        raise Unknown("WhatsApp accepted the message, but gave no number for it", PERSON)
    raise refusal_in(said, secret, now)


def advice_for(code: int) -> str:
    """Return advice for an error code of the Cloud API."""
    return _OURS.get(code) or _CURES.get(code) or CORRECT


def refusal_in(said: Response, secret: str, now: datetime) -> Postponed | Refused | Unknown:
    """Return the error that an answer means; `secret` is removed from its text."""
    error = as_object(parse_object(said.body).get("error"))
    wait = retry_after(said.headers.get("retry-after", ""), now)
    number = error.get("code")
    code = number if isinstance(number, int) else -1
    why = plain(str(error.get("message", "")), secret) or "no reason given"
    what = f"WhatsApp answered {said.status}: {why}"
    if code == WINDOW:
        return OutsideWindow(what, _CURES[code])
    ours = _OURS.get(code) or _STATUSES.get(300 if 300 <= said.status < 400 else said.status)
    if ours and code not in _CURES:
        return Postponed(what, ours, wait)
    if code in _CURES or 400 <= said.status < 500:
        return Refused(what, _CURES.get(code, CORRECT))
    return Unknown(what, PERSON)


def addresses_of(contact: Mapping[str, Any]) -> list[str]:
    """Return the addresses of a contact, as WhatsApp writes them: the number, then the ids."""
    names = ("wa_id", "user_id", "parent_user_id")
    return [found for name in names if (found := address_in(contact.get(name)))]


def address_in(value: object) -> str:
    """Return a number with its +, or an account's id; "" for anything else."""
    if not isinstance(value, str):
        return ""
    digits = value.removeprefix("+")
    if digits.isascii() and digits.isdigit():
        return f"+{digits}"
    return value if is_account_id(value) else ""


def _body(parcel: Parcel, kind: str, content: Mapping[str, object]) -> bytes:
    order = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **recipient_of(parcel),
        "type": kind,
        kind: content,
        "biz_opaque_callback_data": parcel.key,
    }
    return json.dumps(order, ensure_ascii=False).encode()
