"""Two daemons and a cron pass at once on one ledger, killed at random moments; the server too.

Run by test_storms.py and `scripts/bench storms` as a program of its own. Reads one JSON order from
standard input, writes one JSON report to standard output.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.benches import BENCHES
from tests.benches.bench import settings_table
from tests.faults.crank import database, in_child, seed
from voicenote import wiring
from voicenote.delivery.email import mail
from voicenote.engine.run import recovery, send
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.run.scheduler import Daemon
from voicenote.engine.workspace import Workspace
from voicenote.errors import TryAgain, Unavailable
from voicenote.ledger import arrivals, case_reports, case_store, touches
from voicenote.settings import load

FAR_END = "tests.faults.far_end"
SETTINGS = """\
[owner]
name = "Ada"
email = "ada@bakery.example"

[voice]
engine = "silent"

[schedule]
quiet_hours = "off"
working_days = "all"
plan = "few-words"

[policy]
per_run = 0
per_hour = 0
per_domain = 0

[ledger]
url = "{url}"

[channels.way]
kind = "{kind}"
{way}
"""
ACTORS = ("daemon", "daemon", "cron")


def hasten() -> None:
    """Wait tenths of a second where a real pass waits for minutes, and never give up."""
    send.FIRST_WAIT_S = send.LONGEST_WAIT_S = 0.1
    send.ATTEMPTS = 10_000
    recovery.GRACE = timedelta(seconds=3)
    mail._REST = 0.1


def learn(kind: str) -> None:
    """Import what those who send will need, so that their short lives are not spent on it."""
    for name in ("apscheduler.schedulers.background", "email_validator", "httpx2"):
        importlib.import_module(name)
    if kind == "apprise":
        importlib.import_module("apprise").Apprise().add("json://127.0.0.1/")


def written(ws: Workspace) -> None:
    """Let every customer have written just now: else WhatsApp takes only a template."""
    with ws.ledger.write() as tx:
        for number in case_store.numbers_of(tx):
            address = case_store.get(tx, number).customer.address("whatsapp")
            kind, at = arrivals.WRITTEN[0], tx.now
            came = arrivals.Came(channel="way", mark=address, kind=kind, at=at, address=address)
            arrivals.keep(tx, came)


def opened(home: Path) -> Workspace:
    return wiring.open_workspace(load(home, os.environ))


def work(home: Path, actor: str) -> int:
    """Be one of those who send: a daemon, or one pass of cron."""
    try:
        ws = opened(home)
    except (TryAgain, Unavailable):
        return 75  # another one holds the ledger too long: the next try is a new one
    if actor == "daemon":
        Daemon(ws, every_s=0.2, tell=lambda _: None).run()
        return 0
    with contextlib.suppress(TryAgain, Unavailable):
        one_pass(ws)
    ws.close()
    return 0


@dataclass
class Storm:
    """Those who send, the far end, and how often each was killed."""

    home: Path
    kind: str
    port: int
    chance: random.Random
    alive: dict[int, str] = field(default_factory=dict)
    server: subprocess.Popen[bytes] | None = None
    killed: Counter[str] = field(default_factory=Counter)

    def start(self, actor: str) -> None:
        child = os.fork()
        if child == 0:
            code = 99
            try:
                code = work(self.home, actor)
            finally:
                os._exit(code)
        self.alive[child] = actor

    def reap(self) -> None:
        """Start anew who has come to an end. One that fell over ends the storm."""
        for child in list(self.alive):
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                code = os.waitstatus_to_exitcode(status)
                if code == 99:
                    raise RuntimeError("a pass failed instead of being killed")
                self.start(self.alive.pop(child))

    def strike(self) -> None:
        """Kill one of them."""
        child = self.chance.choice(list(self.alive))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        actor = self.alive.pop(child)
        self.killed[actor] += 1
        self.start(actor)

    def serve(self) -> None:
        """Start the far end, and wait until it listens."""
        if not BENCHES[self.kind].served:
            return
        command = [sys.executable, "-m", FAR_END, self.kind, str(self.port), str(self.notes)]
        self.server = subprocess.Popen(command)
        while True:
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self.server.poll() is not None:
                raise RuntimeError("the far end did not start")
            time.sleep(0.02)

    def strike_server(self) -> None:
        """Kill the far end, which stays away for a moment."""
        if self.server:
            self.server.kill()
            self.server.wait()
            self.killed["server"] += 1
            self.serve()

    def end(self) -> None:
        for child in self.alive:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        self.alive.clear()

    @property
    def notes(self) -> Path:
        return self.home / "notes"


def rage(storm: Storm, order: Mapping[str, Any]) -> None:
    """Kill so often as the order says, at random moments; the far end in between, where asked."""
    for actor in ACTORS:
        storm.start(actor)
    for number in range(order["kills"]):
        time.sleep(storm.chance.expovariate(1 / order["pause"]))
        storm.reap()
        storm.strike()
        for _ in range(_due(number, order) - _due(number - 1, order)):
            storm.strike_server()
    storm.end()


def _due(number: int, order: Mapping[str, Any]) -> int:
    """Return how often the far end should have been killed after that many kills of the others."""
    return (number + 1) * int(order["server_kills"]) // int(order["kills"])


def calm(home: Path, until: Callable[[], bool]) -> None:
    """Make passes that nobody kills, until nothing is left to do."""
    for _ in range(200):
        in_child(lambda: work(home, "cron"))
        if until():
            return
        time.sleep(0.1)
    raise RuntimeError("after the storm, passes do not come to an end")


def states(home: Path) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Return the state of each touch by its key, and the history."""
    ws = opened(home)
    try:
        with ws.ledger.read() as tx:
            every = touches.of_cases(tx, case_store.numbers_of(tx))
            return {touch.key: touch.state.value for touch in every}, case_reports.history(tx)
    finally:
        ws.close()


