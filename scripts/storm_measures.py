"""The storms of `scripts/bench`: hundreds of kills over every channel, and what came of it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
#: channel, ledger, kills of those who send, kills of the server
STORMS = [
    ("outbox", "SQLite", 80, 0),
    ("email", "SQLite", 110, 25),
    ("telegram", "SQLite", 80, 15),
    ("whatsapp", "SQLite", 80, 0),
    ("webhook", "SQLite", 80, 15),
    ("apprise", "SQLite", 60, 0),
    ("outbox", "PostgreSQL", 40, 0),
    ("email", "PostgreSQL", 60, 15),
]
HEAD = """
| channel | ledger | touches | killed: daemons, cron, server | taken up again | twice | lost \
| said to be sent and was not | uncertain: arrived, all but the last byte, neither |
|---|---|---|---|---|---|---|---|---|
"""


def storms(folder: Path) -> str:
    """Return the table of all storms. Those on PostgreSQL need VOICENOTE_TEST_POSTGRES."""
    postgres = os.environ.get("VOICENOTE_TEST_POSTGRES", "")
    wanted = [storm for storm in STORMS if postgres or storm[1] == "SQLite"]
    rows = [row(number, folder, postgres, *storm) for number, storm in enumerate(wanted)]
    killed = sum(kills + server for _, _, kills, server in wanted)
    without = "" if postgres else "; VOICENOTE_TEST_POSTGRES names no PostgreSQL"
    return f"{killed} kills{without}\n{HEAD}" + "".join(rows)


def row(
    number: int, folder: Path, postgres: str, kind: str, ledger: str, kills: int, server: int
) -> str:
    """Let one storm go over a ledger of its own, and return its row."""
    order = {
        "home": str(folder / str(number)),
        "kind": kind,
        "touches": 2 * kills,
        "kills": kills,
        "server_kills": server,
        "pause": 0.3,
        "seed": number,
        "postgres": postgres if ledger == "PostgreSQL" else "",
    }
    ran = subprocess.run(
        [sys.executable, "-m", "tests.faults.storm"],
        cwd=ROOT,
        input=json.dumps(order),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    return shown(ledger, json.loads(ran.stdout))


def shown(ledger: str, report: dict[str, Any]) -> str:
    """Return one row of the table."""
    killed = report["killed"]
    uncertain, arrived = len(report["uncertain"]), len(report["uncertain_arrived"])
    unseen = len(report["uncertain_unseen"])
    cells = [
        report["kind"],
        ledger,
        report["touches"],
        ", ".join(str(killed.get(who, 0)) for who in ("daemon", "cron", "server")),
        report["taken_up_again"],
        len(report["twice"]),
        len(report["lost"]),
        len(report["said_sent_but_not"]),
        f"{uncertain}: {arrived}, {uncertain - arrived - unseen}, {unseen}",
    ]
    return "| " + " | ".join(map(str, cells)) + " |\n"
