from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CRANK = Path(__file__).with_name("crank.py")
#: Two touches: a pass over them has fewer commits and acts than this.
TICKS = 26


def storm(tmp_path: Path, **order: Any) -> list[dict[str, Any]]:
    defaults = {"cases": 2, "at_once": 1, "can_ask": True, "postgres": "", "home": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, str(CRANK)],
        input=json.dumps(defaults | order),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    assert done.returncode == 0, done.stderr
    reports: list[dict[str, Any]] = json.loads(done.stdout)
    return reports


def nothing_twice_nothing_lost(reports: list[dict[str, Any]]) -> None:
    assert [one["twice"] for one in reports if one["twice"]] == []
    assert [one["lost"] for one in reports if one["lost"]] == []
    assert [one["said_sent_but_not"] for one in reports if one["said_sent_but_not"]] == []


@pytest.mark.parametrize("half", [0, 1])
def test_killed_at_each_point_a_pass_that_can_ask_leaves_nothing_uncertain(
    tmp_path: Path, half: int
) -> None:
    reports = storm(tmp_path, ticks=list(range(1 + half, TICKS, 2)))
    nothing_twice_nothing_lost(reports)
    assert all(one["uncertain"] == [] for one in reports)
    assert sum(one["killed"] for one in reports) >= 8


@pytest.mark.parametrize("half", [0, 1])
def test_killed_at_each_point_a_pass_that_cannot_ask_shows_what_is_uncertain(
    tmp_path: Path, half: int
) -> None:
    reports = storm(tmp_path, ticks=list(range(1 + half, TICKS, 2)), can_ask=False)
    nothing_twice_nothing_lost(reports)
    assert any(one["uncertain"] for one in reports)
    assert all(len(one["uncertain"]) <= 1 for one in reports)


@pytest.mark.parametrize("can_ask", [True, False])
def test_two_passes_at_once_that_are_both_killed_do_no_harm(tmp_path: Path, can_ask: bool) -> None:
    reports = storm(tmp_path, ticks=list(range(1, 40)), at_once=2, cases=3, can_ask=can_ask)
    nothing_twice_nothing_lost(reports)


def test_on_postgresql_a_killed_pass_does_no_harm_either(tmp_path: Path, postgres_url: str) -> None:
    reports = storm(tmp_path, ticks=list(range(1, TICKS, 2)), postgres=postgres_url, can_ask=False)
    nothing_twice_nothing_lost(reports)
    assert any(one["uncertain"] for one in reports)
