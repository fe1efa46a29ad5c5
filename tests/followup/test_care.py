"""Care for the owner: cooling off inside the clock (S11), and what the customer hears (S15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from voicenote.engine.case.plan_view import HEARS
from voicenote.followup.case_status import acknowledged_at, clock_start
from voicenote.followup.release_rules import cooling_off
from voicenote.model.touch import TouchKind


@pytest.mark.parametrize(
    ("hours", "written", "round_", "until", "cut"),
    [
        (2, 1, 1, 3, False),
        (23, 1, 1, 24, False),
        (24, 1, 1, 24, True),
        (2, 23, 1, 24, True),
        (2, 30, 1, 30, True),
        (2, 30, 2, 32, False),
    ],
)
def test_a_script_cools_off_inside_the_clock(
    make: Any,
    hours: float,
    written: float,
    round_: int,
    until: float,
    cut: bool,
) -> None:
    case = replace(make.snapshot().case, round=round_)
    found = cooling_off(make.at(written / 24), hours, case, 24)
    assert found == make.at(0) + timedelta(hours=until)
    assert (found < make.at(written / 24) + timedelta(hours=hours)) is cut


def test_there_is_no_cooling_off_unless_it_is_wished(make: Any) -> None:
    assert cooling_off(make.at(0), 0, make.snapshot().case, 24) is None


def test_every_touch_says_what_the_customer_hears() -> None:
    assert set(HEARS) == set(TouchKind)


def test_the_clock_of_a_later_round_runs_from_the_answer(make: Any) -> None:
    said = make.answer("not-yet", 5)
    again = make.snapshot(answers=(said,), rounds=(1,), round=2)
    assert clock_start(make.snapshot()) == make.at(0)
    assert clock_start(again) == make.at(5)
    assert clock_start(make.snapshot(round=2)) is None


@pytest.mark.parametrize(
    ("state", "counts"), [("accepted", True), ("heard", True), ("due", False), ("bounced", False)]
)
def test_an_acknowledgement_counts_when_it_has_arrived(
    make: Any,
    state: str,
    counts: bool,
) -> None:
    seen = make.snapshot(make.touch(1, "acknowledge", state, 0.1))
    assert (acknowledged_at(seen) is not None) == counts
