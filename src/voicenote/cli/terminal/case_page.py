"""The page of one case in colour."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console
from rich.text import Text

#: What is found in a page → its style.
_STYLES = {
    r"(?m)^Case \d+: .*$": "bold",
    r"(?m)^\S[^:\n]*:$": "bold cyan",
    r"\bOVERDUE\b|\bOPTED OUT\b|\bABUSIVE\b": "bold red",
    r": (?:uncertain|bounced|refused|broken)\b": "red",
    r": (?:delivered|heard|answered|confirmed|done)\b": "green",
    r"(?m)^ +\d{4}-\d\d-\d\d(?: \d\d:\d\d)?(?=  )": "dim",
    r"voicenote(?: --?\w[\w-]*| [a-z][a-z-]*| \d+(?:\.\d+)?)+": "cyan",
}


def print_page(stream: TextIO, text: str) -> None:
    """Print a page, which is broken into lines already, with its heads and warnings in colour."""
    page = Text(text)
    for pattern, style in _STYLES.items():
        page.highlight_regex(pattern, style)
    Console(file=stream, force_terminal=True, highlight=False).print(page, soft_wrap=True)
