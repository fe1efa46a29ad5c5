"""File names as people give them: typed, pasted, or dragged into the terminal."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from voicenote.files import expand_home

#: ``C:\`` or ``\\server``: there a backslash separates folders, and isn't an escape.
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")
_QUOTED = re.compile(r"(['\"])(?P<name>.*)\1")


def resolve_pasted_path(given: str) -> Path:
    """Return the path that `given` means: as it is, or else as a shell would read it.

    Terminals put a dragged file's name in quotes, or a backslash before each space. Windows paths
    keep their backslashes. The path may not exist; the caller's error then names it.
    """
    plain = expand_home(given.strip())
    if plain.exists():
        return plain
    quoted = _QUOTED.fullmatch(given.strip())
    bare = quoted["name"] if quoted else given.strip()
    if _WINDOWS.match(bare):
        return Path(bare)
    try:
        words = shlex.split(given)
    except ValueError:  # a single quote mark, such as an apostrophe in a name
        return plain
    return expand_home(words[0]) if len(words) == 1 else plain
