"""One answer typed or pasted at a terminal, with arrow keys, history, and pastes of many lines."""

from __future__ import annotations

import select
from functools import cache
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession

#: How long no more lines must come until a paste is over, in seconds. Terminals send one at once.
_QUIET_S = 0.1


def edit_answer(prompt: str, stdin: TextIO, stderr: TextIO, *, prefill: str, prose: bool) -> str:
    """Ask at a terminal and return the answer with a line end; "" at Ctrl-D. `prefill` is typed.

    A paste is one answer, blank lines included. A terminal that doesn't mark pastes sends their
    lines as if they were typed: with `prose`, all that come at once are shown again as one answer,
    to be confirmed. Raises KeyboardInterrupt at Ctrl-C.
    """
    from prompt_toolkit.input.typeahead import get_typeahead

    asking = _session(stdin, stderr)
    while True:
        try:
            answer = str(asking.prompt(prompt, default=prefill))
        except EOFError:
            return ""
        rest = "".join(key.data for key in get_typeahead(asking.input)) if prose else ""
        if not rest.strip():
            return f"{answer}\n"
        prefill = f"{answer}\n{rest}".replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
        prompt = "   (several lines; press Enter if that is all of it) "


@cache
def _session(stdin: TextIO, stderr: TextIO) -> PromptSession[Any]:
    """Return what asks at this terminal. Ctrl-X Ctrl-E opens the answer in $EDITOR."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.input import create_input
    from prompt_toolkit.output import create_output

    return PromptSession(
        input=create_input(stdin),
        output=create_output(stderr),
        enable_open_in_editor=True,
        tempfile_suffix=".txt",
    )


def read_waiting(stdin: TextIO) -> str:
    """Return the lines that wait at a plain terminal already: the rest of a paste.

    Where that can't be told, as on Windows, there are none.
    """
    lines: list[str] = []
    try:
        while select.select([stdin], [], [], _QUIET_S)[0] and (line := stdin.readline()):
            lines.append(line)
    except (OSError, ValueError):
        pass
    return "".join(lines)
