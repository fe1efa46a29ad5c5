"""How many promises of a new case are late already, by the calendar of its customer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.engine.world import START, person, told
from voicenote.engine.case.new_cases import late
from voicenote.model.case import Customer

#: Half an hour before midnight in UTC; in Tallinn the promised day has passed.
NOW = START.replace(hour=23, minute=30)


@pytest.mark.parametrize(
    ("customer", "owners", "expected"),
    [
        (person(name="Dana"), "UTC", 0),
        (person(name="Dana"), "Europe/Tallinn", 1),
        (person(name="Dana", phone="+3725123456"), "UTC", 1),
        (person(name="Dana", whatsapp="+3725123456"), "UTC", 1),
        (person(name="Dana", phone="+3725123456", time_zone="UTC"), "Europe/Tallinn", 0),
    ],
)
def test_a_day_has_passed_where_the_customer_is_as_in_every_view(
    customer: Customer, owners: str, expected: int
) -> None:
    complaint = told(customer=customer, days=0)
    assert late(complaint, NOW, owners) == expected
    assert late(complaint, NOW + timedelta(days=2), owners) == 1
