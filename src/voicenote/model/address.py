"""An address of a customer: its kind, its one spelling, and when two of them are the same."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple

EMAIL, PHONE, WHATSAPP, TELEGRAM = "email", "phone", "whatsapp", "telegram"
#: The kinds that voicenote reads itself, the best to write to first. A plug-in may name others.
KINDS = (EMAIL, PHONE, WHATSAPP, TELEGRAM)
#: The kinds whose values are telephone numbers: a number is the same by either.
NUMBERS = (PHONE, WHATSAPP)
#: How the field of an address of another kind begins: ``addresses.slack``.
PREFIX = "addresses."


@lru_cache(maxsize=4096)
def mark(text: str, kind: str = "") -> str:
    """Return what is the same for all spellings of an address that was read, to compare it by.

    Two numbers that a network takes for one would be made one here, and nowhere else. An address of
    a plug-in's `kind` is told apart by it. Of what is a mark already, the mark is the same.
    """
    same = unicodedata.normalize("NFC", text.strip()).casefold()
    if not same or kind in ("", *KINDS) or same.startswith(f"{kind}:"):
        return same
    return f"{kind}:{same}"


def field_of(kind: str) -> str:
    """Return the name of the field in which a file has an address of this kind."""
    return kind if kind in KINDS else PREFIX + kind


class Address(NamedTuple):
    """An address: `kind` is one of `KINDS` or a plug-in's, `value` its one spelling.

    `typed` is how it was written where it came from; "" where nobody knows. A tuple, because an
    import makes thousands.
    """

    kind: str
    value: str
    typed: str = ""

    @property
    def mark(self) -> str:
        """What is compared."""
        return mark(self.value, self.kind)
