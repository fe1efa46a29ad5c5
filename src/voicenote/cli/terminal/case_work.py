"""Commands that change one case or many: chosen by name, by condition, or by the rows of a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.terminal.batch_report import report_cases
from voicenote.cli.terminal.case_options import CASE, PROMISE, Selection, choosing_options
from voicenote.cli.terminal.row_file import NAME, Cell, Prepare, RowFile, open_row_file
from voicenote.cli.terminal.session import Session
from voicenote.counting import count_of
from voicenote.errors import BadData, WrongUse

if TYPE_CHECKING:
    from voicenote.engine.case.group_work import CaseWork, Done
    from voicenote.engine.singly import CaseTask, Failed
    from voicenote.engine.workspace import Workspace
    from voicenote.model.case import Stage
    from voicenote.model.promise import AmendsState

#: How many problems of a file are shown; ``--json`` and the ``.rejected`` file have all.
SHOWN = 20
#: Options that are a reason, and so more than a word.
_REASONS = frozenset({"override"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """The cases or promises that a command is for, and the file of rows that names them.

    `columns` are those that the file may have. `selection.numbers` are cases; with `promises`, it
    is `names` that are named. With `many`, even one is told of as several are.
    """

    selection: Selection
    names: Sequence[tuple[int, int]]
    file: Path | None
    columns: Mapping[str, Cell]
    promises: bool = False
    many: bool = False

    @property
    def alone(self) -> bool:
        """Whether it is one case or promise, by its name."""
        if self.file or self.many:
            return False
        if self.names:
            one = len(self.names) == 1 and bool(self.names[0][1])
            return one and replace(self.selection, numbers=[1]).alone
        return self.selection.alone

    @property
    def nothing(self) -> bool:
        """Whether no case was named in any way."""
        selection = self.selection
        named = bool(self.names or selection.numbers or self.file or selection.where)
        return not (named or selection.everything or selection.batch)


def work_options(
    *columns: str, promises: bool = False, more: Mapping[str, click.ParamType[Any]] | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator for the options that choose what a command works on, as `Wanted`.

    `columns` are the options of the command that a file may give for each row, and `more` columns
    of a file alone. With `promises` its arguments are promises.
    """

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def choose(
            *args: Any,
            chosen: Sequence[Any],
            everything: bool,
            batch: str | None,
            where: str,
            source: Path | None,
            **given: Any,
        ) -> Any:
            names, numbers = (chosen, ()) if promises else ((), chosen)
            selection = Selection(numbers, everything, batch, where)
            options = {one.name: one for one in click.get_current_context().command.params}
            cells = {
                name: Cell(
                    click.BOOL if getattr(options[name], "is_flag", False) else options[name].type,
                    given.get(name),
                    name in _REASONS,
                )
                for name in columns
            }
            cells |= {name: Cell(kind, None) for name, kind in (more or {}).items()}
            if source and (chosen or everything or batch or where):
                raise WrongUse(
                    "with --from, the file says which cases", "leave out the numbers and --all"
                )
            return command(*args, wanted=Wanted(selection, names, source, cells, promises), **given)

        about = ", ".join((*columns, *(more or {})))
        click.option(
            "--from",
            "source",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help=f"A row each: {'amends' if promises else 'case'} or ref, and any of {about}.",
        )(choose)
        choosing_options(choose)
        kind = PROMISE if promises else CASE
        metavar = "[N.K]..." if promises else "[N]..."
        click.argument("chosen", nargs=-1, type=kind, metavar=metavar)(choose)
        return choose

    return add


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """How a command tells of its work: `label` while it runs, `one` of a single case or promise.

    `counted` is what was done to one and to several, such as "case closed" and "cases closed";
    `none` what is said when nothing was at this step.
    """

    label: str
    counted: tuple[str, str]
    one: Callable[[Mapping[str, Any]], str]
    none: str = "No case is at this step."


