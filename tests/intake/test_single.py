"""One complaint from a plain object or a TOML file goes through the same checker."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from voicenote.errors import BadData
from voicenote.intake.mapping import guess_columns
from voicenote.intake.options import Options
from voicenote.intake.single import complaint_from_fields, read_toml
from voicenote.model.money import Money

OPTIONS = Options(now=datetime(2026, 11, 22, 12, tzinfo=UTC), currency="EUR")


def test_fields_may_be_numbers_dates_and_lists() -> None:
    made = complaint_from_fields(
        {
            "customer": "Ann",
            "what_happened": "late",
            "opened_at": date(2026, 3, 4),
            "harm": 12.5,
            "involved": ["Jaan", "Tiit"],
            "email": None,
        },
        OPTIONS,
    )
    assert made.harm == Money(Decimal("12.5"), "EUR")
    assert (made.involved, made.source) == (("Jaan", "Tiit"), "new")
    assert made.opened_at == datetime(2026, 3, 4, tzinfo=UTC)


def test_without_a_date_it_was_now() -> None:
    made = complaint_from_fields({"customer": "Ann", "what_happened": "late"}, OPTIONS)
    assert made.opened_at == OPTIONS.now


def test_every_problem_is_told() -> None:
    with pytest.raises(BadData) as caught:
        complaint_from_fields({"custommer": "Ann", "email": "x", "harm": {}}, OPTIONS)
    fields = [problem.field for problem in caught.value.problems]
    assert sorted(fields) == ["custommer", "email", "harm", "what_happened"]


@pytest.mark.parametrize("head", ["", "[complaint]\n"])
def test_a_toml_file_is_a_complaint(tmp_path: Path, head: Any) -> None:
    path = tmp_path / "a.toml"
    path.write_text(head + 'customer = "Ann"\nwhat_happened = "late"\nopened_at = 2026-03-04\n')
    assert read_toml(path, OPTIONS).customer.name == "Ann"


@pytest.mark.parametrize(
    "content", [b"", b"x", b"\xff", b"a = [[[", b"customer = 1979-05-27T", b"\x00"]
)
def test_a_broken_toml_file_is_refused(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    with pytest.raises(BadData):
        read_toml(path, OPTIONS)


def test_a_missing_toml_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "no.toml", tmp_path):
        with pytest.raises(BadData):
            read_toml(path, OPTIONS)


@pytest.mark.parametrize(
    ("zone", "language", "text", "number"),
    [
        ("Asia/Calcutta", "", "98765 43210", "+919876543210"),
        ("Europe/Kiev", "", "050 123 4567", "+380501234567"),
        ("", "hi-IN", "98765 43210", "+919876543210"),
        ("", "", "(212) 555-0143", "+12125550143"),
    ],
)
def test_a_number_has_the_country_of_its_customer(
    zone: Any, language: Any, text: Any, number: Any
) -> None:
    given = {"customer": "Ann", "what_happened": "late", "phone": text}
    owner = Options(now=OPTIONS.now, time_zone="America/New_York")
    made = complaint_from_fields({**given, "time_zone": zone, "language": language}, owner)
    assert made.customer.address("phone") == number


def test_a_customer_whose_zone_has_no_country_borrows_none_of_the_owner() -> None:
    given = {"customer": "Ann", "what_happened": "late", "phone": "98765 43210"}
    owner = Options(now=OPTIONS.now, time_zone="America/New_York")
    with pytest.raises(BadData, match="a telephone number"):
        complaint_from_fields({**given, "time_zone": "+05:00"}, owner)


def test_addresses_of_a_plug_in_and_several_of_a_kind_come_in() -> None:
    given = {"customer": "Ann", "what_happened": "late", "email": "a@x.example; b@x.example"}
    made = complaint_from_fields({**given, "addresses": {"slack": "U0123"}}, OPTIONS)
    theirs = [(one.kind, one.value) for one in made.customer.addresses]
    assert theirs == [("email", "a@x.example"), ("email", "b@x.example"), ("slack", "U0123")]


def test_a_column_named_after_an_address_is_read_as_one() -> None:
    found = guess_columns(["Customer", "Addresses.Slack"])
    assert found["addresses.slack"] == ("Addresses.Slack",)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("friday", date(2026, 11, 27)),
        ("in 7 days", date(2026, 11, 29)),
        ("4 December", date(2026, 12, 4)),
        ("2026-12-04", date(2026, 12, 4)),
        (date(2026, 12, 4), date(2026, 12, 4)),
        ("2026-11-01", date(2026, 11, 1)),
    ],
)
def test_a_promised_day_may_be_written_as_people_say_it(written: object, day: date) -> None:
    """So that a file that was written as an example still works next year."""
    fields = {"customer": "Ann", "what_happened": "late", "amends": "a cake", "amends_kind": "redo"}
    made = complaint_from_fields({**fields, "promised_by": written}, OPTIONS)
    assert made.promises[0].promised_by == day


def test_a_promised_day_that_is_none_is_refused_with_what_to_write() -> None:
    with pytest.raises(BadData, match="isn't a date: 'some day'"):
        complaint_from_fields(
            {"customer": "Ann", "what_happened": "late", "promised_by": "some day"}, OPTIONS
        )
