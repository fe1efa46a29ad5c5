"""Lists every message of the tool, from the source: ``python tests/docs/messages.py > FILE``.

An error has what happened and what to do; a note, a warning or a result only what happened. What
is filled in at run time stands in braces.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from voicenote import errors

SOURCE = Path(errors.__file__).parent
#: The errors and what else is told with an advice, by name.
ERRORS = {name for name, one in vars(errors).items() if isinstance(one, type)} - {"Path"}
#: What is said at a terminal.
SAID = {"out", "note", "warn", "ask", "ask_hidden", "confirm", "choose", "show", "rows"}


class Message(NamedTuple):
    """A message: where it stands, its kind, what it says, and what to do; None if it says none."""

    file: str
    line: int
    kind: str
    what: str
    advice: str | None


def text_of(node: ast.AST | None) -> str:
    """Return a text as it stands in the source, ``{…}`` for what is filled in."""
    if isinstance(node, ast.Constant):
        return str(node.value) if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(
            f"{{{ast.unparse(one.value)}}}" if isinstance(one, ast.FormattedValue) else text_of(one)
            for one in node.values
        )
    if isinstance(node, ast.BinOp):
        return text_of(node.left) + text_of(node.right)
    if isinstance(node, ast.IfExp):
        return f"{text_of(node.body)} | {text_of(node.orelse)}"
    return f"{{{ast.unparse(node)}}}" if node is not None else ""


def messages() -> Iterator[Message]:
    """Yield every message of the source, file by file."""
    for path in sorted(SOURCE.rglob("*.py")):
        place = path.relative_to(SOURCE).as_posix()
        tree = ast.parse(path.read_text("utf-8"))
        calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
        for call in sorted(calls, key=lambda one: one.lineno):
            yield from _told(place, call)


def _told(place: str, call: ast.Call) -> Iterator[Message]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    given = {word.arg: word.value for word in call.keywords}
    args = [one for one in call.args if not isinstance(one, ast.Starred)]
    if name in ERRORS or name == "Problem":
        starred = len(args) < len(call.args) or None in given
        what = args[0] if args else given.get("what")
        advice = args[1] if len(args) > 1 else given.get("advice")
        if what is not None:
            told = "{…}" if starred and advice is None else text_of(advice)
            yield Message(place, call.lineno, name, text_of(what), told)
    elif name in SAID and isinstance(call.func, ast.Attribute):
        for one in args:
            if any(map(str.isalpha, said := text_of(one))) and not said.startswith("{"):
                yield Message(place, call.lineno, name, said, None)
    elif name in ("BadParameter", "UsageError") and args:
        yield Message(place, call.lineno, name, text_of(args[0]), None)


def page() -> str:
    """Return all messages, one after the other."""
    return "".join(
        f"{one.file}:{one.line} {one.kind}\n  {one.what}\n"
        + (f"  > {one.advice}\n" if one.advice else "" if one.advice is None else "  > (nothing)\n")
        for one in messages()
    )


if __name__ == "__main__":
    sys.stdout.write(page())
