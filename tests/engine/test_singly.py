"""One failure among many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.engine.singly import Failed, singly
from voicenote.errors import RuleSaysNo, Unavailable


@given(st.lists(st.integers(1, 30), unique=True), st.sets(st.integers(1, 30)), st.integers(1, 7))
def test_each_case_is_told_once_in_order(numbers: list[int], bad: set[int], size: int) -> None:
    def work(chunk: Sequence[int]) -> Iterator[int]:
        for number in chunk:
            if number in bad:
                raise RuleSaysNo("no")
            yield number

    told = [
        one.case if isinstance(one, Failed) else one for one in singly(work, numbers, size=size)
    ]
    failed = [one for one in singly(work, numbers, size=size) if isinstance(one, Failed)]
    assert told == numbers
    assert {one.case for one in failed} == bad & set(numbers)


def test_what_concerns_all_stops_all() -> None:
    def work(chunk: Sequence[int]) -> Iterator[int]:
        if chunk:
            raise Unavailable("the disk is full")
        yield from chunk

    with pytest.raises(Unavailable):
        list(singly(work, [1, 2]))
