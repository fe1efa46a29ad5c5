"""Runs what a page shows: every console and sh block, in order, in a home of its own.

``console`` blocks show commands after ``$`` and all of what they print; a line ``…`` stands for
any lines. ``sh`` blocks are commands only. Comments in a page, which a reader does not see, say
what else there is to it::

    <!-- clock: 2026-11-24T08:00Z -->       the moment at which the next commands run
    <!-- later: 4 -->                       they run so many days later, on a weekday by day
    <!-- file: complaint.toml -->           the next block is written into this file
    <!-- not run: why -->                   the next block is not run

A command that does not end with 0 is followed by ``echo $?``, so that a reader sees it too.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import random
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from voicenote import wiring
from voicenote.cli.app import voicenote

ROOT = Path(__file__).resolve().parents[2]
START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

#: What differs from one machine to another: which voice there is, and how long it speaks.
VOLATILE = (
    (re.compile(r"\b\d+(\.\d+)? s by [^,\n]+"), "N s by VOICE"),
    (re.compile(r"\b\d+\.\d minutes in all"), "N minutes in all"),
    (re.compile(r"\bCase (\d+), \d+ s: "), r"Case \1, N s: "),
    (re.compile(r"\b\d+\.\d MB\b"), "N MB"),
    (re.compile(r"\d+ by [^,\n]+ \d[^,\n]*, "), "N by VOICE, "),
    (re.compile(r"\[\d+ s, -?\d+\.\d LUFS"), "[N s, N LUFS"),
    (re.compile(r"c(\d+)r(\d+)-([a-z-]+)-[0-9a-f]{12}"), r"c\1r\2-\3-ID"),
)


@dataclass
class Block:
    """A fenced block: its language, its lines, where it begins, and the comments before it."""

    kind: str
    lines: list[str]
    first: int
    notes: dict[str, str] = field(default_factory=dict)


@dataclass
class Ran:
    """One command of a block: what the page shows of it, and what it printed."""

    command: str
    shown: list[str]
    printed: list[str]
    code: int
    span: tuple[int, int]
    compared: bool


_FENCE = re.compile(r"^```(\w*)\s*$")
_NOTE = re.compile(r"^<!-- (clock|later|file|not run): (.+?) -->$")


def blocks(page: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    open_: Block | None = None
    notes: dict[str, str] = {}
    for number, line in enumerate(page.split("\n")):
        fence = _FENCE.match(line)
        if open_ is not None:
            if fence:
                yield open_
                open_ = None
            else:
                open_.lines.append(line)
        elif fence:
            open_ = Block(fence[1], [], number + 1, notes)
            notes = {}
        elif note := _NOTE.match(line):
            notes[note[1]] = note[2]
    assert open_ is None, f"the block of line {open_ and open_.first} does not end"


def commands(block: Block) -> Iterator[tuple[str, list[str], tuple[int, int]]]:
    """Yield each command, the lines that the page shows under it, and where those are."""
    prompt = "$ " if block.kind == "console" else ""
    at = 0
    while at < len(block.lines):
        line = block.lines[at]
        at += 1
        if not prompt and (not line.strip() or line.startswith("#")):
            continue
        assert line.startswith(prompt), f"line {block.first + at}: a command begins with $"
        command = line.removeprefix(prompt)
        while command.endswith("\\"):
            command = command[:-1] + block.lines[at].removeprefix("> ").strip()
            at += 1
        begin = at
        while prompt and at < len(block.lines) and not block.lines[at].startswith(prompt):
            at += 1
        yield command, block.lines[begin:at], (block.first + begin, block.first + at)


def fits(shown: list[str], printed: list[str]) -> bool:
    """Whether `shown` tells `printed`, but for what is volatile."""
    wanted = [".*" if line == "…" else re.escape(masked(line)) for line in shown]
    pattern = "\n".join(wanted).replace("\n.*\n", "\n(?:.*\n)?").replace("\n.*", "(?:\n.*)?")
    return re.fullmatch(pattern, masked("\n".join(printed)), re.DOTALL) is not None


def masked(text: str) -> str:
    """Return `text` with the volatile parts named instead."""
    for pattern, name in VOLATILE:
        text = pattern.sub(name, text)
    return text


class Desk:
    """Where a page is run: a folder, a home in it, a clock that stands, and an environment."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.patch, self.moment = folder, patch, START
        folder.mkdir(parents=True, exist_ok=True)
        self.env: dict[str, str | None] = {
            "HOME": str(folder),
            "VOICENOTE_HOME": str(folder / "voicenote"),
            "LOGNAME": "anna",
            # the clock of a page is moved by days, without the runs in between
            "VOICENOTE_POLICY__CLOCK_JUMP": "off",
            "NO_COLOR": "1",
            "EDITOR": None,
            "VISUAL": None,
        }
        shutil.copytree(ROOT / "samples", folder / "samples")
        self._hush(folder / "samples" / "voicenote.toml")
        for name in [name for name in os.environ if name.startswith("VOICENOTE_")]:
            patch.delenv(name)
        patch.chdir(folder)
        self._stand_still()
        self.code = 0

    def _stand_still(self) -> None:
        desk = self

        class Standing(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return desk.moment.astimezone(tz)

        count = itertools.count()

        def fresh() -> SimpleNamespace:
            return SimpleNamespace(hex=hashlib.sha256(str(next(count)).encode()).hexdigest()[:32])

        self.patch.setattr(wiring, "datetime", Standing)
        self.patch.setattr(wiring, "uuid", SimpleNamespace(uuid4=fresh))
        self.patch.setattr(wiring, "random", SimpleNamespace(Random=lambda: random.Random(7)))  # noqa: S311

    def _hush(self, file: Path) -> None:
        """Let the demo hum instead of speak: its words are the same, and it is done in seconds."""
        text = file.read_text("utf-8")
        assert 'engine = "auto"' in text
        text = text.replace('engine = "auto"', 'engine = "silent"').replace('"ogg", "mp3"', '"ogg"')
        file.write_text(text, encoding="utf-8")
        self.patch.setattr(wiring, "samples_folder", lambda: file.parent)

    def play(self, page: str) -> Iterator[Ran]:
        """Run the blocks of a page; yield what came of each command."""
        for block in blocks(page):
            if "clock" in block.notes:
                self.moment = datetime.fromisoformat(block.notes["clock"]).astimezone(UTC)
            if "later" in block.notes:
                self._wait(int(block.notes["later"]))
            if "file" in block.notes:
                text = "\n".join(block.lines) + "\n"
                (self.folder / block.notes["file"]).parent.mkdir(parents=True, exist_ok=True)
                (self.folder / block.notes["file"]).write_text(text, encoding="utf-8")
            elif block.kind in ("console", "sh") and "not run" not in block.notes:
                for command, shown, span in commands(block):
                    printed = self._run(command).replace(str(self.folder), "~")
                    lines = [line.rstrip() for line in printed.rstrip("\n").split("\n")]
                    yield Ran(
                        command, shown, lines if printed else [], self.code, span,
                        block.kind == "console",
                    )  # fmt: skip

    def _wait(self, days: int) -> None:
        later = (self.moment + timedelta(days=days)).replace(hour=10, minute=0)
        self.moment = later + timedelta(days=7 - later.weekday() if later.weekday() > 4 else 0)

    def _run(self, command: str) -> str:
        if command == "echo $?":
            said, self.code = f"{self.code}\n", 0
            return said
        words = shlex.split(command, comments=True)
        if words[0] == "export":
            for word in words[1:]:
                name, _, value = word.partition("=")
                self.env[name] = value
            self.code = 0
            return ""
        if words[0] == "voicenote" and "|" not in words and ">" not in words:
            result = CliRunner().invoke(voicenote, words[1:], env=self.env, prog_name="voicenote")
            self.code = result.exit_code
            return result.output
        env = {**os.environ, **{k: v for k, v in self.env.items() if v is not None}}
        shell = shutil.which("bash") or "sh"
        done = subprocess.run(  # the page's own line, in a scratch folder
            [shell, "-c", command], env=env, capture_output=True, text=True, check=False,
            cwd=self.folder,
        )  # fmt: skip
        self.code = done.returncode
        return done.stdout + done.stderr


def renewed(page: str, ran: list[Ran]) -> str:
    """Return the page with what was printed in place of what no longer fits."""
    lines = page.split("\n")
    meant = {before.span for before, one in itertools.pairwise(ran) if one.command == "echo $?"}
    for one in sorted(ran, key=lambda one: one.span, reverse=True):
        if one.code and one.span not in meant:
            continue  # a failure is no documentation
        if one.compared and not fits(one.shown, one.printed):
            lines[slice(*one.span)] = one.printed
    return "\n".join(lines)
