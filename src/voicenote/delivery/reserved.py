"""Domains that belong to nobody: what goes to them was meant for a test, or is a mistake. Pure."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from voicenote.errors import Refused
from voicenote.options import option, validators

#: RFC 2606 and RFC 6761. The second level ones are in them too.
_RESERVED = ("example", "invalid", "localhost", "test", "example.com", "example.net", "example.org")


@dataclass(frozen=True, kw_only=True)
class ReservedOptions:
    """The option that lets them be written to, of every channel that writes to email addresses."""

    allow_reserved: bool = option(
        False, validators.switch, "let domains such as example.com and .test be written to"
    )


def reserved(domain: str) -> bool:
    """Whether `domain` is one that belongs to nobody, however it is spelled."""
    spelled = domain.strip().rstrip(".").lower()
    with suppress(UnicodeError):  # then it is no domain at all, which is for others to say
        spelled = spelled.encode("idna").decode("ascii").lower()
    return any(spelled == each or spelled.endswith(f".{each}") for each in _RESERVED)


def refuse_reserved(address: str, *, allowed: bool) -> None:
    """Raise Refused for an email address at a domain that belongs to nobody, unless `allowed`."""
    if not allowed and "@" in address and reserved(address.rpartition("@")[2]):
        raise Refused(
            f"{address[:80]} is at a domain that nobody can own",
            "correct the address on the case",
        )
