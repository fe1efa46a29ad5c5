"""The owner's editor: a text in a temporary file, or a file of the workspace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from voicenote.cli.terminal.session import Session
from voicenote.errors import BadData, Problem, Unavailable, WrongUse

#: Begins a comment that tells of a problem in an edited text.
_MARK = "#!"
#: What click tries without $VISUAL and $EDITOR.
_USUAL = ("sensible-editor", "vim", "nano", "vi")


def edit_text(session: Session, text: str, what: str, instead: str) -> str:
    """Return the text edited by the owner; `text` itself when it was closed without saving.

    `what` is its name in errors, `instead` the command that does without an editor. Raises as
    `need_editor` does, and BadData when the text isn't UTF-8.
    """
    editor = need_editor(session, instead)
    try:
        return click.edit(text, editor=editor, extension=".txt", env=dict(session.env)) or text
    except UnicodeDecodeError:
        raise BadData(f"{what} isn't UTF-8 text", "save it as UTF-8") from None
    except click.ClickException as error:
        raise _failed(error, instead) from None


def edit_file(session: Session, path: Path, instead: str) -> None:
    """Let the owner edit a file where it is. Raises as `edit_text` does."""
    editor = need_editor(session, instead)
    try:
        click.edit(editor=editor, env=dict(session.env), filename=str(path))
    except click.ClickException as error:
        raise _failed(error, instead) from None


def need_editor(session: Session, instead: str) -> str | None:
    """Return the owner's editor; None for the usual ones. `instead` is what does without.

    Raises WrongUse without a terminal, Unavailable when there is no editor.
    """
    import shutil

    if not may_edit(session):
        raise WrongUse("an editor needs a terminal, and this isn't one", instead)
    editor = session.env.get("VISUAL") or session.env.get("EDITOR")
    if not editor and not any(shutil.which(name) for name in _USUAL):
        raise Unavailable("no editor was found", f"set $EDITOR, or: {instead}")
    return editor


def may_edit(session: Session) -> bool:
    """Return whether somebody is there to type in an editor, which would wait for ever in cron."""
    return session.screen.interactive


def _failed(error: click.ClickException, instead: str) -> Unavailable:
    return Unavailable(error.format_message(), f"set $EDITOR to one that works, or: {instead}")


def place(problems: Sequence[Problem], lines: Mapping[str, int]) -> list[Problem]:
    """Return problems with the line of their field in an edited text."""
    return [one if one.line else replace(one, line=_line_of(one.field, lines)) for one in problems]


def _line_of(field: str, lines: Mapping[str, int]) -> int | None:
    of_part = (line for name, line in lines.items() if name.startswith(f"{field}."))
    return lines.get(field) or next(of_part, None)


def mark_problems(text: str, problems: Sequence[Problem]) -> str:
    """Return an edited text with each problem as a comment above its line; older ones are gone."""
    above: dict[int, list[str]] = defaultdict(list)
    for one in problems:
        advice = f" ({one.advice})" if one.advice else ""
        above[one.line or 1].append(f"{_MARK} {one.field}{' ' * bool(one.field)}{one.what}{advice}")
    marked: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        marked += above[number]
        if not line.startswith(_MARK):
            marked.append(line)
    return "\n".join(marked)
