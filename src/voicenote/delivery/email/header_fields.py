"""Read headers of an email, even broken ones. Pure."""

from __future__ import annotations

from email.message import Message


def field(message: Message, name: str) -> str:
    """Return a header on one line, or "" if it is missing or unreadable."""
    return next(iter(fields(message, name)), "")


def fields(message: Message, name: str) -> list[str]:
    """Return all headers of that name, each on one line."""
    try:
        return [" ".join(str(one).split()) for one in message.get_all(name, ())]
    except (ValueError, IndexError, AttributeError, TypeError, LookupError, RecursionError):
        # the standard library's header parser fails on some broken headers
        return []
