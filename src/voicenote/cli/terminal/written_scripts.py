"""Scripts by whoever writes them: templates or a writer; and back in the owner's language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from voicenote.cli.terminal.case_options import Selection
from voicenote.cli.terminal.session import Session
from voicenote.errors import WrongUse

if TYPE_CHECKING:
    from voicenote.engine.memo.drafting import Drafted
    from voicenote.engine.singly import Failed
    from voicenote.engine.workspace import Workspace


def compose_all(
    ws: Workspace, numbers: Sequence[int], given: dict[str, str], anyway: str
) -> Iterator[Drafted | Failed]:
    """Write scripts by the templates."""
    from voicenote.engine.case.duplicates import told_apart
    from voicenote.engine.memo.compose_cases import compose_cases
    from voicenote.engine.singly import singly

    return singly(
        lambda chunk: compose_cases(ws, told_apart(ws, chunk, anyway), **given), numbers, size=100
    )


def write_all(
    ws: Workspace,
    numbers: Sequence[int],
    name: str,
    given: dict[str, str],
    *,
    whole: bool,
    anew: bool,
) -> Iterator[Drafted | Failed]:
    """Write scripts by a writer: whole ones, or in a batch what is personal."""
    from voicenote.engine.memo.write_scripts import write_cases

    whole = whole or len(numbers) == 1 or ws.settings.writer.batch == "whole"
    return write_cases(ws, numbers, name, whole=whole, anew=anew, **given)


def choose_writer(ws: Workspace, wish: str, numbers: Sequence[int], selection: Selection) -> str:
    """Return who writes these scripts: the wish, else what [writer] says."""
    table, several = ws.settings.writer, len(numbers) != 1 or not selection.numbers
    return wish or ("template" if several and table.batch == "template" else table.kind)


def show_back(session: Session, numbers: Sequence[int], writer: str, *, other: object) -> int:
    """Show the script of one case in the owner's language. With `other` options it is wrong use."""
    from voicenote.engine.memo.translate_back import translate_back

    if len(numbers) != 1 or other:
        raise WrongUse("--back shows the script of one case", "such as: voicenote script 3 --back")
    with session.open() as ws:
        found = translate_back(ws, numbers[0], writer)
    lines = [{"section": one.section.value, "text": one.text} for one in found.sentences]
    data = {"case": found.case, "language": found.language, "sentences": lines}
    data |= {"writer": found.writer, "model": found.model}
    session.screen.show(data, lambda: "\n".join(one["text"] for one in lines))
    by = ", ".join(part for part in (found.writer, found.model) if part)
    session.screen.note(f"A machine's translation ({by}); nobody has checked it.")
    return 0
