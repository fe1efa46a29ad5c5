"""What a stream is, and a text as it can be shown there."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from typing import TextIO

from voicenote.cli.terminal.colour import PLAIN
from voicenote.cli.terminal.table import clean
from voicenote.cli.terminal.wrapping import wrap_lines


def is_terminal(stream: TextIO) -> bool:
    """Return whether a stream is open, and a terminal."""
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def can_redraw(stream: TextIO, env: Mapping[str, str]) -> bool:
    """Return whether a stream is a terminal that can draw over what it has shown."""
    usual = "windows" if sys.platform == "win32" else ""
    return is_terminal(stream) and env.get("TERM", usual) not in ("", *PLAIN)


def knows_all_letters(stream: TextIO) -> bool:
    """Return whether a stream can show every letter."""
    return (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "").startswith("utf")


def escape_controls(text: str, stream: TextIO) -> str:
    """Return `text` without characters that a terminal would obey, line by line.

    Customers' words must not move the cursor or reverse text. A file keeps its tabs.
    """
    tab = "    " if is_terminal(stream) else "\t"
    return "\n".join(clean(line, tab=tab) for line in text.split("\n"))


def shown_on(stream: TextIO, text: str) -> str:
    """Return `text` as `escape_controls` does, and broken at words for a terminal."""
    text = escape_controls(text, stream)
    return wrap_lines(text, shutil.get_terminal_size().columns) if is_terminal(stream) else text
