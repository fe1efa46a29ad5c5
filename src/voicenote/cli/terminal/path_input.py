"""The name of a file as people give it: typed, pasted, or dragged into the terminal."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from voicenote.files import expand_home

#: ``C:\`` or ``\\server``: there a backslash parts folders, and escapes nothing.
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")
_QUOTED = re.compile(r"(['\"])(?P<name>.*)\1")


def resolve_pasted_path(given: str) -> Path:
    """Return the path that `given` means: as it is, else as a shell would read it.

    A terminal writes what is dragged into it in quotes, or with a backslash before each space.
    Windows' paths keep their backslashes. What still names no file is returned for the error to
    name.
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
    except ValueError:  # a quote without its fellow, such as an apostrophe in a name
        return plain
    return expand_home(words[0]) if len(words) == 1 else plain
