"""Plans are read whole, and every problem is named with its place."""

from __future__ import annotations

from contextlib import suppress
from datetime import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.errors import BadSettings, Problem
from voicenote.model.touch import TouchKind
from voicenote.options import parse as read_options
from voicenote.schedule.offset import Offset, parse
from voicenote.schedule.plans import Plan, Start, Unless, builtin_plans, read_plan


def test_four_plans_come_with_voicenote() -> None:
    assert set(builtin_plans()) == {"make-it-right", "acknowledge", "few-words", "last-word"}


def test_make_it_right_lasts_thirty_days_and_asks_three_times() -> None:
    plan = builtin_plans()["make-it-right"]
    questions = [step for step in plan.steps if step.kind is TouchKind.CONFIRM]
    assert [step.after for step in questions] == [parse("P14D"), parse("P21D"), parse("P30D")]
    assert {step.unless for step in questions} == {Unless.PUT_RIGHT}


def test_the_last_word_is_one_note() -> None:
    assert [step.kind for step in builtin_plans()["last-word"].steps] == [TouchKind.LAST_WORD]


def test_every_key_of_a_plan_is_read() -> None:
    table = {
        "about": "Ours.",
        "channel": "email",
        "too_late": "P2D",
        "steps": [
            {"kind": "status", "from": "promised_by", "at": "17:30", "unless": "kept"},
            {"kind": "check-in", "after": "P3D", "channel": "telegram", "too_late": "PT6H"},
        ],
    }
    problems: list[Problem] = []
    plan = read_plan("ours", table, problems)
    assert not problems
    assert (plan.name, plan.about, plan.ways) == ("ours", "Ours.", ("email",))
    assert plan.too_late == Offset(days=2)
    first, second = plan.steps
    assert (first.start, first.at, first.unless) == (Start.PROMISED_BY, time(17, 30), Unless.KEPT)
    assert (second.ways, second.too_late) == (("telegram",), parse("PT6H"))


def test_all_problems_come_together() -> None:
    table: dict[str, Any] = {
        "steps": [
            {"kind": "memoo", "after": "-P1D", "colour": "red"},
            3,
            {"after": "P1.5D"},
            {"kind": "status", "at": "noon", "unless": "happy"},
        ],
        "too_late": 4,
        "speed": "fast",
    }
    with pytest.raises(BadSettings) as caught:
        read_options(Plan, table, "plans.x")
    assert [problem.field for problem in caught.value.problems] == [
        "plans.x.steps[1].kind",
        "plans.x.steps[1].colour",
        "plans.x.steps[1].after",
        "plans.x.steps[2]",
        "plans.x.steps[3].after",
        "plans.x.steps[3].kind",
        "plans.x.steps[4].at",
        "plans.x.steps[4].unless",
        "plans.x.steps[4].from",
        "plans.x.too_late",
        "plans.x.speed",
    ]


@pytest.mark.parametrize("table", [{}, {"steps": []}, {"steps": "memo"}, {"steps": {"kind": "x"}}])
def test_a_plan_without_steps_is_refused(table: dict[str, Any]) -> None:
    with pytest.raises(BadSettings) as caught:
        read_options(Plan, table, "plans.x")
    assert [one.field for one in caught.value.problems] == ["plans.x.steps"]


@pytest.mark.parametrize("wrong", ["-P1D", "soon"])
def test_too_late_lies_ahead(wrong: str) -> None:
    with pytest.raises(BadSettings):
        read_options(Plan, {"steps": [{"kind": "memo"}], "too_late": wrong}, "plans.x")


@pytest.mark.parametrize(
    ("step", "field"),
    [
        ({"kind": "memo", "after": "-P1D"}, "after"),
        ({"kind": "status"}, "from"),
        ({"kind": "memo", "channel": "a", "channels": ["b"]}, "channels"),
    ],
)
def test_what_does_not_go_together_is_named(step: dict[str, Any], field: str) -> None:
    with pytest.raises(BadSettings) as caught:
        read_options(Plan, {"steps": [step]}, "plans.x")
    assert [one.field for one in caught.value.problems] == [f"plans.x.steps[1].{field}"]


def test_a_time_of_day_has_no_zone() -> None:
    step = {"kind": "status", "from": "promised_by", "at": "17:00+02:00"}
    with pytest.raises(BadSettings) as caught:
        read_options(Plan, {"steps": [step]}, "plans.x")
    assert "time zone" in str(caught.value.problems[0])


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.sampled_from(TouchKind),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)
keys = st.sampled_from(
    ["kind", "after", "from", "at", "unless", "channel", "channels", "too_late", "x"]
)


@given(
    st.dictionaries(
        st.sampled_from(["steps", "about", "channel", "too_late", "y"]),
        values | st.lists(st.dictionaries(keys, values), max_size=3),
    )
)
def test_any_table_is_a_plan_or_bad_settings(table: dict[str, Any]) -> None:
    with suppress(BadSettings):
        assert read_options(Plan, table, "plans.x").steps
