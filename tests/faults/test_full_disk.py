"""A disk that is full anywhere in a pass: nothing twice, nothing lost, and a clear word."""

from __future__ import annotations

import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.every_command import WITH_LEDGER, covered

#: Runs in a process of its own: it limits what it may write, and forks.
PROGRAM = """
import json, resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from tests.faults.crank import Fuse, START, in_child, report, seed, turn, workspace

order = {"can_ask": json.loads(sys.argv[4])}
reports = []
for pages in json.loads(sys.argv[3]):
    home = Path(sys.argv[2]) / f"at-{pages}"
    (home / "world").mkdir(parents=True)
    url = f"sqlite:///{home / 'ledger.db'}"
    ws = workspace(order, home, url, START, Fuse(0))
    seed(ws, 3)
    ws.close()

    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (pages * 4096, pages * 4096))
        return turn(order, home, url, 0, 0)

    ended = in_child(limited)
    for hours in (1.0, 2.0):
        in_child(lambda: turn(order, home, url, hours, 0))
    ws = workspace(order, home, url, START, Fuse(0))
    reports.append({"pages": pages, "ended": ended, **report(ws.ledger, home)})
    ws.close()
json.dump(reports, sys.stdout)
"""


@pytest.mark.parametrize("can_ask", ["true", "false"])
def test_wherever_the_disk_is_full_nothing_goes_twice_and_nothing_is_lost(
    tmp_path: Path, can_ask: str
) -> None:
    pages = [*range(0, 40, 4), *range(40, 120, 10)]
    words = [str(Path(__file__).parents[2]), str(tmp_path), json.dumps(pages), can_ask]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    assert done.returncode == 0, done.stderr
    reports = json.loads(done.stdout)
    assert [one for one in reports if one["twice"] or one["lost"] or one["said_sent_but_not"]] == []
    assert {one["ended"] for one in reports} - {75} != set(), "some pass had room enough"
    assert sum(one["ended"] == 75 for one in reports) >= 5, "some passes had none"
    unsure = [len(one["uncertain"]) for one in reports]
    assert max(unsure) <= (0 if can_ask == "true" else 1)


def test_a_full_disk_is_told_in_two_lines(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (tmp_path / "in.csv").write_text("customer,what_happened\nMari,It fell.\n")
    env = {
        **os.environ,
        "VOICENOTE_HOME": str(home),
        "VOICENOTE_OWNER__NAME": "Ada",
        "VOICENOTE_VOICE__ENGINE": "silent",
        "VOICENOTE_SCHEDULE__QUIET_HOURS": "off",
        "VOICENOTE_SCHEDULE__WORKING_DAYS": "all",
    }

    def call(*words: str, most: int = -1) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "voicenote", *words],
            capture_output=True,
            text=True,
            check=False,
            env=env,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
        )

    for words in (("import", str(tmp_path / "in.csv")), ("script", "1"), ("render", "1")):
        assert call(*words).returncode == 0
    assert call("approve", "1").returncode == 0
    full = call("run", most=20_000)
    assert full.returncode in (1, 69), full.stderr
    assert "Traceback" not in full.stderr
    assert "ulimit -f" in full.stderr
    assert not list((home / "outbox").glob("c1*"))
    shutil.rmtree(home / "cache", ignore_errors=True)
    assert call("run").stdout.startswith("1 put into the outbox")


#: Runs every command in a child of its own that can write nothing at all.
NOTHING_FITS = """
import json, os, resource, sys, tempfile
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from tests.faults.every_command import WITH_LEDGER, WITHOUT, begin, call

home = Path(sys.argv[2]) / "home"
begin(home)
told = {}
for line in (*WITH_LEDGER, *WITHOUT):
    read, write = os.pipe()
    if os.fork() == 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        done = call(line, home)
        said = [done.exit_code, done.stderr + done.stdout]
        os.write(write, json.dumps(said)[:60000].encode())
        os._exit(0)
    os.close(write)
    with open(read) as pipe:
        told[line] = json.load(pipe)
    os.wait()
json.dump(told, sys.stdout)
"""


def test_every_command_says_so_when_nothing_can_be_written_any_more(tmp_path: Path) -> None:
    """Those that only look, too: SQLite needs a little room even to read."""
    assert covered() == set(), "a new command wants a line in every_command.py"
    words = [str(Path(__file__).parents[2]), str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", NOTHING_FITS, *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    ours = {line: said for line, (code, said) in told.items() if code == 70 or "Trace" in said}
    assert ours == {}
    silent = {
        line: told[line]
        for line in WITH_LEDGER
        if told[line][0] != 69 or "File too large" not in told[line][1]
    }
    assert silent == {}
    with closing(sqlite3.connect(tmp_path / "home" / "ledger.db")) as raw:
        assert raw.execute("select count(*) from cases").fetchone() == (4,)
        assert raw.execute("pragma integrity_check").fetchone() == ("ok",)
