"""Zendesk's tickets joined to users, from pages of its API or from a warehouse's two tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from voicenote.intake.jsons import flatten, read_document
from voicenote.intake.options import Options
from voicenote.intake.raw_record import Record
from voicenote.intake.seen import open_store
from voicenote.intake.sniff import Sniffed

#: Field → ticket columns; those of the requester come from the joined user.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "ref": ("id",),
    "opened_at": ("created_at",),
    "customer": ("requester.name",),
    "language": ("requester.locale",),
    "email": ("requester.email",),
    "phone": ("requester.phone",),
    "what_happened": ("subject", "description"),
    "severity": ("priority",),
}
_TICKETS = frozenset({"id", "requester_id", "subject", "description"})
_USERS = frozenset({"id", "name", "email"})
_ACCOUNT = re.compile(r"https?://([a-z0-9-]+)\.zendesk\.com/", re.IGNORECASE)


def is_tickets(headers: Sequence[str]) -> bool:
    """Return whether a table holds Zendesk's tickets."""
    return set(headers) >= _TICKETS


def has_requesters(keys: Sequence[str]) -> bool:
    """Return whether JSON records are Zendesk's tickets with their requester embedded."""
    embedded = any(key.startswith("requester.") for key in keys) and "description_text" not in keys
    return embedded and {"id", "subject", "description"} <= set(keys)


def is_users(headers: Sequence[str]) -> bool:
    """Return whether a table holds Zendesk's users."""
    return set(headers) >= _USERS and bool({"role", "locale", "time_zone"} & set(headers))


def map_columns(headers: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the mapping for tickets; the time zone is IANA's name when Zendesk gives one."""
    zone = "requester.iana_time_zone"
    return {**COLUMNS, "time_zone": (zone if zone in headers else "requester.time_zone",)}


def name_account(values: Mapping[str, str]) -> str:
    """Return the source's name from a ticket's URL, so that two accounts don't collide."""
    match = _ACCOUNT.match(values.get("url", ""))
    return f"zendesk-{match[1].lower()}" if match else "zendesk"


class Users:
    """Users by id, in a temporary file."""

    def __init__(self) -> None:
        self._store = open_store("users (id TEXT PRIMARY KEY, user TEXT, written TEXT)")
        self.columns: dict[str, None] = {}

    def add(self, values: Mapping[str, str], written: str) -> None:
        """Store a user; `written` is the user's JSON text."""
        if not (number := values.get("id", "")):
            return
        self.columns.update(dict.fromkeys(f"requester.{name}" for name in values))
        row = (_storable(number), json.dumps(dict(values)), _storable(written))
        self._store.execute("INSERT OR REPLACE INTO users VALUES (?, ?, ?)", row)

    def find(self, number: str) -> tuple[dict[str, str], str]:
        """Return the user's columns and JSON text; both empty when there is no such user."""
        query = "SELECT user, written FROM users WHERE id = ?"
        row = self._store.execute(query, (_storable(number),)).fetchone()
        return (json.loads(row[0]), row[1]) if row else ({}, "")


def join_requesters(tickets: Iterator[Record], users: Users) -> Iterator[Record]:
    """Yield tickets with their requester's columns."""
    for ticket in tickets:
        if ticket.broken:
            yield ticket
            continue
        user, written = users.find(ticket.values.get("requester_id", ""))
        values = {f"requester.{name}": text for name, text in user.items()}
        values.update(ticket.values)
        yield replace(ticket, values=values, user=written)


def page_users(sniffed: Sniffed, users: Users, options: Options) -> None:
    """Add the users on a page of the API to `users`."""
    for element in read_document(sniffed, options):
        if element.key == "users" and isinstance(element.value, dict):
            values: dict[str, str] = {}
            flatten(element.value, values, "", options.limits)
            users.add(values, element.text)


def _storable(text: str) -> str:
    """Return `text` with lone surrogates replaced, which a database can't store."""
    return text.encode("utf-8", "replace").decode("utf-8")
