"""Who a message may be from when it fits no customer. Pure.

The surest signs win: a number with the same end, a full name, an address made of the name, or a
name at the same business's domain. Without these a single name counts; and for an id without
number and name, anybody who was written to there and whose id isn't known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from voicenote.model.address import is_account_id
from voicenote.model.likeness import END, letters_of, name_words

#: With weak signs, a message that isn't an opt-out holds no more people than these.
MOST = 20
#: Domains at which many strangers are: the first part of their name.
_PUBLIC = frozenset({
    "gmail", "googlemail", "outlook", "hotmail", "live", "msn", "yahoo", "ymail", "icloud", "me",
    "mac", "aol", "gmx", "proton", "protonmail", "mail", "yandex", "web", "o2", "wp", "onet",
    "interia", "walla", "hot", "online", "seznam", "zoho", "fastmail",
})  # fmt: skip


class Person(NamedTuple):
    """The customer of a case, with their addresses as marks."""

    case: int
    name: str
    marks: frozenset[str] = frozenset()


def find_likely(
    sender: str,
    addresses: Iterable[str],
    people: Iterable[Person],
    without_id: Callable[[int | None], Sequence[int]],
    *,
    opt_out: bool,
    surely: bool = False,
) -> tuple[int, ...]:
    """Return the cases of those who a message from `sender` may be from.

    `addresses` are the writer's, as the channel writes them. `people` need only be those who share
    a sign with the writer. `without_id` returns the cases, up to a number or all, of those who were
    written to by the channel and whose id there isn't known. With `surely` only strong signs count.
    """
    known, theirs, names = list(people), [one for one in addresses if one], name_words(sender)
    strong = [one.case for one in known if _is_like(names, theirs, one)]
    if strong or surely:
        return tuple(strong)
    weak = [one.case for one in known if names & name_words(one.name)]
    if not weak and not names and theirs and all(map(is_account_id, theirs)):
        weak = [*without_id(None if opt_out else MOST + 1)]
    return tuple(weak) if opt_out or len(weak) <= MOST else ()


def _is_like(names: frozenset[str], addresses: list[str], person: Person) -> bool:
    """Whether a writer has a strong sign of this person."""
    own = name_words(person.name)
    if min(len(names), len(own)) > 1 and (names <= own or own <= names):
        return True
    for one in addresses:
        local, _, domain = one.casefold().rpartition("@")
        if (
            len(own) > 1
            and not one.startswith("+")
            and all(name in letters_of(one) for name in own)
        ):
            return True
        for mark in person.marks:
            if one.startswith("+") and mark.startswith("+") and mark[-END:] == one[-END:]:
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
