"""The owner's own sentences and the form of address, as files and forms give them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.intake.conftest import Opened
from voicenote.intake.mapping import guess_columns
from voicenote.intake.options import Options
from voicenote.intake.single import complaint_from_fields
from voicenote.model.case import Complaint, Failure

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
NEEDED = {"customer": "Dana", "what_happened": "The pump came nine days late."}


def taken(**given: object) -> Complaint:
    return complaint_from_fields({**NEEDED, **given}, Options(now=NOW, language="en"))


def test_the_owners_sentences_are_kept_as_they_will_be_said() -> None:
    made = taken(
        said_back="You paid for overnight delivery, and it took nine days.",
        our_fault="The parcel lay in the wrong depot.",
        meant="You could not know which answer was true.",
        amends="the delivery fee back",
        deed="Your thirty-eight dollars went back to your card this morning.",
        failure="late",
    )
    assert made.said_back == "You paid for overnight delivery, and it took nine days."
    assert made.our_fault == "The parcel lay in the wrong depot."
    assert made.meant == "You could not know which answer was true."
    assert made.promises[0].deed.startswith("Your thirty-eight dollars")
    assert made.failure is Failure.LATE


def test_nothing_of_it_is_guessed() -> None:
    made = taken(customer="Pani Marta Zielińska", language="pl")
    said = (made.said_back, made.our_fault, made.meant, made.failure)
    assert said == ("", "", "", None)
    person = made.customer
    assert {person.greet_as, person.title, person.gender, person.how_many, person.formality} == {""}


def test_a_sentence_of_several_lines_is_said_as_one() -> None:
    assert (
        taken(said_back="You waited.\n  You rang twice.").said_back == "You waited. You rang twice."
    )


def test_a_deed_alone_is_a_promise() -> None:
    promise = taken(deed="I will be at your door on Friday.").promises[0]
    assert promise.text == promise.deed == "I will be at your door on Friday."


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("gender", "Female", "woman"),
        ("gender", "K", "woman"),
        ("gender", "נקבה", "woman"),
        ("gender", "Mężczyzna", "man"),
        ("gender", "مرد", "man"),
        ("gender", "Prefer not to say", ""),
        ("gender", "non-binary", ""),
        ("how_many", "Family", "several"),
        ("how_many", "1", "one"),
        ("formality", "Sie", "formal"),
        ("formality", "informal", "familiar"),
        ("greet_as", "Pani Marto", "Pani Marto"),
        ("title", "Dr", "Dr"),
    ],
)
def test_a_form_of_address_is_read_as_people_write_it(field: str, text: str, value: str) -> None:
    assert getattr(taken(**{field: text}).customer, field) == value


@pytest.mark.parametrize(
    ("text", "kind"),
    [("Promise broken", Failure.BROKEN), ("delayed", Failure.LATE), ("no reply", Failure.SILENCE)],
)
def test_a_kind_of_failure_has_other_names(text: str, kind: Failure) -> None:
    assert taken(failure=text).failure is kind


def test_a_kind_that_is_not_known_does_not_cost_the_row(read: Callable[..., Opened]) -> None:
    _, good, bad = read("customer,what_happened,failure,gender\nDana,It was late.,meteor,3\n")
    assert not bad
    assert good[0].complaint.failure is None
    assert good[0].complaint.customer.gender == ""
    assert {one.field for one in good[0].unread} == {"failure", "gender"}


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Salutation", "title"),
        ("Name Prefix", "title"),
        ("tytuł grzecznościowy", "title"),
        ("Sex", "gender"),
        ("מגדר", "gender"),
        ("Płeć", "gender"),
        ("جنسیت", "gender"),
        ("sugu", "gender"),
        ("Wołacz", "greet_as"),
        ("Formulă de adresare", "greet_as"),
        ("kõnetlus", "greet_as"),
        ("Form of address", "formality"),
    ],
)
def test_a_column_of_another_system_is_known(header: str, field: str) -> None:
    assert guess_columns(["Name", "Complaint", header])[field] == (header,)


@pytest.mark.parametrize("header", ["Title", "Failure", "How many", "Deed", "Number"])
def test_a_word_that_helpdesks_use_otherwise_is_read_only_in_a_file_of_ours(header: str) -> None:
    name = header.casefold().replace(" ", "_")
    assert name not in guess_columns(["Name", "Complaint", header])
    if name != "number":
        assert guess_columns(["customer", "what_happened", header])[name] == (header,)
