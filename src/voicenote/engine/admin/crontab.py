"""Reading and writing this account's crontab, with the program `crontab`."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from voicenote.engine.admin.os_schedule import installed
from voicenote.errors import Unavailable


def install(line: str, home: Path, env: Mapping[str, str]) -> bool:
    """Add our line to the crontab, once; return whether that changed it.

    Raises Unavailable when there is no crontab here, or it refuses.
    """
    found = shutil.which("crontab", path=env.get("PATH"))
    if not found:
        raise Unavailable(
            "there is no crontab on this machine",
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
        return subprocess.run(  # noqa: S603 - crontab from PATH
            words, input=text, capture_output=True, text=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"crontab does not work: {error}", "add the line by hand") from error


def _refuse_crontab(done: subprocess.CompletedProcess[str]) -> Unavailable:
    said = done.stderr.strip().splitlines()
    why = said[-1] if said else f"exit code {done.returncode}"
    return Unavailable(f"crontab refuses: {why}", "add the line by hand: crontab -e")
