"""Customers' addresses: their kinds, and how two of them are compared."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from voicenote.unicode_forms import normal

EMAIL, PHONE, WHATSAPP, TELEGRAM = "email", "phone", "whatsapp", "telegram"
#: The kinds that voicenote reads itself, the best to write to first. Plug-ins may add others.
KINDS = (EMAIL, PHONE, WHATSAPP, TELEGRAM)
#: The kinds whose values are telephone numbers: the same number in either is one address.
NUMBERS = (PHONE, WHATSAPP)
#: A WhatsApp account without its number: an id that is good for one business, or one portfolio.
_ACCOUNT = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{4,128}")
#: Countries where one telephone has two numbers in E.164, because digits were added and WhatsApp
#: keeps the number of the day when an account was made: the digits before, those that were added,
#: and those after, which tell mobile telephones from fixed lines.
_TWINS = (
    (r"\+55\d\d", "9", r"[6-9]\d{7}"),  # Brazil, 2012 to 2016
    (r"\+54", "9", r"\d{10}"),  # Argentina: for a mobile telephone called from abroad
    (r"\+52", "1", r"\d{10}"),  # Mexico: the same, until 2019
    (r"\+229", "01", r"\d{8}"),  # Benin, 2024
    (r"\+225", "01", r"\d[0-3]\d{6}"),  # Ivory Coast, 2021
    (r"\+225", "05", r"\d[4-6]\d{6}"),
    (r"\+225", "07", r"\d[7-9]\d{6}"),
)
_TWIN_FORMS = tuple(
    (re.compile(f"({before})({added})?({after})"), added) for before, added, after in _TWINS
)
#: The prefix of the field for any other kind of address, as in ``addresses.slack``.
PREFIX = "addresses."


@lru_cache(maxsize=4096)
def mark(text: str, kind: str = "") -> str:
    """Return an address in the form in which it is compared: NFC, lower case, one number of twins.

    A plug-in's `kind` is part of the mark (``slack:…``). The mark of a mark is the same.
    """
    same = normal(text.strip()).casefold()
    if same.startswith("+"):
        return twins(same)[0]
    if not same or kind in ("", *KINDS) or same.startswith(f"{kind}:"):
        return same
    return f"{kind}:{same}"


@lru_cache(maxsize=4096)
def twins(number: str) -> tuple[str, ...]:
    """Return the numbers in E.164 that are one telephone's: the one that is compared, then others.

    Most telephones have one number only. WhatsApp and people may use either of two.
    """
    for form, added in _TWIN_FORMS:
        if found := form.fullmatch(number):
            before, _, after = found.groups()
            return (f"{before}{after}", f"{before}{added}{after}")
    return (number,)


def is_account_id(text: str) -> bool:
    """Return whether `text` is the id of a WhatsApp account, as Meta writes it (``EE.1349…``)."""
    return bool(_ACCOUNT.fullmatch(text))


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

    @property
    def is_stand_in(self) -> bool:
        """Whether a number of the same kind is the better one to write to: a name or an id."""
        return self.kind in KINDS and (self.value.startswith("@") or is_account_id(self.value))