def run_work(
    session: Session,
    wanted: Wanted,
    work_of: Callable[[Workspace], CaseWork],
    telling: Telling,
    given: Mapping[str, Any],
    *,
    steps: Sequence[Stage] | Sequence[AmendsState],
    prepare: Prepare = lambda given: given,
) -> int:
    """Do a command's work with what is wanted, and tell of it; return the exit code.

    `given` are its options, which `prepare` makes into what the work gets, also for each row of a
    file. `steps` are the stages (or states of a promise) that --all means.
    """
    from voicenote.engine.case.group_work import carry_out, carry_out_one

    fields = [*([NAME] if wanted.promises else []), *wanted.columns]
    rows = open_row_file(session, wanted.file, fields) if wanted.file else None
    with session.open() as ws:
        tasks = _list_tasks(ws, wanted, rows, given, steps, prepare)
        if wanted.alone:
            done = carry_out_one(ws, tasks[0], work_of(ws))
            session.screen.show(done.data, lambda: telling.one(done.data))
            session.screen.warn(*done.notes)
            return 0
        session.if_stopped = "what was finished is kept; the same command does the rest"
        found = session.screen.progress(
            carry_out(ws, tasks, work_of(ws)), telling.label, len(tasks)
        )
        if rows is not None:
            return report_rows(session, rows, [*found], telling)
        where = wanted.selection.where
        if where and "stage" not in where and "lesson" not in where:
            asked = "No case at this step meets the condition; name another stage in it for others."
            telling = replace(telling, none=asked)
        return _report(session, tasks, [*found], telling)


def _list_tasks(
    ws: Workspace,
    wanted: Wanted,
    rows: RowFile | None,
    given: Mapping[str, Any],
    steps: Sequence[Any],
    prepare: Prepare,
) -> list[CaseTask]:
    from voicenote.engine.case.selection import select_promises
    from voicenote.engine.singly import CaseTask

    if rows is not None:
        rows.read(ws, wanted.columns, prepare, promises=wanted.promises)
        return rows.tasks
    ready, chosen = prepare(dict(given)), wanted.selection
    if not wanted.promises:
        return [CaseTask(number, given=ready) for number in chosen.find(ws, *steps)]
    names = select_promises(
        ws,
        wanted.names,
        everything=chosen.everything,
        batch=chosen.batch,
        where=chosen.where,
        states=steps,
    )
    return [CaseTask(case, k, ready) for case, k in names]


def _report(
    session: Session, tasks: Sequence[CaseTask], found: Sequence[Done | Failed], telling: Telling
) -> int:
    from voicenote.engine.singly import parted

    done, failed = parted(found)

    def tell() -> None:
        if not found:
            session.screen.note(telling.none)
            return
        session.screen.out(_count(done, len(failed), telling))
        _tell_notes(session, done)

    return report_cases(
        session, [0] * max(2, len(tasks)), done, failed, lambda one: dict(one.data), tell
    )


def report_rows(
    session: Session, rows: RowFile, found: Sequence[Done | Failed], telling: Telling
) -> int:
    """Report on the rows of a file: the bad ones each with their line, and kept in a file."""
    from voicenote.engine.singly import parted
    from voicenote.intake.rejected import Rejected

    done, failed = parted(found)
    for one in failed:
        rows.reject(one)
    with Rejected(rows.source, Path.cwd()) as rejected:
        rows.write_rejected(rejected)
    problems = [problem for _, problem in rows.bad]
    kept = str(rejected.paths[0]) if rejected.paths else None
    advice = f"correct {kept} and give it again with --from"
    if problems and not done:
        what = f"none of {count_of(len(problems), 'row')} could be done"
        raise BadData(what, advice, problems)
    if session.json:
        data = [
            {"line": p.line, "field": p.field, "error": p.what, "advice": p.advice}
            for p in problems
        ]
        session.screen.data([*(dict(one.data) for one in done), *data])
        return 1 if problems else 0
    session.screen.warn(*map(str, problems[:SHOWN]))
    if len(problems) > SHOWN:
        session.screen.warn(f"and {len(problems) - SHOWN} more")
    session.screen.out(_count(done, len(problems), telling))
    _tell_notes(session, done)
    if problems:
        session.screen.out(f"To do the rest: {advice}.")
    return 1 if problems else 0


def _count(done: Sequence[Done], failed: int, telling: Telling) -> str:
    """Return how many were done, were so already, and were not done."""
    new = sum(one.changed for one in done)
    parts = [count_of(new, *telling.counted)]
    if new < len(done):
        already = len(done) - new
        parts.append(f"{count_of(already, 'was', 'were')} so already")
    if failed:
        parts.append(f"{failed} not")
    return f"{', '.join(parts)}."


def _tell_notes(session: Session, done: Sequence[Done]) -> None:
    """Print the notes, each once, and at most `SHOWN`."""
    notes = list(dict.fromkeys(note for one in done for note in one.notes))
    session.screen.warn(*notes[:SHOWN])
    if len(notes) > SHOWN:
        session.screen.warn(f"and {count_of(len(notes) - SHOWN, 'more note')}; --json shows all")
