"""Two writers who wait for each other: a server ends one of them, which may simply come again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from voicenote.errors import TryAgain
from voicenote.ledger import case_store
from voicenote.ledger.changes import hold_case
from voicenote.ledger.store import Ledger
from voicenote.model.case import Complaint


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_of_two_writers_who_wait_for_each_other_one_is_told_to_try_again(
    ledger: Ledger, complaint: Callable[..., Complaint]
) -> None:
    with ledger.write() as tx:
        one, two = (added.case for added in case_store.add(tx, [complaint("A"), complaint("B")]))
    both = Barrier(2)

    def hold(first: int, second: int) -> str:
        try:
            with ledger.write() as tx:
                hold_case(tx, first)
                both.wait(20)
                hold_case(tx, second)
        except TryAgain:
            return "try again"
        return "done"

    with ThreadPoolExecutor(2) as threads:
        told = [threads.submit(hold, one, two), threads.submit(hold, two, one)]
        assert sorted(each.result(20) for each in told) == ["done", "try again"]
