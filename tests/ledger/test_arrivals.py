"""What came in is kept once, in both databases; links are good for one use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from voicenote.ledger import arrivals, case_store, kept_arrivals, tables
from voicenote.ledger.arrivals import UNMATCHED, Came
from voicenote.ledger.store import Ledger
from voicenote.model.address import Address, mark
from voicenote.model.case import Complaint

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CAME = Came(channel="mail", mark="<1@x> dana@x", kind="answered", at=NOON, address="Dana@x.example")


def test_the_same_is_kept_once_by_each_channel(ledger: Ledger) -> None:
    with ledger.write() as tx:
        assert arrivals.keep(tx, CAME)
        assert not arrivals.keep(tx, CAME)
        assert arrivals.keep(tx, replace(CAME, channel="bot"))
        assert not arrivals.keep(tx, replace(CAME, channel="other mail", everywhere=True))


def test_a_place_is_moved_on_and_never_forgotten(ledger: Ledger) -> None:
    with ledger.write() as tx:
        assert arrivals.place(tx, "mail") == ""
        for place in ("7:1", "7:2", ""):
            arrivals.advance(tx, "mail", place)
    with ledger.read() as tx:
        assert arrivals.place(tx, "mail") == "7:2"
        assert arrivals.place(tx, "bot") == ""


def test_when_somebody_last_wrote_is_the_newest_word_of_a_person(ledger: Ledger) -> None:
    later = NOON + timedelta(hours=2)
    with ledger.write() as tx:
        arrivals.keep(tx, CAME)
        arrivals.keep(tx, replace(CAME, mark="2", at=later, kind=UNMATCHED))
        arrivals.keep(tx, replace(CAME, mark="3", at=later + timedelta(hours=1), kind="delivered"))
        found = arrivals.written_by(tx, "mail", ["dana@X.example", ""])
        assert found == {"dana@X.example": later}
        assert arrivals.written_by(tx, "bot", ["dana@x.example"]) == {}


def test_what_fits_no_case_waits_until_it_is_shown_or_put_away(ledger: Ledger) -> None:
    """A machine's report until it is shown, a person's words until they are put away."""
    with ledger.write() as tx:
        arrivals.keep(tx, CAME)
        came = replace(CAME, mark="2", kind=UNMATCHED, reason="nobody", text="Hello")
        arrivals.keep(tx, replace(came, address=""))
        (report,) = arrivals.waiting(tx)
        arrivals.mark_shown(tx, [report])
        assert arrivals.waiting(tx) == []
        kept_arrivals.settle(tx, report)
        arrivals.keep(tx, replace(came, mark="3"))
        (found,) = arrivals.unmatched(tx)
        assert (found.text, found.reason, found.at) == ("Hello", "nobody", NOON)
        arrivals.mark_shown(tx, [found.number])
        assert arrivals.waiting(tx) == [found.number]
        assert arrivals.unmatched(tx, after=arrivals.last(tx)) == []
        kept_arrivals.settle(tx, found.number)
        assert (arrivals.waiting(tx), arrivals.unmatched(tx)) == ([], [])


@pytest.mark.parametrize("channel", ["bot", "another"])
def test_a_link_is_good_once_and_by_its_own_channel(
    ledger: Ledger, complaint: Callable[..., Complaint], channel: str
) -> None:
    with ledger.write() as tx:
        (added,) = case_store.add(tx, [complaint()])
        arrivals.make_link(tx, "bot", added.case, "secret")
        expected = added.case if channel == "bot" else None
        assert arrivals.use_link(tx, channel, "secret") == expected
        assert arrivals.use_link(tx, channel, "secret") is None
        kept = tx.connection.execute(tables.links.select()).mappings().one()
        assert "secret" not in str(dict(kept))


def test_a_newer_link_ends_the_older(ledger: Ledger, complaint: Callable[..., Complaint]) -> None:
    with ledger.write() as tx:
        (added,) = case_store.add(tx, [complaint()])
        for secret in ("one", "two"):
            arrivals.make_link(tx, "bot", added.case, secret)
        assert arrivals.use_link(tx, "bot", "one") is None
        assert arrivals.use_link(tx, "bot", "two") == added.case


def test_who_joins_is_known_by_that_address(
    ledger: Ledger, complaint: Callable[..., Complaint]
) -> None:
    with ledger.write() as tx:
        (added,) = case_store.add(tx, [complaint()])
        arrivals.join(tx, case_store.get(tx, added.case), Address("telegram", "4711"))
        (found,) = arrivals.cases_at(tx, "4711")
        assert (found.number, found.customer.address("telegram")) == (added.case, "4711")
        assert arrivals.cases_at(tx, mark(" DANA@example.com "))[0].number == added.case
        assert arrivals.cases_at(tx, "") == []


def test_a_ledger_without_cases_has_no_first_day(
    ledger: Ledger, complaint: Callable[..., Complaint]
) -> None:
    with ledger.write() as tx:
        assert arrivals.first_day(tx) is None
        case_store.add(tx, [complaint()])
        assert arrivals.first_day(tx) == NOON


@pytest.mark.parametrize("identifier", ["", "<nobody@x>", "\u2028", "x" * 5000])
def test_no_touch_has_a_strange_identifier(ledger: Ledger, identifier: str) -> None:
    with ledger.read() as tx:
        assert arrivals.touch_by_key(tx, identifier) is None
        assert arrivals.touch_by_message(tx, identifier) is None
