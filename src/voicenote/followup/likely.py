"""Who a message may be from when it fits no customer. Pure.

The surest signs win: a number with the same end, a full name, an address made of the name, or a
name at the same business's domain. Without these a single name counts; and for an id without
number and name, anybody who was written to there and whose id isn't known.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from voicenote.model.address import is_account_id
from voicenote.unicode_forms import normal

#: How many digits at the end make two numbers alike, with another country or trunk before them.
_END = 7
#: With weak signs, a message that isn't an opt-out holds no more people than these.
MOST = 20
_WORD = re.compile(r"[^\W\d_]{2,}")
_NOISE = re.compile(r"(?<!\S)\S+@\S+|\+?\d[\d\s()-]{5,}|\b[A-Z]{2}\.(?:ENT\.)?\w{4,}\b")
#: Domains at which many strangers are: the first part of their name.
_PUBLIC = frozenset({
    "gmail", "googlemail", "outlook", "hotmail", "live", "msn", "yahoo", "ymail", "icloud", "me",
    "mac", "aol", "gmx", "proton", "protonmail", "mail", "yandex", "web", "o2", "wp", "onet",
    "interia", "walla", "hot", "online", "seznam", "zoho", "fastmail",
})  # fmt: skip


class Person(NamedTuple):
    """The customer of a case. `written`: something was sent to them by the message's channel."""

    case: int
    name: str
    marks: frozenset[str] = frozenset()
    written: bool = False


def find_likely(
    sender: str, addresses: Iterable[str], people: Iterable[Person], *, opt_out: bool
) -> tuple[int, ...]:
    """Return the cases of those who a message from `sender` may be from.

    `addresses` are the writer's, as the channel writes them.
    """
    known, theirs, names = list(people), [one for one in addresses if one], _names(sender)
    strong = [one.case for one in known if _is_like(names, theirs, one)]
    if strong:
        return tuple(strong)
    weak = [one.case for one in known if names & _names(one.name)]
    if not weak and not names and theirs and all(map(is_account_id, theirs)):
        weak = [one.case for one in known if one.written and not _has_id(one)]
    return tuple(weak) if opt_out or len(weak) <= MOST else ()


def _is_like(names: frozenset[str], addresses: list[str], person: Person) -> bool:
    """Whether a writer has a strong sign of this person."""
    own = _names(person.name)
    if min(len(names), len(own)) > 1 and (names <= own or own <= names):
        return True
    for one in addresses:
        local, _, domain = one.casefold().rpartition("@")
        if len(own) > 1 and not one.startswith("+") and own <= _names_in(local or domain, own):
            return True
        for mark in person.marks:
            if one.startswith("+") and mark.startswith("+") and mark[-_END:] == one[-_END:]:
                return True
            business = domain.split(".")[0] not in _PUBLIC
            if business and local and mark.endswith(f"@{domain}") and names & own:
                return True
            if local and len(local) > 4 and mark.startswith(f"{local}@") and local not in _ROLES:
                return True
    return False


#: Local parts that many businesses have.
_ROLES = frozenset({
    "contact", "office", "hello", "support", "sales", "service", "orders", "admin", "booking",
})  # fmt: skip


def _names(text: str) -> frozenset[str]:
    """Return the words of a name without accents, addresses and single letters."""
    bare = normal(_NOISE.sub(" ", text).casefold(), "NFKD")
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return frozenset(_WORD.findall(bare))


def _names_in(text: str, names: frozenset[str]) -> frozenset[str]:
    folded = "".join(_WORD.findall(normal(text, "NFKD")))
    return frozenset(name for name in names if name in folded)


def _has_id(person: Person) -> bool:
    return any(is_account_id(mark.upper()) for mark in person.marks)
