"""`completion`: print the completion script for a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from voicenote.cli.terminal.session import Session, command
from voicenote.cli.terminal.word_choice import WordChoice
from voicenote.errors import WrongUse

#: What click prints; the first character of the table keeps its lines apart.
HELP = """Tab completion for your shell.

\b
bash:  voicenote completion bash >> ~/.bashrc
zsh:   voicenote completion zsh >> ~/.zshrc
fish:  voicenote completion fish > ~/.config/fish/completions/voicenote.fish
"""


@command(help=HELP, json=False)
@click.argument("shell", type=WordChoice("bash", "zsh", "fish"))
def completion(session: Session, shell: str) -> None:
    """Print the completion for a shell."""
    kind = get_completion_class(shell)
    if kind is None:
        raise WrongUse(f"commands can't be completed in {shell} yet", "choose bash, zsh or fish")
    group = click.get_current_context().find_root().command
    try:
        text = kind(group, {}, "voicenote", "_VOICENOTE_COMPLETE").source()
    except RuntimeError as error:  # an old bash
        raise WrongUse(str(error), "install bash 4.4 or newer") from None
    session.screen.out(text, whole=True)
