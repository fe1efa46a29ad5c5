"""`status`: everything on one screen, and the same in JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from voicenote.cli.terminal import screen

Call = Callable[..., Result]


def told(call: Call) -> dict[str, str]:
    """Return the lines by label; what follows without one belongs to the label above it."""
    found: dict[str, str] = {}
    label = ""
    for line in call("status").stdout.splitlines():
        label = line[:18].strip() or label
        found[label] = " ".join((*found.get(label, "").split(), *line[18:].split()))
    return found


def data(call: Call) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(call("status", "--json").stdout)
    return found


def test_an_empty_workspace_has_nothing_to_tell(bare: Call) -> None:
    bare("init")
    assert told(bare) == {
        "overdue": "nothing",
        "due": "nothing is planned",
        "waiting for you": "nothing",
        "waiting for them": "nobody",
        "failed": "nothing",
        "last run": "none yet: voicenote run, or voicenote schedule --install",
    }


def test_the_steps_of_new_cases_are_counted(call: Call) -> None:
    call("script", "1", "2")
    call("render", "2")
    assert data(call)["mine"] == {"write": 1, "speak": 1, "approve": 1}
    line = told(call)["waiting for you"]
    assert line == "1 to write, 1 to record or render, 1 to approve"


def test_what_was_sent_waits_for_the_customer(ready: Call) -> None:
    """Until they say that it is not right; then it waits for the owner again."""
    at_once = {
        "VOICENOTE_SCHEDULE__QUIET_HOURS": "off",
        "VOICENOTE_SCHEDULE__WORKING_DAYS": "all",
        "VOICENOTE_SCHEDULE__HOLIDAYS": "off",
    }
    ready("approve", "1", "2", **at_once)
    found = data(ready)
    assert (found["open"], found["planned"], found["theirs"]) == (3, 2, 0)
    ready("run", **at_once)
    ready("answer", "2", "--not-yet", "--text", "It is still broken.")
    found = data(ready)
    assert found["last_run"]["counts"] == {"sent": 2}
    assert (found["theirs"], found["mine"]) == (1, {"write": 1, "approve": 1})
    assert re.search(r"\(just now, by schedule\): 2 sent$", told(ready)["last run"])


def test_what_failed_is_told_with_its_cure(ready: Call, home: Path) -> None:
    (home / "voicenote.toml").write_text(
        '[channels.email]\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"\n'
        'imap_host = "127.0.0.1"\nimap_port = 1\nimap_security = "none"\n'
    )
    ready("run")
    found = data(ready)
    assert [one["urgency"] for one in found["troubles"]] == ["run"]
    assert found["last_run"]["troubles"][0]["about"] == "email"
    line = told(ready)["failed"]
    assert "email could not be read in the run of" in line
    assert "nothing listens on 127.0.0.1:1" in line
    assert "check imap_host and imap_port" in line


def test_a_run_that_somebody_pipes_is_by_hand(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its input and output are no terminal, as in cron, but its standard error is one."""
    monkeypatch.setattr(screen, "is_terminal", lambda stream: stream.name == "<stderr>")
    call("run")
    assert "by hand" in told(call)["last run"]
