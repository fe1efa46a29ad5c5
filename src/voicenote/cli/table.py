"""Plain tables, fast for ten thousand rows, right for wide and right-to-left letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

#: What a terminal obeys instead of showing: controls, and the marks that turn text around.
_OBEYED = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_OBEYED_BUT_BOLD = re.compile(rf"(?!\x1b\[[01]m){_OBEYED.pattern}")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_GAP = "  "


def clean(text: str, *, keep_bold: bool = False) -> str:
    """Return `text` without what a terminal would obey; each such character becomes a space."""
    if text.isprintable():
        return text
    return (_OBEYED_BUT_BOLD if keep_bold else _OBEYED).sub(" ", text.replace("\t", "    "))


def width_of(text: str) -> int:
    """Return the columns that `text` takes: two for wide letters, none for marks upon others."""
    if text.isascii():
        return len(text)
    width = 0
    for letter in text:
        if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
            continue
        width += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
    return width


def cut(text: str, width: int, mark: str = "…") -> str:
    """Return `text` in at most `width` columns; what is cut ends with `mark`."""
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
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    width: int | None,
    isolate: bool,
) -> Iterator[str]:
    """Yield the lines of a table: headers, then `rows` (None is empty), numbers to the right.

    `width` is the terminal's, None for no limit. With `isolate`, right-to-left text is kept from
    turning its neighbours around (Unicode's isolates, which take no room).
    """
    given = [["" if cell is None else cell for cell in row] for row in rows]
    cells = [[clean(str(cell)) for cell in row] for row in given]
    numbers = [
        bool(column) and all(isinstance(cell, int) or cell == "" for cell in column)
        for column in (list(zip(*given, strict=True)) or [()] * len(headers))
    ]
    columns = list(zip(headers, *cells, strict=True))
    widths = [max(map(width_of, column)) for column in columns]
    if width is not None:
        widths = _fitted(widths, width)
    last = len(widths) - 1
    for row in [list(headers), *cells]:
        parts = []
        for place, (cell, room) in enumerate(zip(row, widths, strict=True)):
            text = cell
            taken = len(cell) if cell.isascii() else width_of(cell)
            if taken > room:
                text = cut(cell, room, "…" if isolate else "~")
                taken = width_of(text)
            if isolate and not text.isascii() and _RIGHT_TO_LEFT.search(text):
                text = f"\u2068{text}\u2069"
            pad = " " * (room - taken)
            parts.append(pad + text if numbers[place] else text + (pad if place < last else ""))
        yield _GAP.join(parts).rstrip()


def _fitted(widths: list[int], total: int) -> list[int]:
    """Take from the widest columns until the row fits; none goes below six."""
    fitted = list(widths)
    room = total - len(_GAP) * (len(widths) - 1)
    while sum(fitted) > room:
        widest = max(range(len(fitted)), key=fitted.__getitem__)
        if fitted[widest] <= 6:
            break
        fitted[widest] -= 1
    return fitted
