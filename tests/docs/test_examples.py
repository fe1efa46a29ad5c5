"""Every ``--help`` ends with examples: each is understood, and those that can run here do."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, TypeVar

import click
import pytest

from tests.docs import running
from voicenote.cli.app import voicenote
from voicenote.cli.examples import EXAMPLES

T = TypeVar("T")

#: A workspace in which case 1 has been sent, case 2 has a memo, and case 3 is new.
BEFORE = """\
<!-- file: voicenote/voicenote.toml -->
```toml
[owner]
name = "Anna Saar"
business = "Saar's Bakery"
email = "anna@example.com"
language = "en"
time_zone = "Europe/Tallinn"

[voice]
engine = "silent"
```

<!-- file: november.csv -->
```text
ref,customer,language,email,what_happened,product,amends,amends_kind,promised_by
a,Mari Tamm,en,mari@example.com,The cake came in the wrong colour.,cake,A new cake,redo,2026-12-04
b,Ada Byron,en,ada@example.com,The parcel came a week late.,oven,A call on Friday,call,2026-12-04
c,Tom Reed,en,tom@example.com,Nobody picked up the phone.,oven,A call on Monday,call,2026-12-07
```

<!-- file: reviews.csv -->
```text
ref,Guest,language,rating,what_happened
r1,Lea Kask,en,1,The room was cold and nobody came.
r2,Jo Lane,en,5,All was lovely.
```

<!-- file: mari.toml -->
```toml
customer = "Eva Lind"
language = "en"
what_happened = "The music box came with its lid cracked."
```

<!-- file: letter.txt -->
```text
Thank you for telling us, Mari. The cake came in the wrong colour, and that was our mistake.
I can hear how disappointed you were. I am sorry.
I will bring you a new cake on Friday, 4 December.
Because of you, we are changing this: the colour now stands on each order.
Is that all right for you?
```

<!-- file: refunds.csv -->
```text
ref,evidence
a,"refund 4411, 2 December"
```

<!-- file: calls.csv -->
```text
case,answer,text,via
1,put-right,It was lovely. Thank you.,phone
```

<!-- file: doubles.csv -->
```text
case,other,anyway
2,3,Tom is her husband
```

```sh
cp samples/recording.ogg take.ogg
voicenote import november.csv --batch november
voicenote script 1 2
voicenote render 1 2
voicenote approve 1 --yes
voicenote run
```

<!-- clock: 2026-11-23T09:00Z -->

