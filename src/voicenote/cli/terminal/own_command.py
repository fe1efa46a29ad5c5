"""Commands that are printed to be pasted into the same terminal."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_NAMES = ("voicenote", "voicenote.exe")


def own_command(started: str) -> list[str]:
    """Return what starts this program from the user's terminal; `started` is ``sys.argv[0]``.

    That is ``voicenote`` where the shell finds this one, else the path of the program.
    """
    program = Path(started)
    if program.parts[-2:] == ("voicenote", "__main__.py"):  # as scripts/demo starts it
        beside = [Path(sys.executable).with_name(name) for name in _NAMES]
        found = [str(path) for path in beside if path.is_file()]
        return found[:1] or [sys.executable, "-m", "voicenote"]
    if program.name in _NAMES and program.is_file():
        on_path = shutil.which(program.name)
        if on_path is None or not Path(on_path).samefile(program):
            return [started]
    return ["voicenote"]


def paste(words: Sequence[str]) -> str:
    """Return a command, quoted for the shell of this system."""
    if sys.platform == "win32":
        return subprocess.list2cmdline(words)
    return shlex.join(words)
