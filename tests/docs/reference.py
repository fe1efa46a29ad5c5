"""Makes ``docs/reference.md`` from the commands themselves: ``python tests/docs/reference.py``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from voicenote import errors
from voicenote.cli.app import voicenote
from voicenote.cli.commands import SECTIONS
from voicenote.errors import VoicenoteError

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference.md"

HEAD = """\
# Reference

This page is made from the commands themselves; a test fails when it is not current. To make it
again:

```text
python tests/docs/reference.py
```

The same text is at hand with `voicenote COMMAND --help`. Global options come before the command:
`voicenote --home DIR COMMAND`. What `--json` prints is in [json](json.md), the settings are in
[settings](settings.md).
"""

CODES = {
    0: "done",
    1: "a rule said no, or something needs a person; the message says what",
    2: "the words of the command do not fit together",
    65: "what was given cannot be used; every problem is named",
    69: "a service, a device, a disk or a library is missing",
    70: "our fault",
    75: "somebody else holds it; try again",
    78: "a setting is wrong",
    130: "stopped with Ctrl-C; the message says what is kept",
}


def page() -> str:
    """Return the whole page."""
    named: dict[str, Any] = {"info_name": "voicenote", **voicenote.context_settings}
    context = click.Context(voicenote, max_content_width=78, **named)
    parts = [HEAD, block(context.get_help())]
    for title, entries in SECTIONS.items():
        parts.append(f"## {title}\n")
        for entry in entries:
            parts.extend(told(context, entry.name))
    parts += ["## Exit codes\n\n| code | what it means |\n|---|---|"]
    parts += [f"| {code} | {words} |" for code, words in CODES.items()]
    return "\n".join(parts).rstrip() + "\n"


def told(context: click.Context, name: str) -> Iterator[str]:
    """Yield the lines of one command, and of those under it."""
    yield f"### {name}\n"
    try:
        command = voicenote.get_command(context, name)
    except VoicenoteError:
        yield "Not built yet.\n"
        return
    assert command is not None
    inner = click.Context(command, info_name=name, parent=context, max_content_width=78)
    yield block(command.get_help(inner))
    if isinstance(command, click.Group):
        for below in command.list_commands(inner):
            found = command.get_command(inner, below)
            assert found is not None
            deeper = click.Context(found, info_name=below, parent=inner, max_content_width=78)
            yield f"#### {name} {below}\n"
            yield block(found.get_help(deeper))


def block(text: str) -> str:
    """Return a help text as a fenced block."""
    plain = "\n".join(line.rstrip() for line in text.splitlines())
    return f"```text\n{plain}\n```\n"


def known_codes() -> set[int]:
    """Return the exit codes that the errors have."""
    return {
        int(code) for code in re.findall(r"exit_code = (\d+)", Path(errors.__file__).read_text())
    }


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
