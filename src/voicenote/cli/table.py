"""Plain tables, fast for ten thousand rows, right for wide and right-to-left letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence

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
    given = list(zip(*rows, strict=True)) or [()] * len(headers)
    columns = [_texts(head, cells) for head, cells in zip(headers, given, strict=True)]
    widths = [max(map(_measure(column), column)) for column in columns]
    if width is not None:
        widths = _fitted(widths, width)
    padded = [
        _padded(column, room, right=_all_numbers(cells), isolate=isolate)
        for column, cells, room in zip(columns, given, widths, strict=True)
    ]
    for row in zip(*padded, strict=True):
        yield _GAP.join(row).rstrip()


def _texts(head: str, cells: Sequence[object]) -> list[str]:
    texts = [head, *("" if cell is None else str(cell) for cell in cells)]
    return texts if "".join(texts).isprintable() else [clean(text) for text in texts]


def _all_numbers(cells: Sequence[object]) -> bool:
    return bool(cells) and all(cell is None or type(cell) is int for cell in cells)


def _measure(texts: list[str]) -> Callable[[str], int]:
    """Return what measures a column: most are plain, and counted ten times faster."""
    return len if "".join(texts).isascii() else width_of


def _padded(texts: list[str], room: int, *, right: bool, isolate: bool) -> list[str]:
    """Return every cell of a column in exactly `room` columns."""
    if _measure(texts) is len and max(map(len, texts)) <= room:
        return [text.rjust(room) if right else text.ljust(room) for text in texts]
    mark = "…" if isolate else "~"
    padded = []
    for text in texts:
        cell, taken = text, width_of(text)
        if taken > room:
            cell = cut(cell, room, mark)
            taken = width_of(cell)
        if isolate and not cell.isascii() and _RIGHT_TO_LEFT.search(cell):
            cell = f"\u2068{cell}\u2069"
        pad = " " * (room - taken)
        padded.append(pad + cell if right else cell + pad)
    return padded


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
