"""`edit`: correct the facts of a case and its customer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voicenote.cli.terminal.case_options import case_argument
from voicenote.cli.terminal.editor import edit_file, mark_problems, need_editor, place
from voicenote.cli.terminal.session import Session, command
from voicenote.errors import BadData, WrongUse
from voicenote.files import write_whole

if TYPE_CHECKING:
    from voicenote.engine.case.case_edit import Edited
    from voicenote.engine.workspace import Workspace

#: The folder of texts that are being edited, in the workspace.
FOLDER = "edits"
_PROMISED = re.compile(r"(\d+|amends)\.(\d+)\.(\w+)")


@command()
@case_argument
@click.option("--set", "given", metavar="FIELD=VALUE", multiple=True, help="Set a field.")
@click.option("--say-as", metavar="SOUND", help="How a voice says their name, as it sounds.")
@click.argument("more", nargs=-1, metavar="[FIELD=VALUE]...")
def edit(
    session: Session,
    /,
    *,
    number: int,
    given: Sequence[str],
    say_as: str | None,
    more: Sequence[str],
) -> None:
    """Correct the facts of a case and its customer: a name, an address, what was promised.

    It opens them in $VISUAL or $EDITOR, one field a line. Or name what to change: voicenote edit 3
    --set customer="Anna Kask" email=anna@example.com. An empty value means that it isn't known. A
    promise's fields are called N.K.value, N.K.promised_by and so on. --say-as "Day-na" sets say_as:
    how a synthetic voice says the customer's name.

    If the words or the approval of a memo no longer fit, they are asked for again. What was sent
    stays as it is. A value that can't be read keeps your whole text: it is offered again.

    With --json: {"case", "changed": [{"field", "was", "now"}], "cases", "notes"}; "cases" are other
    open cases of the same customer.
    """
    from voicenote.engine.case.case_edit import edit as edit_

    if say_as is not None:
        given = (*given, f"say_as={say_as}")
    if more and not given:
        raise WrongUse(
            "a field is changed with --set", f"such as: voicenote edit {number} --set {more[0]}"
        )
    with session.open() as ws:
        if given:
            done = edit_(ws, number, _as_changes(number, [*given, *more]))
        else:
            done = _edit_text(session, ws, number)
    session.screen.show(
        {
            "case": done.case,
            "changed": [one._asdict() for one in done.changed],
            "cases": done.cases,
            "notes": done.notes,
        },
        lambda: _describe(done),
    )
    if not session.json:
        session.screen.warn(*done.notes)


def _as_changes(number: int, given: Sequence[str]) -> dict[str, str]:
    changes = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals:
            raise WrongUse(f"{one!r} sets no field", "write it as FIELD=VALUE")
        match = _PROMISED.fullmatch(name.strip())
        if match and match[1] not in (str(number), "amends"):
            what = f"{name.strip()} is of a promise of case {match[1]}, and this is case {number}"
            raise WrongUse(what, f"voicenote edit {match[1]} --set {name.strip()}=…")
        changes[f"amends.{match[2]}.{match[3]}" if match else name.strip()] = value.strip()
    return changes


def _describe(done: Edited) -> str:
    if not done.changed:
        return "Nothing was changed."
    lines = [f"  {one.field}: {_shorten(one.was)} → {_shorten(one.now)}" for one in done.changed]
    return "\n".join([f"Case {done.case} is corrected:", *lines])


def _shorten(value: str) -> str:
    line = " ".join(value.split())
    return (line if len(line) <= 60 else f"{line[:59]}…") or "(not known)"


def _edit_text(session: Session, ws: Workspace, number: int) -> Edited:
    """Let the owner edit the facts in a file of the workspace until they can be read.

    The file stays until then, so nothing typed is lost: not by Ctrl-C, a failing editor or a crash.
    """
    from voicenote.engine.case.case_edit import editable

    file = ws.home / FOLDER / f"case-{number}.txt"
    instead = f"voicenote edit {number} --set FIELD=VALUE"
    need_editor(session, instead)
    session.if_stopped = f"your text is kept, and offered again by: voicenote edit {number}"
    seen = _begin(session, file, number, editable(ws, number))
    while True:
        edit_file(session, file, instead)
        try:
            done = _take(ws, number, file, seen)
        except BadData as error:
            if not session.screen.interactive or session.json:
                advice = f"{error.advice}; {session.if_stopped}".removeprefix("; ")
                raise BadData(error.what, advice, error.problems) from None
            session.screen.warn(*map(str, error.problems or [error.in_one_line]))
            if not session.screen.confirm("Edit it again?"):
                raise BadData("the case was not changed", session.if_stopped) from None
        else:
            file.unlink(missing_ok=True)
            file.with_suffix(".json").unlink(missing_ok=True)
            return done


def _begin(session: Session, file: Path, number: int, facts: dict[str, str]) -> dict[str, str]:
    """Write the text to edit, unless an earlier one is there; return the facts it was made from."""
    from voicenote.intake.case_text import to_text

    kept = file.with_suffix(".json")
    if file.exists() and kept.exists():
        session.screen.note(f"Your unfinished text of case {number} was kept, and opens again.")
        seen: dict[str, str] = json.loads(kept.read_text(encoding="utf-8"))
        return seen
    write_whole(kept, json.dumps(facts, ensure_ascii=False).encode())
    write_whole(file, to_text(number, facts).encode("utf-8", "replace"))
    return facts


def _take(ws: Workspace, number: int, file: Path, seen: Mapping[str, str]) -> Edited:
    """Carry out what an edited text says. Raises BadData with the problems, marked in the text."""
    from voicenote.engine.case.case_edit import edit as edit_
    from voicenote.intake.case_text import from_text, to_text

    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadData("the edited text isn't UTF-8", "save it as UTF-8") from None
    lines: dict[str, int] = {}
    try:
        said, lines = from_text(text, number, seen)
        before, _ = from_text(to_text(number, seen), number, seen)
        changes = {name: value for name, value in said.items() if value != before.get(name, "")}
        return edit_(ws, number, changes, seen)
    except BadData as error:
        problems = place(error.problems, lines)
        write_whole(file, mark_problems(text, problems).encode())
        shown = [replace(one, file=file.name) for one in problems]
        raise BadData(error.what, error.advice, shown) from None
