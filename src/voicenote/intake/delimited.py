"""Delimited text: detection of delimiter and header, and reading of records one by one."""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Literal, TextIO

from voicenote.errors import BadData, Problem
from voicenote.intake.fields import OURS
from voicenote.intake.mapping import count_familiar, fold_header
from voicenote.intake.options import IntakeLimits, Options
from voicenote.intake.raw_record import Record
from voicenote.intake.sniff import TOO_LONG, Sniffed, as_text, open_binary

#: How csv takes quotes: as marks around a cell, or as signs like any other.
Quoting = Literal[0, 3]
_DELIMITERS = (",", ";", "\t", "|")
_NEVER = "\x1f"  # separates nothing in a file of lines
_LOST = "its quotes do not match"
_QUOTES = 'put the cell in "…" and double the quotes inside it'


@dataclass(frozen=True, slots=True)
class DelimitedTable:
    """A table in a file: its delimiter, its headers, and the line after which rows begin."""

    sniffed: Sniffed
    delimiter: str
    headers: tuple[str, ...]
    header_cells: tuple[str, ...]
    first_line: int
    newline: str
    quoting: Quoting = csv.QUOTE_MINIMAL


class Lines:
    """A counting iterator over physical lines with their line ends. BadData for one too long.

    Lines given back by `again` come first, so a row with unmatched quotes doesn't swallow those
    after it.
    """

    def __init__(self, stream: TextIO, limits: IntakeLimits, file: str) -> None:
        self._stream = stream
        self._limits = limits
        self._file = file
        self._waiting: deque[str] = deque()
        self.number = 0
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else self._read()
        self.number += 1
        self.taken.append(line)
        return line

    def _read(self) -> str:
        limit = self._limits.line
        line = self._stream.readline(limit + 1)
        if not line:
            raise StopIteration
        if len(line) > limit:
            number = self.number + 1
            what = f"the line is longer than {limit:,} characters"
            problem = Problem(what, TOO_LONG, self._file, number)
            raise BadData(f"{self._file}:{number}: {what}", TOO_LONG, [problem])
        return line

    def again(self) -> None:
        """Give back all lines taken since the last record, except the first."""
        back = self.taken[1:]
        self._waiting.extendleft(reversed(back))
        self.number -= len(back)


def find_table(sniffed: Sniffed, options: Options, wanted: Sequence[str] = ()) -> DelimitedTable:
    """Return the table in a file: its delimiter and header, even below a title or notes.

    `wanted` are columns that were asked for by name. Raises BadData when the delimiter in
    `options` isn't one character, when there is no header, or when it has too many columns.
    """
    sample = _read_sample(sniffed, options)
    ends = Counter(text[len(text.rstrip("\r\n")) :] for text in sample)
    newline = (ends.most_common(1)[0][0] if ends else "\n") or "\n"
    if options.lines:
        only = ("what_happened",)
        return DelimitedTable(sniffed, _NEVER, only, only, 0, newline, csv.QUOTE_NONE)
    quoting: Quoting = csv.QUOTE_MINIMAL if options.quotes else csv.QUOTE_NONE
    given = options.delimiter.replace("\\t", "\t")
    if given and len(given) != 1:
        raise BadData(f"a delimiter is one character, not {given!r}", "write , or ; or \\t")
    if sample and sample[0].lower().startswith("sep=") and len(sample[0].strip()) == 5:
        given = given or sample[0].strip()[4]
    known = {fold_header(name) for name in wanted}
    found = [
        (*header, delimiter)
        for delimiter in ([given] if given else _DELIMITERS)
        if (header := _find_header(_split_sample(sample, delimiter, quoting, options), known))
    ]
    if not found:
        advice = "the first row names the columns: one field a column, such as customer"
        raise BadData(f"{sniffed.path.name} has no header", advice)
    _, line, cells, delimiter = max(found, key=lambda one: one[0])  # the first of equals
    if len(cells) > options.limits.columns:
        what = f"{sniffed.path.name} has {len(cells):,} columns"
        raise BadData(what, f"the most is {options.limits.columns:,}; export fewer columns")
    if not options.header:
        line, cells = 0, [f"column {position}" for position in range(1, len(cells) + 1)]
    names = _name_columns(cells)
    return DelimitedTable(sniffed, delimiter, names, tuple(cells), line, newline, quoting)


