"""``--log-json``: one JSON object a line on standard error, for cron; nothing private in it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Call
from voicenote.engine.run.run_log import NAME

#: So that a memo may leave at any hour of any day.
OFF = {
    "VOICENOTE_SCHEDULE__QUIET_HOURS": "off",
    "VOICENOTE_SCHEDULE__WORKING_DAYS": "all",
    "VOICENOTE_SCHEDULE__HOLIDAYS": "off",
}


def test_a_run_logs_one_object_and_no_words_of_anybody(home: Path, ready: Call) -> None:
    """Of the customers, of what they wrote and of what they are told, nothing is in either log."""
    assert ready("approve", "1", "2", "--yes", **OFF).exit_code == 0
    result = ready("run", "--log-json", **OFF)
    [line] = result.stderr.splitlines()
    logged = json.loads(line)
    named = {"run", "by", "ended", "seconds", "counts", "channels", "troubles", "logins"}
    assert set(logged) == named
    assert logged["by"] == "schedule"
    assert (logged["counts"], logged["channels"]) == ({"sent": 2}, {"outbox": {"sent": 2}})
    both = line + (home / NAME).read_text("utf-8") + result.stdout
    for private in ("cake", "Ada", "amp", "sorry", "Lovelace"):
        assert private not in both


def test_a_run_with_nothing_to_do_is_logged_too(call: Call) -> None:
    result = call("run", "--log-json", "--json")
    assert json.loads(result.stderr)["channels"] == {}
    assert json.loads(result.stdout)["sent"] == 0


def test_an_error_is_one_object_too(call: Call) -> None:
    result = call("run", "--log-json", VOICENOTE_CHANNELS__NOTHING__KIND="pigeon")
    [line] = result.stderr.splitlines()
    assert json.loads(line)["exit_code"] == 78
