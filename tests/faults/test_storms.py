"""Storms over every channel: a share of what `scripts/bench storms` does at length."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.benches import BENCHES

ROOT = Path(__file__).parents[2]
SHARE = {"touches": 14, "kills": 7, "server_kills": 0, "pause": 0.15, "seed": 5, "postgres": ""}


def storm(tmp_path: Path, **order: Any) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.storm"],
        cwd=ROOT,
        input=json.dumps(SHARE | {"home": str(tmp_path)} | order),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def survived(report: dict[str, Any]) -> None:
    """Nothing went out twice, nothing was lost, and nothing is said that is not so."""
    assert report["twice"] == []
    assert report["lost"] == []
    assert report["said_sent_but_not"] == []
    assert report["uncertain"] == [] or report["kind"] != "outbox"


@pytest.mark.parametrize("kind", BENCHES)
def test_two_daemons_and_cron_killed_at_random_send_each_touch_once(
    tmp_path: Path, kind: str
) -> None:
    """What is uncertain had been handed over, up to the last byte at least.

    A server that is killed may not have read yet what its system had taken for it. A channel that
    is told to send in one breath cannot say whether an uncertain one has left at all.
    """
    kills = BENCHES[kind].server_kills
    report = storm(tmp_path, kind=kind, server_kills=kills)
    survived(report)
    assert len(report["uncertain_unseen"]) <= kills or not BENCHES[kind].tells_how_far


def test_on_postgresql_a_storm_does_no_harm_either(tmp_path: Path, postgres_url: str) -> None:
    report = storm(tmp_path, kind="email", server_kills=2, postgres=postgres_url)
    survived(report)
    assert len(report["uncertain_unseen"]) <= report["killed"]["server"]
