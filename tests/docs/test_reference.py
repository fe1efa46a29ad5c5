"""The reference is current, and every command explains itself."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from tests.docs import reference, states
from voicenote.cli.app import voicenote
from voicenote.cli.commands import COMMANDS
from voicenote.errors import VoicenoteError


def test_the_page_of_states_is_current() -> None:
    assert states.PAGE.read_text("utf-8") == states.page(), "python tests/docs/states.py"


def test_the_reference_is_current() -> None:
    assert reference.PAGE.read_text("utf-8") == reference.page(), "python tests/docs/reference.py"


def test_the_reference_knows_every_exit_code() -> None:
    assert reference.known_codes() <= set(reference.CODES)


def built() -> Iterator[tuple[str, ...]]:
    context = click.Context(voicenote, info_name="voicenote")
    for name in COMMANDS:
        try:
            command = voicenote.get_command(context, name)
        except VoicenoteError:
            continue
        yield (name,)
        if isinstance(command, click.Group):
            yield from ((name, below) for below in command.list_commands(context))


@pytest.mark.parametrize("words", list(built()), ids=" ".join)
def test_help_says_what_it_does_and_fits_a_terminal(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(voicenote, [*words, "--help"], prog_name="voicenote")
    assert result.exit_code == 0
    usage, _, rest = result.output.partition("\n\n")
    assert usage.startswith("Usage: voicenote " + " ".join(words))
    assert rest.splitlines()[0].strip()
    assert [line for line in result.output.splitlines() if len(line) > 80] == []
    options = [line for line in result.output.splitlines() if line.startswith("  -")]
    assert options


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_in_the_list_is_one_short_sentence(name: str) -> None:
    help_ = COMMANDS[name].help
    assert len(help_) <= 60
    assert help_.endswith(".")
