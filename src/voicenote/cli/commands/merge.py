"""`merge`: join two cases of one failure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.terminal.case_options import CASE, reason_option
from voicenote.cli.terminal.case_work import Telling, report_rows
from voicenote.cli.terminal.row_file import Cell, open_row_file
from voicenote.cli.terminal.session import Session, command
from voicenote.counting import count_of
from voicenote.errors import BadData, WrongUse

if TYPE_CHECKING:
    from voicenote.engine.case.case_merge import Merged


@command()
@click.argument("number", type=CASE, metavar="[N]", required=False)
@click.argument("other", type=CASE, metavar="[M]", required=False)
@reason_option("--anyway", "Why two names without a common address are one person.")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A row each: case or ref (N), other (M), and anyway.",
)
def merge(
    session: Session,
    /,
    *,
    number: int | None,
    other: int | None,
    anyway: str,
    source: Path | None,
) -> int:
    """Join case M to case N, when both are about one failure. N goes on, M is closed.

    N gets M's promises, addresses, answers, files and lesson, and what only M knew. A promise that
    both have stays once. What was sent stays in M; answers to it come to N. If only M has been sent
    something, it has to be the one that goes on. It was a mistake: voicenote undo.

    With --json: {"case", "merged", "promises", "twins", "answers", "fields", "cancelled", "notes"};
    with --from a list, with {"line", "field", "error", "advice"} for rows that could not be done.
    """
    from voicenote.engine.case.case_merge import merge as merge_

    if source is not None:
        if number is not None:
            raise WrongUse("with --from, the file says which cases", "leave out the numbers")
        return _merge_rows(session, source, anyway)
    if number is None or other is None:
        raise WrongUse("say which two cases are one", "voicenote merge N M, or --from FILE")
    with session.open() as ws:
        done = merge_(ws, number, other, anyway)
    session.screen.show(done, lambda: "\n".join(_lines(done)))
    if not session.json:
        session.screen.warn(*done.notes)
        session.screen.note("If that was a mistake: voicenote undo")
    return 0


def _merge_rows(session: Session, source: Path, anyway: str) -> int:
    """Join the cases of each row of a file; a row that was done before changes nothing."""
    from voicenote.engine.case.case_merge import is_merged
    from voicenote.engine.case.case_merge import merge as merge_
    from voicenote.engine.case.group_work import Done
    from voicenote.engine.singly import CaseTask, singly

    cells = {"other": Cell(CASE, None), "anyway": Cell(click.STRING, anyway, reason=True)}
    rows = open_row_file(session, source, [*cells])

    def prepare(given: dict[str, Any]) -> Mapping[str, Any]:
        if given["other"] is None:
            raise BadData("doesn't say which case is joined", "give its number in a column other")
        return given

    with session.open() as ws:
        rows.read(ws, cells, prepare, promises=False)

        def work(chunk: Sequence[CaseTask]) -> Iterator[Done]:
            for task in chunk:
                other = task.given["other"]
                if is_merged(ws, task.case, other):
                    yield Done(task.case, {"case": task.case, "merged": other}, changed=False)
                    continue
                done = merge_(ws, task.case, **task.given)
                yield Done(task.case, asdict(done), notes=done.notes)

        session.if_stopped = "what was finished is kept; the same command does the rest"
        found = session.screen.progress(singly(work, rows.tasks), "Joining", len(rows.tasks))
        telling = Telling(
            label="Joining", counted=("case joined to another", "cases joined to others"), one=str
        )
        return report_rows(session, rows, [*found], telling)


def _lines(done: Merged) -> Iterator[str]:
    yield f"Case {done.merged} goes on as case {done.case}."
    if done.promises:
        yield f"  taken over: amends {', '.join(done.promises)}"
    if done.twins:
        yield f"  promised in both, and kept once: {', '.join(done.twins)}"
    if done.answers:
        yield f"  {count_of(done.answers, 'answer')} taken over"
    if done.fields:
        yield f"  known from case {done.merged}: {', '.join(done.fields)}"
    if done.cancelled:
        yield f"  {count_of(done.cancelled, 'message')} of case {done.merged} will not be sent"
