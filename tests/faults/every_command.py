"""Every command of the command line on one workspace, for faults that may meet any of them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from click.testing import CliRunner, Result

from voicenote.cli.app import voicenote
from voicenote.cli.commands import COMMANDS

ROWS = """\
ref,customer,email,what_happened,amends,amends_kind,promised_by
a,Ada Lovelace,ada@example.com,The cake fell over.,A new cake,redo,2027-06-04
b,Bo Diddley,bo@example.com,The amp was late.,Half the rent,refund,2027-06-04
c,Cy Young,cy@example.com,The ball was flat.,A new ball,exchange,2027-06-04
d,Di Trevis,di@example.com,The call was cut.,,,
"""
#: What asks the ledger, and fits the workspace of `begin`: one line a call.
WITH_LEDGER = (
    "adopt",
    "amends add 2 --kind word --text x",
    "amends done 1.1 --evidence x",
    "amends list",
    "answer 1 --yes",
    "approve 3",
    "backup {away}/copy.zip",
    "batch",
    "batch hold rows",
    "pause",
    "cases --json",
    "cases",
    "check 3",
    "close 1 --outcome neutral",
    "edit 4 --set feeling=sad",
    "import {away}/rows.csv --batch two",
    "import {away}/rows.csv --dry-run",
    "init",
    "lesson 2 --cause x --prevention y",
    "lessons",
    "mark-sent 1",
    "merge 4 3 --anyway one_of_them_is_her_sister",
    "next",
    "opt-out 3",
    "plan 1",
    "plan 1 --hold",
    "play 3",
    "hear 3",
    "hear --answers",
    "proof 3 --to me@example.com",
    "receive",
    "record 3 --list",
    "record 3 --freely --list",
    "rehearse",
    "render 4",
    "reopen 1",
    "resend 1",
    "run",
    "script 4",
    "show 1",
    "status",
    "triage 3 --finding justified",
    "undo",
    "withdraw 4 --why it_was_solved",
)
#: What does without one, or tells of its state and goes on.
WITHOUT = (
    "cache",
    "channels",
    "completion bash",
    "daemon --help",
    "demo {away}/rows.csv",
    "doctor",
    "new --help",
    "restore {away}/none.zip",
    "say hello -o {home}/x.ogg",
    "schedule",
    "templates",
    "templates new mine",
    "verify {away}/memo.wav",
    "voices",
    "voices remove kokoro --yes",
    "writers",
)


def call(line: str, home: Path, **env: str) -> Result:
    """Run one line of a table on the workspace in `home`; its parent folder is `away`."""
    words = line.format(home=home, away=home.parent).split()
    surroundings = {
        "VOICENOTE_HOME": str(home),
        "VOICENOTE_OWNER__NAME": "Grace Hopper",
        "VOICENOTE_VOICE__ENGINE": "silent",
        "VOICENOTE_SCHEDULE__QUIET_HOURS": "off",
        "VOICENOTE_SCHEDULE__WORKING_DAYS": "all",
        "EDITOR": None,
        "VISUAL": None,
        **env,
    }
    return CliRunner().invoke(voicenote, words, env=surroundings)


def begin(home: Path, **env: str) -> None:
    """Make a workspace: cases 1 and 2 have their memo, 3 is rendered, 4 is opened."""
    (home.parent / "rows.csv").write_text(ROWS, encoding="utf-8")
    for line in ("import {away}/rows.csv", "script 1 2 3", "render 1 2 3", "approve 1 2", "run"):
        done = call(line, home, **env)
        assert done.exit_code == 0, (line, done.stdout, done.stderr)


def covered(tables: Sequence[str] = (*WITH_LEDGER, *WITHOUT)) -> set[str]:
    """Return the commands that no line of the tables has."""
    return set(COMMANDS) - {line.split()[0] for line in tables}


if __name__ == "__main__":
    begin(Path(sys.argv[1]))
