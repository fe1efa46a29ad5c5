"""One random walk: commands of the real program on a moved clock, and what is looked at after each.

`Walk.call` is one command. What people, servers and the clock do around it is in `steps_*.py`, what
must be so after it in `invariants*.py`; `beside.py` is the model that walks along.
"""

from __future__ import annotations

import json
import os
import random
import signal
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from click.testing import CliRunner

from tests.walks.beside import Beside
from tests.walks.far_ends import APP, BOT, CLOUD, HOOK, MailServer, WebServer, World, in_outbox
from tests.walks.seen import Seen
from voicenote import wiring
from voicenote.cli.app import voicenote
from voicenote.ledger.store import Ledger

#: A Monday, at a decent hour in Europe.
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
Check = Callable[["Walk", Seen, Seen, "Done"], Iterator[str]]


class Violated(AssertionError):
    """An invariant does not hold; says which, and after which command."""


@dataclass(frozen=True)
class Done:
    """One command: its words, and how it ended. `exit_code` is None where it was killed."""

    words: tuple[str, ...]
    exit_code: int | None
    stdout: str
    stderr: str
    began: int
    elsewhere: bool = False

    @property
    def doubted(self) -> bool:
        """Whether the clock was not believed."""
        told = isinstance(self.data, dict) and self.data.get("clock")
        return bool(told) or "--yes-it-is" in self.stdout + self.stderr

    @property
    def data(self) -> Any:
        """What it printed as JSON; None for nothing."""
        if "--json" not in self.words or not self.stdout.strip():
            return None
        return json.loads(self.stdout)


