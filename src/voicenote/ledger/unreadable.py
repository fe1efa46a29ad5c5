"""Rows that can't be read because they are damaged or were edited by hand.

The error names the case, and all other cases stay readable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from voicenote.errors import BadData

T = TypeVar("T")

#: What reading a row raises when a value isn't what it should be: a number, a day, a known word.
_DAMAGE = (ValueError, TypeError, KeyError, AttributeError, ArithmeticError)
_CURE = "mend the row in the database, or restore a backup: voicenote restore FILE"
#: How many cases are read at once. If one of them is bad, each is read on its own.
_TOGETHER = 200


@contextmanager
def reading(numbers: Sequence[int]) -> Iterator[None]:
    """Raise BadData that names these cases when a row read inside is damaged."""
    try:
        yield
    except _DAMAGE as error:
        which = f"case {numbers[0]}" if len(numbers) == 1 else f"one of {len(numbers)} cases"
        what = f"{which} cannot be read ({type(error).__name__}: {error})"[:300]
        raise BadData(what, _CURE) from error


def readable(
    load: Callable[[Sequence[int]], dict[int, T]], numbers: Sequence[int]
) -> tuple[dict[int, T], dict[int, BadData]]:
    """Return what `load` gives for each case, and the error of each that can't be read."""
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
