"""The reference is current, and every command explains itself."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest
from click.testing import CliRunner

from voicenote.cli.app import voicenote
from voicenote.cli.commands import COMMANDS
from voicenote.errors import VoicenoteError


def reference() -> ModuleType:
    name = "reference_of_docs"
    if name not in sys.modules:
        file = Path(__file__).with_name("reference.py")
        spec = importlib.util.spec_from_file_location(name, file)
        assert spec
        assert spec.loader
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def test_the_reference_is_current() -> None:
    made = reference()
    assert made.PAGE.read_text("utf-8") == made.page(), "python tests/docs/reference.py"


def test_the_reference_knows_every_exit_code() -> None:
    made = reference()
    assert made.known_codes() <= set(made.CODES)


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
