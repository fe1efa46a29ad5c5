"""Find what makes runs of a workspace on this machine: cron, systemd, launchd, the Task Scheduler.

crontab and systemd were tried on Debian; launchd (macOS) and the Task Scheduler (Windows) never.
"""

from __future__ import annotations

import plistlib
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from voicenote.engine.admin.os_schedule import LOG, run_tool

_EVERY = re.compile(r"(?:\*/(\d{1,2})|(\*)|\d{1,2})\s+\*\s")
_TIMER = re.compile(r"On(?:UnitActive|UnitInactive)USec=(?:(\d+)h ?)?(?:(\d+)min)?")


class FoundSchedule(NamedTuple):
    """What makes runs, how often if that is known, and what to do when it doesn't."""

    where: str
    every: timedelta | None
    cure: str


def find_schedules(home: Path, env: Mapping[str, str]) -> Iterator[FoundSchedule]:
    """Yield whatever makes runs of the workspace `home` for this account. Changes nothing."""
    for tool, find in (
        ("crontab", _in_crontab),
        ("systemctl", _in_systemd),
        ("launchctl", _in_launchd),
        ("schtasks", _in_task_scheduler),
    ):
        if program := shutil.which(tool, path=env.get("PATH")):
            with suppress(OSError, subprocess.TimeoutExpired):
                yield from find(program, home)


def _in_crontab(program: str, home: Path) -> Iterator[FoundSchedule]:
    listed = run_tool([program, "-l"])
    for line in listed.stdout.splitlines() if not listed.returncode else ():
        if not line.lstrip().startswith("#") and _is_run(line.replace(r"\%", "%"), home):
            found = _EVERY.match(line.strip())
            minutes = int(found[1] or 1) if found and (found[1] or found[2]) else 60
            every = timedelta(minutes=minutes) if found else None
            cure = f"check that cron runs (systemctl status cron), and {home / LOG}"
            yield FoundSchedule("your crontab", every, cure)


def _in_systemd(program: str, home: Path) -> Iterator[FoundSchedule]:
    for whose in (["--user"], []):
        told = run_tool([program, *whose, "show", "voicenote.service", "voicenote.timer"]).stdout
        if _is_run(told, home) and "ActiveState=active" in told.partition("Id=voicenote.timer")[2]:
            found = _TIMER.search(told)
            every = (
                timedelta(hours=int(found[1] or 0), minutes=int(found[2] or 0)) if found else None
            )
            cure = f"systemctl {' '.join([*whose, 'status voicenote.service'])}"
            yield FoundSchedule("the timer voicenote.timer", every or None, cure)


def _in_launchd(_program: str, home: Path) -> Iterator[FoundSchedule]:
    for file in Path("~/Library/LaunchAgents").expanduser().glob("*.plist"):
        with suppress(ValueError, plistlib.InvalidFileException):
            told = plistlib.loads(file.read_bytes())
            words = " ".join(map(str, told.get("ProgramArguments", ())))
            if _is_run(words, home):
                seconds = told.get("StartInterval")
                every = timedelta(seconds=seconds) if isinstance(seconds, int) else None
                yield FoundSchedule(f"launchd ({file.name})", every, f"launchctl load {file}")


def _in_task_scheduler(program: str, home: Path) -> Iterator[FoundSchedule]:
    listed = run_tool([program, "/query", "/fo", "LIST", "/v"]).stdout
    if _is_run(listed, home):
        yield FoundSchedule("the Task Scheduler", None, "see its history in the Task Scheduler")


def _is_run(words: str, home: Path) -> bool:
    """Whether some words start a run on this workspace, not on one whose path contains its path."""
    paths = "|".join(map(re.escape, (str(home), shlex.quote(str(home)))))
    there = re.search(rf"(?<![\w./-])(?:{paths})(?![\w.-])", words)
    return bool("voicenote" in words and there and re.search(r"\brun\b", words))