@dataclass
class Walk:
    """A workspace in `folder`, its far ends, its clock and the model beside it.

    `passed` is when the last pass was whose clock was believed. So many lines of the history as
    `forgiven` says do not tell the time any more: a wrong clock has written among them.
    """

    folder: Path
    seed: str
    checks: Sequence[Check] = ()
    now: datetime = START
    passed: datetime = START
    forgiven: int = 0
    calls: int = 0
    processes: bool = False
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.home = self.folder / "home"
        self.home.mkdir()
        self.world = World(lambda: self.now)
        self.mail, self.web = MailServer(self.world), WebServer(self.world)
        self.beside = Beside(random.Random(self.seed))  # noqa: S311 - not a secret
        self.env = {
            "VOICENOTE_HOME": str(self.home),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "BOT": BOT, "APP": APP, "CLOUD": CLOUD, "HOOK": HOOK,
            "EDITOR": None, "VISUAL": None,
        }  # fmt: skip
        self.outbox: set[str] = set()
        self.seen = Seen.of(self.ledger)
        self.write_settings()

    @property
    def ledger(self) -> Path:
        return self.home / "ledger.db"

    def close(self) -> None:
        self.mail.stop()
        self.web.stop()

    def move(self, **delta: float) -> None:
        """Move the clock."""
        self.now += timedelta(**delta)

    def write_settings(self) -> None:
        text = self.beside.settings(self.mail.port, self.web.url)
        (self.home / "voicenote.toml").write_text(text, encoding="utf-8")

    def note(self, words: Sequence[str], code: int | None, where: str = "") -> None:
        """Write down a command and how it ended."""
        said = " ".join(words).replace(str(self.folder), "")
        self.log.append(
            f"{self.now:%m-%d %H:%M} {said} {where}-> {'killed' if code is None else code}"
        )

    # -- commands ---------------------------------------------------------------------------------

    def call(self, *words: str, input: str | None = None, **env: str | None) -> Done:  # noqa: A002
        """Call a command, and look at everything after it."""
        return self._checked(words, lambda: self._run(words, input, env))

    def killed(self, tick: int, *words: str) -> Done:
        """Call a command that is killed at a tick of its commits, unless it ends before."""
        return self._checked(words, lambda: self._killed(words, tick))

    def elsewhere(self, home: Path, *words: str) -> Done:
        """Call a command on another workspace; nothing may arrive of it."""
        began = len(self.world.arrived)
        code, out, err = self._run(words, None, {"VOICENOTE_HOME": str(home)})
        done = Done(words, code, out, err, began, elsewhere=True)
        self.note(words, code, "elsewhere")
        new = list(in_outbox(home / "outbox", set(self.outbox), self.now))
        self.outbox |= {one.key for one in new}
        told = [f"{done.words[0]} on a copy let {one.key} leave" for one in new]
        told += [f"a copy sent {one.key}" for one in self.world.arrived[began:] if not one.proof]
        self._violated([*told, *self._basic(done)], done)
        return done

    def _checked(
        self, words: tuple[str, ...], run: Callable[[], tuple[int | None, str, str]]
    ) -> Done:
        before, began = self.seen, len(self.world.arrived)
        code, out, err = run()
        done = Done(words, code, out, err, began)
        self.note(words, code)
        self.world.arrived += in_outbox(self.home / "outbox", self.outbox, self.now)
        self.seen = Seen.of(self.ledger)
        self.beside.watch(before, self.seen, done)
        told = self._basic(done)
        for check in self.checks:
            told += check(self, before, self.seen, done)
        self._violated(told, done)
        if done.words[0] == "run" and done.exit_code in (0, 1, 69) and not done.doubted:
            self.passed = self.now
        return done

    def _basic(self, done: Done) -> list[str]:
        """How any command ends: with a code of the list, without a traceback, in good JSON."""
        told = []
        if done.exit_code not in (None, 0, 1, 2, 65, 69, 75, 78):
            told.append(f"exit code {done.exit_code}: {done.stderr[-2000:]}")
        if "Traceback" in done.stderr + done.stdout:
            told.append(f"a traceback: {done.stderr[-2000:]}")
        if "--json" in done.words and done.exit_code is not None:
            for text in filter(str.strip, (done.stdout,)):
                try:
                    json.loads(text)
                except ValueError:
                    told.append(f"no JSON: {text[:300]!r}")
        return told

    def _violated(self, told: Sequence[str], done: Done) -> None:
        if told:
            raise Violated(
                f"after {' '.join(done.words)!r} at {self.now:%Y-%m-%d %H:%M}: {told[0]}"
            )

    def _run(
        self, words: Sequence[str], given: str | None, env: dict[str, str | None]
    ) -> tuple[int | None, str, str]:
        self.calls += 1
        if self.processes:
            from tests.walks.process import run

            return run(self.now, f"{self.seed}:{self.calls}", words, given, {**self.env, **env})
        edits = patch("voicenote.cli.terminal.editor.may_edit", lambda _: "EDITOR" in env)
        with edits, moved(self.now, f"{self.seed}:{self.calls}"):
            done = CliRunner().invoke(voicenote, list(words), env={**self.env, **env}, input=given)
        return done.exit_code, done.stdout, done.stderr

    def _killed(self, words: Sequence[str], tick: int) -> tuple[int | None, str, str]:
        child = os.fork()
        if child == 0:
            try:
                burn(tick)
                self._run(words, None, {})
            finally:
                os._exit(0)
        self.calls += 1
        self.world.victim = child
        status = os.waitpid(child, 0)[1]
        self.world.victim = None
        return (0 if os.waitstatus_to_exitcode(status) == 0 else None), "", ""


def burn(ticks: int) -> None:
    """Let this process kill itself at the tick of that number: two for each commit."""
    plain, left = Ledger.write, [ticks]

    def tick() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def write(self: Ledger, *given: Any, **named: Any) -> Iterator[Any]:
        with plain(self, *given, **named) as tx:
            yield tx
            tick()
        tick()

    Ledger.write = write  # type: ignore[method-assign]


@contextmanager
def moved(now: datetime, seed: str) -> Iterator[None]:
    """Let the program believe that it is `now`, and draw its ids and its chance from `seed`."""
    chance = random.Random(seed)  # noqa: S311 - not a secret

    class Moved(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return now.astimezone(tz)

    ids = SimpleNamespace(uuid4=lambda: uuid.UUID(int=chance.getrandbits(128)))
    dice = SimpleNamespace(Random=lambda: random.Random(chance.random()))  # noqa: S311
    with (
        patch.object(wiring, "datetime", Moved),
        patch.object(wiring, "uuid", ids),
        patch.object(wiring, "random", dice),
    ):
        yield
