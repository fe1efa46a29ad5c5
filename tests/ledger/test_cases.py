"""Cases come in once, with their customers, promises and history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from voicenote.errors import WrongUse
from voicenote.ledger import case_reports, case_store, identity, tables
from voicenote.ledger.store import Ledger
from voicenote.model.case import MADE_REF, Complaint, Lesson

Make = Callable[..., Complaint]


def customers(ledger: Ledger) -> int:
    with ledger.read() as tx:
        query = select(func.count()).select_from(tables.customers)
        return tx.connection.execute(query).scalar_one()


def test_the_same_source_and_ref_is_one_case_however_often_it_comes(
    ledger: Ledger, complaint: Make
) -> None:
    for expected in (True, False, False):
        with ledger.write() as tx:
            [added] = case_store.add(tx, [complaint()])
        assert (added.case, added.new, added.clash) == (1, expected, False)
    with ledger.read() as tx:
        assert [row["event"] for row in case_reports.history(tx)] == ["case_opened"]


def test_where_all_tell_one_story_only_those_of_these_people_are_read(
    ledger: Ledger, complaint: Make
) -> None:
    """A helpdesk writes one line for thousands; to read all of them took their square."""
    made = [f"{MADE_REF}{n:016x}" for n in range(20)]
    with ledger.write() as tx:
        case_store.add(tx, [complaint(ref=ref, name=ref, email=f"{ref}@x.example") for ref in made])
    for ref in ("T-1", f"{MADE_REF}{99:016x}"):
        again = complaint(ref=ref, name=made[3], email=f"{made[4]}@x.example".upper())
        with ledger.read() as tx:
            met = identity.find_known(tx, [again])
        assert set(met.by_ref) == {made[3], made[4]}
        assert met.find(again) is not None


def test_a_helpdesks_own_refs_that_begin_like_ours_keep_complaints_apart(
    ledger: Ledger, complaint: Make
) -> None:
    with ledger.write() as tx:
        added = case_store.add(tx, [complaint(ref="row-1"), complaint(ref="row-2")])
    assert [one.new for one in added] == [True, True]


@pytest.mark.parametrize(
    ("source", "changes", "new"),
    [
        ("json", {}, False),
        ("csv-0a1b2c3d", {"what_happened": "the ribbon on the CAKE was blue not ivory"}, False),
        ("zendesk-acme", {}, False),
        ("zendesk-acme", {"what_happened": "The lamp broke."}, True),
        ("zendesk-acme", {"name": "Ron", "email": "ron@example.com"}, True),
        ("json", {"what_happened": "It was blue."}, False),
    ],
)
def test_a_ref_is_one_complaint_unless_a_named_source_tells_another_story(
    ledger: Ledger, complaint: Make, source: str, changes: dict[str, str], new: bool
) -> None:
    with ledger.write() as tx:
        case_store.add(tx, [complaint()])
        [added] = case_store.add(tx, [complaint(source=source, **changes)])
    assert (added.new, added.clash) == (new, False)


@pytest.mark.parametrize(
    ("changes", "again", "new"),
    [
        ({}, {}, False),
        ({}, {"what_happened": "The ribbon, on the cake: was blue; not ivory!"}, False),
        ({}, {"email": ""}, False),
        ({}, {"name": "Dana Levi"}, False),
        ({}, {"name": "Dana Levi", "email": ""}, True),
        ({}, {"email": "dana@example.org"}, True),
        ({}, {"what_happened": "The lamp broke."}, True),
        ({"email": "", "name": "there"}, {"email": "", "name": "there"}, True),
    ],
)
def test_without_a_ref_the_person_and_the_story_tell_a_complaint(
    ledger: Ledger, complaint: Make, changes: dict[str, str], again: dict[str, str], new: bool
) -> None:
    with ledger.write() as tx:
        case_store.add(tx, [complaint("row-0123456789abcdef", **changes)])
        [added] = case_store.add(tx, [complaint("row-fedcba9876543210", **again)])
    assert (added.new, added.clash) == (new, False)


def test_two_days_of_one_story_are_two_complaints(ledger: Ledger, complaint: Make) -> None:
    one, other = f"{MADE_REF}{'a' * 16}", f"{MADE_REF}{'b' * 16}"
    refs = (f"{one}-20261101", f"{one}-20261108", f"{other}-20261101", other)
    with ledger.write() as tx:
        added = case_store.add(tx, [complaint(ref) for ref in refs])
    assert [one.case for one in added] == [1, 2, 1, 1]


def test_a_ref_is_found_for_what_had_none_and_the_other_way(
    ledger: Ledger, complaint: Make
) -> None:
    with ledger.write() as tx:
        case_store.add(
            tx, [complaint("row-0123456789abcdef"), complaint("B-1", name="Ron", email="")]
        )
        later = [complaint("A-1"), complaint("row-00112233445566ff", name="Ron", email="")]
        assert [one.case for one in case_store.add(tx, later)] == [1, 2]


def test_a_reworded_story_of_the_same_customer_is_the_same_case(
    ledger: Ledger, complaint: Make
) -> None:
    with ledger.write() as tx:
        case_store.add(tx, [complaint()])
        [again] = case_store.add(tx, [complaint(what_happened="It was blue.")])
    assert not again.new
    assert not again.clash


def test_the_same_ref_with_another_story_of_another_customer_clashes(
    ledger: Ledger, complaint: Make
) -> None:
    with ledger.write() as tx:
        case_store.add(tx, [complaint()])
        [other] = case_store.add(tx, [complaint(name="Ron", what_happened="The lamp broke.")])
    assert (other.case, other.new, other.clash) == (1, False, True)


def test_two_stories_under_one_ref_in_one_import_clash(ledger: Ledger, complaint: Make) -> None:
    with ledger.write() as tx:
        first, second = case_store.add(
            tx, [complaint(), complaint(what_happened="Something else.")]
        )
    assert (first.new, first.clash) == (True, False)
    assert (second.new, second.clash, second.case) == (False, True, first.case)


def test_one_person_with_one_address_is_one_customer(ledger: Ledger, complaint: Make) -> None:
    with ledger.write() as tx:
        case_store.add(tx, [complaint("A-1"), complaint("A-2", name="DANA")])
    with ledger.write() as tx:
        case_store.add(tx, [complaint("A-3"), complaint("A-4", email="other@example.com")])
    assert customers(ledger) == 2


def test_people_without_an_address_are_never_taken_for_one_another(
    ledger: Ledger, complaint: Make
) -> None:
    with ledger.write() as tx:
        case_store.add(tx, [complaint("A-1", email=""), complaint("A-2", email="")])
    assert customers(ledger) == 2


def test_twelve_hundred_come_in_at_once_and_in_order(ledger: Ledger, complaint: Make) -> None:
    told = [complaint(f"R-{n}", email=f"c{n}@example.com", name=f"C {n}") for n in range(1200)]
    with ledger.write() as tx:
        added = case_store.add(tx, told, "night")
    with ledger.read() as tx:
        loaded = case_store.load(tx, [one.case for one in added])
        assert case_store.numbers_of(tx, batch="night") == sorted(loaded)
    assert [loaded[one.case].complaint for one in added] == told
    with ledger.write() as tx:
        assert not any(one.new for one in case_store.add(tx, told, "again"))


def test_a_promise_is_numbered_within_its_case(ledger: Ledger, complaint: Make) -> None:
    with ledger.write() as tx:
        case_store.add(tx, [complaint("A-1", promises=()), complaint("A-2")])
        extra = replace(complaint().promises[0], text="bake it again")
        assert [case_store.promise(tx, 1, extra), case_store.promise(tx, 2, extra)] == [1, 2]
        assert [one.name for one in case_store.get(tx, 2).amends] == ["2.1", "2.2"]


def test_a_lesson_is_written_once_and_rewritten_in_place(ledger: Ledger, complaint: Make) -> None:
    with ledger.write() as tx:
        case_store.add(tx, [complaint()])
        for cause in ("haste", "no check list"):
            lesson = Lesson(cause=cause, prevention="a list", owner="Ada")
            case_store.write_lesson(tx, 1, lesson)
        assert case_store.get(tx, 1).lesson == lesson


@pytest.mark.parametrize("work", ["get", "revise", "promise"])
def test_a_case_that_is_not_there_is_said_so(ledger: Ledger, complaint: Make, work: str) -> None:
    def ask() -> None:
        with ledger.write() as tx:
            if work == "get":
                case_store.get(tx, 7)
            elif work == "revise":
                case_store.revise(tx, 7, "case_triaged", cause="haste")
            else:
                case_store.promise(tx, 7, complaint().promises[0])

    with pytest.raises(WrongUse, match="no case 7"):
        ask()
    with ledger.read() as tx:
        assert case_reports.history(tx) == []
