"""Checks for every channel: control characters, broken Unicode, bad addresses and keys. Pure.

Every channel makes the same checks, so a message that one refuses as broken never goes out by
another.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from voicenote.errors import Refused
from voicenote.model.receipt import Parcel
from voicenote.options import option, validators

#: Control characters that no message needs: all but tabs and line ends.
CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])

_MESSAGE_ID = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
#: RFC 2606 and RFC 6761, with the second-level domains.
_RESERVED = ("example", "invalid", "localhost", "test", "example.com", "example.net", "example.org")


def validate_parcel(parcel: Parcel) -> None:
    """Raise Refused for a parcel that no channel can carry."""
    for what, name, address in (
        ("the sender", parcel.sender_name, parcel.sender),
        ("the customer", parcel.customer, parcel.to),
    ):
        require_one_line(f"the name of {what}", name)
        if is_email(address):
            check_address(what, address)
        else:
            require_one_line(f"the address of {what}", address)
    require_one_line("the subject", parcel.subject)
    for identifier in (parcel.message_id, *parcel.thread):
        check_message_id(identifier)
    check_key(parcel.key)
    require_unicode("the text", parcel.text)


def check_key(key: str) -> str:
    """Return `key` if it is safe as a header and as a folder name, or raise Refused.

    A key has up to 120 of the letters A to Z, digits, dot, hyphen and underscore. It starts with a
    letter or digit, and does not end with a dot.
    """
    if not _KEY.fullmatch(key) or key.endswith("."):
        raise Refused(
            f"the key {key[:40]!r} is not one that voicenote makes",
            "a key has only letters, digits, dot, hyphen and underscore, 120 at most",
        )
    return key


def check_message_id(message_id: str) -> str:
    """Return an RFC 5322 identifier with its angle brackets, or raise Refused."""
    if not _MESSAGE_ID.fullmatch(message_id):
        raise Refused(
            f"{message_id[:80]!r} isn't a Message-ID",
            "a Message-ID looks like <something@your.domain>",
        )
    return message_id


def is_email(address: str) -> bool:
    """Return whether an address has something before and after an @."""
    before, at, after = address.rpartition("@")
    return bool(before and at and after)


@lru_cache(maxsize=256)
def check_address(what: str, address: str) -> str:
    """Return an email address for sending, with its domain in ASCII (IDNA), or raise Refused.

    The part before the @ has to be ASCII, because few servers accept anything else. The domain
    isn't looked up; those under ``.test`` are accepted.
    """
    from email_validator import EmailNotValidError, validate_email

    require_one_line(what, address)
    try:
        found = validate_email(
            address,
            allow_smtputf8=False,
            check_deliverability=False,
            globally_deliverable=False,
            test_environment=True,
        )
    except EmailNotValidError as error:
        raise Refused(
            f"the address {address[:80]!r} of {what} cannot be right: {error}",
            "correct it on the case, or choose another channel",
        ) from error
    return f"{found.local_part}@{found.ascii_domain}"


def require_one_line(what: str, text: str) -> str:
    """Return `text` if it can stand in a header; otherwise raise Refused, which names `what`."""
    if any(ord(letter) < 32 or ord(letter) in range(127, 160) for letter in text):
        raise Refused(
            f"{what} holds a line break or another control character: {text[:60]!r}",
            "correct it on the case; nothing was sent",
        )
    return require_unicode(what, text)


def require_unicode(what: str, text: str) -> str:
    """Return `text` if it is valid Unicode; otherwise raise Refused, which names `what`."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refused(
            f"{what} holds half a character (a lone surrogate)",
            "the text was damaged on its way here; type it again",
        ) from None
    return text


@dataclass(frozen=True, kw_only=True)
class ReservedOptions:
    """The option to allow reserved domains, for every channel that sends to email addresses."""

    allow_reserved: bool = option(
        False, validators.switch, "let domains such as example.com and .test be written to"
    )


def reserved(domain: str) -> bool:
    """Return whether `domain` is reserved, however it is spelled."""
    spelled = domain.strip().rstrip(".").lower()
    with suppress(UnicodeError):  # not a valid domain: other checks report that
        spelled = spelled.encode("idna").decode("ascii").lower()
    return any(spelled == each or spelled.endswith(f".{each}") for each in _RESERVED)


def refuse_reserved(address: str, *, allowed: bool) -> None:
    """Raise Refused for an email address at a reserved domain, unless `allowed`."""
    if not allowed and "@" in address and reserved(address.rpartition("@")[2]):
        raise Refused(
            f"{address[:80]} is at a domain that nobody can own",
            "correct the address on the case",
        )
