"""Bounces that bring no standard report: flufl.bounce knows how many a server writes them."""

from __future__ import annotations

import logging
from email.message import Message


def failed_recipients(message: Message) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return whom a machine's letter says it could not reach: for good, and for the time being."""
    from flufl.bounce import all_failures

    # it tells the log which of its detectors it tries, and letters are no business of the log
    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)
    try:
        passing, lasting = all_failures(message)
    except Exception:  # noqa: BLE001 - its detectors trip over broken letters in their own ways
        return (), ()
    return _plain(lasting), _plain(passing)


def _plain(found: frozenset[bytes | str]) -> tuple[str, ...]:
    words = (one.decode("ascii", "replace") if isinstance(one, bytes) else one for one in found)
    return tuple(sorted(word.strip("<> ").lower() for word in words if "@" in word))
