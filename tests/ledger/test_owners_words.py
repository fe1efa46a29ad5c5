"""How the ledger keeps the owner's sentences and the form of address, and what renews them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from voicenote.ledger import case_store
from voicenote.ledger.store import Ledger
from voicenote.model.case import Complaint, Failure

ADDRESS: dict[str, Any] = {
    "greet_as": "Pani Marto",
    "title": "Pani",
    "gender": "woman",
    "how_many": "one",
    "formality": "formal",
}


def test_what_is_given_is_read_back(ledger: Ledger, complaint: Callable[..., Complaint]) -> None:
    given = complaint()
    words: dict[str, Any] = {
        "said_back": "You waited.",
        "our_fault": "We forgot.",
        "meant": "You lost a day.",
    }
    given = replace(
        given,
        **words,
        failure=Failure.SILENCE,
        customer=replace(given.customer, **ADDRESS),
        promises=tuple(replace(one, deed="It is on its way.") for one in given.promises),
    )
    with ledger.write() as tx:
        number = case_store.add(tx, [given])[0].case
    with ledger.read() as tx:
        assert case_store.get(tx, number).complaint == given


@pytest.mark.parametrize("field", ADDRESS)
def test_a_later_import_that_knows_the_address_adds_it(
    ledger: Ledger, complaint: Callable[..., Complaint], field: str
) -> None:
    first = complaint()
    later = replace(first, customer=replace(first.customer, **{field: ADDRESS[field]}))
    with ledger.write() as tx:
        case_store.add(tx, [first])
        (again,) = case_store.add(tx, [later])
    assert [(one.field, one.now, one.kept) for one in again.news] == [(field, ADDRESS[field], "")]
    with ledger.read() as tx:
        assert getattr(case_store.get(tx, again.case).customer, field) == ADDRESS[field]
