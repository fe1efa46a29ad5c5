"""Certificates of a server that must not be trusted."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path

import trustme

#: Nobody vouches for it; its time is over; it is made out to another name.
STRANGER, OUTDATED, MISNAMED = "stranger", "outdated", "misnamed"


def certified(deed: str, authority: Path) -> ssl.SSLContext | None:
    """Return the TLS of a server on 127.0.0.1 that does `deed`; None for every other deed.

    Whoever vouches for it is written to the file `authority`.
    """
    if deed not in (STRANGER, OUTDATED, MISNAMED):
        return None
    past = datetime(2020, 1, 1, tzinfo=UTC) if deed == OUTDATED else None
    name = "other.example" if deed == MISNAMED else "127.0.0.1"
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(authority))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(name, not_after=past).configure_cert(tls)
    return tls
