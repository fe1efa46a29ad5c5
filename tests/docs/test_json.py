"""The keys that the pages promise are those that the commands print."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from voicenote.cli.app import voicenote
from voicenote.cli.commands import COMMANDS

DOCS = Path(__file__).resolve().parents[2] / "docs"
ROWS = """\
ref,customer,language,what_happened,amends,amends_kind,promised_by
a,Ada Lovelace,en,The cake fell over.,A new cake,redo,2027-06-04
"""


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One case taken all the way; what each command printed with --json."""
    folder = tmp_path_factory.mktemp("json")
    (folder / "rows.csv").write_text(ROWS, encoding="utf-8")
    env = {
        "VOICENOTE_HOME": str(folder / "home"),
        "VOICENOTE_OWNER__NAME": "Grace Hopper",
        "VOICENOTE_VOICE__ENGINE": "silent",
        "VOICENOTE_SCHEDULE__QUIET_HOURS": "off",
        "VOICENOTE_SCHEDULE__WORKING_DAYS": "all",
    }
    found = {}
    for line in (f"import {folder / 'rows.csv'}", "script 1", "render 1", "approve 1", "run",
                 "answer 1 --text Thanks", "cases", "show 1"):  # fmt: skip
        words = line.split(" ", 2)
        result = CliRunner().invoke(voicenote, [*line.split(), "--json"], env=env)
        assert result.exit_code == 0, result.output
        found[words[0]] = json.loads(result.stdout)
    return found


def promised(command: str) -> set[str]:
    """Return the keys that the help of a command names."""
    result = CliRunner().invoke(voicenote, [command, "--help"])
    keys = re.search(r"With --json: (.*?)(?:\n\n|\Z)", result.output, re.DOTALL)
    assert keys, command
    first = re.sub(r"\[\{.*?\}\]", "", keys[1], flags=re.DOTALL)
    told = re.search(r"\{(.*?)\}", first, re.DOTALL)
    assert told, command
    return set(re.findall(r'"(\w+)"', told[1]))


@pytest.mark.parametrize("command", ["import", "script", "render", "approve", "run", "cases"])
def test_a_command_prints_the_keys_that_its_help_promises(
    command: str, printed: dict[str, Any]
) -> None:
    assert command in COMMANDS
    found = printed[command]
    keys = set(found[0] if isinstance(found, list) else found)
    assert promised(command) <= keys


def test_show_prints_the_keys_that_the_page_promises(printed: dict[str, Any]) -> None:
    page = (DOCS / "json.md").read_text("utf-8").partition("`show N --json` is")[2]
    case = printed["show"]
    for names, about in re.findall(r"^\| (`.+?) \| (.+) \|$", page, re.MULTILINE):
        keys = re.findall(r"`(\w+)`", names)
        assert set(keys) <= set(case)
        inner = set(re.findall(r"`(\w+)`", about))
        if len(keys) == 1 and inner:
            value = case[keys[0]]
            one = value[0] if isinstance(value, list) else value
            deeper = one.get("sentences", [{}])[0]
            assert inner <= {*one, *deeper}
