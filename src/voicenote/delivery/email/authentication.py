"""DMARC: whether what is proven of a letter counts for the domain in its From."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default

from voicenote.delivery.email.name_server import NameServer
from voicenote.delivery.email.signatures import read_tags
from voicenote.errors import Unavailable


@dataclass(frozen=True, slots=True)
class DmarcRecord:
    """What a domain asks receivers to do with letters that prove nothing.

    `at` is the domain that has the record. `policy`: ``none``, ``quarantine`` or ``reject``.
    """

    at: str
    policy: str
    strict_dkim: bool = False
    strict_spf: bool = False


def find_dmarc(domain: str, names: NameServer) -> DmarcRecord | None:
    """Return the DMARC record for a domain: its own, or that of the nearest domain above it.

    Raises Unavailable.
    """
    for number, name in enumerate(_upwards(domain)):
        if tags := _read_record(name, names):
            policy = tags.get("p", "none")
            return DmarcRecord(
                at=name,
                policy=tags.get("sp", policy) if number else policy,
                strict_dkim=tags.get("adkim") == "s",
                strict_spf=tags.get("aspf") == "s",
            )
    return None


def is_aligned(domain: str, other: str, *, strict: bool, names: NameServer) -> bool:
    """Return whether `other` proves something for `domain`: the same, or of the same owner."""
    if domain == other or strict:
        return domain == other
    return _owner_domain(domain, names) == _owner_domain(other, names)


def _owner_domain(domain: str, names: NameServer) -> str:
    """Return the highest domain above with a DMARC record of its owner, else the domain itself."""
    for name in reversed(list(_upwards(domain))):
        with suppress(Unavailable):
            if (tags := _read_record(name, names)) and tags.get("psd") != "y":
                return name
    return domain


def _read_record(name: str, names: NameServer) -> dict[str, str]:
    """Return the tags of a domain's own record, in lower case; none if it hasn't exactly one."""
    texts = [one for one in names.txt(f"_dmarc.{name}") if re.match(r"v\s*=\s*DMARC1\b", one)]
    return read_tags(texts[0].lower()) if len(texts) == 1 else {}


def _upwards(domain: str) -> Iterator[str]:
    """Yield a domain and those above it, down to two labels."""
    labels = domain.lower().rstrip(".").split(".")
    for start in range(max(1, len(labels) - 1)):
        yield ".".join(labels[start:])


def told_by_receiver(raw: bytes) -> dict[str, str]:
    """Return what the server that received a letter found: ``spf``, ``dkim``, ``dmarc``."""
    headers = message_from_bytes(raw, policy=default).get_all("Authentication-Results", [])
    if not headers:
        return {}
    return dict(re.findall(r"\b(spf|dkim|dmarc)=(\w{1,20})", str(headers[0]).lower()))
