"""Input from files: names as people paste them, and texts; and a language tag."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TextIO

from voicenote.errors import BadData, Unavailable, WrongUse
from voicenote.files import expand_home

#: The name for standard input and standard output.
PIPE = "-"
#: The longest text that is accepted, in bytes or characters: a day of speech.
MOST = 5_000_000
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


def read_text(source: Path | str, stdin: TextIO) -> str:
    """Return the text in the file `source`, or all of `stdin` for ``-``.

    Raises BadData when the file doesn't exist, isn't UTF-8 or is too long, Unavailable when it
    can't be read.
    """
    name = "standard input" if str(source) == PIPE else str(source)
    try:
        if str(source) == PIPE:
            text = stdin.read(MOST + 1)
            text.encode()  # in an old locale, undecodable bytes come as surrogates
        else:
            with Path(source).open("rb") as file:
                text = file.read(MOST + 1).decode("utf-8-sig")
    except FileNotFoundError:
        raise BadData(f"{name} doesn't exist", "check the path") from None
    except UnicodeError:
        raise BadData(f"{name} isn't UTF-8 text", "save it as UTF-8") from None
    except OSError as error:
        raise Unavailable(
            f"{name} can't be read: {error.strerror}", "check its permissions"
        ) from None
    if len(text) > MOST:
        raise BadData(f"{name} is longer than {MOST:,} characters", "split it into parts")
    return text


def language_tag(given: str) -> str:
    """Return a language tag unchanged. Raises WrongUse when it isn't one."""
    from voicenote.options.validators import language

    try:
        return str(language(given))
    except ValueError as error:
        raise WrongUse(str(error.args[0]), str(error.args[1])) from None
