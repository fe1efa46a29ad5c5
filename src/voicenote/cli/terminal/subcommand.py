"""Run another command from within one, by the words that somebody would type."""

from __future__ import annotations

from collections.abc import Sequence

import click

from voicenote.cli.terminal.failures import as_text, explain
from voicenote.cli.terminal.session import Session
from voicenote.errors import VoicenoteError


def run_words(context: click.Context, words: Sequence[str]) -> object:
    """Run a command, such as ``("render", "3")``, and return what it returns.

    Raises what it raises, and click.UsageError when there is no such command.
    """
    root = context.find_root()
    if not isinstance(root.command, click.Group):
        raise TypeError("the root isn't a group of commands")
    name, command, rest = root.command.resolve_command(root, list(words))
    if command is None:
        raise click.UsageError(f"{words[0]!r} isn't a command", root)
    with command.make_context(name, rest, parent=root) as inner:
        return command.invoke(inner)


def try_words(context: click.Context, session: Session, *words: str) -> bool:
    """Run a command and return whether it worked. Errors are shown, as it can be done later."""
    try:
        code = run_words(context, words)
    except (VoicenoteError, click.ClickException) as error:
        session.screen.warn(as_text(explain(error)))
        return False
    return not code