```sh
voicenote run
voicenote backup bakery.tar.gz
```
"""

#: What must have happened for an example to run, by its pattern.
DONE = 'voicenote amends done 1.1 --evidence "photo 0312"'
LEARNT = 'voicenote lesson 1 --cause "noted by hand" --prevention "a field"'
FIRST = {
    "batch resume *": ["voicenote batch hold november"],
    "plan 1 --resume": ["voicenote plan 1 --hold"],
    "amends confirm *": [DONE],
    "close *": [DONE, "voicenote answer 1 --put-right", LEARNT],
    "reopen *": [
        *(DONE, "voicenote answer 1 --put-right", LEARNT),
        "voicenote close 1 --outcome satisfied",
    ],
    "backup *": ["rm bakery.tar.gz"],
    "templates test": ["voicenote templates new late-parcel --language en"],
    "render 3": ["voicenote script 3"],
    "check 3": ["voicenote script 3"],
    "record 3 *": ["voicenote script 3"],
    "run": ["voicenote adopt --moved"],  # each example has a copy of the workspace
    "receive": ["voicenote adopt --moved"],
}

#: What only an own machine, a terminal, a server or a rare state has; it is parsed all the same.
PARSED_ONLY = {
    "approve --batch *": "plays a sample at a terminal",
    "undo": "nothing can be undone here",
    "edit 3": "opens an editor",
    "merge 1 2": "they are two people's",
    "new": "asks at a terminal",
    "script 3 --edit": "opens an editor",
    "record 3": "needs a microphone",
    "record 3 --freely": "needs a microphone",
    "play 2": "needs a loudspeaker",
    "play 2 --answers": "no customer has sent a sound here",
    "verify *": "no memo lies in this folder",
    "daemon *": "does not end",
    "hear *": "needs a recogniser",
    "channels add *": "needs mail servers",
    "channels login *": "asks a person to log in",
    "channels test *": "needs mail servers",
    "channels link *": "needs a bot",
    "voices add *": "fetches 90 MB",
    "voices remove *": "asks at a terminal",
    "voices consent *": "needs a copied voice",
    "doctor*": "ends by what this machine has",
    "schedule --install": "changes the crontab",
    "run --to *": "needs mail servers",
    "proof *": "needs mail servers",
    "mark-sent 1*": "nothing is uncertain here",
    "resend 1*": "nothing is uncertain here",
    "pause --resume *": "nothing is paused here",
    "receive --match *": "nothing unmatched has come in here",
    "completion *": "writes into a file of the shell",
}


def walk(context: click.Context) -> Iterator[tuple[str, click.Context]]:
    """Yield each command from that of `context` on: its path without ``voicenote``, its context."""
    yield context.command_path.partition(" ")[2], context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            below = context.command.get_command(context, name)
            assert below is not None
            yield from walk(click.Context(below, info_name=name, parent=context))


_NAMED: dict[str, Any] = {"info_name": "voicenote", **voicenote.context_settings}
WALKED = dict(walk(click.Context(voicenote, **_NAMED)))


def examples() -> Iterator[tuple[str, str]]:
    """Yield the path of a command with each of its examples, on one line."""
    for path, lines in EXAMPLES.items():
        for line in " ".join(lines).replace("\\     ", "").split(" voicenote "):
            yield path, line if line.startswith("voicenote") else f"voicenote {line}"


def matching(table: Mapping[str, T], example: str) -> Iterator[T]:
    """Yield what a table has for an example."""
    return (one for pattern, one in table.items() if fnmatch(example, f"voicenote {pattern}"))


def test_every_command_has_an_example_and_every_example_a_command() -> None:
    """A new command gets its example in ``cli/examples.py``."""
    assert set(WALKED) == set(EXAMPLES)


@pytest.mark.parametrize("path", WALKED)
def test_help_shows_the_examples_as_they_can_be_pasted(path: str) -> None:
    shown = WALKED[path].get_help().partition("\nExamples:\n")[2].splitlines()
    assert shown == [f"  {line}" for line in EXAMPLES[path]]
    assert [line for line in shown if len(line) > 80] == []


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the workspace of `BEFORE`."""
    folder = tmp_path_factory.mktemp("examples") / "desk"
    with pytest.MonkeyPatch.context() as patch:
        ran = list(running.Desk(folder, patch).play(BEFORE))
        assert [(one.command, one.printed) for one in ran if one.code] == []
        yield folder


@pytest.mark.slow
@pytest.mark.parametrize(("path", "example"), list(examples()), ids=str)
def test_an_example_is_understood_and_runs(
    path: str, example: str, before: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = running.Desk(tmp_path / "desk", monkeypatch)
    shutil.copytree(before, desk.folder, dirs_exist_ok=True)
    words = shlex.split(example)[1:]
    words = words[2:] if words[0] == "--home" else words
    own = WALKED[path or words[0]]
    words = words[len(path.split()) or 1 :]
    if any(matching(PARSED_ONLY, example)):
        words = words[: words.index(">>")] if ">>" in words else words
        own.command.make_context(own.info_name, words, parent=own.parent)
        return
    first = [line for lines in matching(FIRST, example) for line in lines]
    page = ["<!-- clock: 2026-11-25T09:00Z -->", "```sh", *first, example, "```"]
    ran = list(desk.play("\n".join(page)))
    assert [(one.command, one.printed) for one in ran if one.code] == []
