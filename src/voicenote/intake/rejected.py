"""The ``.rejected`` file: bad records in their original form, each with its reason.

It is beside its input (``complaints.csv`` → ``complaints.csv.rejected``), in the same format,
delimiter and encoding. Once corrected, it can be imported as it is: our own columns are ignored.
"""

from __future__ import annotations

import csv
import filecmp
import itertools
import json
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from voicenote.errors import Unavailable, room_for
from voicenote.files import FILE
from voicenote.intake.fields import LINE, OURS, REASON, SOURCE
from voicenote.intake.file_sets import Part
from voicenote.intake.raw_record import Bad
from voicenote.intake.reader import ComplaintSource

_VALUE = "voicenote_value"


class Rejected:
    """A context that writes the bad records of a source as they come, not kept in memory.

    An error inside leaves no file. `fallback` is a folder to use when the input's own can't be
    written to. Afterwards `paths` has one file for every part with bad records. No existing file
    is overwritten.
    """

    def __init__(self, source: ComplaintSource, fallback: Path | None = None) -> None:
        self._parts = source.parts
        self._fallback = fallback
        self._open: dict[Path, _RejectedTable | _RejectedJson] = {}
        self.paths: tuple[Path, ...] = ()

    def __enter__(self) -> Self:
        return self

    def add(self, bad: Bad) -> None:
        """Write one bad record. Raises Unavailable when it can't be written."""
        part = self._parts[bad.part]
        try:
            if part.path not in self._open:
                kind = _RejectedJson if part.table is None else _RejectedTable
                self._open[part.path] = kind(part, self._stream(part))
            self._open[part.path].add(bad)
        except OSError as error:
            raise _cannot(part.path, error) from None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        done = []
        for path, file in self._open.items():
            temporary = Path(file.stream.name)
            try:
                if error is None:
                    file.end()
                file.stream.close()
                if error is None:
                    done.append(_free_name(temporary, path.name))
            except OSError as failure:
                raise _cannot(path, failure) from None
            finally:
                temporary.unlink(missing_ok=True)
        self.paths = tuple(done)

    def _stream(self, part: Part) -> IO[str]:
        folders = [part.path.absolute().parent, self._fallback]
        failure: OSError | None = None
        wide = part.encoding.startswith(("utf-16", "utf-32"))
        for folder in folders:
            if folder is None:
                continue
            try:
                return tempfile.NamedTemporaryFile(
                    "w",
                    encoding=part.encoding if part.table else "utf-8",
                    errors="replace" if wide else "surrogateescape",
                    newline="",
                    dir=folder,
                    prefix=".rejected-",
                    delete=False,
                )
            except OSError as error:
                failure = error
        raise _cannot(part.path, failure or OSError("no folder"))


class _RejectedTable:
    """A ``.rejected`` file of delimited text that is being written."""

    def __init__(self, part: Part, stream: IO[str]) -> None:
        self.part, self.stream = part, stream
        table = part.table
        assert table is not None  # noqa: S101 - that is why it is a _Table
        # every cell is quoted, so a delimiter, line end or space in it means nothing
        self._writer = csv.writer(
            stream, delimiter=table.delimiter, lineterminator=table.newline, quoting=csv.QUOTE_ALL
        )
        self._ours = {i for i, name in enumerate(table.headers) if name in OURS}
        self._write(REASON, LINE, table.header_cells)

    def add(self, bad: Bad) -> None:
        self._write(_reason(bad), str(bad.line), bad.record.raw)

    def end(self) -> None:
        """Do nothing: a table ends with its last row."""

    def _write(self, reason: str, line: str, cells: Sequence[str]) -> None:
        encoding = self.part.encoding
        plain = reason.encode(encoding, "replace").decode(encoding)
        kept = [cell for i, cell in enumerate(cells) if i not in self._ours]
        self._writer.writerow([plain.lstrip("\ufeff"), line, *kept])


class _RejectedJson:
    """A ``.rejected`` file of JSON that is being written."""

    def __init__(self, part: Part, stream: IO[str]) -> None:
        self.part, self.stream = part, stream
        self._count = 0
        self._users: dict[str, None] = {}
        if part.format != "jsonl":
            stream.write('{"tickets": [\n' if part.format == "zendesk-json" else "[\n")

    def add(self, bad: Bad) -> None:
        text = bad.record.raw[0] if bad.record.raw else "null"
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = {_VALUE: text}
        if not isinstance(value, dict):
            value = {_VALUE: value}
        for name in OURS:
            value.pop(name, None)
        ours = {REASON: _reason(bad), LINE: bad.line, SOURCE: self.part.source_name}
        if self._count and self.part.format != "jsonl":
            self.stream.write(",\n")
        self.stream.write(json.dumps({**ours, **value}))
        if self.part.format == "jsonl":
            self.stream.write("\n")
        if bad.record.user:
            self._users[bad.record.user] = None
        self._count += 1

    def end(self) -> None:
        if self.part.format == "zendesk-json":
            self.stream.write(f'\n], "users": [\n{",".join(self._users)}\n]}}\n')
        elif self.part.format == "json":
            self.stream.write("\n]\n")


def _reason(bad: Bad) -> str:
    """Return all reasons on one line that begins with a letter, so no spreadsheet computes it."""
    words = []
    for problem in bad.problems:
        place = f"{problem.field}: " if problem.field else ""
        words.append(f"{place}{problem.what}" + (f" ({problem.advice})" if problem.advice else ""))
    text = re.sub(r"[\x00-\x1f\ud800-\udfff]+", " ", "; ".join(words))
    return text if text[:1].isalpha() else f"column {text}"


def _free_name(temporary: Path, name: str) -> Path:
    """Move the file to the first free name, and return it.

    If a file with the same content is already there, return that one instead.
    """
    original = re.sub(r"(\.\d+)?\.rejected$", "", name)
    for number in itertools.count(1):
        infix = f".{number}" if number > 1 else ""
        path = temporary.with_name(f"{original}{infix}.rejected")
        if path.name != name and path.is_file() and filecmp.cmp(temporary, path, shallow=False):
            return path
        try:
            path.touch(FILE, exist_ok=False)
        except FileExistsError:
            continue
        temporary.replace(path)
        return path
    raise AssertionError("unreachable")


def _cannot(path: Path, error: OSError) -> Unavailable:
    what = f"the rejected rows of {path.name} cannot be written: {error.strerror or error}"
    return Unavailable(what, room_for(error, path.parent))
