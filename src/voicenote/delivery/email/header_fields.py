"""A header of a letter, as far as it can be read. Pure."""

from __future__ import annotations

from email.message import Message


def field(message: Message, name: str) -> str:
    """Return a header on one line; "" where it is missing, or too broken to be read."""
    return next(iter(fields(message, name)), "")


def fields(message: Message, name: str) -> list[str]:
    """Return all headers of a name, each on one line."""
    try:
        return [" ".join(str(one).split()) for one in message.get_all(name, ())]
    except (ValueError, IndexError, AttributeError, TypeError, LookupError, RecursionError):
        # the standard library's header parser trips over some broken headers
        return []
