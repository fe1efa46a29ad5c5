"""A number with the word for what is counted."""

from __future__ import annotations


def count_of(count: int, one: str, several: str = "") -> str:
    """Return ``1 hint`` or ``2 hints``: a number, and `one` or `several` (else `one` with an s)."""
    return f"{count} {one if count == 1 else several or f'{one}s'}"
