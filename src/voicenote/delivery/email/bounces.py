"""Bounces without a standard report, parsed by flufl.bounce, which knows many servers' forms."""

from __future__ import annotations

import logging
from email.message import Message


def failed_recipients(message: Message) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the addresses that a bounce says failed: for good, and for now."""
    from flufl.bounce import all_failures

    # it logs which of its detectors it tries, and messages don't belong in the log
    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)
    try:
        passing, lasting = all_failures(message)
    except Exception:  # noqa: BLE001 - its detectors may raise anything on broken messages
        return (), ()
    return _plain(lasting), _plain(passing)


def _plain(found: frozenset[bytes | str]) -> tuple[str, ...]:
    words = (one.decode("ascii", "replace") if isinstance(one, bytes) else one for one in found)
    return tuple(sorted(word.strip("<> ").lower() for word in words if "@" in word))
