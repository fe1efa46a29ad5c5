"""Input of commands: a text from a file or standard input, and a language tag."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from voicenote.errors import BadData, Unavailable, WrongUse

#: The name for standard input and standard output.
PIPE = "-"
#: The longest text that is accepted, in bytes or characters: a day of speech.
MOST = 5_000_000


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
