"""How the ledger keeps the owner's sentences and the form of address, and what renews them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from voicenote.ledger import case_store
from voicenote.ledger.store import Ledger
from voicenote.ledger.word_renewal import TRIAGED
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


WORDS: dict[str, Any] = {
    "said_back": "You waited nine days.",
    "our_fault": "We forgot you.",
    "meant": "You lost a day.",
    "failure": Failure.LATE,
}


def with_deed(given: Complaint, deed: str) -> Complaint:
    return replace(given, promises=tuple(replace(one, deed=deed) for one in given.promises))


def imported(ledger: Ledger, *complaints: Complaint) -> tuple[int, list[tuple[str, str, str]]]:
    """Import complaints one after the other; return the case, and the news of the last."""
    for one in complaints:
        with ledger.write() as tx:
            (added,) = case_store.add(tx, [one])
    return added.case, [(one.field, one.now, one.kept) for one in added.news]


def stored(ledger: Ledger, number: int) -> Complaint:
    with ledger.read() as tx:
        return case_store.get(tx, number).complaint


@pytest.mark.parametrize("field", WORDS)
def test_a_column_that_was_filled_in_later_is_taken(
    ledger: Ledger, complaint: Callable[..., Complaint], field: str
) -> None:
    first = complaint()
    number, news = imported(ledger, first, replace(first, **{field: WORDS[field]}))
    assert news == [(field, str(WORDS[field]), "")]
    assert getattr(stored(ledger, number), field) == WORDS[field]


def test_a_deed_that_was_filled_in_later_is_taken(
    ledger: Ledger, complaint: Callable[..., Complaint]
) -> None:
    first = complaint()
    number, news = imported(ledger, first, with_deed(first, "It came back today."))
    assert news == [("deed", "It came back today.", "")]
    assert stored(ledger, number).promises[0].deed == "It came back today."


def test_an_old_file_changes_nothing_back(
    ledger: Ledger, complaint: Callable[..., Complaint]
) -> None:
    old, new = (replace(complaint(), meant=text) for text in ("You lost a day.", "You lost two."))
    number, news = imported(ledger, old, new, old)
    assert news == []
    assert stored(ledger, number).meant == "You lost two."
    assert imported(ledger, complaint()) == (number, [])


@pytest.mark.parametrize("field", ["meant", "failure"])
def test_what_a_person_said_stays(
    ledger: Ledger, complaint: Callable[..., Complaint], field: str
) -> None:
    number, _ = imported(ledger, complaint())
    said = {"meant": "You lost two.", "failure": "rude"}[field]
    with ledger.write() as tx:
        case_store.revise(tx, number, TRIAGED, **{field: said})
    _, news = imported(ledger, replace(complaint(), **{field: WORDS[field]}))
    assert news == [(field, str(WORDS[field]), "a person has said so")]
    assert str(getattr(stored(ledger, number), field)) == said


def test_a_deed_that_a_person_said_stays(
    ledger: Ledger, complaint: Callable[..., Complaint]
) -> None:
    number, _ = imported(ledger, complaint())
    with ledger.write() as tx:
        case_store.say_deed(tx, number, 1, "It came back today.")
    _, news = imported(ledger, with_deed(complaint(), "It comes tomorrow."))
    assert news == [("deed", "It comes tomorrow.", "a person has said so")]


def test_a_memo_that_was_sent_keeps_its_words(
    ledger: Ledger, complaint: Callable[..., Complaint]
) -> None:
    number, _ = imported(ledger, complaint())
    with ledger.write() as tx:
        case_store.revise(tx, number, "case_closed", stage="closed")
    _, news = imported(ledger, replace(complaint(), **WORDS))
    assert news == []
    assert stored(ledger, number).said_back == ""
