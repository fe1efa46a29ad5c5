"""Every command that an advice, a help text or a page names is one, with the options it names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from voicenote.cli.app import voicenote
from voicenote.cli.commands import COMMANDS

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "voicenote"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
#: The program's name, options before the command, the command, and the words behind it.
CALL = re.compile(
    r"\bvoicenote(?: --(?:home|debug|json)(?: [\w/.~{}-]+)?)* (?P<name>[a-z][a-z-]*)\b"
    r"(?P<rest>(?:(?: | \\\n +)(?:\"[^\"]*\"|'[^']*'|[^\s;:()`\"',]+))*)"
)
#: What stands in a page as code: a block of it, or words in backquotes.
CODE = re.compile(
    r"^```\w*\n(?P<code>.*?)^```|(?<!`)`(?P<code_>[^`]+)`(?!`)", re.MULTILINE | re.DOTALL
)
#: Sentences in which voicenote itself does something.
VERBS = frozenset(["again", "has", "makes", "raises", "ships", "takes", "then", "touch", "when"])


def texts(file: Path) -> Iterator[tuple[str, int]]:
    """Yield each text of a source file, what is filled in as ``N``, and its line."""
    tree = ast.parse(file.read_text("utf-8"))
    filled = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    inside = {id(part) for node in filled for part in node.values}
    for node in filled:
        parts = (part.value if isinstance(part, ast.Constant) else "N" for part in node.values)
        yield "".join(map(str, parts)), node.lineno
    for one in ast.walk(tree):
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in inside:
            yield one.value, one.lineno


def wrong(text: str) -> Iterator[str]:
    """Yield what a text names and there is not."""
    for call in CALL.finditer(text):
        name, rest = call["name"], call["rest"].split()
        if name in VERBS:
            continue
        if name not in COMMANDS:
            yield f"voicenote {name}"
            continue
        context = click.Context(voicenote, info_name="voicenote")
        command = voicenote.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group) and rest and rest[0][0].isalpha() and rest[0].islower():
            below = command.get_command(context, rest[0])
            if below is None:
                yield f"voicenote {name} {rest[0]}"
                continue
            command = below
        known = {"--help", "-h"} | {option for one in command.params for option in one.opts}
        named = (word.rstrip(".").split("=")[0] for word in rest if re.match(r"--?[a-z]", word))
        yield from (f"voicenote {name} … {option}" for option in named if option not in known)


def test_every_advice_names_what_there_is() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{line}: {slip}"
        for file in sorted(SOURCE.rglob("*.py"))
        for text, line in texts(file)
        for slip in wrong(text)
    ]
    assert found == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_names_what_there_is(page: Path) -> None:
    text = page.read_text("utf-8")
    code = [one["code"] or one["code_"] for one in CODE.finditer(text)]
    assert [slip for one in code for slip in wrong(one)] == []


@pytest.mark.parametrize(
    ("text", "slips"),
    [
        ("voicenote answer 1 --put-right", []),
        ("first voicenote amends conform N.K", ["voicenote amends conform"]),
        ("`voicenote confirm 1.1`", ["voicenote confirm"]),
        ("voicenote run --too a@b, or --all", ["voicenote run … --too"]),
        ("voicenote has sent it", []),
    ],
)
def test_a_slip_is_seen(text: str, slips: list[str]) -> None:
    assert list(wrong(text)) == slips
