from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
#: So many ticks have the commits and acts of a pass over `CASES` touches; each is a place to die.
CASES, TICKS = 4, 40
#: Each of the six storms kills at least so many passes: more than two hundred in all.
KILLS = 34


def storm(tmp_path: Path, **order: Any) -> list[dict[str, Any]]:
    defaults = {
        "cases": CASES,
        "at_once": 1,
        "can_ask": True,
        "postgres": "",
        "home": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.crank"],
        cwd=ROOT,
        input=json.dumps(defaults | order),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    assert done.returncode == 0, done.stderr
    reports: list[dict[str, Any]] = json.loads(done.stdout)
    assert sum(one["killed"] for one in reports) >= KILLS
    return reports


def nothing_twice_nothing_lost(reports: list[dict[str, Any]]) -> None:
    assert [one["twice"] for one in reports if one["twice"]] == []
    assert [one["lost"] for one in reports if one["lost"]] == []
    assert [one["said_sent_but_not"] for one in reports if one["said_sent_but_not"]] == []


@pytest.mark.parametrize("can_ask", [True, False])
def test_killed_at_each_point_a_pass_leaves_nothing_twice_and_nothing_lost(
    tmp_path: Path, can_ask: bool
) -> None:
    reports = storm(tmp_path, ticks=list(range(1, TICKS)), can_ask=can_ask)
    nothing_twice_nothing_lost(reports)
    uncertain = [len(one["uncertain"]) for one in reports]
    assert max(uncertain) == (0 if can_ask else 1), "only what was leaving is uncertain"


@pytest.mark.parametrize("can_ask", [True, False])
def test_two_passes_at_once_that_are_both_killed_do_no_harm(tmp_path: Path, can_ask: bool) -> None:
    reports = storm(tmp_path, ticks=list(range(1, TICKS)), at_once=2, can_ask=can_ask)
    nothing_twice_nothing_lost(reports)


@pytest.mark.parametrize("at_once", [1, 2])
def test_on_postgresql_killed_passes_do_no_harm_either(
    tmp_path: Path, postgres_url: str, at_once: int
) -> None:
    ticks = list(range(1, TICKS))
    reports = storm(tmp_path, ticks=ticks, postgres=postgres_url, can_ask=False, at_once=at_once)
    nothing_twice_nothing_lost(reports)
    assert any(one["uncertain"] for one in reports)
