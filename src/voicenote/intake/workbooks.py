"""Workbooks (.xlsx, .xls, .ods …): one sheet, as a table of text."""

from __future__ import annotations

import csv
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voicenote.errors import BadData, TookTooLong, Unavailable
from voicenote.extras import how_to_install
from voicenote.worker import Worker

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_MOST_COLUMNS = 2_000
#: How many seconds a workbook may take; a hundred thousand rows take a few.
_LIMIT_S = 300.0
#: Names of parts that a zip archive begins with if it is a workbook.
_PARTS = (b"[Content_Types].xml", b"_rels/", b"xl/", b"mimetype", b"docProps/", b"META-INF/")


class SheetFile:
    """A temporary CSV file of a sheet, which goes when this goes: one line for each of its rows."""

    def __init__(self) -> None:
        folder = tempfile.mkdtemp(prefix="voicenote-")
        self.path = Path(folder) / "sheet.csv"
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)


def is_workbook(head: bytes) -> bool:
    """Return whether a file that begins with `head` is a workbook, by its first bytes."""
    if head.startswith(_OLE):
        return True
    return head.startswith(_ZIP) and head[30:].startswith(_PARTS)


def write_sheet(path: Path, name: str) -> SheetFile:
    """Write a sheet of a workbook as CSV: the one called `name`, else the first with two rows.

    Line breaks in cells become U+2028. Raises BadData when it can't be read, is protected, or has
    no such sheet; Unavailable when the library isn't installed.
    """
    try:
        import python_calamine  # noqa: F401 - whether it is there
    except ImportError:
        raise Unavailable(
            f"{path.name} is a workbook, and the library for it is not installed",
            f"{how_to_install('sheets')}; or save the sheet as CSV (UTF-8)",
        ) from None
    sheet = SheetFile()
    with Worker(_LIMIT_S) as worker:  # at some damage the library ends its process
        try:
            worker.run(_convert, path, name, sheet.path)
        except TookTooLong:
            raise _unreadable(path, "it is damaged, or far too large") from None
    return sheet


def _convert(path: Path, name: str, to: Path) -> None:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with CalamineWorkbook.from_path(path) as book:
            rows = _choose_rows(book, name, path)
    except (CalamineError, OSError, ValueError) as error:
        raise _unreadable(path, str(error)) from None
    with to.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([_to_cell(cell) for cell in row] for row in rows)


def _unreadable(path: Path, reason: str) -> BadData:
    return BadData(
        f"{path.name} can't be read as a workbook: {' '.join(reason.split())[:100]}",
        "take off its password, or save the sheet as CSV (UTF-8)",
    )


def _choose_rows(book: CalamineWorkbook, name: str, path: Path) -> Sequence[Sequence[Any]]:
    if name and name not in book.sheet_names:
        listed = ", ".join(book.sheet_names[:30])
        raise BadData(f"{path.name} has no sheet {name!r}", f"it has: {listed}")
    for one in [name] if name else book.sheet_names:
        sheet = book.get_sheet_by_name(one)
        if sheet.total_width > _MOST_COLUMNS:
            raise BadData(
                f"{path.name} has {sheet.total_width:,} columns in sheet {one!r}",
                f"the most is {_MOST_COLUMNS:,}; delete those that are empty",
            )
        rows = sheet.to_python(skip_empty_area=False)
        if name or sum(any(cell != "" for cell in row) for row in rows) > 1:
            return rows
    raise BadData(f"{path.name} is empty", "is it the right file? Fill it, or export it again")


def _to_cell(value: object) -> str:
    """Return a cell as text: whole numbers without a point, dates as ISO 8601."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    text = str(value).encode("utf-8", "replace").decode()
    return "\u2028".join(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
