"""Plain tables: fast for ten thousand rows, correct for wide and right-to-left letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from textwrap import wrap

#: Invisible characters that take effect: they reverse text, end lines, or hide words.
UNSEEN = (
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # every Bidi_Control of Unicode
    "\u2028\u2029\ufff9-\ufffb\ufeff\U000e0000-\U000e007f"
)
#: Characters that a terminal obeys instead of showing: controls except tab, and `UNSEEN`.
_OBEYED = re.compile(f"[\x00-\x08\x0a-\x1f\x7f-\x9f{UNSEEN}]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_GAP = "  "
#: The indent of a remark below its row.
_INDENT = "        "
_TIME = re.compile(r"([A-Z][a-z]{2} )?\d{4}-\d\d-\d\d( \d\d:\d\d)?")


def clean(text: str, *, tab: str = "    ") -> str:
    """Return `text` with a space for each character that a terminal would obey."""
    if text.isprintable():
        return text
    return _OBEYED.sub(" ", text).replace("\t", tab)


def width_of(text: str) -> int:
    """Return how many columns `text` takes: two for a wide letter, none for a combining mark."""
    if text.isascii():
        return len(text)
    width = 0
    for letter in text:
        if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
            continue
        width += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
    return width


def clip_text(text: str, width: int, mark: str = "…") -> str:
    """Return `text` in at most `width` columns; if it is cut, it ends with `mark`."""
    if width_of(text) <= width:
        return text
    kept: list[str] = []
    room = width - 1
    for letter in text:
        room -= width_of(letter)
        if room < 0:
            break
        kept.append(letter)
    return "".join(kept) + mark[: max(width, 0)]


def layout(
    headers: Sequence[str], rows: Iterable[Sequence[object]], *, width: int | None, isolate: bool
) -> Iterator[str]:
    """Yield the lines of a table: headers, then `rows` (None is empty), numbers to the right.

    `width` is the terminal's, None for no limit. Cells that don't fit are cut, days and times last.
    A last column without a header holds remarks; if they don't fit, they go below their rows
    instead. With `isolate`, right-to-left text can't affect its neighbours (by Unicode's isolates,
    which take no room).
    """
    given = list(zip(*rows, strict=True)) or [()] * len(headers)
    columns = [_texts(head, cells) for head, cells in zip(headers, given, strict=True)]
    widths = [max(map(_measure(column), column)) for column in columns]
    remarks: list[str] = []
    if width is not None:
        if not headers[-1] and sum(widths) + len(_GAP) * (len(widths) - 1) > width:
            remarks, columns = columns[-1], columns[:-1]
            given, widths = given[:-1], widths[:-1]
        widths = _fit_widths(widths, width, [_timely(column) for column in columns])
    padded = [
        _pad_column(column, room, right=_all_numbers(cells), isolate=isolate)
        for column, cells, room in zip(columns, given, widths, strict=True)
    ]
    for place, row in enumerate(zip(*padded, strict=True)):
        yield _GAP.join(row).rstrip()
        if remarks and width is not None:
            yield from _below(remarks[place], width, isolate=isolate)


def _below(remark: str, width: int, *, isolate: bool) -> Iterator[str]:
    """Yield the lines of a remark below its row."""
    room = max(width - len(_INDENT), 1)
    for line in wrap(remark, room):
        below = clip_text(line, room)
        yield _INDENT + (_isolate_direction(below) if isolate else below)


def _isolate_direction(cell: str) -> str:
    """Return a cell whose right-to-left text can't affect its neighbours."""
    return f"\u2068{cell}\u2069" if _RIGHT_TO_LEFT.search(cell) else cell


def _timely(column: Sequence[str]) -> bool:
    """Return whether a column holds days or times, which are useless when cut."""
    return _TIME.fullmatch(next(filter(None, column[1:]), "")) is not None


def _texts(head: str, cells: Sequence[object]) -> list[str]:
    texts = [head, *("" if cell is None else str(cell) for cell in cells)]
    return texts if "".join(texts).isprintable() else [clean(text) for text in texts]


def _all_numbers(cells: Sequence[object]) -> bool:
    return bool(cells) and all(cell is None or type(cell) is int for cell in cells)


def _measure(texts: list[str]) -> Callable[[str], int]:
    """Return the function to measure a column: most are ASCII, and `len` is ten times faster."""
    return len if "".join(texts).isascii() else width_of


def _pad_column(texts: list[str], room: int, *, right: bool, isolate: bool) -> list[str]:
    """Return every cell of a column in exactly `room` columns."""
    if _measure(texts) is len and max(map(len, texts)) <= room:
        return [text.rjust(room) if right else text.ljust(room) for text in texts]
    mark = "…" if isolate else "~"
    padded = []
    for text in texts:
        cell, taken = text, width_of(text)
        if taken > room:
            cell = clip_text(cell, room, mark)
            taken = width_of(cell)
        if isolate and not cell.isascii():
            cell = _isolate_direction(cell)
        pad = " " * (room - taken)
        padded.append(pad + cell if right else cell + pad)
    return padded


def _fit_widths(widths: list[int], total: int, firm: Sequence[bool]) -> list[int]:
    """Return widths narrowed from the widest until the row fits, `firm` last, none below six."""
    fitted = list(widths)
    room = total - len(_GAP) * (len(widths) - 1)
    for last in (False, True):
        soft = [place for place, kept in enumerate(firm) if last or not kept]
        while sum(fitted) > room and soft:
            widest = max(soft, key=fitted.__getitem__)
            if fitted[widest] <= 6:
                break
            fitted[widest] -= 1
    return fitted
