"""Reserved domains: mail to them is a test or a mistake. Pure."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from voicenote.errors import Refused
from voicenote.options import option, validators

#: RFC 2606 and RFC 6761, with the second-level domains.
_RESERVED = ("example", "invalid", "localhost", "test", "example.com", "example.net", "example.org")


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
