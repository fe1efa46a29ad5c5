"""Colour at a terminal: whether it is wanted, and what it says."""

from __future__ import annotations

import sys
from collections.abc import Mapping

_BOLD, _RED, _GREEN, _YELLOW, _PLAIN = (f"\x1b[{code}m" for code in ("1", "31", "32", "33", "0"))
#: What a state or a remark begins with → its colour.
_STATES = {
    **dict.fromkeys(
        ("overdue", "broken", "uncertain", "bounced", "refused", "failed", "lost", "wrong"), _RED
    ),
    **dict.fromkeys(("held", "answered", "missing", "needs", "waits", "paused"), _YELLOW),
    **dict.fromkeys(("delivered", "confirmed", "satisfied", "ally", "done", "ready"), _GREEN),
}
#: The columns of tables that hold states and remarks.
_OF_STATE = frozenset({"", "stage", "state", "outcome"})
#: Terminals of Windows that know colours; the old console may not.
_ON_WINDOWS = ("WT_SESSION", "TERM_PROGRAM", "ANSICON")
#: What $TERM says of a terminal that can only print lines.
PLAIN = ("dumb", "unknown")


def wants_colour(env: Mapping[str, str], *, terminal: bool, json: bool) -> bool:
    """Return whether to print in colour.

    ``--json`` and $NO_COLOR say no to it, then $FORCE_COLOR says yes, else a terminal that knows
    colours does.
    """
    if json or env.get("NO_COLOR"):
        return False
    if (forced := env.get("FORCE_COLOR", "")) and forced != "0":
        return True
    return terminal and forced != "0" and _knows_colours(env)


def _knows_colours(env: Mapping[str, str]) -> bool:
    if env.get("TERM", "") in ("", *PLAIN):
        return sys.platform == "win32" and any(map(env.get, _ON_WINDOWS))
    return True


def paint_head(cell: str) -> str:
    """Return the head of a column, bold."""
    return f"{_BOLD}{cell}{_PLAIN}" if cell.strip() else cell


def paint_cell(cell: str, head: str) -> str:
    """Return a cell in the colour of what it says, if its column holds states or remarks."""
    if head not in _OF_STATE or not cell.strip():
        return cell
    colour = _STATES.get(cell.split(maxsplit=1)[0].rstrip(":,").lower())
    return f"{colour}{cell}{_PLAIN}" if colour else cell


def paint_error(text: str) -> str:
    """Return an error with the name of the program, which begins it, in red."""
    name = "voicenote:"
    return f"{_RED}{name}{_PLAIN}{text[len(name) :]}" if text.startswith(name) else text
