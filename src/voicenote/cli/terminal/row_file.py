"""Files that say something of many cases: a row each, whose columns are a command's options."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.terminal.case_options import CASE, PROMISE, SAY_WHY, is_reason
from voicenote.cli.terminal.session import Session
from voicenote.errors import BadData, Problem, VoicenoteError

if TYPE_CHECKING:
    from voicenote.engine.singly import CaseTask, Failed
    from voicenote.engine.workspace import Workspace
    from voicenote.intake.file_sets import Part
    from voicenote.intake.raw_record import Record
    from voicenote.intake.reader import ComplaintSource
    from voicenote.intake.rejected import Rejected

#: The columns that say which case a row is of.
NUMBER, REF, SOURCE, NAME = "case", "ref", "source", "amends"
#: What makes of the options of a row what is given to the work; its errors are the row's.
Prepare = Callable[[dict[str, Any]], Mapping[str, Any]]


@dataclass(slots=True, kw_only=True)
class RowFile:
    """A file of rows, each of one case or promise: `tasks` are the good ones, in their order.

    `bad` are the rows that can't be read, and later those that failed; each is reported with its
    line, and goes into a ``.rejected`` file that can be corrected and given again.
    """

    source: ComplaintSource
    names: Mapping[str, str]
    tasks: list[CaseTask] = field(default_factory=list)
    bad: list[tuple[Record, Problem]] = field(default_factory=list)
    _records: list[Record] = field(default_factory=list)

    @property
    def part(self) -> Part:
        """The file."""
        return self.source.first

    def reject(self, failed: Failed) -> None:
        """Take a row among the bad ones, because what it says could not be done."""
        error, record = failed.error, self._records[failed.row or 0]
        more = (text for text in error.missing if text not in error.advice)
        advice = "; ".join(filter(None, (error.advice, *more)))
        self.bad.append((record, Problem(error.what, advice, self.part.path.name, record.line)))

    def write_rejected(self, rejected: Rejected) -> None:
        """Write the bad rows, in the order of their lines."""
        from voicenote.intake.raw_record import Bad

        self.bad.sort(key=lambda one: one[0].line)
        for record, problem in self.bad:
            rejected.add(Bad(problems=(problem,), record=record))

    def read(
        self, ws: Workspace, columns: Mapping[str, Cell], prepare: Prepare, *, promises: bool
    ) -> None:
        """Read all rows into `tasks` and `bad`. What a row leaves empty, the options say.

        With `promises` each row is of a promise.
        """
        from voicenote.engine.singly import CaseTask

        self._records = list(self.part.reader(0))
        if not self._records:
            what = f"{self.part.path.name} has no rows, only the names of its columns"
            raise BadData(what, "write a row for each case or promise")
        find = _Cases(ws, [self._text(one, REF) for one in self._records], promises=promises)
        for row, record in enumerate(self._records):
            try:
                if record.broken:
                    raise BadData("", problems=record.broken)
                values = {name: self._text(record, name) for name in self.names}
                case, k = find.of(values)
                given = {name: cell.default for name, cell in columns.items()}
                given |= {
                    name: columns[name].read(text, self.names[name])
                    for name, text in values.items()
                    if text and name in columns
                }
                self.tasks.append(CaseTask(case, k, prepare(given), row))
            except VoicenoteError as error:
                found = error.problems or (Problem(error.what, error.advice),)
                for one in found[:1]:
                    place = (self.part.path.name, record.line, one.field)
                    self.bad.append((record, Problem(one.what, one.advice, *place)))

    def _text(self, record: Record, name: str) -> str:
        return record.values.get(self.names.get(name, ""), "").strip()


@dataclass(frozen=True, slots=True)
class Cell:
    """How a cell of a column is read: as the option of its name is; `default` is the option's."""

    type: click.ParamType[Any]
    default: Any
    reason: bool = False

    def read(self, text: str, column: str) -> Any:
        """Return the value of a cell. Raises BadData for the column."""
        try:
            value = self.type.convert(text, None, None)
        except click.BadParameter as error:
            raise _wrong_cell(error.format_message(), "", column) from None
        if self.reason and not is_reason(str(value)):
            raise _wrong_cell(f"{text!r} gives no reason", SAY_WHY, column)
        return value


def _wrong_cell(what: str, advice: str, column: str) -> BadData:
    what = what.removeprefix("Invalid value: ")
    return BadData(what, advice, [Problem(what, advice, field=column)])


class _Cases:
    """Finds the case of a row by its number, or by its ref (and source); and its promise."""

    def __init__(self, ws: Workspace, refs: Sequence[str], *, promises: bool) -> None:
        from voicenote.engine.case.selection import index_promises, index_refs

        self._by_ref = index_refs(ws, [*{ref for ref in refs if ref}])
        self._promises = index_promises(ws) if promises else None

    def of(self, values: Mapping[str, str]) -> tuple[int, int]:
        """Return (case, k) of a row; k is 0 for a row of a case. Raises BadData."""
        if self._promises is None:
            return self._number(values), 0
        name = values.get(NAME)
        case, k = Cell(PROMISE, None).read(name, NAME) if name else (self._number(values), 0)
        return case, k or self._only(case, self._promises.get(case, []))

    def _number(self, values: Mapping[str, str]) -> int:
        if number := values.get(NUMBER):
            return int(Cell(CASE, None).read(number, NUMBER))
        if not (ref := values.get(REF, "")):
            raise BadData("doesn't say which case", "give its number or its ref")
        source = values.get(SOURCE)
        found = [n for n, of in self._by_ref.get(ref, ()) if not source or of == source]
        if len(found) == 1:
            return found[0]
        if not found:
            raise _wrong_cell(f"no case has the ref {ref!r}", "check it: voicenote cases", REF)
        several = ", ".join(map(str, found))
        raise _wrong_cell(f"cases {several} have the ref {ref!r}", "give the case's number", REF)

    @staticmethod
    def _only(case: int, promised: Sequence[int]) -> int:
        if len(promised) == 1:
            return promised[0]
        if not promised:
            raise _wrong_cell(f"case {case} has no open promise", "see: voicenote amends", NUMBER)
        several = ", ".join(f"{case}.{k}" for k in promised)
        raise _wrong_cell(f"case {case} has {several}", "name one in a column amends", NUMBER)


def open_row_file(session: Session, path: Path, fields: Sequence[str]) -> RowFile:
    """Open a file whose columns may be `fields`, besides those that say which case.

    Raises BadData for a file without such columns, or without rows.
    """
    from voicenote.intake.fields import OURS
    from voicenote.intake.file_sets import open_rows
    from voicenote.intake.mapping import fold_header
    from voicenote.intake.options import Options
    from voicenote.intake.reader import ComplaintSource
    from voicenote.wiring import now

    which = [NUMBER, REF, SOURCE, *([NAME] if NAME in fields else [])]
    wanted = {fold_header(name): name for name in (*which, *fields)}
    options = Options(now=now())
    part = open_rows(path, options, [*wanted])
    named = {wanted[fold]: one for one in part.headers if (fold := fold_header(one)) in wanted}
    if not {NUMBER, REF, NAME} & named.keys():
        what = f"{path.name} has no column that says which case: {' or '.join(which)}"
        raise BadData(what, f"it has: {', '.join(part.headers[:20])}")
    unread = [one for one in part.headers if one not in {*named.values(), *OURS}]
    if unread and not session.json:
        session.screen.note(f"Not read: {', '.join(unread[:20])}.")
    return RowFile(source=ComplaintSource((part,), options), names=named)
