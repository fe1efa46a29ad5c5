"""What a command is given to read: a text in a file or on standard input, a language."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from voicenote.errors import BadData, Unavailable, WrongUse

#: What stands for standard input, and for standard output.
PIPE = "-"
#: The longest text that is taken, in bytes or characters: a day of speech.
MOST = 5_000_000


def read_text(source: Path | str, stdin: TextIO) -> str:
    """Return the text in the file `source`, or all of `stdin` for ``-``.

    Raises BadData for a file that is not there, for what is not UTF-8 and for what is too long,
    Unavailable for a file that cannot be read.
    """
    name = "standard input" if str(source) == PIPE else str(source)
    try:
        if str(source) == PIPE:
            text = stdin.read(MOST + 1)
            text.encode()  # under an old locale, bytes that are no letters come as surrogates
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
    """Return a language tag as it was given; WrongUse for anything else."""
    from voicenote.options.validators import language

    try:
        return str(language(given))
    except ValueError as error:
        raise WrongUse(str(error.args[0]), str(error.args[1])) from None