def read_rows(table: DelimitedTable, options: Options, before: int = 0) -> Iterator[Record]:
    """Yield the records of `table`, except blank ones. `before` bytes were read already.

    Raises BadData when a line is longer than the limit.
    """
    csv.field_size_limit(options.limits.line)
    name = table.sniffed.path.name
    with open_binary(table.sniffed.text_path) as binary, as_text(binary, table.sniffed) as stream:
        lines = Lines(stream, options.limits, name)
        for _ in range(table.first_line):
            next(lines, None)
        reader = _split_cells(lines, table.delimiter, table.quoting)
        while True:
            lines.taken.clear()
            start = lines.number + 1
            offset = before + min(binary.tell(), table.sniffed.size)
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield _make_broken(table, lines, start, offset)
                lines.again()
                reader = _split_cells(lines, table.delimiter, table.quoting)
                continue
            if any(cells):
                whole = lines.taken[-1].endswith(("\n", "\r"))
                yield _make_record(table, cells, start, offset, whole=whole)


def _split_cells(
    lines: Iterator[str], delimiter: str, quoting: Quoting, *, strict: bool = True
) -> Iterator[list[str]]:
    return csv.reader(
        lines, delimiter=delimiter, quoting=quoting, strict=strict, skipinitialspace=True
    )


def _make_broken(table: DelimitedTable, lines: Lines, start: int, offset: int) -> Record:
    first = lines.taken[0] if lines.taken else ""
    problem = Problem(_LOST, _QUOTES, table.sniffed.path.name, start)
    try:
        cells = next(_split_cells(iter([first]), table.delimiter, table.quoting, strict=False), [])
    except csv.Error:
        cells = [first]
    file = table.sniffed.path.name
    return Record({}, start, offset, file, tuple(cells), broken=(problem,))


def _make_record(
    table: DelimitedTable, cells: list[str], start: int, offset: int, *, whole: bool
) -> Record:
    """Return a row as a record, broken when it is too wide or breaks off."""
    file = table.sniffed.path.name
    width = len(table.headers)
    problem: tuple[Problem, ...] = ()
    if len(cells) > width and any(cells[width:]):
        what = f"has {len(cells):,} cells, the header has {width:,}"
        problem = (Problem(what, "put cells that hold the delimiter in quotes", file, start),)
    elif len(cells) < width and not whole:
        what = f"breaks off after {len(cells):,} of {width:,} cells"
        problem = (Problem(what, "the file seems cut off: export it again", file, start),)
    values = {} if problem else dict(zip(table.headers, cells, strict=False))
    return Record(values, start, offset, file, tuple(cells), broken=problem)


def _read_sample(sniffed: Sniffed, options: Options) -> list[str]:
    """Return the first lines of a file."""
    taken = 0
    with open_binary(sniffed.text_path) as binary, as_text(binary, sniffed) as stream:
        lines = Lines(stream, options.limits, sniffed.path.name)
        for line in lines:
            taken += len(line)
            if taken > options.limits.sample or lines.number > options.limits.sample_rows:
                break
    return lines.taken


def _split_sample(
    sample: list[str], delimiter: str, quoting: Quoting, options: Options
) -> list[tuple[int, list[str]]]:
    """Return (its last line, cells) of every record in the sample; lines count from 1."""
    csv.field_size_limit(options.limits.line)
    lines = Lines(StringIO("".join(sample), newline=""), options.limits, "")
    reader = _split_cells(lines, delimiter, quoting, strict=False)
    found: list[tuple[int, list[str]]] = []
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return found
        except csv.Error:
            continue
        found.append((lines.number, cells))


def _find_header(
    found: list[tuple[int, list[str]]], known: set[str]
) -> tuple[tuple[int, int, float], int, list[str]] | None:
    """Return (score, its last line, cells) of the row most like a header, or None."""
    filled = [(line, cells) for line, cells in found if any(cell.strip() for cell in cells)]
    if not filled:
        return None
    widths = Counter(len(cells) for _, cells in filled)
    usual, times = widths.most_common(1)[0]
    share = times / len(filled)
    scored = []
    for line, cells in filled[:30]:
        names = [cell.strip() for cell in cells]
        asked = sum(1 for name in names if name and fold_header(name) in known)
        scored.append(((asked * 10 + count_familiar(names), 0, share), line, cells))
    best = max(scored, key=lambda one: one[0])  # the first of equals
    if best[0][0]:
        return best
    for line, cells in filled[:30]:
        if len(cells) == usual > 1 and all(0 < len(cell.strip()) < 100 for cell in cells):
            return (0, usual, share), line, cells
    return None


def _name_columns(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the headers tidied and made unique: repeated ones numbered, empty ones named."""
    names: dict[str, None] = {}
    counts: dict[str, int] = {}
    for position, cell in enumerate(cells, 1):
        name = " ".join(cell.replace("\ufeff", "").split()) or f"column {position}"
        if name.lower() in OURS:
            name = name.lower()
        first = name
        while name in names:
            counts[first] = counts.get(first, 1) + 1
            name = f"{first} ({counts[first]})"
        names[name] = None
    return tuple(names)
