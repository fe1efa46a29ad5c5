"""Rows that cannot be read: damaged, or changed by hand. Each hurts its own case, and is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from voicenote.errors import BadData

T = TypeVar("T")

#: What reading a row raises where it does not hold what it should: a number, a day, a known word.
_DAMAGE = (ValueError, TypeError, KeyError, AttributeError, ArithmeticError)
_CURE = "mend the row in the database, or restore a backup: voicenote restore FILE"
#: So many cases are read together; of those with a bad one, each by itself.
_TOGETHER = 200


@contextmanager
def reading(numbers: Sequence[int]) -> Iterator[None]:
    """Name the cases whose rows are read inside, when one of them cannot be. Raises BadData."""
    try:
        yield
    except _DAMAGE as error:
        raise unreadable(numbers, error) from error


def unreadable(numbers: Sequence[int], error: Exception) -> BadData:
    """Return the error that names the cases."""
    which = f"case {numbers[0]}" if len(numbers) == 1 else f"one of {len(numbers)} cases"
    return BadData(f"{which} cannot be read ({type(error).__name__}: {error})"[:300], _CURE)


def readable(
    load: Callable[[Sequence[int]], dict[int, T]], numbers: Sequence[int]
) -> tuple[dict[int, T], dict[int, BadData]]:
    """Return what `load` gives of each case, and why of those that cannot be read."""
    found: dict[int, T] = {}
    bad: dict[int, BadData] = {}
    for start in range(0, len(numbers), _TOGETHER):
        chunk = numbers[start : start + _TOGETHER]
        try:
            found.update(load(chunk))
        except BadData:
            for number in chunk:
                try:
                    found.update(load([number]))
                except BadData as error:
                    bad[number] = error
    return found, bad
