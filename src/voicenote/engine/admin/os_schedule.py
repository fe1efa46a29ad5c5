"""Scheduling runs on the machine: this account's crontab, or a systemd timer."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from voicenote.errors import BadData, Unavailable

#: What cron's runs print, in the workspace; `runs.log` beside it has a line for every run.
LOG = "cron.log"
#: Marks our line of a crontab, to find it again; the workspace's path follows.
MARK = "# voicenote"


def command(program: Sequence[str], home: Path) -> list[str]:
    """Return the words of the command that makes one run on `home`."""
    return [*program, "--home", str(home), "run"]


def crontab_line(program: Sequence[str], home: Path, minutes: int) -> str:
    """Return the line for a run every `minutes` (a divisor of 60), which logs into `home`.

    The shell creates the log, so the line itself closes it to others.

    Raises BadData for a path that can't be in a crontab.
    """
    words = shlex.join(command(program, home))
    log = shlex.quote(str(home / LOG))
    if "\n" in words:
        raise BadData("the path of the workspace contains a line break", "choose another --home")
    every = "*" if minutes == 1 else f"*/{minutes}" if minutes < 60 else "0"
    line = f"umask 077; {words} >> {log} 2>&1".replace(
        "%", r"\%"
    )  # cron would turn them into line ends
    return f"{every} * * * * {line} {mark(home)}"


def mark(home: Path) -> str:
    """Return the end of our line."""
    return f"{MARK} {shlex.quote(str(home))}".replace("%", r"\%")


def installed(crontab: str, line: str, home: Path) -> str:
    """Return a crontab with our line in it: in place of an earlier one, else at the end."""
    lines = crontab.splitlines()
    places = [n for n, one in enumerate(lines) if one.rstrip().endswith(mark(home))]
    kept = [one for n, one in enumerate(lines) if n not in places]
    kept.insert(places[0] if places else len(kept), line)
    return "\n".join(kept) + "\n"


def systemd_units(program: Sequence[str], home: Path, minutes: int) -> dict[str, str]:
    """Return the user units by file name: a service that makes one run, and its timer.

    Raises BadData for a path that can't be in a unit.
    """
    words = " ".join(_systemd_word(word) for word in command(program, home))
    if "\n" in words or "\r" in words:
        raise BadData("the path of the workspace contains a line break", "choose another --home")
    service = f"""\
[Unit]
Description=voicenote: one run

[Service]
Type=oneshot
UMask=0077
ExecStart={words}
SuccessExitStatus=1 75
"""
    timer = f"""\
[Unit]
Description=voicenote: a run every {minutes} minutes

[Timer]
OnBootSec=2min
OnUnitActiveSec={minutes}min
Persistent=true

[Install]
WantedBy=timers.target
"""
    return {"voicenote.service": service, "voicenote.timer": timer}


def _systemd_word(word: str) -> str:
    """Quote a word as systemd reads it (systemd.service(5), command lines)."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if escaped != word or not word.replace("/", "").isalnum() else word


def install(line: str, home: Path, env: Mapping[str, str]) -> bool:
    """Add our line to the crontab, once; return whether that changed it.

    Raises Unavailable when there is no crontab here, or it refuses.
    """
    found = shutil.which("crontab", path=env.get("PATH"))
    if not found:
        raise Unavailable(
            "crontab isn't installed here",
            "voicenote schedule --systemd, or voicenote daemon",
        )
    before = _run_crontab([found, "-l"], None)
    if before.returncode and "no crontab" not in before.stderr.lower():
        raise _refuse_crontab(before)
    text = before.stdout if not before.returncode else ""
    after = installed(text, line, home)
    if after == text:
        return False
    done = _run_crontab([found, "-"], after)
    if done.returncode:
        raise _refuse_crontab(done)
    return True


def _run_crontab(words: list[str], text: str | None) -> subprocess.CompletedProcess[str]:
    try:
        return run_tool(words, text)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"crontab does not work: {error}", "add the line by hand") from error


def run_tool(words: list[str], text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program of the system, and return what it said. Raises OSError and TimeoutExpired."""
    return subprocess.run(  # noqa: S603 - a tool from PATH
        words, input=text, capture_output=True, text=True, check=False, timeout=30
    )


def _refuse_crontab(done: subprocess.CompletedProcess[str]) -> Unavailable:
    said = done.stderr.strip().splitlines()
    why = said[-1] if said else f"exit code {done.returncode}"
    return Unavailable(f"crontab refuses: {why}", "add the line by hand: crontab -e")
