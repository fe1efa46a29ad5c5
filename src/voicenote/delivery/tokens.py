"""Tokens in addresses: how a bounce or an answer finds the touch it belongs to.

A template such as ``voice+r-{token}@bakery.example`` holds the place of the token. The token is
made from the key of a touch, is short enough for any mailbox, and survives a server that writes
addresses in capitals.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

PLACE = "{token}"
_FORM = "[a-z2-7]{24}"


def token(key: str) -> str:
    """Return the token of a touch: 24 small letters and digits, always the same for a key."""
    digest = hashlib.sha256(f"voicenote touch {key}".encode()).digest()
    return base64.b32encode(digest[:15]).decode("ascii").lower()


def is_token(text: str) -> bool:
    """Whether `text` has the form of a token."""
    return re.fullmatch(_FORM, text) is not None


def fill_template(template: str, key: str) -> str:
    """Return the address or URL that `template` makes for a touch."""
    return template.replace(PLACE, token(key))


def token_link(value: Any) -> str:
    """Check a link that is made for each touch: https, with a place for its token; or nothing."""
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
    """Return the tokens of the addresses in `text` that `template` has made, each once."""
    pattern = re.escape(template).replace(re.escape(PLACE), f"({_FORM})")
    found = re.findall(rf"(?<![\w.+-]){pattern}(?![\w.-])", text, re.IGNORECASE)
    return tuple(dict.fromkeys(each.lower() for each in found))
