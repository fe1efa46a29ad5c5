"""Parse WhatsApp's webhook: how far a message got, and what customers answer. Pure.

A status may lack `contacts`, `delivered` may be missing when `read` comes, and any of them may come
twice or late. An unexpected shape is skipped, and never an error.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from voicenote.delivery.inbound import Arrival, Inbound
from voicenote.delivery.json_values import as_object, as_objects, parse_object, read_timestamp
from voicenote.delivery.opt_out_phrases import add_answer
from voicenote.delivery.server_text import plain
from voicenote.delivery.whatsapp.cloud_payload import address_in, addresses_of, advice_for
from voicenote.delivery.whatsapp.whatsapp_kinds import read_message
from voicenote.model.address import mark as to_mark
from voicenote.model.receipt import UNDELIVERED, Receipt, ReceiptKind

#: Status → receipt. `read` means that it was on the screen, not that anyone listened.
_STATUSES = {
    "sent": ReceiptKind.ACCEPTED,
    "delivered": ReceiptKind.DELIVERED,
    "read": ReceiptKind.DELIVERED,
    "played": ReceiptKind.HEARD,
    "failed": ReceiptKind.BOUNCED,
}

#: The fields of a system message with the addresses that a customer had, and those that they have.
_BEFORE = ("customer", "previous_user_id", "previous_parent_user_id")
_AFTER = ("wa_id", "new_wa_id", "user_id", "parent_user_id")


class Contacts(NamedTuple):
    """The contacts of one call. `sole`: it is about one message, so a contact is its writer."""

    known: Sequence[Mapping[str, Any]]
    sole: bool


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
        told = [
            (read, one) for name, read in _READERS.items() for one in as_objects(value.get(name))
        ]
        contacts = Contacts(as_objects(value.get("contacts")), sole=len(told) == 1)
        for read, one in told:
            found.extend(read(one, contacts, now))
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


def _status(status: Mapping[str, Any], contacts: Contacts, now: datetime) -> Iterator[Inbound]:
    word = str(status.get("status", ""))
    kind = _STATUSES.get(word)
    if kind is None:
        return
    detail = {"status": word}
    address, *aliases = _addresses(status, "recipient_", contacts) or [""]
    if kind is ReceiptKind.BOUNCED:
        error = next(iter(as_objects(status.get("errors"))), {})
        code = error.get("code")
        detail["code"] = str(code)
        detail["reason"] = plain(str(error.get("title") or error.get("message") or ""))
        detail["advice"] = advice_for(code if isinstance(code, int) else -1)
        detail[UNDELIVERED] = address
    key, number = status.get("biz_opaque_callback_data"), status.get("id")
    yield Inbound(
        sender=address,
        subject="",
        keys=(key,) if isinstance(key, str) and key else (),
        message_ids=(number,) if isinstance(number, str) else (),
        mark=f"{number} {word}" if isinstance(number, str) else "",
        address=address,
        aliases=tuple(aliases),
        receipt=Receipt(
            kind=kind,
            at=read_timestamp(status.get("timestamp"), now),
            provider_id=number if isinstance(number, str) else "",
            detail=detail,
        ),
    )


def _message(message: Mapping[str, Any], contacts: Contacts, now: datetime) -> Iterator[Inbound]:
    mark = message.get("id")
    context = as_object(message.get("context")).get("id")
    address, *aliases = _addresses(message, "from_", contacts) or [""]
    inbound = Inbound(
        sender=_name(address, aliases, contacts),
        subject="",
        message_ids=(context,) if isinstance(context, str) else (),
        mark=mark if isinstance(mark, str) else "",
        address=address,
        aliases=tuple(aliases),
    )
    said = read_message(message)
    at = read_timestamp(message.get("timestamp"), now)
    if said is None:
        yield _moved(inbound, as_object(message.get("system")))
    elif inbound.address or inbound.mark:
        inbound = replace(inbound, texts=said.texts, files=said.files)
        yield add_answer(inbound, said.words, at, "whatsapp")


def _moved(inbound: Inbound, system: Mapping[str, Any]) -> Inbound:
    """Return what WhatsApp itself says: a customer has another number or id, or nothing new."""
    before = (system.get(name) for name in _BEFORE)
    known = dict.fromkeys((inbound.address, *inbound.aliases, *map(address_in, before)))
    new = dict.fromkeys(address_in(system.get(name)) for name in _AFTER)
    address, *aliases = [one for one in known if one and one not in new] or [""]
    return replace(
        inbound,
        address=address,
        aliases=tuple(aliases),
        moved_to=tuple(one for one in new if one) if address else (),
    )


def _preference(wish: Mapping[str, Any], contacts: Contacts, now: datetime) -> Iterator[Inbound]:
    """Treat a customer who stops a business's messages in WhatsApp's own settings as an opt-out."""
    if wish.get("value") != "stop":
        return
    address, *aliases = _addresses(wish, "", contacts) or [""]
    at, detail = read_timestamp(wish.get("timestamp"), now), wish.get("detail")
    words = detail.strip() if isinstance(detail, str) and detail.strip() else "stop"
    inbound = Inbound(
        sender=_name(address, aliases, contacts),
        subject="",
        mark=f"{address} stop {wish.get('timestamp')}",
        address=address,
        aliases=tuple(aliases),
        opt_out=True,
    )
    yield add_answer(inbound, f"[a setting of WhatsApp: {words}]", at, "whatsapp")


def _addresses(holder: Mapping[str, Any], prefix: str, contacts: Contacts) -> list[str]:
    """Return the addresses of a person: the number, if it is given, then the ids.

    `prefix` is that of the fields' names. A number can be missing or be an id; then what the
    contact says counts too, if it is certainly theirs: in a call about one thing only.
    """
    names = ("from", "recipient_id", "wa_id", f"{prefix}user_id", f"{prefix}parent_user_id")
    own = [found for name in names if (found := address_in(holder.get(name)))]
    alone = not own and contacts.sole and len(contacts.known) == 1
    for contact in contacts.known:
        theirs = addresses_of(contact)
        if alone or set(map(to_mark, own)) & set(map(to_mark, theirs)):
            own.extend(theirs)
    return sorted(dict.fromkeys(own), key=lambda one: not one.startswith("+"))


def _name(address: str, aliases: Sequence[str], contacts: Contacts) -> str:
    """Return the name and user name of a writer, and their address."""
    known = {address, *aliases}
    for contact in contacts.known:
        if known.intersection(addresses_of(contact)):
            profile = as_object(contact.get("profile"))
            names = [profile.get("name"), profile.get("username") or contact.get("username")]
            said = [str(name) for name in names if isinstance(name, str) and name.strip()]
            return " ".join([*said, address])
    return address


#: What a call may hold → its reader.
_READERS = {"statuses": _status, "messages": _message, "user_preferences": _preference}
