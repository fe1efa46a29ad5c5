"""Customers' addresses: their kinds, and how two of them are compared."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple

EMAIL, PHONE, WHATSAPP, TELEGRAM = "email", "phone", "whatsapp", "telegram"
#: The kinds that voicenote reads itself, the best to write to first. Plug-ins may add others.
KINDS = (EMAIL, PHONE, WHATSAPP, TELEGRAM)
#: The kinds whose values are telephone numbers: the same number in either is one address.
NUMBERS = (PHONE, WHATSAPP)
#: The prefix of the field for any other kind of address, as in ``addresses.slack``.
PREFIX = "addresses."


@lru_cache(maxsize=4096)
def mark(text: str, kind: str = "") -> str:
    """Return an address in the form in which it is compared: NFC, lower case.

    A plug-in's `kind` is part of the mark (``slack:…``). The mark of a mark is the same. If two
    numbers must ever count as one, do it here and nowhere else.
    """
    same = unicodedata.normalize("NFC", text.strip()).casefold()
    if not same or kind in ("", *KINDS) or same.startswith(f"{kind}:"):
        return same
    return f"{kind}:{same}"


def field_of(kind: str) -> str:
    """Return the name of a file's field for an address of this kind."""
    return kind if kind in KINDS else PREFIX + kind


class Address(NamedTuple):
    """An address: `kind` is one of `KINDS` or a plug-in's, `value` its normal spelling.

    `typed` is how it was written originally; "" if unknown. A tuple, because an import makes
    thousands.
    """

    kind: str
    value: str
    typed: str = ""

    @property
    def mark(self) -> str:
        """The form in which it is compared; see `mark`."""
        return mark(self.value, self.kind)
