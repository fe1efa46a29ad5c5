"""Tokens in addresses, by which a bounce or an answer finds the message it belongs to.

A template such as ``voice+r-{token}@bakery.example`` says where the token goes. The token is made
from the message's key, is short enough for any mailbox, and survives servers that change addresses
to capitals.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

PLACE = "{token}"
_FORM = "[a-z2-7]{24}"


def token(key: str) -> str:
    """Return the token of a key: 24 lower-case letters and digits, always the same."""
    digest = hashlib.sha256(f"voicenote touch {key}".encode()).digest()
    return base64.b32encode(digest[:15]).decode("ascii").lower()


def is_token(text: str) -> bool:
    """Return whether `text` has the form of a token."""
    return re.fullmatch(_FORM, text) is not None


def fill_template(template: str, key: str) -> str:
    """Return `template` with the token of `key` filled in."""
    return template.replace(PLACE, token(key))


def token_link(value: Any) -> str:
    """Return `value` if it is "", or an https link with {token}; else raise ValueError."""
    if isinstance(value, str) and (
        not value
        or (
            value.startswith("https://")
            and PLACE in value
            and value.isascii()
            and value.isprintable()
        )
    ):
        return value
    raise ValueError(f"{value!r} will not do", f"an https address with {PLACE} in it")


def tokens_in(template: str, text: str) -> tuple[str, ...]:
    """Return the tokens of addresses in `text` that were made from `template`, each once."""
    pattern = re.escape(template).replace(re.escape(PLACE), f"({_FORM})")
    found = re.findall(rf"(?<![\w.+-]){pattern}(?![\w.-])", text, re.IGNORECASE)
    return tuple(dict.fromkeys(each.lower() for each in found))