def seen(storm: Storm) -> tuple[Counter[str], set[str]]:
    """Return how often each touch arrived, and which ones the far end had heard of."""
    if storm.server is None:
        there = Counter(one.key for one in BENCHES[storm.kind](storm.home).arrived())
        return there, set(there)
    noted = [line.split() for line in storm.notes.read_text().splitlines()]
    arrived = Counter(key for what, key in noted if what == "arrived")
    return arrived, {key for _, key in noted}


def report(storm: Storm) -> dict[str, Any]:
    """Compare what the ledger believes with what the far end has."""
    believed, history = states(storm.home)
    arrived, begun = seen(storm)
    uncertain = [key for key, state in believed.items() if state == "uncertain"]
    told = Counter(one["event"] for one in history)
    return {
        "kind": storm.kind,
        "touches": len(believed),
        "killed": dict(storm.killed),
        "twice": [key for key, times in arrived.items() if times > 1],
        "lost": [key for key, state in believed.items() if state not in ("accepted", "uncertain")],
        "said_sent_but_not": [
            key for key, state in believed.items() if state == "accepted" and not arrived[key]
        ],
        "uncertain": uncertain,
        "uncertain_arrived": [key for key in uncertain if arrived[key]],
        "uncertain_unseen": [key for key in uncertain if key not in begun],
        "taken_up_again": told["touch_postponed"],
        "committed": told["touch_committed"],
    }


def by_environment(setting: str, value: str) -> str:
    """Put a secret into the environment, and return the reference to it."""
    os.environ[f"STORM_{setting.upper()}"] = value
    return f'{{env = "STORM_{setting.upper()}"}}'


def run(order: Mapping[str, Any]) -> dict[str, Any]:
    """Make a ledger of due touches, let the storm go over it, let it calm, and report."""
    home, kind = Path(order["home"]), order["kind"]
    home.mkdir(parents=True, exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    hasten()
    learn(kind)
    with database(order, home) as url:
        way = settings_table(BENCHES[kind](home, port=port), by_environment)
        settings = SETTINGS.format(url=url, kind=kind, way=way)
        (home / "voicenote.toml").write_text(settings, encoding="utf-8")
        ws = opened(home)
        seed(ws, order["touches"], reachable=True)
        written(ws)
        ws.close()
        storm = Storm(home, kind, port, random.Random(order["seed"]))  # noqa: S311 - not a secret
        storm.serve()
        try:
            begun = time.monotonic()
            rage(storm, order)
            took = time.monotonic() - begun
            left = sum(state not in DONE for state in states(home)[0].values())
            calm(home, lambda: all(state in DONE for state in states(home)[0].values()))
        finally:
            storm.end()
            if storm.server:
                storm.server.kill()
                storm.server.wait()
        return {**report(storm), "seconds": took, "left_by_the_storm": left}


#: Where a touch may stay: everything else has to move on by itself.
DONE = ("accepted", "uncertain", "refused")

if __name__ == "__main__":
    json.dump(run(json.load(sys.stdin)), sys.stdout)
