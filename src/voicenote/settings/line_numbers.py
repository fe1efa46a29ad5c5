"""Find the line of a setting. The standard TOML reader gives values without their places."""

from __future__ import annotations

import re

_HEADER = re.compile(r"\s*\[\[?(?P<path>[^\[\]]+)\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""\s*(?P<path>(?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


def _path(text: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(text))


def line_of(text: str, dotted: str) -> int | None:
    """Return the line, from 1, of the setting `dotted`, or of the nearest table around it."""
    wanted = tuple(dotted.split("."))
    table: tuple[str, ...] = ()
    best: tuple[int, int | None] = (0, None)
    for line, content in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(content):
            found = table = _path(header["path"])
        elif key := _KEY.match(content):
            found = table + _path(key["path"])
        else:
            continue
        if found == wanted[: len(found)] and len(found) > best[0]:
            best = (len(found), line)
    return best[1]
